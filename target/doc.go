// Package target starts or reaches the Redis server that a drill restores into
// and reads back from, and probes what that server can do.
//
// It knows nothing about keys, dumps or differences: it returns *redis.Options
// and [Caps], and stops what it started.
//
//	spec                  Kind       what happens
//	docker                docker     a container of Options.Image, on a port of its own
//	process               process    redis-server or valkey-server from PATH, on a unix socket
//	embedded              embedded   miniredis in this process, its clock frozen; not a Redis
//	redis:// rediss://    url        a server that is already there, over TCP or TLS
//	unix://               url        a server that is already there, over a unix socket
//	valkey:// valkeys:// redis+unix://   the same as the three before
//	auto (or "")          one of the first three; [Target.Why] says which and why
//
// The protocol is RESP2. A URL that ends in ?protocol=3 asks for RESP3; with a
// server that does not know RESP3 the protocol stays RESP2.
//
// # What remains
//
// [Target.Close] removes what [Open] started: container, process, directory.
// The same holds when Open fails or its context ends while it works. After a
// kill -9 the operating system ends the process (Linux), and the container and
// the directory stay; they carry the identity of their owner, and [Leftovers]
// and [Clean] find and remove those whose owner is gone. A directory counts only
// if this user owns it and nobody else may enter it, and a server in it is ended
// only after it has proved to be the one that was started there.
//
// # What is refused
//
// The package refuses a server that is one primary of several, holds no hash
// slots, or is a Sentinel or a proxy ([ErrUnfit]) before anything is written. Such
// a server cannot hold what a snapshot holds, or cannot show it.
//
// # Secrets
//
// Only Target.Options holds a password: no description, no error and no String of
// this package holds one, or the userinfo part of a URL.
//
// # Probing
//
// Capabilities come from the server's answers, never from its version. A server
// that redrill did not start gets only requests that cannot write: names that do
// not exist, IDs that do not parse. The probe recognises an elastickv before it
// sends a command that enumerates keys, because KEYS, SCAN and DBSIZE can end the
// whole server.
package target
