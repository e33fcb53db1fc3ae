package dump

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"redrill/keyspace"
)

// TestHeaderMembers: what the first line must say of the source, and how much may
// stand there.
func TestHeaderMembers(t *testing.T) {
	all := []string{`"format":"f"`, `"sha256":""`, `"bytes":9223372036854775807`, `"last_commit_ts":18446744073709551615`}
	open := func(members ...string) (keyspace.Origin, error) {
		r, err := NewReader(strings.NewReader(`{"redrill_dump":1,"source":{` + strings.Join(members, ",") + "}}\n"))
		if err != nil {
			return keyspace.Origin{}, err
		}
		return r.Origin(), nil
	}
	want := keyspace.Origin{Format: "f", Bytes: math.MaxInt64, Facts: []keyspace.Fact{{Name: "last_commit_ts", Value: uint64(math.MaxUint64)}}}
	if got, err := open(all...); err != nil || !got.Equal(want) {
		t.Errorf("source %+v, %v; want %+v", got, err, want)
	}
	if got, err := open(all[:3]...); err != nil || len(got.Facts) > 0 {
		t.Errorf("without a fact: %+v, %v", got, err)
	}
	const blank = " \t\r "
	spaced := strings.NewReplacer("{", blank+"{"+blank, "}", blank+"}"+blank, ":", blank+":"+blank, ",", blank+","+blank)
	line := spaced.Replace(`{"redrill_dump":1,"source":{`+strings.Join(all, ",")+"}}") + "\n"
	if r, err := NewReader(strings.NewReader(line)); err != nil || !r.Origin().Equal(want) {
		t.Errorf("with blanks: %v", err)
	}
	for i, left := range all[:3] {
		rest := append(append([]string{}, all[:i]...), all[i+1:]...)
		if _, err := open(rest...); !errors.Is(err, ErrDump) {
			t.Errorf("without %s: error %v", left, err)
		}
	}
}

// TestWriterRemembersItsError: nothing is written behind an error, whatever is
// called.
func TestWriterRemembersItsError(t *testing.T) {
	bad := keyspace.Key{Name: "k", Value: keyspace.Set{"b", "a"}}
	for name, call := range map[string]func(w *Writer) error{
		"key":   func(w *Writer) error { return w.Key(keyspace.Key{Name: "l", Value: keyspace.String("v")}) },
		"note":  func(w *Writer) error { return w.Note(keyspace.Note{Kind: keyspace.NoteEmpty, Name: "l"}) },
		"close": func(w *Writer) error { return w.Close() },
	} {
		w := newWriter(t, io.Discard)
		first := w.Key(bad)
		if err := call(w); first == nil || !errors.Is(err, first) {
			t.Errorf("%s after %v: error %v", name, first, err)
		}
	}
}

// TestWriterLineLimit: a line may be as long as the limit, and no byte longer.
func TestWriterLineLimit(t *testing.T) {
	for extra, ok := range map[int]bool{0: true, 1: false} {
		w := newWriter(t, io.Discard)
		line := `{"db":0,"key":"k","type":"string","value":""}` + "\n"
		w.lineLimit = int64(len(line) + 10)
		err := w.Key(keyspace.Key{Name: "k", Value: keyspace.String(strings.Repeat("v", 10+extra))})
		if (err == nil) != ok {
			t.Errorf("%d bytes beyond the limit: error %v", extra, err)
		}
	}
}

// TestMemberNames: an error about a member names it.
func TestMemberNames(t *testing.T) {
	for bit, want := range map[member]string{
		mDB: "db", mKey: "key", mType: "type", mPayload: "value", mExpireAt: "expire_at_ms", mPart: "part", mMore: "more",
		mLastID: "last_id", mMaxDeletedID: "max_deleted_id", mNote: "note", mElement: "element", mOffset: "offset",
		mDetail: "detail", mEnd: "end", mKeys: "keys", mElements: "elements", mNotes: "notes", mSHA256: "sha256",
	} {
		if got := (bit | mSHA256).first(); got != want {
			t.Errorf("member %d is called %q, want %q", bit, got, want)
		}
	}
}
