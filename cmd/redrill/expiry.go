package main

import (
	"fmt"
	"time"

	"redrill/internal/shift"
	"redrill/keyspace"
)

// expiryFlag says what becomes of expire times.
type expiryFlag struct{ shift bool }

func (f *expiryFlag) register(c flagSet) {
	c.Var(f, "expiry", "what becomes of expire times: keep, or shift (move all by the same, so that what was alive in the file lives for a day at least)")
}

// Set implements [pflag.Value].
func (f *expiryFlag) Set(text string) error {
	if text != "keep" && text != "shift" {
		return fmt.Errorf("%q is neither keep nor shift", text)
	}
	f.shift = text == "shift"
	return nil
}

// Type implements [pflag.Value].
func (f *expiryFlag) Type() string { return "string" }

// String implements [pflag.Value].
func (f *expiryFlag) String() string {
	if f.shift {
		return "shift"
	}
	return "keep"
}

// surveyed reads a source to find out by how much its expire times are to be moved,
// if that is asked for.
func (a *app) surveyed(s *source, req restoreRequest) error {
	if !req.restore.expiry.shift {
		return nil
	}
	s.survey = shift.NewSurvey(s.about, req.asOf.UnixMilli())
	update, done := a.progressOf("check", s)
	defer done()
	src, err := s.gatheredKeys()
	if err != nil {
		return err
	}
	n := int64(0)
	for _, err := range src.Keys(func(keyspace.Note) {}) {
		if err != nil {
			return err
		}
		if n++; n%progressEvery == 0 {
			update(n)
		}
	}
	s.moveExpiry(req.asOf)
	return nil
}

// moveExpiry moves the expire times of a source as its survey says: to a day after
// now, or after the reference time if that is later.
func (s *source) moveExpiry(asOf time.Time) {
	if s.survey != nil {
		s.shift = s.survey.Shift(max(time.Now().UnixMilli(), asOf.UnixMilli()))
	}
}

// shifted says by how much expire times are moved.
func (p *printer) shifted(by shift.Shift) {
	if by.Ms == 0 {
		p.line("expiry", "not moved: nothing that was alive in the file expires within a day")
		return
	}
	p.line("expiry", fmt.Sprintf("all expire times are moved by %s (%s)", count(by.Ms, "millisecond"), days(by.Ms)))
}

func days(ms int64) string {
	return fmt.Sprintf("%.1f days", float64(ms)/shift.AheadMs)
}
