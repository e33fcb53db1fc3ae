package target

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"
)

// scrubbed returns err with the password of o replaced in its text: a server
// without AUTH quotes its arguments in "unknown command". The original
// error is not wrapped, lest somebody print it; what callers ask errors for
// (the context's end) still matches.
func scrubbed(err error, o *redis.Options) error {
	text := err.Error()
	if o.Password != "" {
		text = strings.ReplaceAll(text, o.Password, "***")
	}
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) {
			return scrubbedError{text: text, cause: cause}
		}
	}
	return errors.New(text)
}

type scrubbedError struct {
	text  string
	cause error
}

func (e scrubbedError) Error() string { return e.text }
func (e scrubbedError) Unwrap() error { return e.cause }
