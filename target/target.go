package target

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
)

// Classes of errors. Every error of this package that a caller can act on
// matches one of them, or the context's error.
var (
	// ErrUsage is a spec or an option that can never work.
	ErrUsage = errors.New("wrong use of a target")
	// ErrUnreachable is a server that cannot be started or reached.
	ErrUnreachable = errors.New("target unreachable")
	// ErrRefused is a server that answers and refuses to talk to this user.
	ErrRefused = errors.New("refused")
	// ErrUnfit is a server that answers but cannot be a target: one node of
	// several, a Sentinel, a proxy. Nothing was written.
	ErrUnfit = errors.New("not a target")
)

// Kind says how a server is reached.
type Kind string

// The kinds.
const (
	KindDocker   Kind = "docker"   // a container that redrill started
	KindProcess  Kind = "process"  // a server process that redrill started
	KindEmbedded Kind = "embedded" // miniredis in this process; not a Redis
	KindURL      Kind = "url"      // a server that was there before
)

// Auto is the spec with which [Open] chooses the target.
const Auto = "auto"

// DefaultImage is the default image of the docker target.
const DefaultImage = "redis:8"

// Options say how to start or reach a server. The zero value is usable for all
// kinds but embedded.
type Options struct {
	// Image is the image of the docker target; empty means [DefaultImage].
	Image string
	// AsOf is the time at which the clock of an embedded server stands. It
	// needs one; the other kinds ignore it.
	AsOf time.Time
	// Username and Password fill what a URL leaves out; what stands in the URL
	// wins. The other kinds ignore them.
	Username string
	Password string
	// TLS applies to rediss:// only; it is an error elsewhere in a URL.
	TLS TLS
	// TempDir holds the private directory of the process target; empty means
	// the directory of the operating system.
	TempDir string
	// Load is a file that the server starts with; nil for none. Only docker and process
	// can; the embedded server starts without, and Target.Loaded says so.
	Load *Load
	// Databases is how many a server that docker or process starts has; 0 means as many
	// as it has by itself, which is 16.
	Databases int
	// StartTimeout bounds starting or reaching a server, pulling an image
	// aside; 0 means 30 seconds.
	StartTimeout time.Duration
	// DockerTimeout bounds one request to the Docker daemon; 0 means a minute
	// where docker is asked for by name, and 10 seconds elsewhere. Starting and
	// removing a container, which take several requests, get several times that.
	DockerTimeout time.Duration
	// PullTimeout bounds pulling an image; 0 means 5 minutes. How long auto
	// waits for a registry to answer at all is fixed.
	PullTimeout time.Duration
}

func (o Options) image() string {
	if o.Image == "" {
		return DefaultImage
	}
	return o.Image
}

func (o Options) startTimeout() time.Duration {
	if o.StartTimeout <= 0 {
		return 30 * time.Second
	}
	return o.StartTimeout
}

// loadTimeout is startTimeout with the time that a file takes to load.
func (o Options) loadTimeout() time.Duration { return o.startTimeout() + o.Load.patience() }

// dockerTimeout returns the bound of a request to the daemon; named says that
// the user asked for docker, and would rather wait than go without.
func (o Options) dockerTimeout(named bool) time.Duration {
	switch {
	case o.DockerTimeout > 0:
		return o.DockerTimeout
	case named:
		return time.Minute
	}
	return 10 * time.Second
}

func (o Options) pullTimeout() time.Duration {
	if o.PullTimeout <= 0 {
		return 5 * time.Minute
	}
	return o.PullTimeout
}

// Target is a server that answers. Close it.
type Target struct {
	Kind Kind
	// Options say how to connect: address or dialer, TLS, user and password.
	// Retries are off and the protocol is RESP2, or RESP3 if a URL asks for it.
	// Copy them before changing them. They hold the password: never print them.
	Options *redis.Options
	// Caps is what the server can do, as probed.
	Caps Caps
	// Owned is true when redrill started the server, so that nobody else's
	// data can be in it.
	Owned bool
	// Description names kind, server and address in one line, without secrets.
	Description string
	// Why says in one line why this kind was chosen; empty unless auto chose.
	Why string
	// Loaded says how the server came up with [Options.Load]; nil if it has not.
	Loaded *Loaded
	// Unchecked lists, one line each, what a drill on this server cannot
	// prove although a Redis could. Empty for a real Redis.
	Unchecked []string

	once    sync.Once
	release func() error
	died    func(context.Context) (words string, died bool)
	err     error
}

// String returns the description.
func (t *Target) String() string { return t.Description }

// Close ends and removes what Open started and returns what went wrong with
// it. It leaves a server that was there before as it is. Only the first call
// does anything; later ones return the same error.
func (t *Target) Close() error {
	t.once.Do(func() {
		if t.release != nil {
			t.err = t.release()
		}
	})
	return t.err
}

// Open starts or reaches the server that spec names (see the package comment)
// and probes it. ctx bounds the opening, not the life of the server.
//
// Errors are [ErrUsage] for a spec or options that can never work, [ErrUnfit]
// for a server that can be no target, [ErrNotLoaded] for one that does not come up
// with the file of Options.Load, [ErrRefused] for one that answers PING with
// an error, and [ErrUnreachable] for all others; when
// ctx ended they match its error too. [ReasonOf] says more, for hints.
// Nothing that was started stays behind an error.
func Open(ctx context.Context, spec string, opts Options) (*Target, error) {
	open, err := opener(spec)
	if err != nil {
		return nil, err
	}
	t, err := open(ctx, opts)
	if err != nil {
		return nil, classed(ctx, err)
	}
	return t, nil
}

func opener(spec string) (func(context.Context, Options) (*Target, error), error) {
	switch spec {
	case "", Auto:
		return openAuto, nil
	case string(KindDocker):
		return openDocker, nil
	case string(KindProcess):
		return openProcess, nil
	case string(KindEmbedded):
		return openEmbedded, nil
	}
	scheme, _, found := strings.Cut(spec, "://")
	if !found {
		return nil, unknownTarget(spec)
	}
	if _, known := schemes[strings.ToLower(scheme)]; known {
		return func(ctx context.Context, opts Options) (*Target, error) {
			return openURL(ctx, spec, opts)
		}, nil
	}
	return nil, fmt.Errorf("%w: unknown URL scheme (want redis://, rediss:// or unix://, "+
		"or one that means the same: valkey://, valkeys://, redis+unix://)", ErrUsage)
}

// Specs that hold no password, so that an error may quote them.
var (
	aWord    = regexp.MustCompile(`^[a-z]{1,20}$`)
	aAddress = regexp.MustCompile(`^([a-z]|[a-z][a-z0-9-]*[a-z]|[0-9.]+):[0-9]{1,5}$`)
)

// unknownTarget says what may have been meant.
func unknownTarget(spec string) error {
	const want = "want auto, docker, process, embedded, redis://, rediss:// or unix://"
	switch {
	case aAddress.MatchString(spec):
		return fmt.Errorf("%w: unknown target %q; did you mean redis://%s?", ErrUsage, spec, spec)
	case aWord.MatchString(spec):
		return fmt.Errorf("%w: unknown target %q (%s)", ErrUsage, spec, want)
	}
	return fmt.Errorf("%w: unknown target (%s)", ErrUsage, want)
}

// Check reports, as [ErrUsage], a spec that can never work. It looks at the text
// and at the certificates that opts name; nothing is started or reached.
func Check(spec string, opts Options) error {
	if _, err := opener(spec); err != nil {
		return err
	}
	if !strings.Contains(spec, "://") {
		return nil
	}
	_, err := parseURL(spec, opts)
	return err
}

// classed puts err into a class and adds the context's error when that is why.
func classed(ctx context.Context, err error) error {
	if errors.Is(err, ErrUsage) {
		return err
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	if !errors.Is(err, ErrUnreachable) && !errors.Is(err, ErrRefused) && !errors.Is(err, ErrUnfit) && !errors.Is(err, ErrNotLoaded) {
		err = fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return err
}

// finish probes the server behind t and completes t. On error it closes t.
func finish(ctx context.Context, t *Target, opts Options) (*Target, error) {
	ctx, cancel := context.WithTimeout(ctx, opts.startTimeout())
	defer cancel()
	caps, err := probe(ctx, t.Options, t.Owned && t.Loaded == nil) // nothing is written beside the keys of a file
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	if t.Loaded != nil { // a file keeps the sign of zero in every encoding
		caps.SmallZero, caps.LargeZero = ZeroKept, ZeroKept
	}
	t.Caps = caps
	t.Description = describe(t)
	return t, nil
}

func describe(t *Target) string {
	where := t.Options.Addr
	if t.Description != "" {
		where = t.Description
	}
	server := string(t.Caps.Product)
	if t.Caps.Version != "" {
		server += " " + t.Caps.Version
	}
	if t.Kind == KindEmbedded {
		return "embedded: " + server + ", not a Redis"
	}
	return fmt.Sprintf("%s: %s at %s", t.Kind, server, where)
}

// baseOptions returns what all kinds have in common.
func baseOptions(network, addr string) *redis.Options {
	o := &redis.Options{Network: network, Addr: addr}
	harden(o)
	return o
}

// harden sets what every connection to a target needs, deadlines from contexts
// included.
func harden(o *redis.Options) {
	client.Harden(o)
	o.ContextTimeoutEnabled = true
}
