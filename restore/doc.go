// Package restore writes keys to a Redis server: it plans the commands of a key
// (pure) and sends them (I/O). It reads no snapshot, verifies nothing and never
// clears a server.
//
//	keyspace.Key ──Commands──▶ Command ──Run──▶ server
//
// The plan of a key, part by part:
//
//	string       SET, then SETRANGE for every further part
//	hash         HSET in batches
//	list         RPUSH in batches, head to tail
//	set          SADD in batches
//	sorted set   ZADD in batches
//	stream       XADD with explicit IDs, then the last ID
//	HyperLogLog  PFADD in batches
//	expire time  PEXPIREAT, once, after the last part (or SET … PXAT)
//
// Where a server lacks HSET of several pairs, PEXPIREAT or XGROUP, HMSET, PEXPIRE
// and XADD MAXLEN 0 take their place.
//
// Run never lets the client library repeat a pipeline, because a repeated RPUSH
// doubles a list without an error. When a connection breaks, the server is first
// told to drop what it still holds of the old connection; then each key of the
// pipeline is deleted and built again. That needs every command of the key, so a
// key whose parts are spread over several pipelines cannot be rebuilt and ends
// the run.
//
// A busy server (BUSY) is given time, and then treated the same way. Connections
// that only look at the server are opened again when it ends them as idle.
//
// Before it writes, a run finds out whether it can end well:
//
//	no marker of another run      [MarkerKey]
//	empty                         unless told otherwise
//	every command that is needed  [Needs], asked for without running it
//	memory                        a lower bound of what the keys take
//	its own marker, and still empty
//
// A run that fails deletes exactly the keys that it has begun to send: the
// sequence is run through again, and each lane knows how many of its keys it has
// begun. What it cannot delete, or must not, stays, and [CleanUp] says so.
package restore
