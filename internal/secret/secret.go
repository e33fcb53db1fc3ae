// Package secret hides passwords in text that others wrote: a server that
// refuses a password may quote it, in an escaping of its choice, or cut short.
package secret

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Mask replaces hidden text.
const Mask = "***"

const (
	// aloneBytes: a secret shorter than this is hidden only where it stands
	// alone. Elsewhere it would be letters of other words.
	aloneBytes = 4
	// cutBytes is the length from which the beginning of a longer secret is
	// hidden too: servers cut what they quote.
	cutBytes = 8
)

// Scrubber hides secrets. The zero value hides nothing. Several goroutines may
// use one.
type Scrubber struct {
	forms []string // of all secrets, in all escapings
	keep  *regexp.Regexp
}

// New returns a Scrubber for secrets; empty ones are none. What matches keep, if
// it is given, stays: these are words that everybody knows and that decisions
// depend on. A secret of which the match is only a part is hidden all the same.
func New(keep *regexp.Regexp, secrets ...string) *Scrubber {
	s := &Scrubber{keep: keep}
	for _, text := range secrets {
		if text == "" {
			continue
		}
		once := escapings(text)
		for _, form := range once {
			s.forms = append(s.forms, escapings(form)...) // a text that is quoted again
		}
	}
	slices.Sort(s.forms)
	s.forms = slices.Compact(s.forms)
	return s
}

// escapings returns text as it may be quoted, itself first.
func escapings(text string) []string {
	unescapedJSON := func() string {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(text) // a string always can be
		return strings.TrimSuffix(b.String(), "\n")
	}
	inner := func(quoted string) string { return quoted[1 : len(quoted)-1] }
	escapedJSON, _ := json.Marshal(text) // a string always can be
	all := []string{
		text,
		inner(strconv.Quote(text)),
		inner(strconv.QuoteToASCII(text)),
		inner(string(escapedJSON)),
		inner(unescapedJSON()),
		url.QueryEscape(text),
		url.PathEscape(text),
		url.User(text).String(),
		percent(text, "%%%02X"),
		percent(text, "%%%02x"),
		strings.ToLower(url.QueryEscape(text)),
		redisQuoted(text),
		inLine(text),
	}
	for i, form := range all[1:] {
		if form == text {
			all[i+1] = ""
		}
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// percent escapes every byte.
func percent(text, format string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, format, text[i])
	}
	return b.String()
}

// redisQuoted escapes as Redis does in its log and its monitor.
func redisQuoted(text string) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\\' || c == '"':
			b.WriteByte('\\')
			b.WriteByte(c)
		case strings.IndexByte("\n\r\t\a\b", c) >= 0:
			b.WriteString(strings.Trim(strconv.Quote(string(rune(c))), `"`))
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// inLine puts blanks in place of line breaks, as Redis does in an error.
func inLine(text string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(text) }

// span is a piece of a text.
type span struct{ from, to int }

// Text returns text with every secret hidden.
func (s *Scrubber) Text(text string) string {
	if s == nil || len(s.forms) == 0 {
		return text
	}
	hidden := s.find(text)
	if len(hidden) == 0 {
		return text
	}
	var b strings.Builder
	done := 0
	for _, h := range hidden {
		b.WriteString(text[done:h.from])
		b.WriteString(Mask)
		done = h.to
	}
	b.WriteString(text[done:])
	return b.String()
}

// find returns what to hide, in order and without overlaps.
func (s *Scrubber) find(text string) []span {
	var kept [][]int
	if s.keep != nil {
		kept = s.keep.FindAllStringIndex(text, -1)
	}
	var found []span
	for _, form := range s.forms {
		for from := 0; from < len(text); from++ {
			next := strings.IndexByte(text[from:], form[0])
			if next < 0 {
				break
			}
			from += next
			n := common(text[from:], form)
			if n < len(form) && n < cutBytes {
				continue
			}
			h := span{from, from + n}
			if n < aloneBytes && !alone(text, h) || within(h, kept) {
				continue
			}
			found = append(found, h)
		}
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return merged(found)
}

// common returns how many bytes two texts have in common at their beginnings.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// alone reports whether no letter or digit is beside a piece.
func alone(text string, h span) bool {
	return (h.from == 0 || !wordByte(text[h.from-1])) && (h.to == len(text) || !wordByte(text[h.to]))
}

func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80
}

func within(h span, kept [][]int) bool {
	for _, k := range kept {
		if k[0] <= h.from && h.to <= k[1] {
			return true
		}
	}
	return false
}

// merged joins pieces that overlap or touch.
func merged(found []span) []span {
	out := found[:0]
	for _, h := range found {
		if last := len(out) - 1; last >= 0 && h.from <= out[last].to {
			out[last].to = max(out[last].to, h.to)
			continue
		}
		out = append(out, h)
	}
	return out
}
