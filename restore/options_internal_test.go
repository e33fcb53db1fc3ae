package restore

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// TestClientOptions: the limits of a run are those of its connections, and the
// options of the caller stay as they are.
func TestClientOptions(t *testing.T) {
	base := &redis.Options{Addr: "nowhere:1", DB: 7, PoolSize: 1, MinIdleConns: 5, MaxIdleConns: 5, MaxRetries: 9}
	o := clientOptions(base, Options{Timeout: 7 * time.Second, Connections: 3})
	if o.ReadTimeout != 7*time.Second || o.WriteTimeout != 7*time.Second {
		t.Errorf("timeouts %v and %v, want 7s", o.ReadTimeout, o.WriteTimeout)
	}
	if o.DB != 0 || o.PoolSize != 4 || o.MinIdleConns != 0 || o.MaxIdleConns != 0 || o.MaxRetries > 0 {
		t.Errorf("database %d, %d connections, %d to %d idle, %d retries; want 0, 4, 0 to 0, none",
			o.DB, o.PoolSize, o.MinIdleConns, o.MaxIdleConns, o.MaxRetries)
	}
	if o.ReadBufferSize > 64<<10 || o.WriteBufferSize > 64<<10 || o.ReadBufferSize == 0 || o.WriteBufferSize == 0 {
		t.Errorf("buffers of %d and %d bytes", o.ReadBufferSize, o.WriteBufferSize)
	}
	if base.DB != 7 || base.PoolSize != 1 || base.Addr != o.Addr {
		t.Errorf("the caller's options became %+v", base)
	}
}

// TestOptionsOrDefault: what is not given has a default; what is given stays.
func TestOptionsOrDefault(t *testing.T) {
	d := Options{}.orDefault()
	if d.Connections != 4 || d.PipelineCommands != 1024 || d.PipelineBytes != 128<<10 || d.Rebuilds != 3 ||
		d.Timeout != time.Minute || d.MarkerLife != time.Minute {
		t.Errorf("defaults %+v", d)
	}
	g := Options{Connections: 1, PipelineCommands: 2, PipelineBytes: 3, Rebuilds: -1, Timeout: 5, MarkerLife: 6}.orDefault()
	if g.Connections != 1 || g.PipelineCommands != 2 || g.PipelineBytes != 3 || g.Rebuilds != -1 || g.Timeout != 5 || g.MarkerLife != 6 {
		t.Errorf("given options became %+v", g)
	}
}
