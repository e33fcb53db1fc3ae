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
// Run never lets the client library repeat a pipeline, because a repeated RPUSH
// doubles a list without an error. When a connection breaks, the server is first
// told to drop what it still holds of the old connection; then each key of the
// pipeline is deleted and built again. That needs every command of the key, so a
// key whose parts are spread over several pipelines cannot be rebuilt and ends
// the run.
//
// After an error the target holds some of the keys, whole or in part. It has to
// be cleared by whoever owns it, or overwritten with [Options.Replace].
package restore
