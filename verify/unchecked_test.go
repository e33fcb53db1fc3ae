package verify

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// TestUnchecked: what is not compared on a server that has it stands in every
// result, and does not change its status.
func TestUnchecked(t *testing.T) {
	s := startRedis(t)
	str := keyspace.Key{Name: "k", Value: keyspace.String("v")}
	hash := keyspace.Key{Name: "h", Value: keyspace.Hash{{Name: "f", Value: "v"}}}
	stream := keyspace.Key{Name: "x", Value: keyspace.Stream{LastID: id(1, 0)}}
	dated := keyspace.Key{Name: "e", Value: keyspace.String("v"), ExpireAt: keyspace.ExpireAtMs(farMs)}
	for _, row := range []struct {
		name   string
		keys   []keyspace.Key
		change func(*Server)
		want   []string
	}{
		{"nothing", []keyspace.Key{str, hash, stream}, func(*Server) {}, nil},
		{"entries added", []keyspace.Key{stream}, func(s *Server) { s.EntriesAdded = true }, []string{"streams: how many entries were ever added"}},
		{"no streams", []keyspace.Key{str}, func(s *Server) { s.EntriesAdded = true }, nil},
		{"functions", []keyspace.Key{str}, func(s *Server) { s.Functions = true }, nil},
		{"exact expire times", []keyspace.Key{dated}, func(*Server) {}, nil},
		{"no expire times", []keyspace.Key{str}, func(s *Server) { s.PExpireTime = false }, nil},
		{"expire times by distance", []keyspace.Key{dated}, func(s *Server) { s.PExpireTime = false }, []string{"expire times"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s.flush(t, 0)
			s.write(t, row.keys...)
			server := redis7
			row.change(&server)
			res, _ := s.verified(t, sliceSource{keys: row.keys}, Options{Server: server})
			var got []string
			for _, what := range res.Unchecked {
				if i := slices.IndexFunc(row.want, func(w string) bool { return len(what) > len(w) && what[:len(w)+1] == w+":" }); i >= 0 {
					what = row.want[i] // the number of milliseconds varies
				}
				got = append(got, what)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("unchecked (-want +got):\n%s", diff)
			}
			if got := res.Outcome(Allow{}); got != Verified {
				t.Errorf("Outcome() = %v, want verified", got)
			}
		})
	}
}
