package restore_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"redrill/keyspace"
	"redrill/restore"
)

// code returns a library with one function of the same name, which returns value.
func code(name, value string) string {
	return fmt.Sprintf("#!lua name=%s\nredis.register_function('%s', function() return '%s' end)", name, name, value)
}

// loaded returns the code of the libraries of a server by name.
func (r reader) loaded() map[string]string {
	r.tb.Helper()
	all := map[string]string{}
	for _, raw := range r.do("FUNCTION", "LIST", "WITHCODE").([]any) {
		library := fields(raw)
		all[library["library_name"].(string)] = library["library_code"].(string)
	}
	return all
}

func checkLoaded(t *testing.T, r reader, want ...string) {
	t.Helper()
	got := r.loaded()
	if len(got) != len(want) {
		t.Errorf("%d libraries, want %d: %v", len(got), len(want), got)
	}
	for _, c := range want {
		found := false
		for _, g := range got {
			found = found || g == c
		}
		if !found {
			t.Errorf("%q is not loaded", c)
		}
	}
}

// TestRunLoadsFunctions: libraries come before the keys.
func TestRunLoadsFunctions(t *testing.T) {
	libraries := []string{code("one", "1"), code("two", "2")}
	for _, opts := range []restore.Options{{}, {NoScan: true}, {Replace: true}, {RunID: "a"}} {
		for _, protocol := range bothProtocols {
			s := startServer(t)
			needs := needsOf(lists(3)...)
			needs.AddFunctions(libraries)
			opts.Server, opts.Needs, opts.Functions = restore.Server{}, needs, libraries
			early := false
			seq := func(yield func(keyspace.Key, error) bool) {
				early = len(newReader(t, s.client(t)).loaded()) == 2
				seqOf(lists(3)...)(yield)
			}
			result, err := restore.Run(t.Context(), s.over(protocol), seq, opts)
			if err != nil || result.Functions != 2 || result.Keys != 3 || !early {
				t.Fatalf("Run = %+v, %v, libraries before the keys: %v", result, err, early)
			}
			checkLoaded(t, newReader(t, s.client(t)), libraries...)
		}
	}
}

// TestFunctionsMakeATargetNotEmpty: unless they are replaced, or asked for by name.
func TestFunctionsMakeATargetNotEmpty(t *testing.T) {
	for _, row := range []struct {
		name string
		opts restore.Options
		text string   // of the error
		want []string // libraries afterwards
	}{
		{"other functions", restore.Options{}, "target is not empty: it has 2 libraries of functions", []string{code("one", "before"), code("other", "o")}},
		{"by name", restore.Options{NoScan: true}, `target is not empty: function library "one" exists`, []string{code("one", "before"), code("other", "o")}},
		{"replace", restore.Options{Replace: true}, "", []string{code("one", "1"), code("other", "o")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startServer(t)
			r := newReader(t, s.client(t))
			r.do("FUNCTION", "LOAD", code("one", "before"))
			r.do("FUNCTION", "LOAD", code("other", "o"))
			row.opts.Server, row.opts.Functions = full, []string{code("one", "1")}
			early := restore.CheckTarget(t.Context(), s.options(), row.opts)
			_, err := restore.Run(t.Context(), s.options(), seqOf(lists(1)...), row.opts)
			if row.text == "" && (err != nil || early != nil) || row.text != "" && (!errors.Is(err, restore.ErrNotEmpty) || err.Error() != row.text || early == nil || early.Error() != row.text) {
				t.Errorf("CheckTarget = %v, Run = %v, want %q", early, err, row.text)
			}
			checkLoaded(t, r, row.want...)
		})
	}
	s := startServer(t)
	newReader(t, s.client(t)).do("FUNCTION", "LOAD", code("one", "before"))
	if _, err := restore.Run(t.Context(), s.options(), seqOf(lists(1)...), restore.Options{Server: full}); !errors.Is(err, restore.ErrNotEmpty) || !strings.Contains(err.Error(), "1 library of functions") {
		t.Errorf("Run without functions = %v, want ErrNotEmpty", err)
	}
}

// TestFailedFunctionsAreRemoved: a library that the server refuses ends the run before
// the first key, and those before it are deleted.
func TestFailedFunctionsAreRemoved(t *testing.T) {
	for _, row := range []struct{ last, text string }{
		{"#!js name=mine\nfoo", `function library "mine": FUNCTION LOAD: ERR Engine 'js' not found`},
		{"#!lua name=mine\nnot lua", `function library "mine": FUNCTION LOAD: ERR Error compiling function`},
		{"no library", `function library "": FUNCTION LOAD: ERR Missing library metadata`},
		{code("one", "again"), `function library "one": FUNCTION LOAD: ERR Library 'one' already exists`},
	} {
		s := startServer(t)
		libraries := []string{code("one", "1"), row.last}
		result, err := restore.Run(t.Context(), s.options(), seqOf(lists(1)...), restore.Options{Server: full, Functions: libraries, RunID: "a"})
		if !errors.Is(err, restore.ErrTarget) || !strings.Contains(err.Error(), row.text) {
			t.Errorf("Run = %v, want %q", err, row.text)
		}
		u := result.CleanUp
		if u == nil || u.Functions != 1 || u.FunctionsLeft != 0 || u.Written != 0 || u.String() != "this run deleted 1 library of functions that it had loaded" {
			t.Errorf("clean-up: %+v", u)
		}
		r := newReader(t, s.client(t))
		checkLoaded(t, r)
		if r.do("DBSIZE") != int64(0) {
			t.Errorf("%v keys stay", r.do("DBSIZE"))
		}
	}
}

// TestFunctionsOfAFailedRun: they go with the keys, or stay with them.
func TestFunctionsOfAFailedRun(t *testing.T) {
	for _, row := range []struct {
		name string
		opts restore.Options
		text string // of the clean-up
		stay bool
	}{
		{"removed", restore.Options{Again: again(lists(500)...)}, "this run deleted 1 library of functions", false},
		{"keys cannot be told", restore.Options{}, "this run deleted 1 library of functions", false},
		{"kept", restore.Options{Again: again(lists(500)...), Keep: true}, "up to 1 library of functions may stay on the server: that was asked for", true},
		{"replaced", restore.Options{Again: again(lists(500)...), Replace: true}, "up to 1 library of functions may stay on the server: what they replaced", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := startServer(t)
			r := newReader(t, s.client(t))
			opts := row.opts
			opts.Server, opts.Functions, opts.PipelineCommands = full, []string{code("one", "1")}, 10
			wait := written(&opts)
			seq := func(yield func(keyspace.Key, error) bool) {
				endsWith(errSource, 499, func() {
					wait()
					if !row.opts.Replace {
						r.do("FUNCTION", "LOAD", code("theirs", "t"))
					}
				}, lists(500)...)(yield)
			}
			result, err := restore.Run(t.Context(), s.options(), seq, opts)
			if !errors.Is(err, errSource) || result.CleanUp == nil || !strings.Contains(result.CleanUp.String(), row.text) {
				t.Fatalf("Run = %+v, %v, want %q", result.CleanUp, err, row.text)
			}
			_, stays := r.loaded()["one"]
			_, theirs := r.loaded()["theirs"]
			if stays != row.stay || theirs == row.opts.Replace {
				t.Errorf("the library stays: %v, that of somebody else: %v", stays, theirs)
			}
		})
	}
}

// TestFunctionsSurviveABrokenConnection: a library whose answer was lost is loaded again
// and is still this run's.
func TestFunctionsSurviveABrokenConnection(t *testing.T) {
	for _, forward := range []func(int) int{func(int) int { return 0 }, func(n int) int { return n }} {
		s := startServer(t)
		p := startProxy(t, "unix", s.Socket, "name=one", forward)
		libraries := []string{code("one", "1"), code("two", "2")}
		result, err := restore.Run(t.Context(), &redis.Options{Addr: p.listener.Addr().String()}, seqOf(lists(10)...), restore.Options{Server: full, Functions: libraries})
		if err != nil || result.Functions != 2 {
			t.Fatalf("Run = %+v, %v", result, err)
		}
		checkLoaded(t, newReader(t, s.client(t)), libraries...)
	}
}

// TestFunctionsThatStay: a library that cannot be deleted is told.
func TestFunctionsThatStay(t *testing.T) {
	s := startServer(t)
	var deletes atomic.Int64
	fake := s.Answering(t, func(words []string) string {
		if words[0] == "FUNCTION" && words[1] == "DELETE" {
			deletes.Add(1)
			return "-NOPERM no permissions to run the 'function|delete' command\r\n"
		}
		return ""
	})
	result, err := restore.Run(t.Context(), fake.Options, seqOf(lists(1)...), restore.Options{Server: full, Functions: []string{code("one", "1"), "no library"}})
	u := result.CleanUp
	if err == nil || u == nil || u.FunctionsLeft != 1 || deletes.Load() != 1 || !strings.Contains(u.String(), "up to 1 library of functions may stay on the server: FUNCTION DELETE one: NOPERM") {
		t.Errorf("Run = %+v, %v", u, err)
	}
}

// TestAnotherLibraryIsNotTaken: a server that answers with another name has not loaded
// this library.
func TestAnotherLibraryIsNotTaken(t *testing.T) {
	s := startServer(t)
	fake := s.Answering(t, func(words []string) string {
		if words[0] == "FUNCTION" && words[1] == "LOAD" {
			return "$3\r\ntwo\r\n"
		}
		return ""
	})
	_, err := restore.Run(t.Context(), fake.Options, seqOf(lists(1)...), restore.Options{Server: full, Functions: []string{code("one", "1")}})
	if !errors.Is(err, restore.ErrTarget) || !strings.Contains(err.Error(), `function library "one": FUNCTION LOAD: answered "two"`) {
		t.Errorf("Run = %v", err)
	}
}
