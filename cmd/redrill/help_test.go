package main

import (
	"io"
	"strings"
	"testing"
)

// TestHelpListsExitStatuses: scripts depend on the statuses, so that the help
// text of every command lists those it can end with, and no other.
func TestHelpListsExitStatuses(t *testing.T) {
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
	commands := 0
	for _, c := range a.rootCommand().Commands() {
		if c.Name() == "help" || c.Name() == "completion" {
			continue // of the library
		}
		commands++
		if len(ends[c.Name()]) == 0 || !strings.HasSuffix(c.Long, statusHelp(c.Name())) {
			t.Errorf("the help text of %s does not end with its exit statuses:\n%s", c.Name(), c.Long)
		}
	}
	if commands != len(ends) {
		t.Errorf("%d commands, %d have statuses", commands, len(ends))
	}
	want := `Exit status:
  0    every key was written
  2    wrong use of the command
  3    the snapshot or dump is corrupt or of an unsupported kind
  4    keys are missing: unreadable, evicted or not restorable; or an internal error
  5    the target cannot be reached or refuses
  130  interrupted`
	if got := statusHelp("restore"); got != want {
		t.Errorf("statusHelp(restore) = %s, want %s", got, want)
	}
	if got := statusHelp("drill"); !strings.Contains(got, "invalid run, or an\n       internal error\n") || strings.Contains(got, "fuzz") {
		t.Errorf("statusHelp(drill) = %s", got)
	}
}

// TestDidYouMean: a mistyped verb or flag is answered with what it resembles.
func TestDidYouMean(t *testing.T) {
	for _, row := range []struct{ args, want string }{
		{"dril", `unknown command "dril" for "redrill"; did you mean drill?`},
		{"xyzzy", `unknown command "xyzzy" for "redrill"; see`},
		{"drill x --taget y", "unknown flag: --taget; did you mean --target?"},
		{"drill x --xyzzy", "unknown flag: --xyzzy\n"},
	} {
		if status, out := redrill(t, strings.Fields(row.args)...); status != exitUsage || !strings.Contains(out, row.want) {
			t.Errorf("%s ended with %d: %q, want %q", row.args, status, out, row.want)
		}
	}
}

// TestCompletion: a shell is offered what a flag of a verb takes.
func TestCompletion(t *testing.T) {
	for _, row := range []struct {
		args       []string
		want, none string
	}{
		{[]string{"drill", "--target", ""}, "process\n", "mixed"},
		{[]string{"verify", "--target", ""}, "rediss://\n", "process\n"},
		{[]string{"generate", "--profile", ""}, "mixed\n", "process"},
		{[]string{"inspect", "--progress", ""}, "plain\n", "mixed"},
		{[]string{"drill", ""}, "fsm\n", "mixed"},
	} {
		_, out := redrill(t, append([]string{"__complete"}, row.args...)...)
		if !strings.Contains(out, row.want) || strings.Contains(out, row.none) {
			t.Errorf("%q completes to %q, want %q and no %q", row.args, out, row.want, row.none)
		}
	}
	one, version := redrill(t, "--version")
	two, same := redrill(t, "version")
	if one != exitVerified || two != exitVerified || version != same || !strings.HasPrefix(version, "redrill ") {
		t.Errorf("--version says %q, version %q", version, same)
	}
}
