// Package compare requests the live counterparts of keys and says how they differ.
// Each type of key has one file, behind one interface. The file holds the requests,
// the comparison of the answers, and the altered expectations that prove that the
// comparison can fail.
package compare
