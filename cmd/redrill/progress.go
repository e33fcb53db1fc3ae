package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"redrill/internal/figures"
)

// progressEvery is how many keys pass between two updates.
const progressEvery = 1024

// How often progress is shown.
const (
	barEvery   = 100 * time.Millisecond // on a terminal, in one line that is written again
	plainEvery = 30 * time.Second       // elsewhere, each time a line of its own
)

// The modes of --progress.
const (
	progressAuto  = "auto"
	progressPlain = "plain"
	progressNone  = "none"
)

// stages are the numbered ones of a command. Several names share a number: a
// file is checked before it is decoded.
type stages [][]string

// drillStages are those of a drill.
var drillStages = stages{{"check", "decode"}, {"restore"}, {"verify"}}

// label returns how a stage is shown: [2/3 restore].
func (s stages) label(name string) string {
	for i, names := range s {
		if slices.Contains(names, name) {
			return fmt.Sprintf("[%d/%d %s]", i+1, len(s), name)
		}
	}
	return "[" + name + "]"
}

// display says where and how progress is shown.
type display struct {
	w     io.Writer
	bar   bool
	every time.Duration // 0: not at all
}

func (a *app) display() display {
	onTerminal := terminal(a.stderr)
	switch {
	case a.quiet || a.progressMode == progressNone:
		return display{}
	case onTerminal && a.progressMode != progressPlain:
		return display{a.stderr, true, barEvery}
	}
	return display{a.stderr, false, plainEvery}
}

// meter measures a stage and shows how far it is. Nothing of it is shown after
// stop has returned.
type meter struct {
	name    string // of the stage
	label   string
	unit    string
	total   int64 // units; not positive: unknown
	started time.Time

	units       atomic.Int64
	bytes, size atomic.Int64 // read, and to read; 0: unknown

	once  sync.Once
	ended chan struct{} // closed by stop
	gone  chan struct{} // closed when nothing is shown any more; nil when nothing ever is
}

// run shows the progress on d until stop is called.
func (m *meter) run(d display) {
	m.ended = make(chan struct{})
	if d.every == 0 {
		return
	}
	tick := time.NewTicker(d.every)
	m.show(d, tick.C, tick.Stop)
}

// show writes a frame, or a line, at each tick.
func (m *meter) show(d display, ticks <-chan time.Time, stop func()) {
	m.gone = make(chan struct{})
	go func() {
		defer close(m.gone)
		defer stop()
		shown := false
		for {
			select {
			case <-m.ended:
				if shown && d.bar {
					_, _ = io.WriteString(d.w, "\r\x1b[K") // nobody is left to be told
				}
				return
			case now := <-ticks:
				shown = true
				if d.bar {
					_, _ = io.WriteString(d.w, "\r\x1b[K"+clip(m.text(now), columns(d.w)-1))
				} else {
					_, _ = io.WriteString(d.w, m.text(now)+"\n")
				}
			}
		}
	}()
}

// stop ends what is shown. It reports whether this call did it.
func (m *meter) stop() (first bool) {
	m.once.Do(func() {
		first = true
		close(m.ended)
		if m.gone != nil {
			<-m.gone
		}
	})
	return first
}

// seen counts bytes that were read of a file.
func (m *meter) seen(n, of int64) {
	m.bytes.Add(n)
	m.size.Store(of)
}

// text returns how far the stage is: by bytes of the file where these are
// counted, else by keys.
func (m *meter) text(now time.Time) string {
	units, bytes, size := m.units.Load(), m.bytes.Load(), m.size.Load()
	text := m.label
	switch {
	case m.total > 0:
		text += percent(units, m.total)
	case size > 0 && bytes > 0:
		text += percent(bytes, size)
	}
	if units > 0 {
		text += " " + figures.Count(units, m.unit)
		if seconds := now.Sub(m.started).Seconds(); seconds > 0 {
			text += ", " + figures.Number(perSecond(units, seconds)) + "/s"
		}
	}
	return text
}

// perSecond returns a rate; seconds is more than 0.
func perSecond(n int64, seconds float64) int64 { return int64(float64(n) / seconds) }

// percent never says that something is done: its end says so.
func percent(n, of int64) string {
	return fmt.Sprintf(" %d %%", min(99, int64(100*float64(n)/float64(of))))
}

// columns returns the width of a terminal; COLUMNS wins. 0 means unknown.
func columns(w io.Writer) int {
	if n := environmentColumns(); n > 0 {
		return n
	}
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 0
}

// clip returns the first n bytes of a line of ASCII; all of it where n is none.
func clip(s string, n int) string {
	if n > 0 && len(s) > n {
		return s[:n]
	}
	return s
}

// progress begins a stage of which only keys are counted; total may be -1 for
// unknown. done ends it.
func (a *app) progress(what string, total int64) (update func(keys int64), done func()) {
	m := a.begin(what, "key", total)
	return m.units.Store, func() { a.end(m) }
}

// progressOf is progress of a stage that reads a source.
func (a *app) progressOf(what string, s *source) (update func(keys int64), done func()) {
	m := a.begin(what, "key", -1)
	s.opened.Watch(m.seen)
	return m.units.Store, func() { a.end(m) }
}

// progressOfKeys is progress where the number of keys is known, else progressOf.
func (a *app) progressOfKeys(what string, total int64, s *source) (update func(keys int64), done func()) {
	if total >= 0 {
		return a.progress(what, total)
	}
	return a.progressOf(what, s)
}

// begin starts a stage: its time is measured and its progress shown until end.
func (a *app) begin(name, unit string, total int64) *meter {
	m := &meter{name: name, label: a.stages.label(name), unit: unit, total: total, started: time.Now()}
	m.run(a.display())
	return m
}

// end ends a stage.
func (a *app) end(m *meter) {
	if m.stop() {
		a.record.took(m.name, time.Since(m.started))
	}
}
