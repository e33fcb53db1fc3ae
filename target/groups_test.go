package target_test

import (
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"redrill/internal/redistest"
	"redrill/target"
)

// TestProbeFindsWhatRestoresNeed: what a Redis 7.0 has of groups, functions, fields
// that expire and arrays is found without a write.
func TestProbeFindsWhatRestoresNeed(t *testing.T) {
	s := redistest.Start(t)
	tgt := open(t, "unix://"+s.Socket, target.Options{})
	c := tgt.Caps
	if !c.XGroups || !c.XGroupConsumer || !c.FunctionLoad || c.HPExpireAt || c.Arrays {
		t.Errorf("Caps = %+v, want groups and functions alone", c)
	}
	if size, list := s.Do(t, "DBSIZE"), s.Do(t, "FUNCTION", "LIST"); size != int64(0) || len(list.([]any)) > 0 {
		t.Errorf("probing left %v keys and the functions %v", size, list)
	}
}

// TestProbeReadsRefusalsOfNewCommands: each capability falls with each command that
// it takes, and stands with one that has only something against the arguments.
func TestProbeReadsRefusalsOfNewCommands(t *testing.T) {
	const unknown, forbidden = "ERR unknown command", "NOPERM User drill has no permissions to run the command"
	const noSubcommand = "ERR Unknown subcommand or wrong number of arguments for 'CREATECONSUMER'. Try XGROUP HELP."
	can := map[string]string{"HPEXPIREAT": "ERR value is not an integer or out of range", "XGROUP": "ERR The XGROUP subcommand requires the key to exist.",
		"XCLAIM": "NOGROUP No such key", "XTRIM": "ERR value is not an integer or out of range", "FUNCTION": "ERR Missing library metadata",
		"ARMSET": "ERR invalid array index", "ARSEEK": "ERR invalid array index"}
	for _, row := range []struct {
		command, subcommand, reply                  string
		fields, groups, consumer, functions, arrays bool
	}{
		{"", "", "", true, true, true, true, true},
		{"HPEXPIREAT", "", unknown, false, true, true, true, true},
		{"HPEXPIREAT", "", forbidden, false, true, true, true, true},
		{"XGROUP", "", unknown, true, false, false, true, true},
		{"XGROUP", "CREATECONSUMER", noSubcommand, true, true, false, true, true},
		{"XCLAIM", "", forbidden, true, false, false, true, true},
		{"XTRIM", "", unknown, true, false, false, true, true},
		{"FUNCTION", "LOAD", forbidden, true, true, true, false, true},
		{"ARMSET", "", unknown, true, true, true, true, false},
		{"ARSEEK", "", unknown, true, true, true, true, false},
	} {
		t.Run(row.command+" "+row.subcommand+" "+row.reply, func(t *testing.T) {
			s := miniredis.RunT(t)
			s.Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
				reply := can[cmd]
				if cmd == row.command && (row.subcommand == "" || args[0] == row.subcommand) {
					reply = row.reply
				}
				if reply != "" {
					c.WriteError(reply)
				}
				return reply != ""
			})
			c := open(t, "redis://"+s.Addr(), target.Options{}).Caps
			if c.HPExpireAt != row.fields || c.XGroups != row.groups || c.XGroupConsumer != row.consumer || c.FunctionLoad != row.functions || c.Arrays != row.arrays {
				t.Errorf("Caps = %+v, want %+v", c, row)
			}
		})
	}
}

// TestProbeReadsHelp: a server that looks at the key before the subcommand says with its
// help which subcommands it has.
func TestProbeReadsHelp(t *testing.T) {
	for _, row := range []struct {
		help []string
		want bool
	}{
		{[]string{"XGROUP <subcommand> arg arg ... arg. Subcommands are:", "CREATE      <key> <groupname> <id or $> [opt]", "DELCONSUMER <key> <groupname> <consumer>", "HELP"}, false},
		{[]string{"XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:", "CREATECONSUMER <key> <groupname> <consumer>", "    Create a new consumer in the specified group."}, true},
		{nil, true},
	} {
		s := miniredis.RunT(t)
		s.Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
			switch {
			case cmd == "XGROUP" && args[0] == "HELP" && row.help != nil:
				c.WriteStrings(row.help)
			case cmd == "XGROUP":
				c.WriteError("ERR The XGROUP subcommand requires the key to exist.")
			case cmd == "XCLAIM":
				c.WriteError("NOGROUP No such key")
			default:
				return false
			}
			return true
		})
		if c := open(t, "redis://"+s.Addr(), target.Options{}).Caps; c.XGroupConsumer != row.want {
			t.Errorf("help %q: %v, want %v", row.help, c.XGroupConsumer, row.want)
		}
	}
}
