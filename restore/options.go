package restore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"redrill/internal/client"
	"redrill/keyspace"
)

// Options says how to restore. The zero value writes everything, to an empty
// target, with conservative commands.
type Options struct {
	// Server says what the target can do.
	Server Server
	// AsOfMs is the reference time in Unix milliseconds: keys whose expire time
	// is at or before it are counted and not written. 0 is 1970.
	AsOfMs int64
	// Replace deletes each key right before it is written and accepts a target
	// that is not empty. Keys that are not written are not deleted.
	Replace bool
	// NoScan asks for each key by name whether it exists, instead of asking the
	// target whether it is empty, for servers where the latter is not safe.
	NoScan bool
	// Connections is how many connections write; 0 means 4.
	Connections int
	// PipelineCommands and PipelineBytes bound one pipeline; whichever is
	// reached first sends it. A single command may exceed PipelineBytes.
	// 0 means 1024 and 128 KiB.
	PipelineCommands, PipelineBytes int
	// Functions is the code of the function libraries of the source. They are loaded
	// before the first key. A server that has libraries already is not empty, unless
	// Replace, which replaces those of the same name.
	Functions []string
	// Rebuilds is how often the keys of one pipeline are rebuilt on a fresh
	// connection before the run gives up; 0 means 3, less means never.
	Rebuilds int
	// Timeout bounds the wait for a pipeline to be taken and to be answered;
	// 0 means one minute.
	Timeout time.Duration
	// Needs says what the keys of the sequence need. What the server lacks then ends
	// the run before anything is written, or is replaced by what it has. nil means
	// that the needs are unknown: the first key that needs a missing feature fails.
	Needs *Needs
	// Again returns the sequence of the run from its beginning, with the same keys in
	// the same order, so that a run that fails can delete what it wrote. nil means
	// that it stays.
	Again func() (keyspace.Seq, error)
	// Keep keeps the keys of a failed run on the server.
	Keep bool
	// RunID is a name that no other run has. With one, runs exclude each other by a
	// key on the server, see [MarkerKey].
	RunID string
	// MarkerLife is how long the marker outlives a run that was killed; 0 means one
	// minute.
	MarkerLife time.Duration
	// Now is the clock for servers without PEXPIREAT. nil means that expire times
	// cannot be written there.
	Now func() time.Time
	// Pause waits before what the server refused as BUSY is tried again; tries counts
	// the refusals. nil means a pause that grows.
	Pause func(ctx context.Context, tries int) error
	// Written is called when every key has been written, while the marker still keeps
	// other runs away; its error is the error of the run. nil means no call.
	Written func(context.Context) error
	// Progress receives the number of keys written so far. It is called by
	// one goroutine at a time and must not block. nil means no call.
	Progress func(keys int64)
}

func (o Options) orDefault() Options {
	orDefault(&o.Connections, 4)
	orDefault(&o.PipelineCommands, 1024)
	orDefault(&o.PipelineBytes, 128<<10)
	if o.Rebuilds == 0 {
		o.Rebuilds = 3
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	if o.MarkerLife <= 0 {
		o.MarkerLife = time.Minute
	}
	return o
}

// asksByName reports whether each key is asked for before it is written.
func (o Options) asksByName() bool { return o.NoScan && !o.Replace }

func orDefault(n *int, value int) {
	if *n <= 0 {
		*n = value
	}
}

// Result counts what a run did. Everything but Expired and Absent counts what
// the server has acknowledged.
type Result struct {
	Keys     int64 `json:"keys"`     // keys that were written completely
	Parts    int64 `json:"parts"`    // parts of keys that were written
	Elements int64 `json:"elements"` // as [keyspace.Key.Elements] counts, without those dropped
	Commands int64 `json:"commands"` // commands, without those that repeat others
	Bytes    int64 `json:"bytes"`    // of the arguments of these commands, with their framing
	Expired  int64 `json:"expired"`  // keys that were not written because of their expire time, or that of all their fields
	Absent   int64 `json:"absent"`   // keys of which nothing is left that a server could hold
	Dropped  int64 `json:"dropped"`  // elements that no server can hold
	Rebuilt  int64 `json:"rebuilt"`  // keys that were deleted and built again, each time counted
	Evicted  int64 `json:"evicted"`  // keys the server says it evicted meanwhile: they are lost

	Functions     int64 `json:"functions,omitempty"`      // libraries that were loaded
	ExpiredFields int64 `json:"expired_fields,omitempty"` // fields of hashes that were not written because of their own expire time
	// NotCarried says what the source has and commands do not bring to this server,
	// sorted by name. It is complete when the run ends without an error.
	NotCarried []NotCarried `json:"not_carried,omitempty"`

	// CleanUp says what became of the keys of a run that failed; nil when it did not,
	// or had not written any.
	CleanUp *CleanUp `json:"clean_up,omitempty"`
	// RelativeExpiry says how exact expire times are that could only be given as
	// times from now on; nil when there are none.
	RelativeExpiry *RelativeExpiry `json:"relative_expiry,omitempty"`
	// Unchecked lists, one line each, what the run could not make sure of.
	Unchecked []string `json:"unchecked,omitempty"`
	// Info is what the server said about itself (INFO all) when the marker was
	// removed, "" if it did not: writes of others change it from then on.
	Info string `json:"-"`
}

// RelativeExpiry says how expire times came to a server without PEXPIREAT.
type RelativeExpiry struct {
	Keys int64 `json:"keys"`
	// LateMs is by how much they may be later than they should.
	LateMs int64 `json:"late_ms"`
	// LocalClock says that they were computed from the clock of this machine: if
	// the server's clock differs, they are off by the difference.
	LocalClock bool `json:"local_clock"`
}

func (r *Result) add(s Result) {
	r.Keys += s.Keys
	r.Parts += s.Parts
	r.Elements += s.Elements
	r.Commands += s.Commands
	r.Bytes += s.Bytes
}

// clientOptions returns base with what a restore depends on: no retries (see the
// package comment) and database 0 on every new connection.
func clientOptions(base *redis.Options, opts Options) *redis.Options {
	o := *base
	o.DB = 0
	client.Harden(&o)
	o.PoolSize = opts.Connections + 1 // and one that looks at the server
	o.MinIdleConns, o.MaxIdleConns = 0, 0
	o.ReadTimeout, o.WriteTimeout = opts.Timeout, opts.Timeout
	o.ReadBufferSize, o.WriteBufferSize = 16<<10, 64<<10
	return &o
}
