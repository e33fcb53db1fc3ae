package rdb_test

import (
	"errors"
	"strings"
	"testing"

	"redrill/decoder"
	"redrill/decoder/rdb"
)

// TestChecksumFromVersion5: version 4 has no checksum, version 5 has one.
func TestChecksumFromVersion5(t *testing.T) {
	const body = "\xfe\x00\x00\x01k\x01v\xff"
	for file, says := range map[string]string{
		"REDIS0004" + body:              "",
		"REDIS0004" + body + "12345678": "",
		"REDIS0005" + body:              "truncated: the checksum",
		"REDIS0005" + body + "12345678": "checksum is",
	} {
		_, err := rdb.Open(strings.NewReader(file), int64(len(file)), rdb.Options{})
		if (says == "") != (err == nil) || err != nil && (!errors.Is(err, decoder.ErrCorrupt) || !strings.Contains(err.Error(), says)) {
			t.Errorf("%q: %v, want %q", file, err, says)
		}
	}
}
