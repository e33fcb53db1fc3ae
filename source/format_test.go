package source

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redrill/decoder"
	"redrill/dump"
	"redrill/internal/compress"
)

// kinds are beginnings of files, each with what redrill calls it.
var kinds = []struct{ name, head, want string }{
	{"empty", "", "empty file"},
	{"zeros", strings.Repeat("\x00", 100), "file that begins with zeros"},
	{"text", "Once upon a time\nthere was", `text file, which begins "Once upon a time"`},
	{"long text", strings.Repeat("é", headBytes), `text file, which begins "` + strings.Repeat("é", 40) + `…"`},
	{"bytes", "\xfe\xad\xbe\xef and more\x00", `file of an unknown kind, which begins with "\xfe\xad\xbe\xef and mor"`},
	{"control", "bell\x07", `file of an unknown kind, which begins with "bell\a"`},
	{"rdb 11", "REDIS0011\xfa\x09redis-ver", "RDB file, Redis version 11"},
	{"rdb 6", "REDIS0006\xfe\x00", "RDB file, Redis version 6"},
	{"rdb 0", "REDIS0000\xfe\x00", "RDB file, Redis version 0"},
	{"rdb cut", "REDIS00", "RDB file, Redis of an unreadable version"},
	{"rdb odd", "REDIS00x1", "RDB file, Redis of an unreadable version"},
	{"valkey", "VALKEY080\xfa\x0avalkey-ver", "RDB file, Valkey version 80"},
	{"appendonly.aof", "REDIS0011\xfa", "RDB file, Redis version 11"},
	{"replication", "$123\r\nREDIS0011", "RDB file, in a replication stream"},
	{"diskless replication", "$EOF:" + strings.Repeat("a", 40) + "\r\nVALKEY080", "RDB file, in a replication stream"},
	{"reply", "$5\r\nhello\r\n", "text file, which begins \"$5\\r\""},
	{"plain.aof", "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n", "append-only file of Redis or Valkey"},
	{"stamped.aof", "#TS:1700000000\r\n*2\r\n$6\r\nSELECT\r\n", "append-only file of Redis or Valkey"},
	{"manifest", "file appendonly.aof.1.base.rdb seq 1 type b\n", "manifest of an append-only directory"},
	{"zip", "PK\x03\x04\x14\x00", "zip archive"},
	{"empty zip", "PK\x05\x06\x00\x00", "zip archive"},
	{"spanned zip", "PK\x07\x08\x00\x00", "zip archive"},
	{"xz", "\xfd7zXZ\x00\x00\x04", "xz file"},
	{"bzip2", "BZh91AY&SY", "bzip2 file"},
	{"empty bzip2", "BZh9\x17\x72\x45\x38\x50\x90", "bzip2 file"},
	{"old lz4", "\x02\x21\x4c\x18\x64", "LZ4 file of the legacy form"},
	{"envelope", "VCS\x01\x02\x00\x01\x04\x22\x4d\x18", "compression envelope of Valkey, of a kind that is not known"},
	{"lzo", "\x89LZO\x00\r\n\x1a\n\x10", "LZO file"},
	{"lzip", "LZIP\x01\x0c", "lzip file"},
	{"Z", "\x1f\x9d\x90", "compress (.Z) file"},
	{"snappy", "\xff\x06\x00\x00sNaPpY", "Snappy file"},
	{"7z", "7z\xbc\xaf\x27\x1c\x00\x04", "7z archive"},
	{"rar", "Rar!\x1a\x07\x01\x00", "RAR archive"},
	{"pgp armour", "-----BEGIN PGP MESSAGE-----\n", "OpenPGP message"},
	{"pgp", "\x85\x01\x0c\x03\x11\x22", "OpenPGP message"},
	{"three bytes of pgp", "\x85\x01\x0c", `file of an unknown kind, which begins with "\x85\x01\f"`},
	{"pgp short", "\x84\x5e\x03\x11", "OpenPGP message"},
	{"pgp symmetric", "\x8c\x0d\x04\x09\x03", "OpenPGP message"},
	{"pgp new", "\xc3\x0d\x04\x09\x03", "OpenPGP message"},
	{"pgp signed", "\xa3\x01\xed\x00", "OpenPGP message"},
	{"age", "age-encryption.org/v1\n-> X25519", "file encrypted with age"},
	{"age armour", "-----BEGIN AGE ENCRYPTED FILE-----\n", "file encrypted with age"},
	{"openssl", "Salted__\x01\x02", "file encrypted with OpenSSL"},
	{"openssl base64", "U2FsdGVkX19zYWx0", "file encrypted with OpenSSL"},
	{"pem", "-----BEGIN CERTIFICATE-----\n", "PEM file"},
	{"lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:", "Git LFS pointer"},
	{"listing", `<?xml version="1.0" encoding="UTF-8"?>` + "\n<ListBucketResult xmlns=", "S3 listing"},
	{"json listing", "{\n    \"Contents\": [\n", "S3 listing"},
	{"text listing", "2026-11-25 21:42:00       1234 dump.fsm\n", "S3 listing"},
	{"prefixes", "                           PRE backups/\n", "S3 listing"},
	{"xml error", `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code>`, "XML error of a storage service"},
	{"html", "\n<!DOCTYPE html>\n<html>", "HTML page"},
	{"html without a type", "<HTML><head>", "HTML page"},
	{"xml", `<?xml version="1.0"?><catalog>`, "XML file"},
	{"sqlite", "SQLite format 3\x00\x10", "SQLite database"},
	{"program", "\x7fELF\x02\x01", "ELF program"},
	{"json", `{"type":"record"}`, "JSON file of another tool"},
	{"json array", "\xef\xbb\xbf[\n  {}", "JSON file of another tool"},
	{"empty object", "{}", "JSON file of another tool"},
	{"no json", "{ braces in a text", `text file, which begins "{ braces in a text"`},

	{"wrapped snapshot", "EKVTHLC1", "elastickv snapshot"},
	{"payload", "EKVPBBL1", "elastickv snapshot"},
	{"raft file", "EKVR0001", "elastickv snapshot"},
	{"cut magic", "EKVT", "elastickv snapshot"},
	{"empty store", "\x00\x00\x00\x00", "elastickv snapshot"},
	{"oracle", "\x01\x02\x03\x04\x05\x06\x07\x08", "elastickv timestamp-oracle snapshot"},
	{"oracle with a checksum", "\x01\x02\x03\x04\x05\x06\x07\x08\x46\x89\x1f\x81", "elastickv timestamp-oracle snapshot"},
	{"another checksum", "\x01\x02\x03\x04\x05\x06\x07\x08\x46\x89\x1f\x80", `file of an unknown kind, which begins with "\x01\x02\x03\x04\x05\x06\a\bF\x89\x1f\x80"`},
	{"eight letters", "12345678", `text file, which begins "12345678"`},
	{"twelve letters", "123456789abc", `text file, which begins "123456789abc"`},
	{"dump", `{"redrill_dump":1,"source":{}}`, "redrill dump"},
	{"dump with blanks", " { \"source\" : {}, \"redrill_dump\" : 1 }", "redrill dump"},
	{"a dump in a later line", "{\"a\":1}\n{\"redrill_dump\":1}", "JSON file of another tool"},
}

func TestRecognise(t *testing.T) {
	seen := make(map[string]bool)
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			format, what := recognise(Head{Name: k.name, Bytes: []byte(k.head[:min(headBytes, len(k.head))])})
			if what != k.want {
				t.Errorf("%q is %q, want %q", k.head[:min(20, len(k.head))], what, k.want)
			}
			seen[format.Name] = true
		})
	}
	for _, f := range Formats {
		if !seen[f.Name] && !f.archive {
			t.Errorf("no file of kind %q is tried", f.Name)
		}
		if f.Open == nil && !f.archive && (f.Verdict == "" || f.Hint == "") {
			t.Errorf("%s: it is not read, and nothing is said of that", f.Name)
		}
	}
}

// TestForeignIsNotJudged: what was not recognised is unsupported and never
// corrupt, and no word says that it is damaged. Also compressed.
func TestForeignIsNotJudged(t *testing.T) {
	for _, k := range kinds {
		if strings.HasPrefix(k.want, "elastickv") || strings.HasPrefix(k.want, "redrill") || strings.HasPrefix(k.want, rdbName) {
			continue
		}
		dir := t.TempDir()
		for _, ext := range []string{"", ".gz", ".zst"} {
			path := filepath.Join(dir, filepath.Base(k.name)+ext)
			write(t, path, k.head)
			_, err := Open(context.Background(), path, nil, Options{})
			var foreign *Foreign
			if !errors.As(err, &foreign) || !errors.Is(err, decoder.ErrUnsupported) {
				t.Errorf("%s%s: %v, want a foreign file", k.name, ext, err)
				continue
			}
			if errors.Is(err, decoder.ErrCorrupt) || errors.Is(err, dump.ErrDump) || errors.Is(err, compress.ErrCorrupt) {
				t.Errorf("%s%s: %v is a verdict", k.name, ext, err)
			}
			for _, word := range []string{"damage", "corrupt", "truncated"} {
				if strings.Contains(err.Error()+foreign.Hint(), word) {
					t.Errorf("%s%s: %v; %s: says %q", k.name, ext, err, foreign.Hint(), word)
				}
			}
			if ext == ".gz" && !strings.Contains(err.Error(), ": gzip of "+k.want+": ") {
				t.Errorf("%s%s: %v", k.name, ext, err)
			}
		}
	}
}

// write writes a file, compressed by its name.
func write(t *testing.T, path, text string) string {
	t.Helper()
	b := []byte(text)
	switch filepath.Ext(path) {
	case ".gz":
		b = gzipped(t, b)
	case ".zst":
		b = zstded(t, b)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestNoFooterTakesAnEmptyFile: the format allows a snapshot of no bytes.
func TestNoFooterTakesAnEmptyFile(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "empty.fsm"), "")
	for name, open := range map[string]func() (*Opened, error){
		"file": func() (*Opened, error) { return Open(context.Background(), path, nil, Options{NoFooter: true}) },
		"stdin": func() (*Opened, error) {
			return Open(context.Background(), "-", new(bytes.Buffer), Options{NoFooter: true})
		},
	} {
		o, err := open()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
}
