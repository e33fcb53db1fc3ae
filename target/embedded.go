package target

import (
	"context"
	"errors"
	"fmt"
)

func openEmbedded(context.Context, Options) (*Target, error) {
	return nil, fmt.Errorf("%w: embedded: %w", ErrUnreachable, errors.ErrUnsupported)
}
