package verify

import (
	"slices"
	"strings"
	"testing"

	"redrill/keyspace"
)

func TestStatus(t *testing.T) {
	all := Allow{Unrepresentable: true, Unresolved: true, Unknown: true, Empty: true, Unchecked: Promises[:]}
	noted := func(kind keyspace.NoteKind) Result { return Result{Notes: keyspace.Tally{kind: 1}} }
	for _, row := range []struct {
		name   string
		result Result
		allow  Allow
		want   Outcome
	}{
		{"equal", Result{Keys: 1, Verdicts: Verdicts{Equal: 1}}, Allow{}, Verified},
		{"expired and empty", Result{Verdicts: Verdicts{Expired: 1, Empty: 1}}, Allow{}, Verified},
		{"a difference", Result{Differences: 1}, all, Different},
		{"an extra key", Result{Extra: Extra{Keys: 1}}, all, Different},
		{"invalid", Result{Invalid: []string{"why"}}, all, Incomplete},
		{"invalid and different", Result{Invalid: []string{"why"}, Differences: 1}, all, Incomplete},
		{"an unrepresentable key", Result{Verdicts: Verdicts{Unrepresentable: 1}}, Allow{}, Different},
		{"an unrepresentable key, allowed", Result{Verdicts: Verdicts{Unrepresentable: 1}}, Allow{Unrepresentable: true}, Verified},
		{"an unrepresentable element", noted(keyspace.NoteUnrepresentable), Allow{Unresolved: true, Unknown: true}, Different},
		{"an unrepresentable element, allowed", noted(keyspace.NoteUnrepresentable), Allow{Unrepresentable: true}, Verified},
		{"an unreadable key", Result{Verdicts: Verdicts{Unreadable: 1}}, all, Incomplete},
		{"an unsupported key", Result{Verdicts: Verdicts{Unsupported: 1}}, all, Incomplete},
		{"a key unreadable on the target", Result{Verdicts: Verdicts{Unanswered: 1}}, all, Incomplete},
		{"a lock", noted(keyspace.NoteUnresolved), Allow{Unrepresentable: true, Unknown: true}, Incomplete},
		{"a lock, allowed", noted(keyspace.NoteUnresolved), Allow{Unresolved: true}, Verified},
		{"an unknown row", noted(keyspace.NoteUnknown), Allow{Unrepresentable: true, Unresolved: true}, Incomplete},
		{"an unknown row of Redis", noted(keyspace.NoteUnknownRedis), all, Incomplete},
		{"an item without its list", noted(keyspace.NoteDetached), all, Incomplete},
		{"an orphan row", noted(keyspace.NoteOrphanRows), Allow{}, Verified},
		{"an unknown row, allowed", noted(keyspace.NoteUnknown), Allow{Unknown: true}, Verified},
		{"different and incomplete", Result{Differences: 1, Verdicts: Verdicts{Unreadable: 1}}, Allow{}, Different},
		{"other notes", noted(keyspace.NoteCounter), Allow{}, Verified},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.result.Promises = allChecked()
			row.allow.Empty = true // TestReasons is about what is promised
			if got := row.result.Outcome(row.allow); got != row.want {
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

func allChecked() map[Promise]Check {
	return map[Promise]Check{PromiseExtra: {Checked: true}, PromiseGuards: {Checked: true}}
}

// TestReasons takes away, one at a time, what a run needs for status 0, and
// TestUnreadableIsOneReason: a key that could not be decoded has a verdict, and its
// note says nothing more; nobody may excuse it.
func TestUnreadableIsOneReason(t *testing.T) {
	r := Result{Verdicts: Verdicts{Equal: 1, Unreadable: 1}, Notes: keyspace.Tally{keyspace.NoteUnreadable: 1}, Promises: allChecked()}
	all := Allow{Unrepresentable: true, Unresolved: true, Unknown: true, Empty: true, Embedded: true, Unchecked: Promises[:]}
	if got := r.Reasons(all); len(got) != 1 || got[0].Name != "unreadable" {
		t.Errorf("reasons %q", got)
	}
}

// gives what excuses it.
func TestReasons(t *testing.T) {
	full := func() Result { return Result{Verdicts: Verdicts{Equal: 3, Expired: 1}, Promises: allChecked()} }
	for _, row := range []struct {
		name   string
		change func(*Result)
		ask    Allow
		want   string // names of reasons
		excuse Allow
	}{
		{"everything is there", func(*Result) {}, Allow{}, "", Allow{}},
		{"extra keys unchecked", func(r *Result) { r.Promises[PromiseExtra] = Check{Why: []string{"a", "b"}} }, Allow{},
			"extra: a; b (--allow-unchecked extra)", Allow{Unchecked: []Promise{PromiseExtra}}},
		{"guards unchecked", func(r *Result) { r.Promises[PromiseGuards] = Check{Why: []string{"a"}} }, Allow{},
			"guards: a (--allow-unchecked guards)", Allow{Unchecked: []Promise{PromiseGuards}}},
		{"nothing said of the promises", func(r *Result) { r.Promises = nil }, Allow{},
			"extra: not checked (--allow-unchecked extra) guards: not checked (--allow-unchecked guards)", Allow{Unchecked: Promises[:]}},
		{"the other promise allowed", func(r *Result) { delete(r.Promises, PromiseExtra) }, Allow{Unchecked: []Promise{PromiseGuards}},
			"extra: not checked (--allow-unchecked extra)", Allow{Unchecked: Promises[:]}},
		{"nothing compared", func(r *Result) { r.Verdicts = Verdicts{Expired: 4, Empty: 1} }, Allow{},
			"empty: no key was compared (--allow-empty)", Allow{Empty: true}},
		{"unrepresentable keys are compared", func(r *Result) { r.Verdicts = Verdicts{Unrepresentable: 1} }, Allow{Unrepresentable: true}, "", Allow{Unrepresentable: true}},
		{"as many keys as wanted", func(*Result) {}, Allow{MinKeys: 3}, "", Allow{}},
		{"fewer keys than wanted", func(*Result) {}, Allow{MinKeys: 4},
			"min-keys: 3 keys proven equal, fewer than 4 (--min-keys)", Allow{}},
		{"no key where some are wanted", func(r *Result) { r.Verdicts = Verdicts{} }, Allow{MinKeys: 1, Empty: true},
			"min-keys: 0 keys proven equal, fewer than 1 (--min-keys)", Allow{Empty: true}},
		{"a lock that nobody has decided", func(r *Result) { r.Notes = keyspace.Tally{keyspace.NoteUnresolved: 1} }, Allow{},
			"unresolved: 1 write of unresolved transactions or migrations (--allow-unresolved)", Allow{Unresolved: true}},
		{"a row of another service", func(r *Result) { r.Notes = keyspace.Tally{keyspace.NoteUnknown: 2} }, Allow{Unresolved: true},
			"unknown: 2 rows of unknown families of other services (--allow-unknown)", Allow{Unknown: true}},
		{"an imitation asked for by name", func(r *Result) { r.Embedded = true }, Allow{}, "", Allow{}},
		{"an imitation that nobody asked for", func(r *Result) { r.Embedded, r.Fallback = true, true }, Allow{},
			"embedded: the server is an imitation that nobody asked for (--target embedded or --allow-embedded)", Allow{Embedded: true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := full()
			row.change(&r)
			var got []string
			for _, why := range r.Reasons(row.ask) {
				got = append(got, why.Name+": "+why.Text)
			}
			if got := strings.Join(got, " "); got != row.want {
				t.Errorf("Reasons(%+v) = %q, want %q", row.ask, got, row.want)
			}
			if got, want := r.Outcome(row.ask), Incomplete; row.want != "" && got != want {
				t.Errorf("Outcome(%+v) = %v, want %v", row.ask, got, want)
			}
			if got := r.Outcome(row.excuse); got != Verified {
				t.Errorf("Outcome(%+v) = %v, want verified", row.excuse, got)
			}
			r.Differences = 1
			if got := r.Outcome(row.ask); got != Different {
				t.Errorf("Outcome(%+v) with a difference = %v, want different", row.ask, got)
			}
		})
	}
}

func TestParsePromises(t *testing.T) {
	got, err := ParsePromises("guards, extra")
	if err != nil || !slices.Equal(got, []Promise{PromiseGuards, PromiseExtra}) {
		t.Errorf("ParsePromises() = %v, %v", got, err)
	}
	for _, text := range []string{"", "extra,", "keys", "Extra"} {
		if _, err := ParsePromises(text); err == nil {
			t.Errorf("ParsePromises(%q) = nil, want an error", text)
		}
	}
}
