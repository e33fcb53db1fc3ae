// Package crash takes a panic from the goroutines of a run to where the run was
// called. In any goroutine but that of its caller a panic would end the process,
// past whatever the caller has deferred: a server would be left running, a
// partial file lying around.
package crash

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// Err ends the other goroutines of a run in which one has panicked. It is never
// returned: the run panics.
var Err = errors.New("panic")

// First is the first panic of the goroutines of a run. The zero value is ready,
// and must not be copied after its first use.
type First struct {
	once  sync.Once
	value any
	stack []byte
}

// Keep is deferred by a goroutine's function. It turns a panic into [Err].
func (f *First) Keep(err *error) {
	if value := recover(); value != nil {
		f.once.Do(func() { f.value, f.stack = value, debug.Stack() })
		*err = Err
	}
}

// Repeat panics with an error that holds what was kept and the stack it comes
// from; it does nothing when there was no panic. It is called when all
// goroutines have ended.
func (f *First) Repeat() {
	if f.stack != nil {
		panic(fmt.Errorf("%v\n\n%s", f.value, f.stack))
	}
}
