package wire

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrTarget is the class of errors of a server that cannot be reached or that
// refuses to answer. It never stands for a difference.
var ErrTarget = errors.New("target unavailable")

const wordsBytes = 160

// words escapes what a server said, for people: nothing of it acts on a terminal
// or breaks an encoding. It is cut before the arguments that a server quotes of
// the command it does not know, and to wordsBytes.
func words(text string) string {
	text, _, _ = strings.Cut(text, ", with args beginning with")
	var b strings.Builder
	for i, r := range text {
		switch {
		case b.Len() >= wordsBytes:
			return b.String() + "…"
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// WrongType is the code of a request that does not fit the type of its key.
const WrongType = "WRONGTYPE"

// Code returns the first word of an error reply, which is its class.
func Code(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

// aboutServer reports whether an error reply says that the server, or the
// connection, is in no state to be compared, whatever it is asked.
func aboutServer(text string) bool {
	switch Code(text) {
	case "LOADING", "MASTERDOWN", "CLUSTERDOWN", "MOVED", "ASK", "TRYAGAIN", "NOAUTH", "WRONGPASS",
		"OOM", "MISCONF", "READONLY", "NOREPLICAS", "EXECABORT", "BUSY":
		return true
	}
	return text == pushInPlace
}

// LacksCommand reports whether an error reply says that the server has no such
// command, or not for this user.
func LacksCommand(text string) bool {
	text = strings.ToLower(text)
	return strings.HasPrefix(text, "err unknown command") || strings.HasPrefix(text, "err unsupported command") ||
		strings.HasPrefix(text, "noperm") && strings.Contains(text, "command") && !strings.Contains(text, "access")
}

// TargetError wraps what ended a round trip: the cancellation of ctx as such,
// all else as [ErrTarget].
func TargetError(ctx context.Context, command any, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("%w: %v: %w", ErrTarget, command, err)
}
