package fsm_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redrill/decoder/fsm"
	"redrill/fuzz/fsmtest"
	"redrill/keyspace"
)

const fieldDir = "../../testdata/field"

// TestFieldSnapshots decodes snapshots of stores of several groups and of the
// next version, as far as lists are concerned.
func TestFieldSnapshots(t *testing.T) {
	tests := []struct {
		file   string
		lists  map[string]keyspace.List
		notes  []string
		counts keyspace.Tally
	}{
		{
			"real-pr1090-*.fsm",
			map[string]keyspace.List{"queue:mail": {"job-0", "job-1", "job-2", "job-3", "job-4"}, "one": {"only"}},
			nil, keyspace.Tally{},
		},
		{
			"split-group1-*.fsm", map[string]keyspace.List{"alist": {"a", "b"}},
			[]string{`unreadable list "mlist"`}, keyspace.Tally{},
		},
		{
			"nan-zset-*.fsm",
			map[string]keyspace.List{"k": {"a", "b", "c"}, "d|\x00\x00\x00\x01k" + strings.Repeat("\x01", 12): {"other"}},
			[]string{`unrepresentable zset "z" element "b"`}, keyspace.Tally{},
		},
		{"split-group2-*.fsm", map[string]keyspace.List{}, nil, keyspace.Tally{keyspace.NoteDetached: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			data := readOne(t, filepath.Join(fieldDir, tt.file))
			snap, err := fsm.Open(bytes.NewReader(data), int64(len(data)), fsm.Options{})
			if err != nil {
				t.Fatal(err)
			}
			keys, notes, err := decodeAll(snap)
			if err != nil {
				t.Fatal(err)
			}
			lists := map[string]keyspace.List{}
			for name, k := range keys {
				if l, is := k.Value.(keyspace.List); is {
					lists[name] = l
				}
			}
			if diff := cmp.Diff(tt.lists, lists); diff != "" {
				t.Errorf("lists (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.notes, noteTexts(notes)); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.counts, snap.Counted()); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMigrationClass: what a migration leaves is counted in classes of its own.
func TestMigrationClass(t *testing.T) {
	const ts = 7
	records := fsmtest.At(ts, fsmtest.Staged(1, fsmtest.String("k").Row("v")), fsmtest.OtherRow("!migwrite|", "x", ""),
		fsmtest.OtherRow("!txn|ok|", "x", ""), fsmtest.List("l").NewDelta(1, 1, 0, 0))
	file := fsmtest.Snapshot(fsmtest.Node(ts), append(records, fsmtest.MigrationRecords(1, "")...)...)
	snap, err := fsm.Open(bytes.NewReader(file), int64(len(file)), fsm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, c := range snap.Info().Classes() {
		got[c.Class] = c.Live
	}
	want := map[string]int64{"staged copy": 1, "migration": 1, "transaction marker": 1, "list delta, new": 1, "migration state": 4}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
}

// TestMetaRows: what the operational rows of a node say stands in the description.
func TestMetaRows(t *testing.T) {
	file := fsmtest.Snapshot(fsmtest.Node(7), fsmtest.MetaRecords(7, 42)...)
	snap, err := fsm.Open(bytes.NewReader(file), int64(len(file)), fsm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if info := snap.Info(); info.AppliedIndex != 42 || info.MinRetainedTS != 1 || info.LastCommitTS != 7 || info.Records() != 3 {
		t.Errorf("info %+v", info)
	}
}

// TestUnknownPrefixes: unknown rows are named by their family, with a second
// part where there is one, in bounded memory.
func TestUnknownPrefixes(t *testing.T) {
	const ts = 7
	rows := []fsmtest.Row{
		fsmtest.OtherRow("!lst|gamma|", "a", ""), fsmtest.OtherRow("!lst|gamma|", "b", ""),
		fsmtest.OtherRow("!cache|", "User|x", ""), fsmtest.OtherRow("!cache|", "user", ""),
		fsmtest.OtherRow("!cache|", "|x", ""),
		fsmtest.OtherRow("!zz|meta|", "x", ""),
	}
	records := append(fsmtest.At(ts, rows...), fsmtest.OtherRow("!gone|", "x", "").DeletedAt(ts))
	if diff := cmp.Diff([]fsm.UnknownPrefix{
		{Prefix: "!cache|", Rows: 3}, {Prefix: "!lst|gamma|", Rows: 2, Redis: true}, {Prefix: "!zz|meta|", Rows: 1},
	}, unknownPrefixes(t, records)); diff != "" {
		t.Errorf("prefixes (-want +got):\n%s", diff)
	}

	for i := range 100 {
		records = append(records, fsmtest.OtherRow(fmt.Sprintf("!many%02d|", i), "x", "").At(ts))
	}
	long := "!" + string(bytes.Repeat([]byte("a"), 1000)) + "|"
	records = append(records, fsmtest.OtherRow(long, "x", "").At(ts))
	got := unknownPrefixes(t, records)
	if len(got) != 32 {
		t.Errorf("%d prefixes are kept, want 32", len(got))
	}
	for _, p := range got {
		if len(p.Prefix) > 64 {
			t.Errorf("prefix of %d bytes", len(p.Prefix))
		}
	}
}

func unknownPrefixes(t *testing.T, records []fsmtest.Record) []fsm.UnknownPrefix {
	t.Helper()
	file := fsmtest.Snapshot(fsmtest.Node(7), records...)
	snap, err := fsm.Open(bytes.NewReader(file), int64(len(file)), fsm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return snap.UnknownPrefixes()
}
