// Package guard says what about a server makes a run prove nothing: a restart, a
// failover, evictions, expirations and writes that the source knows nothing of,
// and clocks that disagree. It knows no keys, only their numbers.
package guard
