package keyspace

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func pending(ms uint64, owner string) Pending {
	return Pending{ID: ID{Ms: ms}, Owner: Some(owner), DeliveredMs: int64(ms), Deliveries: ms}
}

// grouped is a stream with entries and groups of every kind.
func grouped() Stream {
	return Stream{
		Entries: []Entry{{ID: ID{Ms: 1}, Pairs: []Pair{{"f", "v"}}}, {ID: ID{Ms: 2}, Pairs: []Pair{{"f", "w"}}}},
		LastID:  ID{Ms: 9}, EntriesAdded: Some(uint64(7)), FirstID: Some(ID{Ms: 1}),
		Groups: []Group{
			{Name: "", LastDeliveredID: ID{Ms: 5}, EntriesRead: Some(uint64(3))},
			{Name: "a", Consumers: []Consumer{{Name: "c", SeenMs: Some(int64(4))}, {Name: "d", ActiveMs: Some(int64(-1))}},
				Pending: []Pending{pending(1, "c"), pending(2, "d"), pending(7, "c"), {ID: ID{Ms: 8}, Deliveries: 2}, {ID: ID{Ms: 3}}}},
			{Name: "b", Pending: []Pending{{ID: ID{Ms: 4}}}},
		},
	}
}

// TestGroupsThereAndBack cuts a stream with groups into parts of every size and joins them.
func TestGroupsThereAndBack(t *testing.T) {
	k := Key{Name: "s", Value: grouped()}
	for n := range 16 {
		parts := Split(k, n)
		if err := feed(parts); err != nil {
			t.Fatalf("parts of %d: %v", n, err)
		}
		joined := parts[0].Value
		for i, p := range parts {
			v, _ := p.Value.(Stream)
			if items := len(v.Entries) + GroupItems(v.Groups); n > 0 && (items > n || items == 0) {
				t.Errorf("parts of %d: part %d has %d items", n, i, items)
			}
			if i == 0 {
				continue
			}
			var err error
			if joined, err = Join(joined, p.Value); err != nil {
				t.Fatal(err)
			}
		}
		if changes := Diff(k, Key{Name: "s", Value: joined}); len(changes) > 0 {
			t.Errorf("parts of %d: %v", n, changes)
		}
		if want := 1; (n == 0 || n > 11) && len(parts) != want {
			t.Errorf("parts of %d: there are %d", n, len(parts))
		}
	}
	if !reflect.DeepEqual(k.Value, Value(grouped())) {
		t.Error("the key was changed")
	}
}

// TestPartsRefuseGroups breaks the order of groups in every way.
func TestPartsRefuseGroups(t *testing.T) {
	of := func(groups ...Group) Stream { return Stream{Groups: groups} }
	rows := []struct {
		says  string
		parts []Stream
	}{
		{`group "a" after "b"`, []Stream{of(Group{Name: "b"}, Group{Name: "a"})}},
		{`group "a" after "a"`, []Stream{of(Group{Name: "a"}, Group{Name: "a"})}},
		{`group "a" after "b"`, []Stream{of(Group{Name: "b"}), of(Group{Name: "a"})}},
		{`group "a" differs`, []Stream{of(Group{Name: "a"}), of(Group{Name: "a", LastDeliveredID: ID{Ms: 1}})}},
		{`group "a" differs`, []Stream{of(Group{Name: "a"}), of(Group{Name: "a", EntriesRead: Some(uint64(0))})}},
		{`consumer "c" after "d"`, []Stream{of(Group{Consumers: []Consumer{{Name: "d"}, {Name: "c"}}})}},
		{`consumer "c" after "c"`, []Stream{of(Group{Consumers: []Consumer{{Name: "c"}}}), of(Group{Consumers: []Consumer{{Name: "c"}}})}},
		{`consumer "d" after pending entries`, []Stream{of(Group{Pending: []Pending{pending(1, "c")}}), of(Group{Consumers: []Consumer{{Name: "d"}}})}},
		{"pending entry 1-0 after 1-0", []Stream{of(Group{Pending: []Pending{pending(1, "c"), pending(1, "c")}})}},
		{"pending entry 1-0 after 2-0", []Stream{of(Group{Pending: []Pending{pending(2, "c")}}), of(Group{Pending: []Pending{pending(1, "c")}})}},
		{"with an owner after one without", []Stream{of(Group{Pending: []Pending{{}, pending(2, "c")}})}},
		{"consumer groups after stream entries", []Stream{{Entries: []Entry{{ID: ID{Ms: 1}}}}, of(Group{})}},
		{"number of entries added", []Stream{{EntriesAdded: Some(uint64(1))}, {}}},
		{"first ID", []Stream{{FirstID: Some(ID{})}, {}}},
	}
	for _, row := range rows {
		var keys []Key
		for i, v := range row.parts {
			keys = append(keys, Key{Value: v, Part: i, More: i < len(row.parts)-1})
		}
		if err := feed(keys); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%v: error %v, want %q", row.parts, err, row.says)
		}
	}
	// The second group of a key may have the name of the last one of another key.
	two := []Key{{Name: "x", Value: of(Group{Name: "b"})}, {Name: "y", Value: of(Group{Name: "a"})}}
	if err := feed(two); err != nil {
		t.Error(err)
	}
}

func TestPartsRefuseArrays(t *testing.T) {
	cell := func(at uint64) Array { return Array{Cells: []Cell{{Index: at}}} }
	for says, parts := range map[string][]Array{
		"array index 1 after 1": {cell(1), cell(1)},
		"array index 0 after 7": {{Cells: []Cell{{Index: 7}, {Index: 0}}}, {}},
		"insert position":       {{Next: Some(uint64(0))}, {}},
	} {
		keys := []Key{{Value: parts[0], More: true}, {Value: parts[1], Part: 1}}
		if err := feed(keys); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: error %v, want %q", parts, err, says)
		}
	}
}

// TestDiffOfGroups changes one thing of the stream at a time.
func TestDiffOfGroups(t *testing.T) {
	rows := []struct {
		kind   ChangeKind
		says   string
		change func(v *Stream)
	}{
		{ChangeEntriesAdded, "entries added: want 7, got none", func(v *Stream) { v.EntriesAdded = Optional[uint64]{} }},
		{ChangeFirstID, "first ID: want 1-0, got 2-0", func(v *Stream) { v.FirstID = Some(ID{Ms: 2}) }},
		{ChangeMissing, `group "a": missing`, func(v *Stream) { v.Groups = slices.Delete(v.Groups, 1, 2) }},
		{ChangeExtra, `group "c": too many`, func(v *Stream) { v.Groups = append(v.Groups, Group{Name: "c"}) }},
		{ChangeGroup, "last delivered ID: want 5-0", func(v *Stream) { v.Groups[0].LastDeliveredID = ID{} }},
		{ChangeGroup, "entries read: want 3, got none", func(v *Stream) { v.Groups[0].EntriesRead = Optional[uint64]{} }},
		{ChangeConsumer, `consumer "d": missing`, func(v *Stream) { v.Groups[1].Consumers = v.Groups[1].Consumers[:1] }},
		{ChangeConsumer, `consumer "x": too many`, func(v *Stream) { v.Groups[0].Consumers = []Consumer{{Name: "x"}} }},
		{ChangeConsumer, "seen: want 4, got 5", func(v *Stream) { v.Groups[1].Consumers[0].SeenMs = Some(int64(5)) }},
		{ChangeConsumer, "active: want -1, got none", func(v *Stream) { v.Groups[1].Consumers[1].ActiveMs = Optional[int64]{} }},
		{ChangePending, `pending entry "2-0": want of d`, func(v *Stream) { v.Groups[1].Pending[1].Owner = Some("c") }},
		{ChangePending, "delivered 2 times", func(v *Stream) { v.Groups[1].Pending[1].Deliveries++ }},
		{ChangePending, "last at 3", func(v *Stream) { v.Groups[1].Pending[1].DeliveredMs++ }},
		{ChangePending, `pending entry "4-0": missing`, func(v *Stream) { v.Groups[2].Pending = nil }},
		{ChangePending, "the order differs", func(v *Stream) { p := v.Groups[1].Pending; p[3], p[4] = p[4], p[3] }},
	}
	for _, row := range rows {
		got := grouped()
		row.change(&got)
		changes := Diff(Key{Value: grouped()}, Key{Value: got})
		if len(changes) != 1 || changes[0].Kind != row.kind || !strings.Contains(changes[0].Text, row.says) {
			t.Errorf("%v, want %s with %q", changes, row.kind, row.says)
		}
	}
	for _, row := range []struct {
		want, got Value
		kind      ChangeKind
		says      string
	}{
		{Array{Next: Some(uint64(3))}, Array{}, ChangeNext, "want 3, got none"},
		{Array{Cells: []Cell{{3, "a"}}}, Array{Cells: []Cell{{3, "b"}}}, ChangeValue, `element "3": want "a", got "b"`},
		{Array{Cells: []Cell{{3, "a"}}}, Array{Cells: []Cell{{4, "a"}}}, ChangeMissing, `element "3": missing`},
		{Opaque{Kind: "a"}, Opaque{Kind: "b"}, ChangeKindOfOpaque, "want a, got b"},
		{Opaque{Size: 1}, Opaque{Size: 2}, ChangeSize, "want 1, got 2"},
		{Hash{{Name: "f", ExpireAt: ExpireAtMs(5)}}, Hash{{Name: "f"}}, ChangeValue, `until 5ms`},
	} {
		changes := Diff(Key{Value: row.want}, Key{Value: row.got})
		if len(changes) == 0 || changes[0].Kind != row.kind || !strings.Contains(changes[0].Text, row.says) {
			t.Errorf("Diff(%v, %v) = %v, want %s with %q", row.want, row.got, changes, row.kind, row.says)
		}
	}
}

func TestOptional(t *testing.T) {
	var none Optional[uint64]
	if _, ok := none.Get(); ok || none == Some(uint64(0)) {
		t.Error("none is a value, or equal values differ")
	}
	if got := fmt.Sprint(none, Some(uint64(3))); got != "none 3" {
		t.Errorf("String: %q", got)
	}
}
