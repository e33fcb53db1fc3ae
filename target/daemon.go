package target

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"
)

// requestsToStart is how many requests starting or removing a container takes,
// or a little more.
const requestsToStart = 6

// Variables of testcontainers that a user may have set.
const (
	envReaperOff    = "TESTCONTAINERS_RYUK_DISABLED"
	envHostOverride = "TESTCONTAINERS_HOST_OVERRIDE"
)

// configureOnce prepares testcontainers, which reads its settings once in the
// life of a process, from the environment or a file of the user, and offers no
// other way to give them. Its reaper is switched off unless the user asked for
// it with TESTCONTAINERS_RYUK_DISABLED=false: the reaper is an image of its own
// that may be out of reach, it needs the daemon's socket in a container, and
// this package removes what it starts and labels it for [Clean].
var configureOnce = sync.OnceFunc(func() {
	tclog.SetDefault(tclog.NewNoopLogger())
	if _, set := os.LookupEnv(envReaperOff); !set { //nolint:forbidigo // the only way to tell testcontainers
		_ = os.Setenv(envReaperOff, "true") // fails for malformed names only
	}
})

// daemon is a Docker daemon that answers.
type daemon struct {
	client  client.APIClient
	version string
	timeout time.Duration // of one request
}

// patience bounds what takes several requests.
func (d *daemon) patience() time.Duration { return max(removeTimeout, requestsToStart*d.timeout) }

// connectDaemon finds the daemon as testcontainers does: DOCKER_HOST, the
// usual sockets, the user's properties; before these, as the docker command does,
// the user's context. A daemon other than the one that DOCKER_HOST or the context
// names is not used. Errors are ErrUnreachable.
func connectDaemon(ctx context.Context, timeout time.Duration) (*daemon, error) {
	configureOnce()
	if err := followContext(os.Getenv, os.Setenv); err != nil { //nolint:forbidigo // testcontainers has no other setting
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	type result struct {
		provider *testcontainers.DockerProvider
		err      error
	}
	found := make(chan result, 1)
	go func() { // it takes no context
		p, err := testcontainers.NewDockerProvider(testcontainers.WithLogger(tclog.NewNoopLogger()))
		found <- result{p, err}
	}()
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: no Docker daemon answers within %v: %w", ErrUnreachable, timeout, ctx.Err())
	case r := <-found:
		if r.err != nil {
			return nil, fmt.Errorf("%w: no Docker daemon answers: %w", ErrUnreachable, r.err)
		}
		d := &daemon{client: r.provider.Client(), timeout: timeout}
		named := os.Getenv(client.EnvOverrideHost) //nolint:forbidigo // testcontainers reads it too, and goes on to others
		if used := d.client.DaemonHost(); named != "" && used != named {
			d.close()
			return nil, fmt.Errorf("%w: no Docker daemon answers at %s=%s", ErrUnreachable, client.EnvOverrideHost, named)
		}
		v, err := d.client.ServerVersion(ctx, client.ServerVersionOptions{})
		if err != nil {
			return nil, fmt.Errorf("%w: ask the Docker daemon for its version: %w", ErrUnreachable, err)
		}
		d.version = v.Version
		return d, nil
	}
}

func (d *daemon) close() { _ = d.client.Close() }

// hasImage reports whether the image is local.
func (d *daemon) hasImage(ctx context.Context, image string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	_, err := d.client.ImageInspect(ctx, image)
	switch {
	case err == nil:
		return true, nil
	case errdefs.IsNotFound(err):
		return false, nil
	}
	return false, fmt.Errorf("%w: look for image %s: %w", ErrUnreachable, image, err)
}

// pull pulls an image, once. The registry must begin to answer within first
// and be done within whole.
func (d *daemon) pull(ctx context.Context, image string, first, whole time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, whole)
	defer cancel()
	var o client.ImagePullOptions
	if _, auth, err := testcontainers.DockerImageAuth(ctx, image); err == nil {
		if o.RegistryAuth, err = authconfig.Encode(auth); err != nil {
			return fmt.Errorf("%w: encode registry login: %w", ErrUnreachable, err)
		}
	}
	patience := time.AfterFunc(first, cancel)
	progress, err := d.client.ImagePull(ctx, image, o)
	stillInTime := patience.Stop()
	if err == nil {
		if err = progress.Wait(ctx); err == nil {
			return nil
		}
	}
	if !stillInTime {
		err = fmt.Errorf("no registry answered within %v", first)
	}
	return because(ReasonNoImage, fmt.Errorf("%w: image %s is not local and cannot be pulled: %w", ErrUnreachable, image, err))
}

// host returns the host name of a daemon that is reached over the network, and
// "" for one that is reached by a socket.
func (d *daemon) host() string {
	u, err := url.Parse(d.client.DaemonHost())
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "tcp", "http", "https":
		return u.Hostname()
	}
	return ""
}

// sharesNetwork reports whether what the daemon publishes on 127.0.0.1 can be
// reached from here: the daemon is reached by a socket, and this process
// either runs in no container or has the address of the daemon's bridge itself
// (a marker file alone makes no container).
func (d *daemon) sharesNetwork(ctx context.Context) bool {
	if d.host() != "" {
		return false
	}
	if !inContainer() {
		return true
	}
	gateway := d.bridgeGateway(ctx)
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addrs {
		if own, ok := a.(*net.IPNet); ok && gateway.IsValid() && own.IP.Equal(gateway.AsSlice()) {
			return true
		}
	}
	return false
}

// bridgeGateway returns the daemon's address on its default network, or the
// zero address.
func (d *daemon) bridgeGateway(ctx context.Context) netip.Addr {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	r, err := d.client.NetworkInspect(ctx, "bridge", client.NetworkInspectOptions{})
	if err != nil {
		return netip.Addr{}
	}
	return gatewayOf(r.Network.IPAM.Config)
}

// gatewayOf returns the first gateway of a network. One that is not said is the
// first address of its subnet.
func gatewayOf(configs []network.IPAMConfig) netip.Addr {
	for _, c := range configs {
		if c.Gateway.IsValid() {
			return c.Gateway
		}
		if c.Subnet.IsValid() {
			return c.Subnet.Masked().Addr().Next()
		}
	}
	return netip.Addr{}
}

// inContainer reports whether this process seems to run inside a container.
func inContainer() bool {
	for _, marker := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(marker); err == nil {
			return true
		}
	}
	b, err := os.ReadFile("/proc/1/cgroup")
	return err == nil && (strings.Contains(string(b), "docker") || strings.Contains(string(b), "kubepods"))
}
