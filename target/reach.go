package target

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
)

// addresses lists where the server of a container may be reached, most likely
// first. With a host, only the published ports there count: the user, or the
// address of a distant daemon, says so. Otherwise: the published port on this
// machine, the container's own address (this process in a container on the
// same network), the published port at the gateway (on another network).
func addresses(c container.InspectResponse, host string) []string {
	if c.NetworkSettings == nil {
		return nil
	}
	at := func(list []string, host string) []string {
		for _, b := range c.NetworkSettings.Ports[redisPort] {
			if serves(b, host) {
				list = append(list, net.JoinHostPort(host, b.HostPort))
			}
		}
		return list
	}
	if host != "" {
		return unique(at(nil, host))
	}
	list := at(nil, "127.0.0.1")
	for _, n := range c.NetworkSettings.Networks {
		if n != nil && n.IPAddress.IsValid() {
			list = append(list, net.JoinHostPort(n.IPAddress.String(), redisPort.Port()))
		}
	}
	for _, n := range c.NetworkSettings.Networks {
		if n != nil && n.Gateway.IsValid() {
			list = at(list, n.Gateway.String())
		}
	}
	return unique(list)
}

// serves reports whether a port is published for the IP version of the host. The
// two versions may have different ports, and each port may be that of another
// container under the other version. A name may stand for both.
func serves(b network.PortBinding, host string) bool {
	ip, err := netip.ParseAddr(host)
	return err != nil || !b.HostIP.IsValid() || b.HostIP.Unmap().Is4() == ip.Unmap().Is4()
}

// unique drops repeated strings (a port is published once per IP version).
func unique(list []string) []string {
	seen := map[string]bool{}
	kept := list[:0]
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			kept = append(kept, s)
		}
	}
	return kept
}

// demultiplex copies a container's log to w, without the frames of the daemon:
// stream(1) ∥ 0(3) ∥ length(4, BE) ∥ bytes.
func demultiplex(w io.Writer, r io.Reader) (n int64, err error) {
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return n, nil
			}
			return n, err
		}
		m, err := io.CopyN(w, r, int64(binary.BigEndian.Uint32(head[4:])))
		n += m
		if err != nil {
			return n, err
		}
	}
}
