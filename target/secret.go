package target

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"redrill/internal/secret"
)

// scrubbed returns err with the password of o hidden in its text. What a server
// says has been scrubbed when it came in; this is for the rest. An error that
// quotes the password is not wrapped, lest somebody print it; what callers ask
// errors for (the context's end) still matches.
func scrubbed(err error, o *redis.Options) error {
	text := secret.New(nil, o.Password).Text(err.Error())
	if text == err.Error() {
		return err
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
