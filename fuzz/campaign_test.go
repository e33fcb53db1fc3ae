package fuzz

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"redrill/fuzz/fsmlayout"
	"redrill/fuzz/layout"
	"redrill/fuzz/rdblayout"
	"redrill/internal/redistest"
	"redrill/keyspace"
	"redrill/restore"
	"redrill/verify"
)

// startedServer is what such a server can do.
var startedServer = verify.Server{
	Product: "redis", Time: true, PExpireTime: true, MGet: true, GetRange: true, HMGet: true, SMIsMember: true,
	ZMScore: true, ElementScan: true, Scan: true, DBSize: true, Info: true, Databases: true,
	ObjectEncoding: true, LastID: true, MaxDeletedID: true, EntriesAdded: true, HLLBytes: true,
}

// startRedis starts a redis-server of this test's own.
func startRedis(tb testing.TB) Server {
	tb.Helper()
	return Server{
		Options: redistest.Start(tb).Client.Options(),
		Restore: restore.Server{XSetID: true, MaxDeletedID: true, SetPXAT: true, Groups: true, Consumers: true, Functions: true},
		Verify:  startedServer,
		Owned:   true,
	}
}

func TestCampaignFindsNothing(t *testing.T) {
	server := startRedis(t)
	for _, l := range layouts {
		t.Run(l.Format(), func(t *testing.T) {
			c := Campaign{Layout: l, Seed: 1, Scenarios: 48, Servers: []Server{server}, AsOfMs: time.Now().UnixMilli()}
			report, err := c.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if f := report.Failure; f != nil {
				t.Fatalf("scenario %d, %s: %s\n%+v", f.Number, f.Property, f.Detail, f.Differences)
			}
			if report.Next != 48 || report.Tally.Scenarios != 48 {
				t.Errorf("report.Next = %d, %d scenarios, want 48", report.Next, report.Tally.Scenarios)
			}
			t.Log(report.Tally, report.Tally.Checks)
		})
	}
}

// The layouts of these tests; fsm is that of those that look at one.
var (
	fsm layout.Layout = fsmlayout.Layout{}
	rdb layout.Layout = rdblayout.Layout{}
)

// layouts are those that every format has to pass.
var layouts = [...]layout.Layout{fsm, rdb}

// lossy is a layout whose decoder changes the keys.
type lossy struct {
	layout.Layout
	change func(k keyspace.Key) keyspace.Key
}

func (l lossy) Open(file []byte, opts layout.Options) (keyspace.Source, error) {
	src, err := l.Layout.Open(file, opts)
	if err != nil {
		return nil, err
	}
	return lossySource{src, l.change}, nil
}

type lossySource struct {
	keyspace.Source
	change func(k keyspace.Key) keyspace.Key
}

func (s lossySource) Keys(note func(keyspace.Note)) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for k, err := range s.Source.Keys(note) {
			if err == nil {
				k = s.change(k)
			}
			if !yield(k, err) {
				return
			}
		}
	}
}

// dropField loses the last field of hashes of several.
func dropField(k keyspace.Key) keyspace.Key {
	if v, ok := k.Value.(keyspace.Hash); ok && len(v) > 1 {
		k.Value = v[:len(v)-1]
	}
	return k
}

// dropPending loses the last pending entry of groups.
func dropPending(k keyspace.Key) keyspace.Key {
	if v, ok := k.Value.(keyspace.Stream); ok {
		v.Groups = slices.Clone(v.Groups)
		for i := range v.Groups {
			g := &v.Groups[i]
			g.Pending = g.Pending[:max(len(g.Pending)-1, 0)]
		}
		k.Value = v
	}
	return k
}

// dropFieldExpiry loses the expire times of fields.
func dropFieldExpiry(k keyspace.Key) keyspace.Key {
	if v, ok := k.Value.(keyspace.Hash); ok {
		v = slices.Clone(v)
		for i := range v {
			v[i].ExpireAt = keyspace.ExpireAt{}
		}
		k.Value = v
	}
	return k
}

// collapseFields keeps the last of equal fields of a stream entry.
func collapseFields(k keyspace.Key) keyspace.Key {
	v, ok := k.Value.(keyspace.Stream)
	if !ok {
		return k
	}
	v.Entries = slices.Clone(v.Entries)
	for i, e := range v.Entries {
		kept := map[string]bool{}
		v.Entries[i].Pairs = nil
		for _, p := range slices.Backward(e.Pairs) {
			if !kept[p.Field] {
				v.Entries[i].Pairs = slices.Insert(v.Entries[i].Pairs, 0, p)
			}
			kept[p.Field] = true
		}
	}
	k.Value = v
	return k
}

// TestCampaignFindsALossyDecoder: what a broken stage loses is found, becomes
// small, and is a folder that fails again, and holds with the right decoder.
func TestCampaignFindsALossyDecoder(t *testing.T) {
	for _, row := range []struct {
		name   string
		of     layout.Layout
		change func(keyspace.Key) keyspace.Key
		typ    keyspace.Type
	}{
		{"a field of a hash is dropped", fsm, dropField, keyspace.TypeHash},
		{"equal fields of a stream entry are collapsed", fsm, collapseFields, keyspace.TypeStream},
		{"a pending entry of a consumer group is dropped", rdb, dropPending, keyspace.TypeStream},
		{"expire times of fields are dropped", rdb, dropFieldExpiry, keyspace.TypeHash},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := Campaign{Layout: lossy{row.of, row.change}, Seed: 2, Scenarios: 200, AsOfMs: asOfMs}
			report, err := c.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			f := report.Failure
			if f == nil {
				t.Fatal("nothing was found")
			}
			if len(f.Want.Keys) != 1 || f.Want.Keys[0].Value.Type() != row.typ || f.Want.Keys[0].Value.Len() > 2 {
				t.Errorf("minimised to %v, want one %v of at most 2 elements", f.Want.Keys, row.typ)
			}
			wantReplayable(t, f, c.Layout, row.of)
		})
	}
}

// TestCampaignFindsALossyRestore: a restorer that does not know that the server
// keeps the largest deleted ID loses it. It is found on the server.
func TestCampaignFindsALossyRestore(t *testing.T) {
	right := startRedis(t)
	broken := right
	broken.Restore.MaxDeletedID = false
	c := Campaign{Layout: fsm, Seed: 1, Scenarios: 64, Servers: []Server{broken}, AsOfMs: time.Now().UnixMilli()}
	report, err := c.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := report.Failure
	if f == nil || f.Property != PropertyRestore {
		t.Fatalf("found %+v, want a failure of %s", f, PropertyRestore)
	}
	if len(f.Want.Keys) != 1 || f.Want.Keys[0].Value.Type() != keyspace.TypeStream {
		t.Errorf("minimised to %v, want one stream", f.Want.Keys)
	}
	if len(f.Differences) != 1 || f.Differences[0].Kind != verify.KindMaxDeletedID {
		t.Errorf("differences %+v, want one of %s", f.Differences, verify.KindMaxDeletedID)
	}
	for server, want := range map[*Server]Property{&broken: PropertyRestore, &right: ""} {
		var got Property
		again, err := Replay(t.Context(), f.Case, server, c.AsOfMs)
		if again != nil {
			got = again.Property
		}
		if err != nil || got != want {
			t.Errorf("replay: failure of %q, %v; want %q", got, err, want)
		}
	}
}

// TestCampaignIsAFunctionOfItsSeed: what was interrupted and continued is what
// ran at once.
func TestCampaignIsAFunctionOfItsSeed(t *testing.T) {
	run := func(first, n int64) Report {
		report, err := (&Campaign{Layout: fsm, Seed: 9, First: first, Scenarios: n, AsOfMs: asOfMs}).Run(t.Context())
		if err != nil || report.Failure != nil {
			t.Fatal(report.Failure, err)
		}
		return report
	}
	whole, begun := run(0, 64), run(0, 20)
	if begun.Next != 32 {
		t.Errorf("20 scenarios end before scenario %d, want 32: whole rounds", begun.Next)
	}
	begun.Tally.Add(run(begun.Next, 64-begun.Next).Tally)
	if diff := gocmp.Diff(whole.Tally, begun.Tally); diff != "" {
		t.Errorf("counts (-at once +continued):\n%s", diff)
	}
}

// TestCampaignEndsWithItsContext: the report says what was completed.
func TestCampaignEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := Campaign{Layout: fsm, Seed: 9, AsOfMs: asOfMs, Progress: func(Report) { cancel() }}
	report, err := c.Run(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run() = %v, want %v", err, context.Canceled)
	}
	if report.Next < maxDatabases || report.Tally.Scenarios != report.Next {
		t.Errorf("%d scenarios were counted up to %d", report.Tally.Scenarios, report.Next)
	}
}

// TestCampaignWithoutServer: a server that does not answer is no finding.
func TestCampaignWithoutServer(t *testing.T) {
	nobody := Server{Options: &redis.Options{Network: "unix", Addr: filepath.Join(t.TempDir(), "nobody"), DialerRetries: 1}}
	report, err := (&Campaign{Layout: fsm, Seed: 9, Servers: []Server{nobody}, AsOfMs: asOfMs}).Run(t.Context())
	if !errors.Is(err, ErrServer) || report.Failure != nil {
		t.Errorf("Run() = %+v, %v; want %v", report.Failure, err, ErrServer)
	}
}

func wantReplayable(t *testing.T, f *Failure, broken, right layout.Layout) {
	t.Helper()
	dir, err := f.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"README.md", "case.json", "diffs.jsonl", "expected.jsonl", "got.jsonl", snapshotName(right)}
	var got []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got = append(got, e.Name())
		if info, err := e.Info(); err != nil || info.Size() == 0 {
			t.Errorf("%s is empty: %v", e.Name(), err)
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	other := fsm
	if right == fsm {
		other = rdb
	}
	c, err := ReadCase(dir, other, broken)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Replay(t.Context(), c, nil, asOfMs)
	if err != nil || again == nil || again.Property != f.Property {
		t.Errorf("replay: %+v, %v; want a failure of %s", again, err, f.Property)
	}
	c.Layout = right
	if again, err = Replay(t.Context(), c, nil, asOfMs); again != nil || err != nil {
		t.Errorf("replay with the right decoder: %+v, %v", again, err)
	}
}

// asOfMs is a reference time before which all past expire times are.
const asOfMs = 1_800_000_000_000
