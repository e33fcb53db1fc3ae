package fsm_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/decoder/fsm"
	"redrill/keyspace"
)

const nodeDir = "../../testdata/node"

// nodeFixtures lists the snapshots written by a real node, with facts that
// their READMEs state.
var nodeFixtures = []struct {
	name         string
	lastCommitTS uint64
	records      int64          // as row-statistics.txt counts them, and three operational rows
	live         int            // keys a Redis client saw that Redis can hold
	empty        int            // keys a Redis client saw that Redis cannot hold
	expired      int            // keys that had expired at the capture; their rows remain
	notes        keyspace.Tally // but leftover
}{
	{"alltypes", 117662279990640641, 10950, 410, 3, 15, keyspace.Tally{keyspace.NoteEmpty: 3, keyspace.NoteShadowed: 12}},
	{"churn", 117662212775477268, 54823, 340, 11, 12, keyspace.Tally{keyspace.NoteEmpty: 11, keyspace.NoteShadowed: 8}},
	{"churn-compacted", 117662322542706690, 9747, 324, 13, 23, keyspace.Tally{keyspace.NoteEmpty: 13, keyspace.NoteShadowed: 11}},
	{"legacy", 117662302529847296, 155, 54, 0, 4, keyspace.Tally{
		keyspace.NoteShadowed: 11, keyspace.NoteStreamBlob: 2, keyspace.NoteCounter: 2,
		keyspace.NoteScoreIndex: 2, keyspace.NoteOrphanTTL: 1, keyspace.NoteOrphanRows: 3,
	}},
	{"mixed", 117662290565070867, 276, 8, 0, 0, keyspace.Tally{}},
	{"quirks", 117662282547920896, 106, 13, 0, 0, keyspace.Tally{keyspace.NoteUnrepresentable: 1}},
}

// TestNodeSnapshots decodes what a real node wrote and compares every key with
// what the node itself answered.
func TestNodeSnapshots(t *testing.T) {
	for _, tt := range nodeFixtures {
		t.Run(tt.name, func(t *testing.T) {
			data := readOne(t, filepath.Join(nodeDir, tt.name, "*.fsm*"))
			truth := readTruth(t, tt.name)
			snap, err := fsm.Open(bytes.NewReader(data), int64(len(data)), fsm.Options{})
			if err != nil {
				t.Fatalf("Open: %v", err)
			}
			if got := snap.Origin().Fact("last_commit_ts"); got != tt.lastCommitTS {
				t.Errorf("LastCommitTS = %d, want %d", got, tt.lastCommitTS)
			}
			if got, want := snap.Origin().SHA256, fmt.Sprintf("%x", sha256.Sum256(data)); got != want {
				t.Errorf("SHA256 = %s, want %s", got, want)
			}
			if got := snap.Origin().Bytes; got != int64(len(data)) {
				t.Errorf("Bytes = %d, want %d", got, len(data))
			}
			var sum int64
			for _, c := range snap.Info().Classes() {
				sum += c.Records()
			}
			if got := snap.Info().Records(); got != tt.records || sum != got {
				t.Errorf("%d records, %d in classes; want %d", got, sum, tt.records)
			}
			got, notes := collect(t, snap)
			live, expired := 0, 0
			for name, k := range got {
				want, ok := truth.keys[name]
				switch {
				case ok:
					live++
					if diff := cmp.Diff(want.facts(t), factsOf(t, k, want)); diff != "" {
						t.Errorf("key %q %v (-want +got):\n%s", name, want.Cases, diff)
					}
				case k.ExpireAt.ExpiredAt(truth.capturedMs):
					expired++
				default:
					t.Errorf("key %q (%v, expires %v) decoded, want absent", name, k.Value.Type(), k.ExpireAt)
				}
			}
			empty := checkMissing(t, truth, got, notes)
			tally := snap.Counted()
			delete(tally, keyspace.NoteLeftover) // Remains of hidden lists may count or not.
			for _, n := range notes {
				tally[n.Kind]++
			}
			if diff := cmp.Diff(tt.notes, tally); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
			counts := []int{live, empty, expired}
			if diff := cmp.Diff([]int{tt.live, tt.empty, tt.expired}, counts); diff != "" {
				t.Errorf("live, empty and expired keys (-want +got):\n%s", diff)
			}
		})
	}
}

// checkMissing checks every key of the ground truth that was not decoded: it
// must be an empty collection with its note. It returns how many there are.
func checkMissing(t *testing.T, truth truth, got map[string]keyspace.Key, notes []keyspace.Note) (empty int) {
	t.Helper()
	noted := map[string]keyspace.Type{}
	for _, n := range notes {
		switch n.Kind {
		case keyspace.NoteEmpty:
			noted[n.Name] = n.Type
		case keyspace.NoteUnreadable:
			t.Errorf("key %q unreadable: %s", n.Name, n.Detail)
		case keyspace.NoteUnrepresentable, keyspace.NoteShadowed, keyspace.NoteCounter,
			keyspace.NoteScoreIndex, keyspace.NoteLastID, keyspace.NoteStreamBlob,
			keyspace.NoteDuplicate, keyspace.NoteOrphanTTL, keyspace.NoteOrphanRows,
			keyspace.NoteLeftover, keyspace.NoteUnresolved, keyspace.NoteUnknown,
			keyspace.NoteNewer, keyspace.NoteUnprotected, keyspace.NoteDetached, keyspace.NoteUnknownRedis:
		case keyspace.NoteExpired, keyspace.NoteDatabase, keyspace.NoteModuleData, keyspace.NoteFunction, keyspace.NoteProducers, keyspace.NoteImporting, keyspace.NoteTrailing:
		}
	}
	for name, want := range truth.keys {
		if _, ok := got[name]; ok {
			continue
		}
		typ, ok := noted[name]
		if !ok || !want.isEmpty() || typ != want.keyType(t) {
			t.Errorf("key %q %v (%s, %v) not decoded; empty note %v", name, want.Cases, want.Type, want.ExpireAtMs, ok)
			continue
		}
		empty++
		delete(noted, name)
	}
	for name := range noted {
		t.Errorf("empty note for key %q, want none", name)
	}
	return empty
}

// TestNodePartLimits decodes with the smallest parts and expects the same keys.
func TestNodePartLimits(t *testing.T) {
	for _, name := range []string{"alltypes", "legacy", "quirks"} {
		data := readOne(t, filepath.Join(nodeDir, name, "*.fsm*"))
		want, _ := collect(t, mustOpen(t, data, fsm.Options{}))
		for _, limit := range []keyspace.PartLimit{{Elements: 1}, {Bytes: 1}, {Elements: 3, Bytes: 64}} {
			t.Run(fmt.Sprintf("%s elements=%d bytes=%d", name, limit.Elements, limit.Bytes), func(t *testing.T) {
				got, _ := collect(t, mustOpen(t, data, fsm.Options{Part: limit}))
				if diff := cmp.Diff(want, got, cmpKeys); diff != "" {
					t.Errorf("keys differ from those in default parts (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestNodeSums recomputes the footers with a checksum of the test's own, so
// that a fixture damaged in the repository is told from a decoder's mistake.
func TestNodeSums(t *testing.T) {
	for _, tt := range nodeFixtures {
		data := readOne(t, filepath.Join(nodeDir, tt.name, "*.fsm*"))
		body, footer := data[:len(data)-4], data[len(data)-4:]
		sum := crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli))
		if got := []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}; !bytes.Equal(got, footer) {
			t.Errorf("%s: footer %x, want %x", tt.name, footer, got)
		}
	}
}
