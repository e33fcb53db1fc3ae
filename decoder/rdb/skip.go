package rdb

import "redrill/decoder"

// skipValue passes the value of a key by its lengths alone.
func (w *walk) skipValue(e entry) error {
	in := w.in
	switch e.kind.form {
	case formString, formListZiplist, formIntset, formSetListpack, formZSetZiplist, formZSetListpack,
		formZipmap, formHashZiplist, formHashListpack, formHashTimesListpack, formTemplatedListpack:
		return in.skipStrs(1)
	case formHashExpiryListpack:
		if err := in.skip(8); err != nil {
			return err
		}
		return in.skipStrs(1)
	case formList, formSet:
		return in.skipItems("items", 1, func() error { return in.skipStrs(1) })
	case formListZiplists:
		return in.skipItems("ziplists", 1, func() error { return in.skipStrs(1) })
	case formQuicklist:
		return in.skipItems("nodes", 2, func() error { return in.skipLenAndStrs(1) })
	case formZSetText:
		return in.skipItems("members", 2, in.skipTextScored)
	case formZSetBinary:
		return in.skipItems("members", 9, in.skipScored)
	case formHash:
		return in.skipItems("fields", 2, func() error { return in.skipStrs(2) })
	case formHashTimes:
		return in.skipItems("fields", 3, func() error { return in.skipLenAndStrs(2) })
	case formHashExpiry:
		if err := in.skip(8); err != nil {
			return err
		}
		return in.skipItems("fields", 3, func() error { return in.skipLenAndStrs(2) })
	case formHashValkey:
		return in.skipItems("fields", 10, func() error {
			if err := in.skipStrs(2); err != nil {
				return err
			}
			return in.skip(8)
		})
	case formTemplated:
		return w.skipTemplated(e)
	case formStream1, formStream2, formStream3, formStream4, formStream5:
		return w.skipStream(e.kind.form)
	case formArray:
		return w.skipArray()
	case formModule:
		if _, err := in.len(); err != nil {
			return err
		}
		return in.skipParts()
	case formNone:
	}
	return nil
}

// skipItems passes a number of items that stands in front of them.
func (r *reader) skipItems(what string, bytes int64, skip func() error) error {
	n, err := r.count(what, bytes)
	for ; n > 0 && err == nil; n-- {
		err = skip()
	}
	return err
}

// skipStrs passes n strings.
func (r *reader) skipStrs(n int) error {
	for range n {
		if err := r.skipStr(); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) skipLenAndStrs(n int) error {
	if _, err := r.len(); err != nil {
		return err
	}
	return r.skipStrs(n)
}

func (r *reader) skipScored() error {
	if err := r.skipStrs(1); err != nil {
		return err
	}
	return r.skip(8)
}

// skipTextScored passes a member and a score as text (SPEC-RDB 2.4).
func (r *reader) skipTextScored() error {
	if err := r.skipStrs(1); err != nil {
		return err
	}
	n, err := r.byte()
	if err != nil || n >= scoreNaN {
		return err
	}
	return r.skip(int64(n))
}

// skipTemplated passes the values of a hash whose names are in a template.
func (w *walk) skipTemplated(e entry) error {
	id, err := w.in.len()
	if err != nil {
		return err
	}
	names, ok := w.fields[id]
	if !ok { // how many values follow is not known
		return decoder.Errorf(decoder.ErrCorrupt, e.offset, "%s: there is no template %d", e.label(), id)
	}
	return w.in.skipStrs(len(names))
}

// lens passes n lengths.
func (r *reader) lens(n int) error {
	for range n {
		if _, err := r.len(); err != nil {
			return err
		}
	}
	return nil
}

// skipMessages passes what one idempotent producer sent: names and two numbers each.
func (r *reader) skipMessages() error {
	return r.skipItems("messages", 3, func() error {
		if err := r.skipStrs(1); err != nil {
			return err
		}
		return r.lens(2)
	})
}
