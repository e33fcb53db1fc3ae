package target

import (
	"bufio"
	"cmp"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
)

// TestAddresses: a port that is published for one IP version is another
// container's, or nobody's, under the other.
func TestAddresses(t *testing.T) {
	binding := func(host, port string) network.PortBinding {
		b := network.PortBinding{HostPort: port}
		if host != "" {
			b.HostIP = netip.MustParseAddr(host)
		}
		return b
	}
	endpoint := &network.EndpointSettings{IPAddress: netip.MustParseAddr("172.17.0.2"), Gateway: netip.MustParseAddr("172.17.0.1")}
	for _, row := range []struct {
		name     string
		bindings []network.PortBinding
		host     string
		want     []string
	}{
		{"both versions", []network.PortBinding{binding("::", "32785"), binding("0.0.0.0", "32786")}, "",
			[]string{"127.0.0.1:32786", "172.17.0.2:6379", "172.17.0.1:32786"}},
		{"loopback", []network.PortBinding{binding("127.0.0.1", "32786")}, "",
			[]string{"127.0.0.1:32786", "172.17.0.2:6379", "172.17.0.1:32786"}},
		{"of no version", []network.PortBinding{binding("", "32786")}, "192.0.2.1", []string{"192.0.2.1:32786"}},
		{"IPv6 host", []network.PortBinding{binding("::", "32785"), binding("0.0.0.0", "32786")}, "2001:db8::1", []string{"[2001:db8::1]:32785"}},
		{"a name", []network.PortBinding{binding("::", "32785"), binding("0.0.0.0", "32785")}, "docker.example", []string{"docker.example:32785"}},
		{"nothing published", nil, "192.0.2.1", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := container.InspectResponse{NetworkSettings: &container.NetworkSettings{
				Ports:    network.PortMap{redisPort: row.bindings},
				Networks: map[string]*network.EndpointSettings{"bridge": endpoint},
			}}
			if got := addresses(c, row.host); !slices.Equal(got, row.want) {
				t.Errorf("addresses = %q, want %q", got, row.want)
			}
		})
	}
}

// TestGatewayOf: some daemons leave out the gateway of their default network.
func TestGatewayOf(t *testing.T) {
	subnet, gateway := netip.MustParsePrefix("172.17.0.0/16"), netip.MustParseAddr("172.17.0.9")
	for _, row := range []struct {
		configs []network.IPAMConfig
		want    netip.Addr
	}{
		{nil, netip.Addr{}},
		{[]network.IPAMConfig{{}}, netip.Addr{}},
		{[]network.IPAMConfig{{Subnet: subnet, Gateway: gateway}}, gateway},
		{[]network.IPAMConfig{{}, {Subnet: subnet}}, netip.MustParseAddr("172.17.0.1")},
		{[]network.IPAMConfig{{Subnet: netip.MustParsePrefix("172.17.5.6/16")}}, netip.MustParseAddr("172.17.0.1")},
	} {
		if got := gatewayOf(row.configs); got != row.want {
			t.Errorf("gatewayOf(%+v) = %v, want %v", row.configs, got, row.want)
		}
	}
}

// TestAnswersUnderItsName: a server that answers and is not the one that was
// started, or does not say so, is left alone.
func TestAnswersUnderItsName(t *testing.T) {
	for _, row := range []struct{ setting, want string }{
		{"*2\r\n$10\r\ndbfilename\r\n$4\r\nRUN1\r\n", ""},
		{"*2\r\n$10\r\ndbfilename\r\n$4\r\nRUN2\r\n", "another server"},
		{"*2\r\n$10\r\ndbfilename\r\n$0\r\n\r\n", "another server"},
		{"*0\r\n", "another server"},
		{"-ERR unknown command\r\n", "unknown command"},
	} {
		addr := answering(t, map[string]string{"ping": "+PONG\r\n", "config": row.setting})
		err := answersSoon(t.Context(), addr, "RUN1")
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("a server that says %q: %v, want %q", row.setting, err, row.want)
		}
	}
}

// answering returns the address of a server that knows some replies.
func answering(t *testing.T, replies map[string]string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answer(conn, replies)
		}
	}()
	return l.Addr().String()
}

// answer reads commands as RESP arrays: *n, then a length and a word, n times.
func answer(conn net.Conn, replies map[string]string) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		n, _ := strconv.Atoi(strings.TrimPrefix(lines.Text(), "*"))
		var words []string
		for range n {
			lines.Scan()
			lines.Scan()
			words = append(words, lines.Text())
		}
		reply := "-ERR unknown command\r\n"
		if n > 0 {
			reply = cmp.Or(replies[strings.ToLower(words[0])], reply)
		}
		if _, err := conn.Write([]byte(reply)); err != nil {
			return
		}
	}
}
