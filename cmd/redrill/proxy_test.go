package main

import (
	"net"
	"sync"
	"testing"
)

// proxy stands before a server and springs a trap once, after an exact number
// of bytes in one direction, counted over all connections.
type proxy struct {
	listener net.Listener
	upstream string // socket of the server
	trap     trap
	ended    chan struct{} // closed when the test ends

	mu     sync.Mutex
	bytes  [2]int64 // by direction
	sprung bool
	alter  func([]byte) []byte // what follows the trap in the same read; nil leaves it
}

type direction int

const (
	commands direction = iota // to the server
	replies                   // to the client
)

// trap is what happens after so many bytes: spring is called with the
// connections on which the last of them was forwarded.
type trap struct {
	direction  direction
	afterBytes int64 // 0: never
	spring     func(client, server net.Conn)
}

func startProxy(tb testing.TB, upstream string, set trap) *proxy {
	tb.Helper()
	return startProxyAt(tb, "tcp", "127.0.0.1:0", upstream, set)
}

func startProxyAt(tb testing.TB, network, addr, upstream string, set trap) *proxy {
	tb.Helper()
	listener, err := net.Listen(network, addr)
	if err != nil {
		tb.Fatal(err)
	}
	p := &proxy{listener: listener, upstream: upstream, trap: set, ended: make(chan struct{})}
	tb.Cleanup(func() {
		close(p.ended)
		_ = listener.Close()
	})
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

func (p *proxy) url() string { return "redis://" + p.listener.Addr().String() }

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	p.mu.Lock()
	upstream := p.upstream
	p.mu.Unlock()
	server, err := net.Dial("unix", upstream)
	if err != nil {
		return // the client sees a closed connection, as with a dead server
	}
	defer server.Close()
	go func() {
		p.forward(replies, server, client, client, server)
		_ = client.Close()
	}()
	p.forward(commands, client, server, client, server)
}

func (p *proxy) forward(d direction, from, to, client, server net.Conn) {
	chunk := make([]byte, 1<<16)
	for {
		n, err := from.Read(chunk)
		if err != nil {
			return
		}
		before, springs, alter := p.count(d, n)
		rest := chunk[:n]
		if springs {
			if _, err := to.Write(chunk[:before]); err == nil {
				p.trap.spring(client, server)
			}
			if rest = chunk[before:n]; alter != nil {
				rest = alter(rest)
			}
		}
		if _, err := to.Write(rest); err != nil {
			return
		}
	}
}

// count adds n bytes and says whether the trap springs within them, after the
// first before of them, and what it does to the rest.
func (p *proxy) count(d direction, n int) (before int64, springs bool, alter func([]byte) []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	total := p.bytes[d]
	p.bytes[d] += int64(n)
	if p.sprung || p.trap.afterBytes == 0 || p.trap.direction != d || p.bytes[d] < p.trap.afterBytes {
		return 0, false, nil
	}
	p.sprung = true
	return p.trap.afterBytes - total, true, p.alter
}

// total returns how many bytes went in a direction, and whether the trap sprang.
func (p *proxy) total(d direction) (bytes int64, sprung bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes[d], p.sprung
}

// stall returns a trap that calls then and lets nothing through any more until
// the test ends.
func stall(ended <-chan struct{}, then func()) func(client, server net.Conn) {
	return func(net.Conn, net.Conn) {
		then()
		<-ended
	}
}

// cut closes both connections.
func cut(client, server net.Conn) {
	_ = client.Close()
	_ = server.Close()
}

// cutReplies closes the connection to the client first, so that no further
// reply gets through, while the server may still do what it has received.
func cutReplies(client, _ net.Conn) { _ = client.Close() }
