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
// sequence again, and each lane knows how many of its keys it has begun. Keys that
// it cannot or must not delete stay, and [CleanUp] says so.
package restore
