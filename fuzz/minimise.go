package fuzz

import (
	"context"
	"errors"
	"maps"

	"redrill/fuzz/gen"
	"redrill/fuzz/layout"
	"redrill/fuzz/pipeline"
)

// Bounds of the candidates that are run for one failure, of which those of
// commands take their time.
const (
	minimiseTries        = 600
	minimiseCommandTries = 300
	minimiseTimeoutTries = 20
)

// minimiseLimit returns how many candidates are run for a failure.
func minimiseLimit(f *Failure) int {
	switch {
	case f.verdict == pipeline.Timeout:
		return minimiseTimeoutTries
	case f.Property.Commanded():
		return minimiseCommandTries
	}
	return minimiseTries
}

// errEnough ends minimising early; what was found so far is returned.
var errEnough = errors.New("enough candidates")

// candidate is a scenario that may fail as well, and is smaller.
type candidate struct {
	shape   gen.Shape
	plain   bool            // in the plainest container
	dropped map[string]bool // names of noise that is left out
	quiet   bool            // without any noise
}

func (c candidate) scenario(of *Campaign, number int64) layout.Scenario {
	s := of.scenario(number, c.shape)
	if c.plain {
		s.Snapshot = s.Snapshot.Plain()
	}
	switch {
	case c.quiet:
		s.Snapshot, s.Counts = s.Snapshot.WithoutNoise(func(string) bool { return true }), layout.OfKeys(s.Counts)
	case len(c.dropped) > 0:
		// The counts are not known any more.
		s.Snapshot, s.Counts = s.Snapshot.WithoutNoise(func(name string) bool { return c.dropped[name] }), nil
	}
	return s
}

// minimiser looks for a smaller scenario for which the same property fails.
type minimiser struct {
	w     *worker
	found *Failure
	best  candidate
	tries int
}

// minimise makes a failure smaller: fewer keys, shorter collections, no noise,
// the plainest container. Each step draws the scenario again, so that the model
// is right for whatever is left.
func (w *worker) minimise(f *Failure) (*Failure, error) {
	if f.Unstable {
		return f, nil
	}
	m := &minimiser{w: w, found: f, best: candidate{shape: w.shape(f.Number)}}
	for _, step := range []func() error{m.keys, m.elements, m.container, m.noise, m.keys} {
		if err := step(); errors.Is(err, errEnough) {
			break
		} else if err != nil {
			return nil, err
		}
	}
	return m.found, nil
}

// try runs a candidate and keeps it if it fails.
func (m *minimiser) try(c candidate) (bool, error) {
	if m.tries++; m.tries > minimiseLimit(m.found) {
		return false, errEnough
	}
	f, err := m.w.fails(m.found.Number, c.scenario(m.w.Campaign, m.found.Number), m.found.Property, m.found.round)
	if f == nil || err != nil || f.verdict != m.found.verdict {
		return false, err
	}
	m.found, m.best = m.w.of(m.found.Number, f), c
	return true, nil
}

// fails checks one property of one scenario.
func (w *worker) fails(number int64, s layout.Scenario, p Property, round int) (*Failure, error) {
	if w.ctx.Err() != nil {
		return nil, context.Cause(w.ctx)
	}
	if p.Commanded() {
		f, _, err := w.commanded(number, s, p, map[string]int64{})
		return f, err
	}
	base, dumped, f := w.offline(number, s, p, map[string]int64{})
	if !p.live() || f != nil || dumped == nil {
		return f, nil
	}
	f, err := w.alone(number, base, dumped, round)
	if f == nil || err != nil || f.Property != p {
		return nil, err
	}
	return f, nil
}

// keys leaves out keys, in ever smaller groups.
func (m *minimiser) keys() error {
	drawn := m.w.scenario(m.found.Number, m.best.shape).Drawn
	for size := drawn; size > 0; size /= 2 {
		for from := 0; from < drawn; from += size {
			c := m.best
			c.shape.Without = maps.Clone(c.shape.Without)
			if c.shape.Without == nil {
				c.shape.Without = map[int]bool{}
			}
			before := len(c.shape.Without)
			for i := from; i < min(from+size, drawn); i++ {
				c.shape.Without[i] = true
			}
			if len(c.shape.Without) == before {
				continue
			}
			if _, err := m.try(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// elements shortens collections.
func (m *minimiser) elements() error {
	for n := 1; n <= 4; n++ {
		for first := range 6 {
			c := m.best
			c.shape.FirstElement, c.shape.MaxElements = first, n
			if ok, err := m.try(c); ok || err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *minimiser) container() error {
	c := m.best
	c.plain = true
	_, err := m.try(c)
	return err
}

// noise leaves out all noise, or else the noise of one name after the other. Then nothing is said about counts, which noise makes.
func (m *minimiser) noise() error {
	c := m.best
	c.quiet = true
	if ok, err := m.try(c); ok || err != nil {
		return err
	}
	names := m.best.scenario(m.w.Campaign, m.found.Number).Snapshot.Noise()
	for size := len(names); size > 0; size /= 2 {
		for from := 0; from < len(names); from += size {
			c := m.best
			c.dropped = maps.Clone(c.dropped)
			if c.dropped == nil {
				c.dropped = map[string]bool{}
			}
			for _, name := range names[from:min(from+size, len(names))] {
				c.dropped[name] = true
			}
			if _, err := m.try(c); err != nil {
				return err
			}
		}
	}
	return nil
}
