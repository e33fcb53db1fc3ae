// Package wire sends requests to a server in pipelined round trips and reads the
// raw replies. It keeps no more of a reply than is expected.
package wire
