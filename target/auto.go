package target

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// registryPatience is how long auto waits for a registry to begin to answer.
const registryPatience = 5 * time.Second

// openAuto takes docker if a daemon answers and the image is local or can be
// pulled, else process, else embedded.
func openAuto(ctx context.Context, opts Options) (*Target, error) {
	t, whyNotDocker := autoDocker(ctx, opts)
	if t != nil {
		t.Why = "docker: a daemon answers and the image " + opts.image() + " is there"
		return t, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, whyNotDocker
	}
	t, whyNotProcess := openProcess(ctx, opts)
	if t != nil {
		t.Why = fmt.Sprintf("process: no docker (%s)", oneLine(whyNotDocker))
		return t, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, whyNotProcess
	}
	t, err := openEmbedded(ctx, opts)
	if err != nil {
		return nil, errors.Join(err, whyNotProcess, whyNotDocker)
	}
	t.Why = fmt.Sprintf("embedded: no docker (%s), no server program (%s)",
		oneLine(whyNotDocker), oneLine(whyNotProcess))
	return t, nil
}

func autoDocker(ctx context.Context, opts Options) (*Target, error) {
	d, err := connectDaemon(ctx, opts.dockerTimeout(false))
	if err != nil {
		return nil, err
	}
	local, err := d.hasImage(ctx, opts.image())
	if err == nil && !local {
		err = d.pull(ctx, opts.image(), registryPatience, opts.pullTimeout())
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d.start(ctx, opts)
}

// oneLine returns the text of err without its class and without line breaks.
func oneLine(err error) string {
	text := strings.TrimPrefix(err.Error(), ErrUnreachable.Error()+": ")
	return strings.Join(strings.Fields(text), " ")
}
