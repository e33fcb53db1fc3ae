package report_test

import (
	"testing"

	"redrill/verify/report"
)

func TestVisible(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"plain", "naïve \"quoted\" \\ 世界\n\tend", "naïve \"quoted\" \\ 世界\n\tend"},
		{"escape", "a\x1b[31mred", `a\x1b[31mred`},
		{"carriage return", "good\rbad", `good\rbad`},
		{"delete and C1", "\x7f\u009b1m", `\x7f\u009b1m`},
		{"right to left", "a\u202eb", `a\u202eb`},
		{"not UTF-8", "a\xffb\x01", `a\xffb\x01`},
		{"replacement character", "a\uFFFDb", "a\uFFFDb"},
		{"a byte below sixteen", "\x80\x0b", `\x80\v`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := report.Visible(row.text); got != row.want {
				t.Errorf("Visible(%q) = %q, want %q", row.text, got, row.want)
			}
		})
	}
}
