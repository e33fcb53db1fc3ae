package restore

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// busyTries is how often something that a server refuses as BUSY is tried again.
// The pauses in between add up to about half a minute.
const busyTries = 10

// pause waits before the next try; tries counts those that were refused. The pauses
// grow from a tenth of a second to five seconds.
func (r *run) pause(ctx context.Context, tries int) error {
	if r.opts.Pause != nil {
		return r.opts.Pause(ctx, tries)
	}
	timer := time.NewTimer(min(50*time.Millisecond<<tries, 5*time.Second))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// patiently calls do until it is not refused as BUSY.
func (r *run) patiently(ctx context.Context, do func() error) error {
	for tries := 1; ; tries++ {
		err := do()
		if Code(err) != "BUSY" || tries > busyTries {
			return err
		}
		if err := r.pause(ctx, tries); err != nil {
			return err
		}
	}
}

// Code returns the first word of the error reply that err is about, by which
// servers tell kinds of errors apart (OOM, READONLY, NOPERM, …), or "".
func Code(err error) string {
	var wrong *replyError
	if errors.As(err, &wrong) && wrong.refused {
		return firstWord(wrong.got)
	}
	var reply redis.Error
	if errors.As(err, &reply) {
		return firstWord(reply.Error())
	}
	return ""
}
