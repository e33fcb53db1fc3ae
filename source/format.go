package source

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"redrill/decoder"
)

// headBytes is how much of a file is looked at to find out what it is.
const headBytes = 4 << 10

// Head holds what is known about a file before it is opened.
type Head struct {
	Name  string // as it was called
	Bytes []byte // the first ones, decompressed; fewer than headBytes are all there are
}

// Format is a kind of file that redrill knows.
type Format struct {
	// Name is what people call it, without an article.
	Name string
	// Match says whether a file is of this kind, and what of it is worth saying
	// beside the name: its version. It looks at the first bytes only.
	Match func(h Head) (detail string, ok bool)
	// Flags registers the flags that only this kind has; nil when there are none.
	Flags func(FlagSet, *Options)
	// Open opens a file of this kind, see [NewOpened]. A kind without Open is known and not read.
	Open func(in *Input, opts Options) (*Opened, error)
	// Verdict and Hint say of a kind without Open that it is not read, and what to
	// do with it.
	Verdict, Hint string

	archive bool // a tar archive, which is unpacked
}

// Foreign is the error about a file of a kind that is not read. The file was not
// judged. It unwraps to decoder.ErrUnsupported.
type Foreign struct {
	What    string // what the file is
	Verdict string // that it is not read, or why
	Next    string // what to do; may be empty
}

// Error returns "WHAT: VERDICT".
func (f *Foreign) Error() string { return f.What + ": " + f.Verdict }

// Unwrap returns the class.
func (f *Foreign) Unwrap() error { return decoder.ErrUnsupported }

// Hint returns what to do.
func (f *Foreign) Hint() string { return f.Next }

const (
	notYet    = "not supported yet"
	notRead   = "neither a snapshot nor a dump"
	encrypted = "not supported: redrill decrypts nothing"
	packed    = "not supported"
)

// Formats lists every kind of file that is known, in the order in which they are
// looked for.
var Formats = []Format{
	{Name: "elastickv snapshot", Match: isSnapshot, Open: openSnapshot, Flags: snapshotFlags},
	{Name: dumpName, Match: isDump, Open: openDump},
	{Name: "tar archive", Match: isTar, archive: true},

	{Name: rdbName, Match: isRDB, Open: openRDB},
	{Name: "append-only file of Redis or Valkey", Match: isAOF, Verdict: notYet, Hint: rewriteFirst},
	{Name: "manifest of an append-only directory", Match: isAOFManifest, Verdict: notYet, Hint: rewriteFirst},

	{Name: "zip archive", Match: magic("PK\x03\x04", "PK\x05\x06", "PK\x07\x08"), Verdict: packed, Hint: unpack("unzip")},
	{Name: "xz file", Match: magic("\xfd7zXZ\x00"), Verdict: packed, Hint: pipe("xz -dc")},
	{Name: "bzip2 file", Match: isBzip2, Verdict: packed, Hint: pipe("bzip2 -dc")},
	{Name: "LZ4 file of the legacy form", Match: magic("\x02\x21\x4c\x18"), Verdict: packed, Hint: pipe("lz4 -dc")},
	{Name: "compression envelope of Valkey, of a kind that is not known", Match: magic("VCS"), Verdict: notYet,
		Hint: "load the file with the Valkey that wrote it, and save it with rdbcompression yes"},
	{Name: "LZO file", Match: magic("\x89LZO\x00\r\n\x1a\n"), Verdict: packed, Hint: pipe("lzop -dc")},
	{Name: "lzip file", Match: magic("LZIP\x01"), Verdict: packed, Hint: pipe("lzip -dc")},
	{Name: "compress (.Z) file", Match: magic("\x1f\x9d"), Verdict: packed, Hint: pipe("uncompress -c")},
	{Name: "Snappy file", Match: magic("\xff\x06\x00\x00sNaPpY"), Verdict: packed, Hint: pipe("snzip -dc")},
	{Name: "7z archive", Match: magic("7z\xbc\xaf\x27\x1c"), Verdict: packed, Hint: unpack("7z x")},
	{Name: "RAR archive", Match: magic("Rar!\x1a\x07"), Verdict: packed, Hint: unpack("unrar x")},

	{Name: "OpenPGP message", Match: isOpenPGP, Verdict: encrypted, Hint: pipe("gpg -d")},
	{Name: "file encrypted with age", Match: magic("age-encryption.org/", "-----BEGIN AGE ENCRYPTED FILE-----"),
		Verdict: encrypted, Hint: pipe("age -d -i KEY")},
	{Name: "file encrypted with OpenSSL", Match: magic("Salted__", "U2FsdGVkX1"), Verdict: encrypted,
		Hint: pipe("openssl enc -d -CIPHER -in")},
	{Name: "PEM file", Match: magic("-----BEGIN "), Verdict: notRead, Hint: wrongFile},

	{Name: "Git LFS pointer", Match: magic("version https://git-lfs.github.com/spec/"), Verdict: "a pointer, not the file itself",
		Hint: "`git lfs pull` fetches the file"},
	{Name: "S3 listing", Match: isS3Listing, Verdict: "a list of files, not a file itself",
		Hint: "fetch the one that you mean, with `aws s3 cp`"},
	{Name: "XML error of a storage service", Match: isXMLError, Verdict: "the error message of a failed download",
		Hint: "read it, and fetch the file again"},
	{Name: "HTML page", Match: isHTML, Verdict: "the error page of a failed download, or a login page",
		Hint: "read it, and fetch the file again; curl -f fails instead of saving such a page"},
	{Name: "XML file", Match: magic("<?xml"), Verdict: notRead, Hint: wrongFile},
	{Name: "SQLite database", Match: magic("SQLite format 3\x00"), Verdict: notRead, Hint: wrongFile},
	{Name: "ELF program", Match: magic("\x7fELF"), Verdict: notRead, Hint: wrongFile},
	{Name: "JSON file of another tool", Match: isJSON, Verdict: notRead,
		Hint: "a dump that redrill reads begins with {\"redrill_dump\":1; `redrill decode` makes one"},
	{Name: "elastickv timestamp-oracle snapshot", Match: isOracle, Open: openSnapshot}, // fsm refuses it and says why
	{Name: "empty file", Match: isEmpty, Verdict: notRead, Hint: "check whether the job that should have written it failed"},
	{Name: "file that begins with zeros", Match: isZeros, Verdict: notRead,
		Hint: "such a file remains when space was allocated but nothing was written; look for another copy"},
	{Name: "text file", Match: isText, Verdict: notRead, Hint: wrongFile},
	{Name: "file of an unknown kind", Match: anything, Verdict: notRead, Hint: wrongFile},
}

const (
	wrongFile = "check whether this is the file you meant; redrill reads RDB files, elastickv .fsm snapshots and its own dumps"
	// rewriteFirst names the two accidents of SPEC-RDB 9.1, too.
	rewriteFirst = "run BGREWRITEAOF on the server, then drill the base file that the manifest names; " +
		"a server with appendonly yes loads the append-only directory and ignores dump.rdb, and starts empty when there is only dump.rdb"
)

func unpack(command string) string {
	return "unpack it with `" + command + "`, then give redrill the unpacked file"
}

func pipe(command string) string {
	return "give redrill its content: `" + command + " FILE | redrill … -`"
}

// recognise returns the kind of a file, and what is said of it.
func recognise(h Head) (f *Format, what string) {
	for i := range Formats {
		if detail, ok := Formats[i].Match(h); ok {
			what = Formats[i].Name
			if detail != "" {
				what += ", " + detail
			}
			return &Formats[i], what
		}
	}
	panic("source: the last format matches every file")
}

func anything(h Head) (string, bool) {
	const shown = 12
	return fmt.Sprintf("which begins with %+q", h.Bytes[:min(shown, len(h.Bytes))]), true
}

// magic matches files that begin with one of some words.
func magic(words ...string) func(Head) (string, bool) {
	return func(h Head) (string, bool) {
		for _, w := range words {
			if bytes.HasPrefix(h.Bytes, []byte(w)) {
				return "", true
			}
		}
		return "", false
	}
}

func matches(pattern string) func(Head) (string, bool) {
	re := regexp.MustCompile(pattern)
	return func(h Head) (string, bool) { return "", re.Match(h.Bytes) }
}

// version matches a word that digits follow: the version.
func version(word string, digits int) func(Head) (string, bool) {
	return func(h Head) (string, bool) {
		rest, ok := bytes.CutPrefix(h.Bytes, []byte(word))
		if !ok {
			return "", false
		}
		text := string(rest[:min(digits, len(rest))])
		if len(text) < digits || strings.Trim(text, "0123456789") != "" {
			return "of an unreadable version", true
		}
		return "version " + strings.TrimLeft(text[:digits-1], "0") + text[digits-1:], true
	}
}

var (
	isAOF         = matches(`^(#TS:[0-9]+\r?\n)?\*[0-9]+\r?\n\$[0-9]+\r?\n`)
	isAOFManifest = matches(`^(#[^\n]*\n)*file [^\n]+ seq [0-9]+ type [bhi]`)
	isHTML        = matches(`(?i)^(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)*(<!doctype html|<html|<head|<body)`)
	isXMLError    = matches(`^(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>\s*)?<Error>`)
	xmlListing    = matches(`^(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>\s*)?<(ListBucketResult|ListAllMyBucketsResult|EnumerationResults)\b`)
	jsonListing   = matches(`^\s*\{\s*"Contents"\s*:\s*\[`)
	textListing   = matches(`^\s*([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} +[0-9]+ \S|PRE \S+/\n)`)
)

func isS3Listing(h Head) (string, bool) {
	for _, match := range []func(Head) (string, bool){xmlListing, jsonListing, textListing} {
		if _, ok := match(h); ok {
			return "", true
		}
	}
	return "", false
}

// isOpenPGP takes armour, and packets with which an encrypted or a signed message
// begins: old packets of known tags and lengths, and new ones (RFC 9580, 4.2).
func isOpenPGP(h Head) (string, bool) {
	if bytes.HasPrefix(h.Bytes, []byte("-----BEGIN PGP ")) {
		return "", true
	}
	if len(h.Bytes) < 4 {
		return "", false
	}
	first, version := h.Bytes[0], h.Bytes[2]
	switch first {
	case 0x84, 0xc1: // public-key encrypted session key, one byte of length
		return "", version == 3 || version == 6
	case 0x85: // the same, two bytes of length
		return "", h.Bytes[3] == 3
	case 0x8c, 0xc3: // symmetric-key encrypted session key
		return "", version == 4 || version == 5 || version == 6
	case 0xa3: // compressed, of unknown length
		return "", h.Bytes[1] >= 1 && h.Bytes[1] <= 3
	}
	return "", false
}

// isBzip2 takes a file that begins with a block, and one without any.
func isBzip2(h Head) (string, bool) {
	const level, block = 3, 4 // offsets of the size, and of the magic of a block
	if len(h.Bytes) < block+6 || !bytes.HasPrefix(h.Bytes, []byte("BZh")) || h.Bytes[level]-'1' > '9'-'1' {
		return "", false
	}
	magic := string(h.Bytes[block : block+6])
	return "", magic == "1AY&SY" || magic == "\x17\x72\x45\x38\x50\x90"
}

// isJSON takes an object or an array: no other text begins so.
func isJSON(h Head) (string, bool) {
	b := bytes.TrimLeft(bytes.TrimPrefix(h.Bytes, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(b) == 0 || b[0] != '{' && b[0] != '[' {
		return "", false
	}
	next := bytes.TrimLeft(b[1:], " \t\r\n")
	return "", len(next) > 0 && bytes.IndexByte([]byte(`"{}[]0123456789-tfn`), next[0]) >= 0
}

func isEmpty(h Head) (string, bool) { return "", len(h.Bytes) == 0 }

func isZeros(h Head) (string, bool) {
	const enough = 16
	return "", len(h.Bytes) >= enough && len(bytes.Trim(h.Bytes, "\x00")) == 0
}

// isText takes what a terminal can show.
func isText(h Head) (string, bool) {
	const shown = 40
	text := h.Bytes
	if len(text) == headBytes { // it may end within a character
		for range utf8.UTFMax - 1 {
			if !utf8.Valid(text) {
				text = text[:len(text)-1]
			}
		}
	}
	if !utf8.Valid(text) || bytes.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) && !unicode.IsSpace(r) }) {
		return "", false
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if runes := []rune(line); len(runes) > shown {
		line = string(runes[:shown]) + "…"
	}
	return fmt.Sprintf("which begins %q", line), true
}
