// Package race leaves tests out where the race detector watches, which makes them
// ten times slower. Without it every test runs.
package race

import "testing"

// Skip skips a test under the race detector. Why says what it would show there
// that others do not.
func Skip(tb testing.TB, why string) {
	tb.Helper()
	if enabled {
		tb.Skip("not with the race detector: " + why)
	}
}

// Enabled reports whether the race detector watches.
func Enabled() bool { return enabled }
