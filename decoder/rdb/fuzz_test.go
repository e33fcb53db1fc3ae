package rdb_test

import "testing"

// FuzzDecodeRDB decodes any bytes: as they are, and as a file whose checksum means
// none, so that what lies behind the checksum is reached. There is no panic, parts
// fit together, errors are of one class, and the size of parts changes nothing.
func FuzzDecodeRDB(f *testing.F) {
	for _, file := range smallFiles(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 64<<10 {
			t.Skip("more bytes show nothing else")
		}
		checkBounded(t, file)
		if len(file) > 17 {
			checkBounded(t, unsealed(file))
		}
	})
}
