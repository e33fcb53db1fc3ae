package main

// storedFile is a source as it lies on disk, or as it came in: compressed, if it
// is. SHA256 is empty when the file was not read to its end, and for a dump
// directory, which is many files: its CHECKSUMS names theirs.
type storedFile struct {
	Path   string `json:"path"` // escaped
	Bytes  int64  `json:"bytes,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

// stored describes the file of a source.
func (s *source) stored() *storedFile {
	bytes, sha256 := s.opened.Stored()
	return &storedFile{Path: s.name, Bytes: bytes, SHA256: sha256}
}
