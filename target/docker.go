package target

import (
	"context"
	"errors"
	"fmt"
)

func openDocker(context.Context, Options) (*Target, error) {
	return nil, fmt.Errorf("%w: docker: %w", ErrUnreachable, errors.ErrUnsupported)
}
