// Package gen draws keys for property tests: small, nasty ones of every type,
// with the help of rapid. It knows no format of snapshots: a layout stores what is
// drawn here.
package gen
