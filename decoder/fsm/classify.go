package fsm

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// prefixFamily is a prefix of storage keys.
type prefixFamily struct {
	prefix string
	family family
}

// knownPrefixes lists the prefixes of all families by the byte after '!'. A
// prefix that begins with another one stands before it.
var knownPrefixes = func() (known [256][]prefixFamily) {
	for f, info := range familyTable {
		prefixes := info.prefixes
		if info.prefix != "" {
			prefixes = []string{info.prefix}
		}
		for _, p := range prefixes {
			list := &known[p[1]]
			at := slices.IndexFunc(*list, func(q prefixFamily) bool { return strings.HasPrefix(p, q.prefix) })
			if at < 0 {
				at = len(*list)
			}
			*list = slices.Insert(*list, at, prefixFamily{p, family(f)})
		}
	}
	return known
}()

// classify returns the family of a storage key (docs/FORMAT.md, section 4).
// The body length is needed only to tell a list meta from a list delta.
func classify(key []byte, bodyLen int) family {
	if len(key) < 2 || key[0] != '!' {
		return famBare
	}
	for _, p := range knownPrefixes[key[1]] {
		if len(key) >= len(p.prefix) && string(key[:len(p.prefix)]) == p.prefix {
			// All other families follow from their prefix.
			//exhaustive:ignore
			switch p.family {
			case famListDelta:
				if !isListDelta(key[len(p.prefix):], bodyLen) {
					return famListMeta
				}
			case famStaged:
				if stagedKey(key) == nil {
					return famUnknown
				}
			}
			return p.family
		}
	}
	if looksInternal(key) {
		return famUnknown
	}
	return famBare
}

// looksInternal reports whether a key outside every known family is shaped
// like an internal one: '!', a lower-case letter, then letters, digits, '-' or
// '_', then '|' (docs/FORMAT.md, section 4.3).
func looksInternal(key []byte) bool {
	end := bytes.IndexByte(key, '|')
	return end > 0 && isFamilyName(key[1:end])
}

// isFamilyName reports whether a part of an internal prefix is a lower-case
// letter and then letters, digits, '-' or '_'.
func isFamilyName(part []byte) bool {
	if len(part) == 0 || part[0] < 'a' || part[0] > 'z' {
		return false
	}
	for _, c := range part[1:] {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// splitUserKey splits what follows the prefix of a length-prefixed family into
// the user key with its length prefix (kl) and the rest. ok is false when the
// declared length does not fit.
func splitUserKey(rest []byte) (group, tail []byte, ok bool) {
	if len(rest) < 4 {
		return nil, nil, false
	}
	n := uint64(binary.BigEndian.Uint32(rest))
	if n > uint64(len(rest)-4) {
		return nil, nil, false
	}
	return rest[:4+n], rest[4+n:], true
}

// appendUserKey appends kl(K): len(4, BE) ‖ K.
func appendUserKey(b []byte, name string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(name)))
	return append(b, name...)
}

// isListDelta tells a list delta from a list meta, by what follows the prefix of
// the deltas. List metas carry the plain user key, so the meta of a user key that
// begins with "d|" has that prefix too: the body length decides (docs/FORMAT.md,
// section 3.5).
//
//	meta  : "!lst|meta|" ‖ K                                   body of 24 or 32 bytes
//	delta : "!lst|meta|d|" ‖ kl(K) ‖ commitTS(8) ‖ seq(4)      body of 16 bytes
func isListDelta(rest []byte, bodyLen int) bool {
	if slices.Contains(famListMeta.info().sizes, bodyLen) {
		return false
	}
	_, tail, ok := splitUserKey(rest)
	return ok && len(tail) == deltaTailBytes
}

// stagedKey returns the storage key that a staged copy is of, nil when the key
// is not that of one:
//
//	"!dist|migstage|" ‖ job(8) ‖ '|' ‖ storage key
func stagedKey(key []byte) []byte {
	rest, found := bytes.CutPrefix(key, []byte(famStaged.prefix()))
	if !found || len(rest) <= stagedJobBytes || rest[stagedJobBytes] != '|' {
		return nil
	}
	return rest[stagedJobBytes+1:]
}

const stagedJobBytes = 8

// rowsOf lists the families whose rows say a slot: first those with one row per
// user key, which are looked up with less effort.
var rowsOf = func() (rows [slotCount][]family) {
	for f := range familyCount {
		for _, s := range []slot{f.info().says, f.info().inline} {
			rows[s] = append(rows[s], f)
		}
	}
	for _, list := range rows {
		slices.SortStableFunc(list, func(a, b family) int {
			switch {
			case a.single() == b.single():
				return 0
			case a.single():
				return -1
			}
			return 1
		})
	}
	return rows
}()

// said returns the user key that a visible row belongs to and what the row says
// about it; no slots when it says nothing or its key is malformed.
func said(f family, key []byte, bodyLen int) (userKey []byte, in slots) {
	info := f.info()
	if info.says == slotNone {
		return nil, 0
	}
	rest := key[len(info.prefix):]
	if info.form == formGroup {
		group, tail, ok := splitUserKey(rest)
		// A delta counts with any tail: its server looks for deltas by prefix.
		if !ok || (info.tail == 0 && len(tail) != 0) {
			return nil, 0
		}
		rest = group[4:]
	}
	return rest, (1<<info.says | 1<<f.inlineIn(bodyLen)) &^ (1 << slotNone)
}
