package pipeline_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/fuzz/pipeline"
)

func TestParseCommand(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
		refused    string
	}{
		{"words", " a  b\tc ", []string{"a", "b", "c"}, ""},
		{"placeholders", "d --in={snapshot} {dump}", []string{"d", "--in=S", "D"}, ""},
		{"single quotes", `a 'b "c" \n' ''`, []string{"a", `b "c" \n`, ""}, ""},
		{"double quotes", `a "b \"c\" \\ \n '"d`, []string{"a", `b "c" \ \n 'd`}, ""},
		{"backslash", `a b\ c \'`, []string{"a", "b c", "'"}, ""},
		{"quoted operators", `a '|' "$HOME" \;`, []string{"a", "|", "$HOME", ";"}, ""},
		{"globs are text", "a *.fsm ~", []string{"a", "*.fsm", "~"}, ""},
		{"empty", "  ", nil, "empty"},
		{"pipe", "a | b", nil, "no shell"},
		{"redirection", "a >{dump}", nil, "no shell"},
		{"substitution", "a $(b)", nil, "no shell"},
		{"open quote", "a 'b", nil, "unclosed quote"},
		{"backslash at the end", `a \`, nil, "backslash"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := pipeline.ParseCommand(tt.text)
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("ParseCommand(%q) = %v, want an error with %q", tt.text, err, tt.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, c.Args("{snapshot}", "S", "{dump}", "D")); diff != "" {
				t.Errorf("arguments of %q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
	if _, err := pipeline.ParseCommand("a {snapshot}", pipeline.Snapshot, pipeline.Dump); err == nil {
		t.Error("a command without {dump} was accepted")
	}
}

func TestCrashed(t *testing.T) {
	tests := []struct {
		name string
		exit pipeline.Exit
		want bool
	}{
		{"ended well", pipeline.Exit{}, false},
		{"refused", pipeline.Exit{Status: 1, Stderr: "panic: no"}, false},
		{"usage", pipeline.Exit{Status: 2, Stderr: "usage: x\n"}, false},
		{"signal", pipeline.Exit{Status: -1, Signal: "killed"}, true},
		{"signal, said by a wrapper", pipeline.Exit{Status: 139}, true},
		{"Go panic", pipeline.Exit{Status: 2, Stderr: "log\npanic: x\n\ngoroutine 1 [running]:\n"}, true},
		{"Go runtime", pipeline.Exit{Status: 2, Stderr: "SIGSEGV: segmentation violation\nPC=0x1\n\ngoroutine 1 [running]:\n"}, true},
		{"Rust panic", pipeline.Exit{Status: 101, Stderr: "thread 'main' (7) panicked at src/main.rs:1:2:\n"}, true},
		{"status -1 of a script", pipeline.Exit{Status: 255}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.exit.Crashed(); got != tt.want {
				t.Errorf("Crashed() of %+v = %v, want %v", tt.exit, got, tt.want)
			}
		})
	}
}
