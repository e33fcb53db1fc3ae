package keyspace_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/keyspace"
)

// seqOf yields keys, and then err unless it is nil.
func seqOf(err error, keys ...keyspace.Key) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for _, k := range keys {
			if !yield(k, nil) {
				return
			}
		}
		if err != nil {
			yield(keyspace.Key{}, err)
		}
	}
}

// described returns a text for each key.
func described(keys []keyspace.Key) (texts []string) {
	for _, k := range keys {
		texts = append(texts, fmt.Sprintf("%d %s %q", k.DB, k.Name, k.Value))
	}
	return texts
}

func TestAssemble(t *testing.T) {
	errCut := errors.New("cut")
	part := func(db int, name string, part int, more bool, v keyspace.Value) keyspace.Key {
		return keyspace.Key{DB: db, Name: name, Part: part, More: more, Value: v}
	}
	for _, row := range []struct {
		name  string
		end   error
		parts []keyspace.Key
		want  []string
		says  string
	}{
		{"nothing", nil, nil, nil, ""},
		{"any order", nil, []keyspace.Key{
			part(3, "a", 0, false, keyspace.String("3")), part(0, "b", 0, false, keyspace.String("0")), part(0, "a", 0, false, keyspace.String("1")),
		}, []string{`0 a "1"`, `0 b "0"`, `3 a "3"`}, ""},
		{"parts of a set in the order of the source", nil, []keyspace.Key{
			part(1, "s", 0, true, keyspace.Set{"c"}), part(1, "s", 1, true, keyspace.Set{"b"}), part(1, "s", 2, false, keyspace.Set{"a"}),
			part(2, "s", 0, false, keyspace.Set{"x"}),
		}, []string{`1 s ["a" "b" "c"]`, `2 s ["x"]`}, ""},
		{"parts of strings", nil, []keyspace.Key{
			part(0, "a", 0, true, keyspace.String("x")), part(0, "a", 1, true, keyspace.String("y")), part(0, "a", 2, false, keyspace.String("z")),
			part(0, "b", 0, false, keyspace.String("whole")), part(0, "c", 0, true, keyspace.String("1")), part(0, "c", 1, false, keyspace.String("2")),
		}, []string{`0 a "xyz"`, `0 b "whole"`, `0 c "12"`}, ""},
		{"error of the sequence", errCut, []keyspace.Key{part(0, "a", 0, false, keyspace.String(""))}, nil, "cut"},
		{"key twice", nil, []keyspace.Key{
			part(2, "a", 0, false, keyspace.String("")), part(0, "b", 0, false, keyspace.String("")), part(2, "a", 0, false, keyspace.String("")),
		}, nil, `database 2, key "a" occurs twice`},
		{"element twice, in two parts", nil, []keyspace.Key{
			part(0, "s", 0, true, keyspace.Set{"a"}), part(0, "s", 1, false, keyspace.Set{"a"}),
		}, nil, `key "s": an element occurs twice`},
		{"a part goes on in another database", nil, []keyspace.Key{
			part(0, "s", 0, true, keyspace.Set{"a"}), part(1, "s", 1, false, keyspace.Set{"b"}),
		}, nil, `database 1, key "s", part 1: another key`},
		{"first part missing", nil, []keyspace.Key{part(0, "s", 1, false, keyspace.Set{"a"})}, nil, "without the parts before it"},
		{"another type", nil, []keyspace.Key{
			part(0, "s", 0, true, keyspace.Set{"a"}), part(0, "s", 1, false, keyspace.List{"a"}),
		}, nil, "a part is a list"},
		{"last part missing", nil, []keyspace.Key{part(0, "s", 0, true, keyspace.Set{"a"})}, nil, "ends after part 0"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := keyspace.Assemble(seqOf(row.end, row.parts...))
			if row.says != "" {
				if err == nil || !strings.Contains(err.Error(), row.says) || row.end != nil && !errors.Is(err, row.end) {
					t.Errorf("Assemble = %v, want an error with %q", err, row.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, described(got)); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			for _, k := range got {
				if found, ok := keyspace.Find(got, k.DB, k.Name); !k.Whole() || !ok || len(keyspace.Diff(k, found)) > 0 {
					t.Errorf("Find(%d, %q) = %v, %v", k.DB, k.Name, found, ok)
				}
			}
			if k, ok := keyspace.Find(got, 7, "a"); ok {
				t.Errorf("Find in database 7 = %v", k)
			}
		})
	}
}

// TestPaired: keys meet by database and name, and none is left out.
func TestPaired(t *testing.T) {
	key := func(db int, name string) keyspace.Key {
		return keyspace.Key{DB: db, Name: name, Value: keyspace.String("")}
	}
	want := []keyspace.Key{key(0, "a"), key(0, "c"), key(1, "a"), key(2, "z")}
	got := []keyspace.Key{key(0, "b"), key(0, "c"), key(2, "a"), key(2, "z"), key(3, "a")}
	var pairs []string
	for w, g := range keyspace.Paired(want, got) {
		switch {
		case g == nil:
			pairs = append(pairs, fmt.Sprint("-", w.DB, w.Name))
		case w == nil:
			pairs = append(pairs, fmt.Sprint("+", g.DB, g.Name))
		default:
			pairs = append(pairs, fmt.Sprint(w.DB, w.Name, " ", g.DB, g.Name))
		}
	}
	if diff := cmp.Diff([]string{"-0a", "+0b", "0c 0c", "-1a", "+2a", "2z 2z", "+3a"}, pairs); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
}
