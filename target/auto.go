package target

import "context"

func openAuto(ctx context.Context, opts Options) (*Target, error) {
	return openProcess(ctx, opts)
}
