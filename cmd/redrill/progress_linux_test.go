package main

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// TestProgressOnATerminal: on a terminal no frame of a stage comes once the next
// has begun, or once its line of the report stands there, and the last frame is
// taken away.
func TestProgressOnATerminal(t *testing.T) {
	snapshot := writeSnapshot(t, snapshots["large"]())
	c := exec.Command("redrill", "drill", snapshot, "--target", "embedded")
	c.Env = append(os.Environ(), "TERM=xterm", "COLUMNS=", "TMPDIR="+t.TempDir())
	screen, err := pty.StartWithSize(c, &pty.Winsize{Rows: 24, Cols: 60})
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	defer screen.Close()
	shown, _ := io.ReadAll(screen) // ends with an error when the other side is closed
	if err := c.Wait(); err != nil {
		t.Fatalf("drill: %v\n%s", err, shown)
	}
	text := string(shown)
	stage := 0
	for _, m := range regexp.MustCompile(`\[([123])/3 [a-z]+\]|(?m)^(decoded|restored) |(verified): `).FindAllStringSubmatch(text, -1) {
		rank := map[string]int{"1": 10, "decoded": 15, "2": 20, "restored": 25, "3": 30, "verified": 35}[m[1]+m[2]+m[3]]
		if rank < stage {
			t.Errorf("%q comes too late:\n%q", m[0], text)
		}
		stage = rank
	}
	if stage != 35 {
		t.Errorf("no verdict:\n%q", text)
	}
	for _, line := range strings.Split(text, "\n") {
		if at := strings.LastIndex(line, "/3 "); at >= 0 && !strings.Contains(line[at:], "\r\x1b[K") {
			t.Errorf("a frame stays: %q", line)
		}
	}
	if strings.Contains(text, "  other\r\n") || !strings.Contains(text, "total: ") {
		t.Errorf("60 columns hold no table:\n%s", text)
	}
	t.Logf("%d frames", strings.Count(text, "/3 "))
}
