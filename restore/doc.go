// Package restore writes keys to a Redis server: it plans the commands of a key
// (pure) and sends them (I/O). It reads no snapshot, verifies nothing and never
// clears a server.
//
//	keyspace.Key ──Commands──▶ Command ──Run──▶ server
//
// The plan of a key, part by part:
//
//	string       SET, then SETRANGE for every further part
//	hash         HSET in batches, then HPEXPIREAT for fields that expire
//	list         RPUSH in batches, head to tail
//	set          SADD in batches
//	sorted set   ZADD in batches
//	stream       groups (below), XADD with explicit IDs, then the last ID and counters
//	HyperLogLog  PFADD in batches
//	array        ARMSET in batches, then ARSEEK
//	opaque       nothing: no command writes it
//	expire time  PEXPIREAT, once, after the last part (or SET … PXAT)
//
// The parts of a stream that hold groups come before its entries, because a server
// takes a pending entry only while its stream entry is there, and takes entries only
// in the order of their IDs:
//
//	XGROUP CREATE, XGROUP CREATECONSUMER
//	XADD            an entry in place of each pending one
//	XCLAIM          TIME, RETRYCOUNT, FORCE, JUSTID
//	XTRIM MAXLEN 0  they stay pending
//	XSETID 0-0      so that lower IDs can be added
//	XGROUP SETID    ENTRIESREAD
//
// Function libraries are loaded before the first key (FUNCTION LOAD).
//
// Where a server lacks HSET of several pairs, PEXPIREAT or XGROUP, HMSET, PEXPIRE
// and XADD MAXLEN 0 take their place. Where it lacks expire times of fields, arrays,
// groups or functions at all, keys are written without them, and
// [Result.NotCarried] counts what is left out, as it counts what no command of any
// server carries: when consumers last read, pending entries that nobody owns, first
// IDs that differ, opaque values. A user who may not run a command that the server
// has is refused: another may.
//
// Run does not allow the client library to repeat a pipeline, because a repeated
// RPUSH doubles a list without an error. When a connection breaks, Run first tells
// the server to drop the old connection. Then it deletes each key of the pipeline
// and builds it again. That needs every command of the key, so a key whose parts
// are spread over several pipelines cannot be rebuilt and ends the run.
//
// If a server is busy (BUSY), Run waits and then does the same. Run opens
// connections that only read from the server again when the server closes them as
// idle.
//
// Before it writes, a run checks that it can succeed:
//
//	no marker of another run      [MarkerKey]
//	empty                         unless told otherwise
//	every command that is needed  [Needs], asked for without running it
//	memory                        a lower bound of what the keys take
//	its own marker, and still empty
//
// A run that fails deletes exactly the keys that it has begun to send: it reads the
// sequence again, and each lane knows how many of its keys it has begun. It deletes
// the libraries that it has loaded. What it cannot or must not delete stays, and
// [CleanUp] says so.
package restore
