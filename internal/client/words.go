package client

import (
	"bytes"
	"regexp"
	"strconv"

	"redrill/internal/secret"
)

// known matches the words of errors that decisions depend on, whatever the
// password is.
var known = regexp.MustCompile(`^[-!]?(?:ERR|ASK|BUSY|BUSYGROUP|CLUSTERDOWN|CROSSSLOT|DENIED|EXECABORT|LOADING|MASTERDOWN|` +
	`MISCONF|MOVED|NOAUTH|NOGROUP|NOPERM|NOPROTO|NOREPLICAS|NOSCRIPT|OOM|READONLY|TRYAGAIN|WRONGPASS|WRONGTYPE) ` +
	`|(?i:unknown command|unknown subcommand|unsupported command|unsupported subcommand|wrong number of arguments|syntax error)`)

// scrubbed returns an error reply without the password:
//
//   - text CR LF
//     ! length CR LF text CR LF
func scrubbed(words *secret.Scrubber, reply []byte) []byte {
	if reply[0] == '-' {
		return []byte(words.Text(string(reply)))
	}
	header, body, ok := bytes.Cut(reply, []byte("\r\n"))
	if !ok || len(body) == 0 {
		return reply
	}
	text := words.Text(string(bytes.TrimSuffix(body, []byte("\r\n"))))
	return append(strconv.AppendInt(header[:1:1], int64(len(text)), 10), "\r\n"+text+"\r\n"...)
}
