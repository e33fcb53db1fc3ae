// Package guard says why a run proves nothing: a restart of the server, a failover,
// evictions, expirations and writes that the source does not explain, and clocks
// that disagree. It knows no keys, only their numbers.
package guard
