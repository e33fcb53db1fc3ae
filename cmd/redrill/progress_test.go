package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestProgressEndsWithItsStage: what is shown says which stage and how far, and
// nothing is shown once the stage has ended.
func TestProgressEndsWithItsStage(t *testing.T) {
	for _, row := range []struct {
		name  string
		meter *meter
		bar   bool
		want  string
	}{
		{"bar by bytes", &meter{label: drillStages.label("decode"), unit: "key"}, true, "\r\x1b[K[1/3 decode] 25 % 2,000 keys, 1,000/s\r\x1b[K"},
		{"bar by keys", &meter{label: drillStages.label("restore"), unit: "key", total: 4000}, true, "\r\x1b[K[2/3 restore] 50 % 2,000 keys, 1,000/s\r\x1b[K"},
		{"plain", &meter{label: stages(nil).label("inspect"), unit: "key"}, false, "[inspect] 25 % 2,000 keys, 1,000/s\n"},
		{"never done before its end", &meter{label: drillStages.label("verify"), unit: "key", total: 2000}, false, "[3/3 verify] 99 % 2,000 keys, 1,000/s\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			ticks := make(chan time.Time)
			m := row.meter
			m.started = time.Unix(0, 0)
			m.ended = make(chan struct{})
			m.units.Store(2000)
			m.seen(20, 200)
			m.seen(30, 200)
			stopped := false
			m.show(display{w: &out, bar: row.bar}, ticks, func() { stopped = true })
			ticks <- time.Unix(2, 0)
			if !m.stop() || m.stop() {
				t.Error("the first call of stop, and no other, ends the stage")
			}
			m.units.Store(3000)
			select {
			case ticks <- time.Unix(3, 0):
				t.Error("a frame after the end")
			default:
			}
			if got := out.String(); got != row.want || !stopped {
				t.Errorf("shown: %q, want %q", got, row.want)
			}
		})
	}
}

// TestProgressModes: plain lines where there is no terminal, nothing when nothing
// is wanted.
func TestProgressModes(t *testing.T) {
	for _, row := range []struct {
		mode  string
		quiet bool
		want  time.Duration
	}{{progressAuto, false, plainEvery}, {progressPlain, false, plainEvery}, {progressNone, false, 0}, {progressPlain, true, 0}} {
		a := &app{stderr: &bytes.Buffer{}, quiet: row.quiet, progressMode: row.mode}
		if d := a.display(); d.every != row.want || d.bar {
			t.Errorf("%+v: display %+v", row, d)
		}
	}
	if status, out := redrill(t, "version", "--progress", "loud"); status != exitUsage || !strings.Contains(out, "--progress") {
		t.Errorf("--progress loud ended with %d: %s", status, out)
	}
}
