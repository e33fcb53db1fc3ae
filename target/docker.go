package target

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"
	tcredis "github.com/testcontainers/testcontainers-go/modules/redis"

	"redrill/internal/owner"
)

// Labels of our containers.
const (
	labelKind  = "redrill" // always "drill"
	labelRun   = "redrill.run"
	labelHost  = "redrill.host"
	labelBoot  = "redrill.boot"
	labelPID   = "redrill.pid"
	labelStart = "redrill.start"
)

const kindDrill = "drill"

// removeTimeout is the least time that removing a container gets.
const removeTimeout = 30 * time.Second

// openDocker starts a container of opts.Image, pulling it if it is not local.
func openDocker(ctx context.Context, opts Options) (t *Target, err error) {
	defer func() {
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil && ReasonOf(err) == ReasonUnknown {
			err = because(ReasonSlowDocker, err)
		}
	}()
	d, err := connectDaemon(ctx, opts.dockerTimeout(true))
	if err != nil {
		return nil, err
	}
	local, err := d.hasImage(ctx, opts.image())
	if err == nil && !local {
		err = d.pull(ctx, opts.image(), opts.pullTimeout(), opts.pullTimeout())
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d.start(ctx, opts)
}

// start starts a container of a local image and takes over d.
func (d *daemon) start(ctx context.Context, opts Options) (*Target, error) {
	startCtx, cancel := context.WithTimeout(ctx, d.startPatience(opts)+opts.Load.patience())
	defer cancel()
	run := rand.Text()
	release := func() error {
		defer d.close()
		return d.removeRun(context.WithoutCancel(ctx), run)
	}
	id, addr, since, err := d.run(startCtx, run, opts)
	if err != nil {
		return nil, errors.Join(err, release())
	}
	t := &Target{
		Kind:        KindDocker,
		Options:     baseOptions("tcp", addr),
		Owned:       true,
		Description: addr + " (image " + opts.image() + ")",
		release:     release,
		died:        func(ctx context.Context) (string, bool) { return d.died(ctx, id) },
	}
	if opts.Load != nil {
		t.loaded(since, d.log(ctx, id, "all").String())
	}
	return finish(ctx, t, opts)
}

// startPatience bounds starting a container and its server.
func (d *daemon) startPatience(opts Options) time.Duration {
	if opts.StartTimeout > 0 {
		return opts.StartTimeout
	}
	return opts.startTimeout() + d.patience()
}

// run starts the container labelled run, with a file if opts has one. It returns
// its ID, the address at which its server answers, and when it was started.
func (d *daemon) run(ctx context.Context, run string, opts Options) (id, addr string, since time.Time, err error) {
	image, load := opts.image(), opts.Load
	me := owner.Self()
	override := os.Getenv(envHostOverride) //nolint:forbidigo // testcontainers has no other setting, see configureOnce
	loopback := override == "" && d.sharesNetwork(ctx)
	// Nobody aborts this: an aborted request may still make a container, after
	// everyone has looked for it. It takes about a second, on a slow daemon longer.
	runCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.patience()+load.patience())
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(removeTimeout, cancel) })() // whoever gave up waits no longer than that
	c, err := tcredis.Run(runCtx, image,
		testcontainers.WithLogger(tclog.NewNoopLogger()),
		// The entry points of the official images and of ours put the name of
		// the server before arguments that begin with a dash.
		testcontainers.WithCmd(append([]string{"--save", "", "--appendonly", "no", "--protected-mode", "no", "--" + nameSetting, run}, containerArguments(opts)...)...),
		testcontainers.WithAdditionalLifecycleHooks(testcontainers.ContainerLifecycleHooks{
			PostCreates: []testcontainers.ContainerHook{func(ctx context.Context, c testcontainers.Container) error {
				if load == nil {
					return nil
				}
				err := load.intoContainer(ctx, d.client, c.GetContainerID(), run)
				since = time.Now()
				return err
			}},
		}),
		testcontainers.WithLabels(map[string]string{
			labelKind: kindDrill, labelRun: run, labelHost: me.Host, labelBoot: me.Boot,
			labelPID: strconv.Itoa(me.PID), labelStart: me.Start,
		}),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) {
			if loopback { // nobody else needs to reach a server without a password
				h.PortBindings = network.PortMap{redisPort: {{HostIP: netip.MustParseAddr("127.0.0.1")}}}
			}
		}),
		withoutWaiting(),
	)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return "", "", since, fmt.Errorf("%w: run %s: %w", ErrUnreachable, image, err)
	}
	id = c.GetContainerID()
	addr, err = d.awaitContainer(ctx, id, cmp.Or(override, d.host()), run)
	if errors.Is(err, errEnded) && load != nil {
		err = fmt.Errorf("%w%s", ErrNotLoaded, loadWords(d.log(ctx, id, "all").String()))
	}
	return id, addr, since, err
}

// containerArguments are the arguments of a server in a container beside those of every
// server.
func containerArguments(opts Options) []string {
	args := opts.databases()
	if opts.Load != nil {
		args = append(args, "--dir", containerDir)
	}
	return args
}

// died reports whether the container has ended, and its last words.
func (d *daemon) died(ctx context.Context, id string) (words string, died bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.patience())
	defer cancel()
	for range 2 {
		r, err := d.client.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
		if err != nil {
			return "", false
		}
		if s := r.Container.State; s != nil && !s.Running {
			return loadWords(d.log(ctx, id, "all").String()), true
		}
		select {
		case <-ctx.Done():
			return "", false
		case <-time.After(endPatience):
		}
	}
	return "", false
}

// nameSetting is a setting that every Redis and Valkey knows, and that means
// nothing to one that saves nothing. It holds the name of the run, by which the server that was
// started is told from any other behind the same address.
const nameSetting = "dbfilename"

var redisPort = network.MustParsePort("6379/tcp")

// withoutWaiting drops the wait strategies of the redis module: they ask at
// the host that testcontainers guesses, which is wrong wherever a marker file
// makes it believe that it runs in a container.
func withoutWaiting() testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		req.WaitingFor = nil
		return nil
	}
}

// awaitContainer waits until the server in the container, which runs under a
// name, answers and returns the address at which it did. host is where published
// ports are, if known.
func (d *daemon) awaitContainer(ctx context.Context, id, host, run string) (string, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	lastErr := errors.New("no port is published")
	for {
		r, err := d.client.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
		if err != nil {
			return "", fmt.Errorf("%w: inspect the container: %w", ErrUnreachable, err)
		}
		if s := r.Container.State; s != nil && !s.Running && s.Status != container.StateCreated {
			return "", fmt.Errorf("%w: the container %w, with status %d%s",
				ErrUnreachable, errEnded, s.ExitCode, d.lastWords(ctx, id))
		}
		for _, addr := range addresses(r.Container, host) {
			if lastErr = answersSoon(ctx, addr, run); lastErr == nil {
				return addr, nil
			}
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("%w: the server in the container does not answer: %w (%w)",
				ErrUnreachable, lastErr, ctx.Err())
		case <-tick.C:
		}
	}
}

// answersSoon is answers for the server of a run, with a bound of its own, so
// that an address where packets vanish does not keep the next one from being
// tried.
func answersSoon(ctx context.Context, addr, run string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := answers(ctx, "tcp", addr); err != nil {
		return err
	}
	c := newClient(baseOptions("tcp", addr))
	defer func() { _ = c.Close() }()
	settings, err := c.ConfigGet(ctx, nameSetting).Result()
	if err != nil {
		return fmt.Errorf("CONFIG GET %s: %w", nameSetting, err)
	}
	if settings[nameSetting] != run {
		return fmt.Errorf("another server answers at %s, not the one in the container", addr)
	}
	return nil
}

// lastWords returns the end of the container's log for an error message.
func (d *daemon) lastWords(ctx context.Context, id string) string {
	return d.log(ctx, id, "5").suffix()
}

// log returns the end of the container's log: a number of lines, or "all" that is
// kept of it.
func (d *daemon) log(ctx context.Context, id, lines string) *tail {
	words := &tail{}
	logs, err := d.client.ContainerLogs(ctx, id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Tail: lines})
	if err != nil {
		return words
	}
	defer func() { _ = logs.Close() }()
	_, _ = demultiplex(words, logs) // what has come until then
	return words
}

// removeRun removes the containers labelled run until there is none: a daemon
// lists a container that it is still creating, and says that there is no such
// container when it is asked to remove it.
func (d *daemon) removeRun(ctx context.Context, run string) error {
	ctx, cancel := context.WithTimeout(ctx, d.patience())
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		list, err := d.client.ContainerList(ctx, client.ContainerListOptions{
			All: true, Filters: make(client.Filters).Add("label", labelRun+"="+run),
		})
		if err != nil {
			return fmt.Errorf("%w: list the containers to remove: %w", ErrUnreachable, err)
		}
		if len(list.Items) == 0 {
			return nil
		}
		for _, c := range list.Items {
			if err := d.remove(ctx, c.ID); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: a container cannot be removed: %w", ErrUnreachable, ctx.Err())
		case <-tick.C:
		}
	}
}

// remove removes a container and waits until it is gone: a daemon says that a
// removal which somebody else began is in progress, and not when it ends.
func (d *daemon) remove(ctx context.Context, id string) error {
	_, err := d.client.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if err != nil && !errdefs.IsNotFound(err) && !errdefs.IsConflict(err) {
		return fmt.Errorf("%w: remove container %.12s: %w", ErrUnreachable, id, err)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		_, gone := d.client.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
		if errdefs.IsNotFound(gone) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: container %.12s is not removed: %w", ErrUnreachable, id, errors.Join(err, ctx.Err()))
		case <-tick.C:
		}
	}
}
