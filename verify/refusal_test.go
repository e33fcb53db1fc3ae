package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
	"redrill/verify/internal/compare"
)

// TestUnreadableOnTarget: what the server says about one key, or fails to say,
// costs that key and no other.
func TestUnreadableOnTarget(t *testing.T) {
	s := startRedis(t)
	keys := sampleKeys()
	s.write(t, keys...)
	for _, row := range []struct {
		name, reply string
		words       []string
		key, why    string
	}{
		{"an error", "-ERR decode list: malformed delta\r\n", []string{"LRANGE", "l"}, "l", "LRANGE: ERR decode list: malformed delta"},
		{"an error of a class of its own", "-CORRUPT it is\r\n", []string{"HMGET", "h"}, "h", "HMGET: CORRUPT it is"},
		{"an error with bytes", "-ERR \xff\x1b[31m \u202e\x7f\r\n", []string{"SMISMEMBER", "t"}, "t", `SMISMEMBER: ERR \xff\x1b[31m \u202e\x7f`},
		{"a key out of reach", "-NOPERM this user has no permissions to access one of the keys used as arguments\r\n", []string{"HLEN", "h"}, "h",
			"HLEN: NOPERM this user has no permissions to access one of the keys used as arguments"},
		{"a length that is none", "+many\r\n", []string{"ZCARD", "z"}, "z", `ZCARD: unexpected reply +many\r\n`},
		{"entries without IDs", "*1\r\n*1\r\n$1\r\na\r\n", []string{"XRANGE", "x"}, "x", `XRANGE: unexpected reply *1\r\n*1\r\n$1\r\na\r\n`},
		{"no scores", ":1\r\n", []string{"ZMSCORE", "z"}, "z", `ZMSCORE: unexpected reply :1\r\n`},
		{"fewer values", "*0\r\n", []string{"HMGET", "h"}, "h", `HMGET: unexpected reply *0\r\n`},
		{"no registers", "-ERR not UTF-8: \xc3(\r\n", []string{"GET", "p"}, "p", `GET: ERR not UTF-8: \xc3(`},
		{"no expire time", "-ERR no clock\r\n", []string{"PEXPIRETIME", "s"}, "s", "PEXPIRETIME: ERR no clock"},
		{"an expire time that is none", "$1\r\n1\r\n", []string{"PEXPIRETIME", "s"}, "s", `PEXPIRETIME: unexpected reply $1\r\n1\r\n`},
	} {
		t.Run(row.name, func(t *testing.T) {
			res, diffs := s.answering(t, about(row.reply, row.words...)).verified(t, sliceSource{keys: keys}, Options{})
			if len(diffs) > 0 || len(res.Invalid) > 0 || res.Differences > 0 {
				t.Errorf("differences %+v, invalid %q, want none", diffs, res.Invalid)
			}
			if res.Verdicts.Unanswered != 1 || res.Verdicts.Equal != int64(len(keys))-1 || res.Outcome(Allow{}) != Incomplete {
				t.Errorf("verdicts %+v, outcome %v, want one unreadable on the target, the others equal, and incomplete", res.Verdicts, res.Outcome(Allow{}))
			}
			if len(res.Unanswered) != 1 || string(res.Unanswered[0].Key) != row.key || res.Unanswered[0].Why != row.why {
				t.Errorf("unreadable on the target: %+v, want %s because of %s", res.Unanswered, row.key, row.why)
			}
			if text, err := json.Marshal(res); err != nil || !utf8.Valid(text) {
				t.Errorf("JSON %q, %v", text, err)
			}
		})
	}
}

// TestUnreadableAndDifferent: what was found before the server failed is true.
func TestUnreadableAndDifferent(t *testing.T) {
	s := startRedis(t)
	key := keyspace.Key{Name: "h", Value: keyspace.Hash{{Name: "a", Value: "1"}}}
	s.write(t, key)
	s.do(t, "HSET", "h", "a", "2")
	res, diffs := s.answering(t, about("+many\r\n", "HLEN")).verified(t, sliceSource{keys: []keyspace.Key{key}}, Options{})
	if len(diffs) != 1 || res.Verdicts.Different != 1 || res.Outcome(Allow{}) != Different {
		t.Errorf("differences %+v, verdicts %+v, want one", diffs, res.Verdicts)
	}
}

// TestUnreadableIsNoExtra: a key of which nothing can be told may be there or
// not; neither makes a key too many.
func TestUnreadableIsNoExtra(t *testing.T) {
	s := startRedis(t)
	keys := []keyspace.Key{{Name: "a", Value: keyspace.String("1")}, {Name: "b", Value: keyspace.String("1")}}
	for _, there := range []int{1, 2} {
		s.write(t, keys[there-1])
		res, diffs := s.answering(t, about("-ERR no\r\n", "PEXPIRETIME", "b")).verified(t, sliceSource{keys: keys}, Options{})
		if len(diffs) > 0 || len(res.Invalid) > 0 || res.Extra.Keys != 0 {
			t.Errorf("%d keys there: differences %+v, invalid %q", there, diffs, res.Invalid)
		}
	}
	s.do(t, "SET", "more", 1)
	if _, diffs := s.answering(t, about("-ERR no\r\n", "PEXPIRETIME", "b")).verified(t, sliceSource{keys: keys}, Options{}); len(diffs) != 1 || diffs[0].Key != "more" {
		t.Errorf("differences %+v, want the key more", diffs)
	}
}

// TestManyUnreadable names the first of them.
func TestManyUnreadable(t *testing.T) {
	s := startRedis(t)
	var keys []keyspace.Key
	for i := range 100 {
		keys = append(keys, keyspace.Key{Name: fmt.Sprintf("k%d", i), Value: keyspace.List{"a"}})
	}
	s.write(t, keys...)
	res, _ := s.answering(t, about("-ERR no\r\n", "LRANGE")).verified(t, sliceSource{keys: keys}, Options{Connections: 3})
	if len(res.Unanswered) != compare.MaxUnanswered || res.Verdicts.Unanswered != 100 {
		t.Errorf("%d of %d are named, want %d of 100", len(res.Unanswered), res.Verdicts.Unanswered, compare.MaxUnanswered)
	}
}

// TestServerErrorsEndTheRun: an error about the server is none about a key.
func TestServerErrorsEndTheRun(t *testing.T) {
	s := startRedis(t)
	keys := sampleKeys()
	s.write(t, keys...)
	for _, code := range []string{"LOADING", "MASTERDOWN", "CLUSTERDOWN", "MOVED", "NOAUTH"} {
		o := s.answering(t, about("-"+code+" \xffwhy\r\n", "LRANGE", "l")).Options
		_, err := Run(t.Context(), o, func() (keyspace.Source, error) { return sliceSource{keys: keys}, nil }, Options{Server: redis7, AsOfMs: asOfMs})
		if !errors.Is(err, ErrTarget) || !strings.Contains(err.Error(), `LRANGE: `+code+` \xffwhy`) {
			t.Errorf("Run() = %v, want %v with %s", err, ErrTarget, code)
		}
	}
}

// TestMissingCommand is named once, before all else that was not checked, and
// no canary counts that could not be asked.
func TestMissingCommand(t *testing.T) {
	long := strings.Repeat("f\xff", 40)
	var keys []keyspace.Key
	for i := range 50 {
		keys = append(keys, keyspace.Key{Name: fmt.Sprintf("h\xff%d", i), Value: keyspace.Hash{{Name: long, Value: "1"}, {Name: fmt.Sprint(i), Value: ""}}})
	}
	keys = append(keys, keyspace.Key{Name: "s", Value: keyspace.String("v")}, keyspace.Key{Name: "l", Value: keyspace.List{"a", "b"}})
	for _, row := range []struct {
		name   string
		args   []string
		revoke []any
		want   []string
	}{
		{"renamed away", []string{"--rename-command", "HMGET", ""}, nil,
			[]string{"HMGET: ERR unknown command 'HMGET'", "canaries: HMGET: ERR unknown command 'HMGET'"}},
		{"forbidden", nil, []any{"ACL", "SETUSER", "default", "-hmget"},
			[]string{"HMGET: NOPERM this user has no permissions to run the 'hmget' command", "canaries: HMGET: NOPERM this user has no permissions to run the 'hmget' command"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startRedis(t, row.args...)
			s.write(t, keys...)
			if row.revoke != nil {
				s.do(t, row.revoke...)
			}
			res, diffs := s.verified(t, sliceSource{keys: splitAll(keys, 1)}, Options{Connections: 2})
			if len(diffs) > 0 || len(res.Invalid) > 0 {
				t.Errorf("differences %+v, invalid %q, want none", diffs, res.Invalid)
			}
			if res.Verdicts.Unsupported != 50 || res.Verdicts.Equal != 2 || res.Outcome(Allow{}) != Incomplete {
				t.Errorf("verdicts %+v, want 50 unsupported", res.Verdicts)
			}
			if diff := cmp.Diff(row.want, res.Unchecked[:min(2, len(res.Unchecked))]); diff != "" {
				t.Errorf("unchecked %q (-want +got):\n%s", res.Unchecked, diff)
			}
			if res.Canaries.Planted != res.Canaries.Caught || res.Canaries.Caught == 0 {
				t.Errorf("canaries %+v", res.Canaries)
			}
			if text, err := json.Marshal(res); err != nil || !utf8.Valid(text) {
				t.Errorf("JSON %q, %v", text, err)
			}
		})
	}
}

// TestMissingMGet: where strings cannot be read together each is read alone.
func TestMissingMGet(t *testing.T) {
	s := startRedis(t, "--rename-command", "MGET", "")
	keys := []keyspace.Key{{Name: "a", Value: keyspace.String("1")}, {Name: "b", Value: keyspace.String("2")}}
	s.write(t, keys...)
	s.do(t, "SET", "b", "3")
	res, diffs := s.verified(t, sliceSource{keys: keys}, Options{})
	if len(diffs) != 1 || diffs[0].Key != "b" || res.Verdicts.Equal != 1 || len(res.Invalid) > 0 {
		t.Errorf("differences %+v, verdicts %+v, invalid %q; want one of b", diffs, res.Verdicts, res.Invalid)
	}
}
