package report

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns text for a terminal: characters that a terminal acts on, or
// that nobody sees, are escaped as Go does it (\x1b, \u202e); line feeds, tabs
// and all that can be printed stay. Names of files and words of servers are not
// to be trusted more than keys.
func Visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[0])|0x100, 16)[1:])
		case shown(r):
			b.WriteString(s[:n])
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		s = s[n:]
	}
	return b.String()
}

func plain(s string) bool {
	for i, r := range s {
		if !shown(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return false
		}
	}
	return true
}

func shown(r rune) bool { return r == '\n' || r == '\t' || unicode.IsPrint(r) }
