package verify

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// crash keeps the first panic of the goroutines of a run. In any goroutine but
// that of its caller it would end the process, past whatever the caller has
// deferred; so it ends the run, and is repeated where Run was called.
type crash struct {
	once  sync.Once
	value any
	stack []byte
}

// errCrash ends the other goroutines of a run in which one has panicked. It is
// never returned: Run panics.
var errCrash = errors.New("panic")

// keep is deferred by a goroutine's function. It turns a panic into an error.
func (c *crash) keep(err *error) {
	if value := recover(); value != nil {
		c.once.Do(func() { c.value, c.stack = value, debug.Stack() })
		*err = errCrash
	}
}

// repeat panics with what was kept and the stack it comes from. It is called
// when all goroutines have ended.
func (c *crash) repeat() {
	if c.stack != nil {
		panic(fmt.Errorf("%v\n\n%s", c.value, c.stack))
	}
}
