// Package wire asks a server in pipelined round trips and reads the raw replies,
// of which it keeps no more than is expected.
package wire
