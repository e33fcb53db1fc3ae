package main

import (
	"io"
	"strings"
	"testing"
)

// TestHelpListsExitStatuses: scripts depend on the statuses, so that the help
// text of every command lists all of them.
func TestHelpListsExitStatuses(t *testing.T) {
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
	commands := a.rootCommand().Commands()
	if len(commands) < 7 {
		t.Errorf("%d commands, want more", len(commands))
	}
	for _, c := range commands {
		if c.Name() == "help" || c.Name() == "completion" {
			continue // of the library
		}
		if !strings.HasSuffix(c.Long, exitStatusHelp) {
			t.Errorf("the help text of %s does not end with the exit statuses:\n%s", c.Name(), c.Long)
		}
	}
}
