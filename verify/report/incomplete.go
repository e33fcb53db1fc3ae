package report

import (
	"fmt"
	"strings"

	"redrill/keyspace"
	"redrill/verify"
)

// incomplete says why a run without differences does not verify the source.
func incomplete(r *verify.Result, allow verify.Allow) string {
	var parts []string
	say := func(n int64, allowed bool, noun, what string) {
		if n > 0 && !allowed {
			if n != 1 {
				noun += "s"
			}
			parts = append(parts, fmt.Sprintf("%d %s %s", n, noun, what))
		}
	}
	say(r.Verdicts.Unreadable, false, "key", "could not be decoded")
	say(r.Verdicts.Unsupported, false, "key", "cannot be shown by the server")
	say(r.Verdicts.Unanswered, false, "key", "could not be read from the server")
	say(r.Notes[keyspace.NoteDetached], false, "element", "of lists or streams that are in another group's snapshot")
	say(r.Notes[keyspace.NoteUnknownRedis], false, "row", "of unknown families among the rows of Redis keys")
	say(r.Notes[keyspace.NoteUnresolved], allow.Unresolved, "write", "of unresolved transactions or migrations (--allow-unresolved)")
	say(r.Notes[keyspace.NoteUnknown], allow.Unknown, "row", "of unknown families of other services (--allow-unknown)")
	if parts == nil {
		return "not everything could be told"
	}
	return strings.Join(parts, ", ")
}
