// Package crashtest checks how a stage passes on what panics in its goroutines.
package crashtest

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// WantBoom calls run, in which a goroutine panics with "boom". Run has to panic
// with that and with a stack that holds from, and none of the functions may be
// on any stack any more.
func WantBoom(t *testing.T, run func(), from string, functions ...string) {
	t.Helper()
	value := recovered(run)
	if text := fmt.Sprint(value); !strings.HasPrefix(text, "boom\n") || !strings.Contains(text, from) {
		t.Errorf("the run panics with %v, want boom from %s", value, from)
	}
	for _, function := range functions {
		if stacks := allStacks(); strings.Contains(stacks, function) {
			t.Errorf("still there: %s", stacks)
		}
	}
}

func recovered(do func()) (value any) {
	defer func() { value = recover() }()
	do()
	return nil
}

func allStacks() string {
	b := make([]byte, 1<<20)
	return string(b[:runtime.Stack(b, true)])
}
