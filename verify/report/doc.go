// Package report writes the result of a verification: as text for people, as
// JSON for machines, as JUnit XML for CI systems, and the complete list of
// differences as JSON Lines.
//
// Every format takes a result and an [io.Writer], writes all of it or returns
// the writer's error, and decides nothing: verdicts and statuses are those of
// package verify.
package report
