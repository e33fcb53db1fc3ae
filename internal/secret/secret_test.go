package secret_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redrill/internal/secret"
)

func TestText(t *testing.T) {
	const password = "s3cr3t \"\\/#\n\x01é%+"
	asJSON, err := json.Marshal(password)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("abcdefghij", 20)
	keep := regexp.MustCompile(`^WRONGPASS|unknown command`)
	for _, row := range []struct{ name, secret, text, want string }{
		{"nothing", "", "as it is", "as it is"},
		{"absent", password, "as it is", "as it is"},
		{"raw", password, "a " + password + " b", "a *** b"},
		{"every time", "s3cr3t", "s3cr3ts3cr3t and s3cr3t", "*** and ***"},
		{"overlapping", "abcabcab", "<abcabcabcabcab>", "<***>"},
		{"Go", password, "a " + strconv.Quote(password) + " b", `a "***" b`},
		{"Go in ASCII", password, "a " + strconv.QuoteToASCII(password) + " b", `a "***" b`},
		{"JSON", password, "a " + string(asJSON) + " b", `a "***" b`},
		{"JSON with its markup", "s3cr3t<&>", `"s3cr3t<&>" "s3cr3t\u003c\u0026\u003e"`, `"***" "***"`},
		{"URL query", password, "a " + url.QueryEscape(password) + " b", "a *** b"},
		{"URL path", password, "a " + url.PathEscape(password) + " b", "a *** b"},
		{"URL user", password, "a " + url.User(password).String() + " b", "a *** b"},
		{"URL, every byte", "s3cr3t", "a %73%33%63%72%33%74 b", "a *** b"},
		{"Redis", password, `a "s3cr3t \"\\/#\n\x01\xc3\xa9%+" b`, `a "***" b`},
		{"Redis, tab and bell", "s3cr3t\t\a", `s3cr3t\t\a.`, `***.`},
		{"line breaks as blanks", "s3cr3t\r\nx", "a s3cr3t  x b", "a *** b"},
		{"quoted twice", password, strconv.Quote(strconv.Quote(password)), `"\"***\""`},
		{"cut", long, "args: '" + long[:128] + "'", "args: '***'"},
		{"cut after 8 bytes", long, "abcdefgh", "***"},
		{"cut to a word", long, "abcdefg", "abcdefg"},
		{"short, in a word", "a", "any data", "any data"},
		{"short, alone", "a", "args: 'a', a", "args: '***', ***"},
		{"short, at a side of a word", "ab", "abc cab ab", "abc cab ***"},
		{"known words", "command", "unknown command 'command'", "unknown command '***'"},
		{"a code", "WRONGPASS", "WRONGPASS invalid WRONGPASS", "WRONGPASS invalid ***"},
		{"more than known words", "an unknown command", "an unknown command", "***"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := secret.New(keep, row.secret).Text(row.text); got != row.want {
				t.Errorf("Text(%q) = %q, want %q", row.text, got, row.want)
			}
		})
	}
}

func TestSeveral(t *testing.T) {
	s := secret.New(nil, "first-one", "", "second")
	if got, want := s.Text("first-one, second, third"), "***, ***, third"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
	var none *secret.Scrubber
	if got := none.Text("as it is"); got != "as it is" {
		t.Errorf("Text of none = %q", got)
	}
}

// TestPropertyHidden: no secret of four bytes and more is left, however it is
// quoted.
func TestPropertyHidden(t *testing.T) {
	inner := func(s string) string { return s[1 : len(s)-1] }
	quotings := map[string]func(string) string{
		"raw":   func(s string) string { return s },
		"Go":    func(s string) string { return inner(strconv.Quote(s)) },
		"%+q":   func(s string) string { return inner(fmt.Sprintf("%+q", s)) },
		"query": url.QueryEscape,
		"path":  url.PathEscape,
		"JSON":  func(s string) string { b, _ := json.Marshal(s); return inner(string(b)) },
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[ab"\\/%]{4,12}`), rapid.StringN(4, 20, 40)).Draw(t, "secret")
		name := rapid.SampledFrom([]string{"raw", "Go", "%+q", "query", "path", "JSON"}).Draw(t, "quoting")
		quoted := quotings[name](text)
		around := rapid.StringMatching(`[ab"\\/%]{0,6}`)
		before, after := around.Draw(t, "before"), around.Draw(t, "after")
		got := secret.New(nil, text).Text(before + quoted + after)
		if strings.Contains(got, text) || strings.Contains(got, quoted) {
			t.Fatalf("%s %q in %q is left: %q", name, text, before+quoted+after, got)
		}
	})
}
