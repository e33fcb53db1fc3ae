package verify

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

func library(name, body string) string {
	return "#!lua name=" + name + "\nredis.register_function('" + name + "', function() return " + body + " end)\n"
}

// TestFunctions makes every change of function libraries, and demands exactly one difference.
func TestFunctions(t *testing.T) {
	able := redis7
	able.Functions = true
	one, two := library("one", "1"), library("Two_2", strings.Repeat("1 + ", 3000)+"1")
	long := library("one", strings.Repeat("1 + ", 100_000)+"1")
	for _, row := range []struct {
		name     string
		source   []string
		commands [][]any
		want     string
		found    Functions
	}{
		{"equal", []string{two, one}, nil, "", Functions{Libraries: 2, Equal: 2}},
		{"missing", []string{two, one}, [][]any{{"FUNCTION", "DELETE", "one"}}, `function_missing|one|function library "one"`, Functions{Libraries: 2, Equal: 1, Missing: 1}},
		{"extra", []string{two, one}, [][]any{{"FUNCTION", "LOAD", library("more", "1")}}, `function_extra|more|function library "more"`, Functions{Libraries: 2, Equal: 2, Extra: 1}},
		{"a byte", []string{two, one}, [][]any{{"FUNCTION", "LOAD", "REPLACE", library("one", "2")}}, `function_code|one|function library "one"/code@64`, Functions{Libraries: 2, Equal: 1, Different: 1}},
		{"a byte more", []string{two, one}, [][]any{{"FUNCTION", "LOAD", "REPLACE", one + "\n"}}, `function_code|one|function library "one"/code@71`, Functions{Libraries: 2, Equal: 1, Different: 1}},
		{"far longer", []string{two, one}, [][]any{{"FUNCTION", "LOAD", "REPLACE", long}}, `function_code|one|function library "one"/code@66`, Functions{Libraries: 2, Equal: 1, Different: 1}},
		{"another case", []string{two, one}, [][]any{{"FUNCTION", "LOAD", strings.ReplaceAll(library("ONE", "2"), "function('ONE'", "function('x'")}}, `function_extra|ONE|function library "ONE"`, Functions{Libraries: 2, Equal: 2, Extra: 1}},
		{"the source has none", nil, nil, `function_extra|Two_2|function library "Two_2" function_extra|one|function library "one"`, Functions{Extra: 2}},
		{"the server has none", []string{one}, [][]any{{"FUNCTION", "FLUSH"}}, `function_missing|one|function library "one"`, Functions{Libraries: 1, Missing: 1}},
	} {
		for _, protocol := range bothProtocols {
			t.Run(row.name, func(t *testing.T) {
				s := startRedis(t)
				key := keyspace.Key{Name: "k", Value: keyspace.String("v")}
				s.write(t, key)
				s.do(t, "FUNCTION", "LOAD", one)
				s.do(t, "FUNCTION", "LOAD", two)
				for _, c := range row.commands {
					s.do(t, c...)
				}
				res, diffs := s.over(protocol).verifiedWith(t, []keyspace.Key{key}, row.source, Options{Server: able})
				var got []string
				for _, d := range diffs {
					got = append(got, describe(d))
				}
				if diff := cmp.Diff(row.want, strings.Join(got, " ")); diff != "" || len(res.Invalid) > 0 {
					t.Errorf("differences (-want +got):\n%sinvalid %q", diff, res.Invalid)
				}
				if res.Functions == nil || *res.Functions != row.found {
					t.Errorf("Functions = %+v, want %+v", res.Functions, row.found)
				}
				if outcome := res.Outcome(Allow{}); (outcome == Verified) != (row.want == "") {
					t.Errorf("Outcome() = %v", outcome)
				}
				planted := map[Kind]int64{}
				for _, c := range res.Canaries.Kinds {
					if c.Type == "functions" {
						planted[c.Kind] = c.Caught
					}
				}
				if row.found.Equal > 0 && (planted[KindFunctionCode] != row.found.Equal || planted[KindFunctionMissing] != 1 || planted[KindFunctionExtra] != 1) {
					t.Errorf("canaries %v, want each kind", planted)
				}
			})
		}
	}
}

// TestFunctionsThatCannotBeShown: a source with functions cannot be verified on a server that
// does not show them; one without can.
func TestFunctionsThatCannotBeShown(t *testing.T) {
	able := redis7
	able.Functions = true
	s := startRedis(t)
	key := keyspace.Key{Name: "k", Value: keyspace.String("v")}
	s.write(t, key)
	refusing := s.answering(t, func(words []string) string {
		if words[0] == "FUNCTION" {
			return "-NOPERM this user has no permissions to run the 'function|list' command\r\n"
		}
		return ""
	})
	for _, row := range []struct {
		name    string
		server  *testServer
		can     Server
		source  []string
		outcome Outcome
		found   *Functions
	}{
		{"unknown command, no functions", s, redis7, nil, Verified, nil},
		{"none anywhere", s, able, nil, Verified, nil},
		{"unknown command", s, redis7, []string{library("one", "1")}, Incomplete, &Functions{Libraries: 1, Unsupported: 1}},
		{"refused", refusing, able, []string{library("one", "1")}, Incomplete, &Functions{Libraries: 1, Unsupported: 1}},
		{"refused, no functions", refusing, able, nil, Verified, nil},
		{"a library without a name", s, able, []string{"#!lua\nx"}, Incomplete, &Functions{Libraries: 1, Unsupported: 1}},
		{"no first line", s, able, []string{"redis.register_function()"}, Incomplete, &Functions{Libraries: 1, Unsupported: 1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			res, diffs := row.server.verifiedWith(t, []keyspace.Key{key}, row.source, Options{Server: row.can})
			if diff := cmp.Diff(row.found, res.Functions); diff != "" || len(diffs) > 0 || res.Outcome(Allow{Unknown: true, Unresolved: true, Unchecked: Promises[:]}) != row.outcome {
				t.Errorf("functions (-want +got):\n%s differences %v, reasons %v", diff, diffs, res.Reasons(Allow{}))
			}
			if said := strings.Contains(strings.Join(res.Unchecked, "\n"), "functions"); said != (row.outcome != Verified || row.server == refusing) {
				t.Errorf("unchecked %q", res.Unchecked)
			}
		})
	}
}

// withFunctions is a source with functions.
type withFunctions struct {
	sliceSource
	codes []string
}

func (s withFunctions) Functions() []string { return s.codes }

func (s *testServer) verifiedWith(tb testing.TB, keys []keyspace.Key, codes []string, opts Options) (*Result, []Difference) {
	tb.Helper()
	var diffs []Difference
	opts.AsOfMs = asOfMs
	opts.Diffs = func(d Difference) { diffs = append(diffs, d) }
	res, err := Run(context.Background(), s.Options, func() (keyspace.Source, error) {
		return withFunctions{sliceSource{keys: keys}, codes}, nil
	}, opts)
	if err != nil {
		tb.Fatalf("Run() = %v", err)
	}
	return res, diffs
}
