// Package verify compares the keys of a source with the live state of a server
// and says, key by key, whether the server holds exactly that: no more, no less.
//
// It only reads. It is not a restorer, and it does not trust one: everything it
// compares comes from raw replies of the server under test.
//
//	for each part of each expected key            (several connections, pipelined)
//	    ask for exactly that part                 HMGET, LRANGE, SMISMEMBER, XPENDING, …
//	    and for the length of the whole           HLEN, LLEN, SCARD, …
//	    and for the expire time                   PEXPIRETIME, or TIME PTTL TIME
//	    compare → differences
//	sum of keys found present = size of every database, else name the extra keys
//	function libraries of the source = those of the server
//	guards before = guards after, canaries planted = canaries caught
//
// Invariants, referred to by name in the code:
//
//	V1  A failed read is an error ([ErrTarget]), never an empty value.
//	V2  Every key of the source gets exactly one verdict; the verdicts sum up.
//	V3  A key, or a field, counts as expired only if the server's clock proves that it must
//	    have.
//	V4  Memory is bounded by the part size and the number of connections, whatever
//	    the server answers: replies are kept up to the size of what is expected.
//	V5  [Result.Unchecked] lists everything that is left unchecked.
//	V6  Canaries take the path of every other key: same requests, same comparison,
//	    same reporting. A canary that is not reported exactly makes the run invalid.
//
// The way of a key: dispatch.go puts its parts into batches, worker.go reads and
// compares these, judge.go gives the verdict. internal/compare holds the requests
// and the comparison of each type of key, internal/wire reads raw replies.
// internal/canary proves that the comparison can fail, and internal/guard says why
// a run proves nothing.
//
// After an error there is no result. The run has changed nothing on the server
// except what reading changes (a server deletes expired keys when they are read).
package verify
