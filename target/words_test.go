package target

import "testing"

// TestLoadWords: of a long log, the reason is told.
func TestLoadWords(t *testing.T) {
	const start = "2967:C 01 Dec 2026 13:07:26.655 # Redis version=7.0.15, bits=64, commit=00000000, modified=0, pid=2967, just started\n" +
		"2967:C 01 Dec 2026 13:07:26.655 # Configuration loaded\n" +
		"2967:M 01 Dec 2026 13:07:26.660 * Running mode=standalone, port=0.\n" +
		"2967:M 01 Dec 2026 13:07:26.660 # Server initialized\n"
	for _, row := range []struct{ name, log, want string }{
		{"nothing", "", ""},
		{"a start alone", start, ""},
		{
			"an intset that is empty", start +
				"2967:M 01 Dec 2026 13:07:26.661 # Internal error in RDB reading offset 0, function at rdb.c:2214 -> Intset integrity check failed.\n" +
				"[offset 0] Checking RDB file dump.rdb\n[offset 11] Selecting DB ID 0\n--- RDB ERROR DETECTED ---\n" +
				"[offset 28] Internal error in RDB reading offset 0, function at rdb.c:2214 -> Intset integrity check failed.\n" +
				"[additional info] While doing: read-object-value\n[additional info] Reading key 'i'\n" +
				"[additional info] Reading type 11 (set-intset)\n[info] 2 keys read\n[info] 0 expires\n[info] 0 already expired\n" +
				"2967:M 01 Dec 2026 13:07:26.661 # Terminating server after rdb file reading failure.\n",
			"; its last words: Internal error in RDB reading offset 0, function at rdb.c:2214 -> Intset integrity check failed." +
				" | While doing: read-object-value | Reading key 'i' | Reading type 11 (set-intset)",
		},
		{
			"a crash", start +
				"2984:M 01 Dec 2026 13:07:26.683 # RDB has duplicated key 'k' in DB 0\n\n" +
				"=== REDIS BUG REPORT START: Cut & paste starting from here ===\n" +
				"2984:M 01 Dec 2026 13:07:26.683 # ------------------------------------------------\n" +
				"2984:M 01 Dec 2026 13:07:26.683 # !!! Software Failure. Press left mouse button to continue\n" +
				"2984:M 01 Dec 2026 13:07:26.683 # Guru Meditation: Duplicated key found in RDB file #rdb.c:3184\n" +
				"\n------ STACK TRACE ------\n\nBacktrace:\nredis-server(rdbLoad+0xb7)[0x563ffa8afe97]\n" +
				"\n------ INFO OUTPUT ------\n# Server\nredis_version:7.0.15\n" +
				"    Suspect RAM error? Use redis-server --test-memory to verify it.\n",
			"; its last words: RDB has duplicated key 'k' in DB 0 | Guru Meditation: Duplicated key found in RDB file #rdb.c:3184",
		},
	} {
		if got := loadWords(row.log); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}
