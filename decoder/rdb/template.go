package rdb

import (
	"redrill/decoder"
)

// templates are the names of fields that hashes share, by their number in the file
// (SPEC-RDB 6.7).
type templates map[uint64][]string

// maxTemplateBytes bounds the memory of all templates of a file.
const maxTemplateBytes = 64 << 20

// template reads one. The names ascend, shorter ones first.
func (w *walk) template(at int64) error {
	id, err := w.in.len()
	if err != nil {
		return err
	}
	n, err := w.in.count("fields of a template", 1)
	if err != nil {
		return err
	}
	if _, twice := w.fields[id]; twice || n == 0 {
		return decoder.Errorf(decoder.ErrCorrupt, at, "template %d is empty or occurs twice", id)
	}
	var names []string
	for range n {
		name, err := w.name()
		if err != nil {
			return err
		}
		if last := len(names) - 1; last >= 0 && !shorterOrLess(names[last], name) {
			return decoder.Errorf(decoder.ErrCorrupt, at, "template %d: field %q after %q", id, name, names[last])
		}
		if w.templateBytes += len(name) + 16; w.templateBytes > maxTemplateBytes {
			return decoder.Errorf(decoder.ErrLimit, at, "the templates of hashes take more than %d MiB", maxTemplateBytes>>20)
		}
		names = append(names, name)
	}
	if w.fields == nil {
		w.fields = templates{}
	}
	w.fields[id] = names
	return nil
}

func shorterOrLess(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}
