package dump

import (
	"strconv"

	"redrill/keyspace"
)

// opaque writes "kind":V,"bytes":N.
func (w *Writer) opaque(v keyspace.Opaque) error {
	if err := w.needs2("opaque values"); err != nil {
		return err
	}
	w.buf = append(w.buf, `,"type":"opaque","kind":`...)
	w.v(v.Kind)
	w.buf = append(w.buf, `,"bytes":`...)
	w.buf = strconv.AppendInt(w.buf, v.Size, 10)
	return nil
}
