package source

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// digest counts and hashes what is read anyway, so that a source is not read
// once more for its digest.
type digest struct {
	hash  hash.Hash
	bytes int64
}

func newDigest() *digest { return &digest{hash: sha256.New()} }

// Write implements [io.Writer].
func (d *digest) Write(p []byte) (int, error) {
	d.bytes += int64(len(p))
	return d.hash.Write(p)
}

func (d *digest) sum() string { return hex.EncodeToString(d.hash.Sum(nil)) }

// of returns r, and passes to d what is read from it.
func (d *digest) of(r io.Reader) io.Reader { return io.TeeReader(r, d) }

// Stored returns the size and the SHA-256, in lower-case hexadecimal, of the
// source as it lies on disk or as it came in: compressed, if it is. The digest of
// a dump is known once its keys were read to their end; a dump directory, which
// is many files, has none.
func (o *Opened) Stored() (bytes int64, sha256 string) {
	switch {
	case o.stored != nil: // compressed, packed or streamed: hashed on its way in
		return o.stored.bytes, o.stored.sum()
	case o.in == nil:
		return 0, ""
	case !o.IsDump() && o.About.Bytes == o.in.size: // hashed with its checksum
		return o.in.size, o.About.SHA256
	case o.first != nil && o.first.bytes == o.in.size:
		return o.in.size, o.first.sum()
	}
	return o.in.size, ""
}

// Watch calls seen with the number of bytes read from now on, and with the size. It
// may be called while the source is read. For a tree it never calls seen.
func (o *Opened) Watch(seen func(bytes, of int64)) {
	if o.in != nil {
		o.in.seen.Store(&seen)
	}
}
