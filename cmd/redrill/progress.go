package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressEvery is how many keys pass between two updates.
const progressEvery = 1024

// progress shows how far a stage is, on a terminal's standard error only.
// total may be -1 for unknown. done removes the bar.
func (a *app) progress(what string, total int64) (update func(keys int64), done func()) {
	if a.quiet || !terminal(a.stderr) {
		return func(int64) {}, func() {}
	}
	bar := progressbar.NewOptions64(total,
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWriter(a.stderr),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("keys"),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionEnableColorCodes(colour(a.stderr)),
		progressbar.OptionClearOnFinish(),
	)
	return func(keys int64) { _ = bar.Set64(keys) }, func() { _ = bar.Clear() }
}
