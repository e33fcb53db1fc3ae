package restore

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// replyError is a reply that is not what the command has to be answered with.
type replyError struct {
	command int // index in the batch
	name    string
	refused bool   // an error reply, or no reply at all
	got     string // without framing
	want    string
}

// Error returns what was answered, without the arguments of the command.
func (e *replyError) Error() string {
	if e.refused {
		return fmt.Sprintf("%s: %q", e.name, e.got)
	}
	return fmt.Sprintf("%s: reply %q, want %s: duplicate elements, or somebody else writes to the target",
		e.name, e.got, e.want)
}

// checkReply compares the raw reply to command i of b with what it has to be.
// What is expected looks the same in RESP2 and RESP3; of what is not, RESP3 adds
// long errors, and push messages that the client library leaves to others.
func checkReply(b *batch, i int, r *replyBuffer) *replyError {
	c := b.cmds[i]
	if len(r.b) == 0 {
		return wrongReply(b, i, r, "a reply")
	}
	kind, body := r.b[0], bytes.TrimSuffix(r.b[1:], []byte("\r\n"))
	if kind == '-' || kind == '!' || kind == '>' {
		e := wrongReply(b, i, r, "")
		e.refused = true
		return e
	}
	switch c.reply.Kind {
	case ReplyAny:
	case ReplyOK:
		if kind != '+' || string(body) != "OK" {
			return wrongReply(b, i, r, `"OK"`)
		}
	case ReplyInt:
		var text [20]byte
		if want := strconv.AppendInt(text[:0], c.reply.N, 10); kind != ':' || !bytes.Equal(body, want) {
			return wrongReply(b, i, r, string(want))
		}
	case ReplyID:
		want := b.args[c.start+2+int(c.reply.N)]
		if _, got, _ := bytes.Cut(body, []byte("\r\n")); kind != '$' || string(got) != want {
			return wrongReply(b, i, r, want)
		}
	case ReplyCodes:
		if codes, ok := bytes.CutPrefix(body, arrayHead(c.reply.N)); kind != '*' || !ok || !areCodes(codes, c.reply.N) {
			return wrongReply(b, i, r, itoa(c.reply.N)+" codes 1")
		}
	case ReplyList:
		if kind != '*' || !bytes.HasPrefix(r.b[1:], arrayHead(c.reply.N)) {
			return wrongReply(b, i, r, itoa(c.reply.N)+" elements")
		}
	}
	return nil
}

// arrayHead returns what follows the * of an array of n elements.
func arrayHead(n int64) []byte { return append(strconv.AppendInt(nil, n, 10), "\r\n"...) }

// areCodes reports whether the elements of an array are n codes that say that the
// expire time of a field is set, or that it has passed and the field is gone.
func areCodes(elements []byte, n int64) bool {
	const size = len(":1\r\n")
	elements = append(elements, "\r\n"...) // which the body has lost
	if int64(len(elements)) != n*int64(size) {
		return false
	}
	for ; len(elements) > 0; elements = elements[size:] {
		if code := string(elements[:size]); code != ":1\r\n" && code != ":2\r\n" {
			return false
		}
	}
	return true
}

func wrongReply(b *batch, i int, r *replyBuffer, want string) *replyError {
	got := string(bytes.TrimSuffix(r.b, []byte("\r\n")))
	if len(got) > 0 {
		switch got[0] {
		case '-', '+':
			got = got[1:]
		case '!': // the length, then the error
			_, got, _ = strings.Cut(got, "\r\n")
		case '>':
			got = "a push message in place of the reply"
		case '*':
			got = strings.ReplaceAll(got[1:], "\r\n", " ")
		}
	}
	return &replyError{command: i, name: b.args[b.cmds[i].start], got: got, want: want}
}
