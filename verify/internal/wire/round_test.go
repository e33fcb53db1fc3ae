package wire

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"redrill/internal/redistest"
)

// TestSinkIsBounded keeps no more of a reply than its limit, whatever comes.
func TestSinkIsBounded(t *testing.T) {
	var r Round
	s := sink{round: &r, limit: 100}
	for range 1000 {
		if n, err := io.CopyN(&s, strings.NewReader(strings.Repeat("x", 1<<16)), 1<<16); n != 1<<16 || err != nil {
			t.Fatalf("CopyN() = %d, %v", n, err)
		}
		if n, err := s.Write(make([]byte, 50)); n != 50 || err != nil {
			t.Fatalf("Write() = %d, %v", n, err)
		}
	}
	if !s.cut || s.to-s.from != 100 || cap(r.arena) > 1000 {
		t.Errorf("kept %d bytes in %d, cut %v, want 100 and cut", s.to-s.from, cap(r.arena), s.cut)
	}
}

// TestSinkTakesNothing of a reader that has nothing left, as the client library
// makes of a length that overflows.
func TestSinkTakesNothing(t *testing.T) {
	var r Round
	s := sink{round: &r, limit: 10}
	n, err := s.ReadFrom(&io.LimitedReader{R: strings.NewReader("abc"), N: -5})
	if n != 0 || err != nil || s.cut || len(r.arena) != 0 {
		t.Errorf("ReadFrom() = %d, %v, cut %v, want nothing", n, err, s.cut)
	}
}

// TestBusy asks again what the server was too busy for, and nothing else, until
// it has had enough time.
func TestBusy(t *testing.T) {
	s := redistest.Start(t)
	s.Do(t, "MSET", "a", "1", "b", "2", "c", "3")
	for refused, want := range map[int]bool{0: true, 1: true, busyPauses: true, busyPauses + 1: false} {
		asked := map[string]int{}
		busy := s.Answering(t, func(words []string) string {
			asked[strings.Join(words, " ")]++
			if strings.Join(words, " ") == "GET b" && asked["GET b"] <= refused {
				return "-BUSY server overloaded\r\n"
			}
			return ""
		})
		c := NewConnection(busy.Options)
		var pauses []time.Duration
		c.pause = func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil }
		var r Round
		before := r.Add(0, "TIME")
		get := [...]Slot{r.Add(10, "GET", "a"), r.Add(10, "GET", "b"), r.Add(10, "GET", "c")}
		after := r.Add(0, "TIME")
		err := r.Exec(t.Context(), c, 0)
		c.Close()
		if !want {
			if !errors.Is(err, ErrTarget) || !strings.Contains(err.Error(), "BUSY server overloaded") {
				t.Errorf("refused %d times: %v, want %v", refused, err, ErrTarget)
			}
			continue
		}
		if err != nil {
			t.Errorf("refused %d times: %v", refused, err)
			continue
		}
		for i, want := range []string{"1", "2", "3"} {
			got := r.Reply(get[i])
			if v, ok := got.Bulk(); !ok || !v.Equal(want) {
				t.Errorf("refused %d times: value %d is %q, want %q", refused, i, v.B, want)
			}
		}
		for _, s := range []Slot{before, after} {
			got := r.Reply(s)
			if _, ok := got.Time(); !ok {
				t.Errorf("refused %d times: no time", refused)
			}
		}
		if asked["GET a"] != 1 || asked["GET b"] != refused+1 || asked["TIME"] != refused+2 || len(pauses) != refused {
			t.Errorf("refused %d times: asked %v, paused %v", refused, asked, pauses)
		}
		for i := 1; i < len(pauses); i++ {
			if pauses[i] < pauses[i-1] {
				t.Errorf("pauses %v do not grow", pauses)
			}
		}
	}
	if d := busyPause(busyPauses); d != longestWait {
		t.Errorf("the longest pause is %v, want %v", d, longestWait)
	}
}

// TestBusyEndsWithTheRun does not wait for a server when nobody waits for it.
func TestBusyEndsWithTheRun(t *testing.T) {
	s := redistest.Start(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := NewConnection(s.Answering(t, func([]string) string { cancel(); return "-BUSY\r\n" }).Options)
	defer c.Close()
	var r Round
	r.Add(10, "GET", "a")
	if err := r.Exec(ctx, c, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("exec() = %v, want %v", err, context.Canceled)
	}
}

// TestWords keeps what people can read of what a server says.
func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"ERR no":              "ERR no",
		"a\x00\x1b\x7f\u0085": `a\x00\x1b\x7f\u0085`,
		"\u202eabc\u2066":     `\u202eabc\u2066`,
		"\xff\xc3(":           `\xff\xc3(`,
		"\uFFFD é 日本":         "\uFFFD é 日本",
		"ERR unknown command 'HMGET', with args beginning with: 'secret' '\xff'": "ERR unknown command 'HMGET'",
		strings.Repeat("x", 1000): strings.Repeat("x", wordsBytes) + "…",
	} {
		if got := words(text); got != want {
			t.Errorf("words(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestEnumeration counts names and steps up to their bounds.
func TestEnumeration(t *testing.T) {
	e := enumeration{what: "SCAN", most: 10}
	if err := e.step(2*10 + endlessNames); err != nil {
		t.Errorf("step(as many as are believed) = %v", err)
	}
	if err := e.step(2); err == nil {
		t.Error("step(two more) = nil, want an error")
	}
	e = enumeration{what: "SCAN", most: 10}
	for _, names := range []int64{1, 0} { // a name begins the count of steps again
		for range endlessSteps - 1 {
			if err := e.step(0); err != nil {
				t.Fatalf("step(0) = %v", err)
			}
		}
		if err := e.step(names); err != nil {
			t.Fatalf("step(%d) = %v", names, err)
		}
	}
	if err := e.step(0); err == nil {
		t.Error("step(0) = nil, want an error")
	}
}
