package compare

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"redrill/keyspace"
	"redrill/verify/internal/wire"
)

// Functions is what was found of the function libraries of a server.
type Functions struct {
	Libraries   int64 `json:"libraries"` // of the source
	Equal       int64 `json:"equal"`
	Different   int64 `json:"different"`
	Missing     int64 `json:"missing"`
	Extra       int64 `json:"extra"`
	Unsupported int64 `json:"unsupported"` // that the server cannot show
}

// functionsReply bounds what is kept of a list of libraries that is longer than expected.
const functionsReply = 64 << 20

// functionRound bounds the code that is asked for in one round trip.
const functionRound = 512 << 10

// functionInfo is more than what FUNCTION LIST says of a library without functions.
const functionInfo = 4 << 10

// Library is a function library that is expected.
type Library struct {
	Name string
	Code string
}

// FunctionReader compares function libraries on a connection.
type FunctionReader struct {
	Conn    *wire.Connection
	Report  func(Difference)
	Caught  func(kind Kind, caught bool) // whether an altered expectation was reported exactly
	Missing Reasons
	Found   Functions
}

// Compare compares the code of all libraries of a source with those of the server. Known says
// that the server has FUNCTION.
//
//	FUNCTION LIST                                the names
//	FUNCTION LIST LIBRARYNAME name WITHCODE      the code of one that is expected
func (f *FunctionReader) Compare(ctx context.Context, codes []string, known bool) error {
	f.Found.Libraries = int64(len(codes))
	want := map[string]string{}
	var names []string
	for _, code := range codes {
		name, ok := keyspace.LibraryName(code)
		if _, twice := want[name]; !ok || twice {
			f.Found.Unsupported++
			f.Missing.Add("functions: a library without a name, or with one that another has")
			continue
		}
		want[name] = code
		names = append(names, name)
	}
	slices.Sort(names)
	if !known {
		if len(names) > 0 {
			f.lacks(len(names), "functions: the server has no FUNCTION")
		}
		return nil
	}
	live, ok, err := f.list(ctx, len(names))
	if err != nil || !ok {
		if err == nil && len(names) > 0 {
			f.Found.Unsupported += int64(len(names))
		}
		return err
	}
	missing, extra := unpaired(names, live)
	for _, name := range missing {
		f.Found.Missing++
		f.Report(Difference{Kind: KindFunctionMissing, Key: Bytes(name), Path: libraryPath(name)})
	}
	for _, name := range extra {
		f.Found.Extra++
		f.Report(Difference{Kind: KindFunctionExtra, Key: Bytes(name), Path: libraryPath(name)})
	}
	var there []Library
	for _, name := range names {
		if !slices.Contains(missing, name) {
			there = append(there, Library{name, want[name]})
		}
	}
	f.plantNames(names, live)
	for len(there) > 0 {
		n, bytes := 0, 0
		for n < len(there) && (n == 0 || bytes+len(there[n].Code) <= functionRound) {
			bytes += len(there[n].Code)
			n++
		}
		if err := f.compareCode(ctx, there[:n]); err != nil {
			return err
		}
		there = there[n:]
	}
	return nil
}

func (f *FunctionReader) lacks(n int, why string) {
	f.Found.Unsupported += int64(n)
	f.Missing.Add(why)
}

func libraryPath(name string) string { return "function library " + quote(name) }

// list returns the names of the libraries of the server, sorted; ok is false where it
// does not show them.
func (f *FunctionReader) list(ctx context.Context, expected int) (names []string, ok bool, err error) {
	for limit := functionInfo * (expected + 4); ; limit = functionsReply {
		var r wire.Round
		s := r.Add(limit, "FUNCTION", "LIST")
		if err := r.Exec(ctx, f.Conn, 0); err != nil {
			return nil, false, err
		}
		got := r.Reply(s)
		if got.Cut && limit < functionsReply {
			continue
		}
		ok = eachOf(&got, func() bool {
			return eachField(&got, func(field string) bool {
				if field != "library_name" {
					return got.Skip()
				}
				name, ok := wholeText(&got)
				names = append(names, name)
				return ok
			})
		})
		if !ok {
			f.Missing.Add("functions: " + r.Said(s))
		}
		slices.Sort(names)
		return names, ok, nil
	}
}

// unpaired returns what is in only one of two sorted lists.
func unpaired(want, got []string) (missing, extra []string) {
	for w, g := range keyspace.SideBySide(want, got, func(w, g *string) int { return cmp.Compare(*w, *g) }) {
		switch {
		case g == nil:
			missing = append(missing, *w)
		case w == nil:
			extra = append(extra, *g)
		}
	}
	return missing, extra
}

// plantNames compares altered names: one more, and one less.
func (f *FunctionReader) plantNames(want, live []string) {
	if len(want)+len(live) == 0 {
		return
	}
	missing, extra := unpaired(want, live)
	const fresh = "\x00canary"
	more, same := unpaired(append([]string{fresh}, want...), live)
	f.Caught(KindFunctionMissing, slices.Equal(more, append([]string{fresh}, missing...)) && slices.Equal(same, extra))
	for i, name := range want {
		if !slices.Contains(live, name) {
			continue
		}
		same, more := unpaired(without(want, i), live)
		expected := insert(extra, name, func(s string) string { return s })
		f.Caught(KindFunctionExtra, slices.Equal(same, missing) && slices.Equal(more, expected))
		break
	}
}

// compareCode compares the code of libraries that the server has.
func (f *FunctionReader) compareCode(ctx context.Context, want []Library) error {
	var r wire.Round
	for i := range want {
		r.Add(len(want[i].Code)+functionInfo, "FUNCTION", "LIST", "LIBRARYNAME", &want[i].Name, "WITHCODE")
	}
	if err := r.Exec(ctx, f.Conn, 0); err != nil {
		return err
	}
	for i := range want {
		got := r.Reply(wire.Slot(i))
		if got.Cut { // it has many functions, or it is longer than expected
			var again wire.Round
			s := again.Add(functionsReply, "FUNCTION", "LIST", "LIBRARYNAME", &want[i].Name, "WITHCODE")
			if err := again.Exec(ctx, f.Conn, 0); err != nil {
				return err
			}
			f.compareOne(&want[i], again.Reply(s), func() string { return again.Said(s) })
			continue
		}
		f.compareOne(&want[i], got, func() string { return r.Said(wire.Slot(i)) })
	}
	return nil
}

func (f *FunctionReader) compareOne(want *Library, got wire.Reply, said func() string) {
	d, err := codeDifference(want, got)
	switch {
	case err != nil:
		f.lacks(1, "functions: "+said())
		return
	case d != nil:
		f.Found.Different++
		f.Report(*d)
		return
	}
	f.Found.Equal++
	altered := Library{want.Name, alterBytes(want.Code, func(n int) int { return n - 1 })}
	d, err = codeDifference(&altered, got)
	f.Caught(KindFunctionCode, err == nil && d != nil && d.Kind == KindFunctionCode && d.Path == libraryPath(want.Name)+"/code")
}

var errNoCode = errors.New("no code")

// codeDifference compares the code of a library with what the server says about it. The
// server may answer with others whose names are the same but for their case.
func codeDifference(want *Library, got wire.Reply) (d *Difference, err error) {
	found := false
	eachOf(&got, func() bool {
		name := ""
		return eachField(&got, func(field string) (ok bool) {
			switch field {
			case "library_name":
				name, ok = wholeText(&got)
				return ok
			case "library_code":
				code, ok := got.Bulk()
				if !ok || name != want.Name {
					return ok
				}
				if found = !code.Undecided(want.Code); found && !code.Equal(want.Code) {
					diff := valueDifference(KindFunctionCode, libraryPath(name)+"/code", want.Code, code.B, code.Size)
					diff.Key = Bytes(name)
					d = &diff
				}
				return true
			}
			return got.Skip()
		})
	})
	if !found {
		return nil, fmt.Errorf("library %q: %w", want.Name, errNoCode)
	}
	return d, nil
}
