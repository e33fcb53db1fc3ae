package restore_test

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy stands before a server and cuts one connection, once: at the first
// bytes that hold trigger it forwards some of them and closes the connection to
// the client. The server keeps its side, and gets the rest of the bytes when it
// has begun to answer to trigger on another connection.
type proxy struct {
	listener net.Listener
	network  string
	addr     string // of the server
	trigger  []byte
	// forward says how many of n bytes reach the server before the cut.
	forward func(n int) int
	mu      sync.Mutex
	cut     bool
	late    func() // forwards what was held back
	// watch sees bytes before the server does; nil sees nothing.
	watch func([]byte)
}

func startProxy(t *testing.T, network, addr, trigger string, forward func(n int) int) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, network: network, addr: addr, trigger: []byte(trigger), forward: forward}
	t.Cleanup(func() { _ = listener.Close() })
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

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial(p.network, p.addr)
	if err != nil {
		return
	}
	replies := make(chan struct{})
	var seen atomic.Bool // trigger, on this connection
	go func() {
		defer close(replies)
		chunk := make([]byte, 1<<16)
		for {
			n, err := server.Read(chunk)
			if err != nil {
				break
			}
			if seen.Load() {
				p.release()
			}
			if _, err := client.Write(chunk[:n]); err != nil {
				break
			}
		}
		_ = client.Close()
		_, _ = io.Copy(io.Discard, server) // after a cut: let the server go on
		_ = server.Close()
	}()
	chunk := make([]byte, 1<<20)
	for {
		n, err := client.Read(chunk)
		if err != nil {
			_ = server.Close()
			return
		}
		p.show(chunk[:n])
		if p.cuts(client, server, chunk[:n]) {
			<-replies
			return
		}
		if bytes.Contains(chunk[:n], p.trigger) {
			seen.Store(true)
		}
		if _, err := server.Write(chunk[:n]); err != nil {
			return
		}
	}
}

// watchWith lets watch see all bytes before the server does.
func (p *proxy) watchWith(watch func([]byte)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watch = watch
}

func (p *proxy) show(b []byte) {
	p.mu.Lock()
	watch := p.watch
	p.mu.Unlock()
	if watch != nil {
		watch(b)
	}
}

// release forwards what was held back, once.
func (p *proxy) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.late != nil {
		p.late()
		p.late = nil
	}
}

// cuts reports whether the connection was cut at these bytes.
func (p *proxy) cuts(client, server net.Conn, b []byte) bool {
	if !bytes.Contains(b, p.trigger) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut {
		return false
	}
	p.cut = true
	n := p.forward(len(b))
	rest := bytes.Clone(b[n:])
	p.late = func() { _, _ = server.Write(rest) }
	_ = client.Close() // first, so that no reply gets through
	_, _ = server.Write(b[:n])
	return true
}
