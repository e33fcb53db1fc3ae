// Package report writes the result of a verification: as text for people, as
// JSON for machines, as JUnit XML for CI systems, and the complete list of
// differences as JSON Lines.
//
// Every format takes a result and an [io.Writer], and writes the whole result or
// returns the writer's error. It decides nothing: verdicts and statuses come from
// package verify.
package report
