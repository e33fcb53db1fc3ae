// Package verify compares the keys of a source with the live state of a server
// and says, key by key, whether the server holds exactly that: no more, no less.
//
// It only reads. It is no restorer, and it does not trust one: everything it
// compares comes from the server under test, in raw replies.
//
//	for each part of each expected key            (several connections, pipelined)
//	    ask for exactly that part                 HMGET, LRANGE, SMISMEMBER, …
//	    and for the length of the whole           HLEN, LLEN, SCARD, …
//	    and for the expire time                   PEXPIRETIME, or TIME PTTL TIME
//	    compare → differences
//	sum of keys found present = size of every database, else name the extra keys
//	guards before = guards after, canaries planted = canaries caught
//
// Invariants, referred to by name in the code:
//
//	V1  A failed read is an error ([ErrTarget]), never an empty value.
//	V2  Every key of the source gets exactly one verdict; the verdicts sum up.
//	V3  A key is called expired only if arithmetic on the server's clock says so.
//	V4  Memory is bounded by the part size and the number of connections, whatever
//	    the server answers: replies are kept up to the size of what is expected.
//	V5  Nothing is left unchecked without being listed in [Result.Unchecked].
//	V6  Canaries take the path of every other key: same requests, same comparison,
//	    same reporting. A canary that is not reported exactly makes the run invalid.
//
// The way of a key: dispatch.go puts its parts into batches, worker.go reads and
// compares these, judge.go gives the verdict. What is asked of each type of key
// and how the answer is compared stands in internal/compare; raw replies are read
// in internal/wire. internal/canary proves that the comparison can say no, and
// internal/guard says what makes a run prove nothing.
//
// After an error there is no result; nothing on the server has been changed
// except what reading changes (expired keys are deleted when they are touched).
package verify
