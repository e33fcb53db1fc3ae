package verify

import (
	"testing"

	"redrill/keyspace"
)

func TestStatus(t *testing.T) {
	all := Allow{Unrepresentable: true, Unresolved: true, Unknown: true}
	noted := func(kind keyspace.NoteKind) Result { return Result{Notes: keyspace.Tally{kind: 1}} }
	for _, row := range []struct {
		name   string
		result Result
		allow  Allow
		want   int
	}{
		{"equal", Result{Keys: 1, Verdicts: Verdicts{Equal: 1}}, Allow{}, StatusVerified},
		{"expired and empty", Result{Verdicts: Verdicts{Expired: 1, Empty: 1}}, Allow{}, StatusVerified},
		{"a difference", Result{Differences: 1}, all, StatusDifferences},
		{"an extra key", Result{Extra: Extra{Keys: 1}}, all, StatusDifferences},
		{"invalid", Result{Invalid: []string{"why"}}, all, StatusIncomplete},
		{"invalid and different", Result{Invalid: []string{"why"}, Differences: 1}, all, StatusIncomplete},
		{"an unrepresentable key", Result{Verdicts: Verdicts{Unrepresentable: 1}}, Allow{}, StatusDifferences},
		{"an unrepresentable key, allowed", Result{Verdicts: Verdicts{Unrepresentable: 1}}, Allow{Unrepresentable: true}, StatusVerified},
		{"an unrepresentable element", noted(keyspace.NoteUnrepresentable), Allow{Unresolved: true, Unknown: true}, StatusDifferences},
		{"an unrepresentable element, allowed", noted(keyspace.NoteUnrepresentable), Allow{Unrepresentable: true}, StatusVerified},
		{"an unreadable key", Result{Verdicts: Verdicts{Unreadable: 1}}, all, StatusIncomplete},
		{"an unsupported key", Result{Verdicts: Verdicts{Unsupported: 1}}, all, StatusIncomplete},
		{"a key unreadable on the target", Result{Verdicts: Verdicts{Unanswered: 1}}, all, StatusIncomplete},
		{"a lock", noted(keyspace.NoteUnresolved), Allow{Unrepresentable: true, Unknown: true}, StatusIncomplete},
		{"a lock, allowed", noted(keyspace.NoteUnresolved), Allow{Unresolved: true}, StatusVerified},
		{"an unknown row", noted(keyspace.NoteUnknown), Allow{Unrepresentable: true, Unresolved: true}, StatusIncomplete},
		{"an unknown row of Redis", noted(keyspace.NoteUnknownRedis), all, StatusIncomplete},
		{"an item without its list", noted(keyspace.NoteDetached), all, StatusIncomplete},
		{"an orphan row", noted(keyspace.NoteOrphanRows), Allow{}, StatusVerified},
		{"an unknown row, allowed", noted(keyspace.NoteUnknown), Allow{Unknown: true}, StatusVerified},
		{"different and incomplete", Result{Differences: 1, Verdicts: Verdicts{Unreadable: 1}}, Allow{}, StatusDifferences},
		{"other notes", noted(keyspace.NoteCounter), Allow{}, StatusVerified},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.result.Status(row.allow); got != row.want {
				t.Errorf("Status(%+v) = %d, want %d", row.allow, got, row.want)
			}
		})
	}
}

// TestJudged: keys without a verdict, and verdicts without a key, make a run
// invalid.
func TestJudged(t *testing.T) {
	for keys, valid := range map[int64]bool{2: false, 3: true, 4: false} {
		r := &run{res: &Result{Keys: keys, Verdicts: Verdicts{Equal: 2, Missing: 1}}}
		r.judged()
		if (len(r.res.Invalid) == 0) != valid {
			t.Errorf("%d keys with 3 verdicts: invalid %q, want valid %v", keys, r.res.Invalid, valid)
		}
	}
}
