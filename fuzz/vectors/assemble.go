package vectors

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"hash/crc64"
	"math"
	"strconv"
	"strings"
)

// Assemble turns the text of a snapshot section into bytes. The language is
// described in testdata/vectors/README.md:
//
//	statement = "row" bytes "@" TS { option } ":" bytes
//	          | "raw" bytes ":" bytes
//	          | "crc" | "crc64"
//	          | bytes
//	bytes     = { hex | string | function "(" arguments ")" }
//
// A statement is one line; indented lines continue the line before. '#' starts
// a comment.
func Assemble(text string) ([]byte, error) {
	var out []byte
	for _, s := range statements(text) {
		b, err := statement(s.text, out)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", s.line, err)
		}
		out = append(out, b...)
	}
	return out, nil
}

type numbered struct {
	line int
	text string
}

func statements(text string) (list []numbered) {
	for i, l := range strings.Split(text, "\n") {
		l = strings.TrimRight(stripComment(l), " \t")
		switch {
		case l == "":
		case (l[0] == ' ' || l[0] == '\t') && len(list) > 0:
			list[len(list)-1].text += l
		default:
			list = append(list, numbered{i + 1, l})
		}
	}
	return list
}

func stripComment(l string) string {
	quoted := false
	for i := 0; i < len(l); i++ {
		switch l[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case '#':
			if !quoted {
				return l[:i]
			}
		}
	}
	return l
}

// statement returns the bytes of one statement; before is what precedes it.
func statement(text string, before []byte) ([]byte, error) {
	p := &parser{text: text}
	switch word := p.word(); word {
	case "crc":
		sum := crc32.Checksum(before, crc32.MakeTable(crc32.Castagnoli))
		return binary.BigEndian.AppendUint32(nil, sum), p.end()
	case "crc64":
		return binary.LittleEndian.AppendUint64(nil, jones(before)), p.end()
	case "row":
		return p.row()
	case "raw":
		return p.raw()
	}
	p.at = 0
	b, err := p.bytes("")
	if err != nil {
		return nil, err
	}
	return b, p.end()
}

// jones returns the checksum of RDB files: CRC-64 with the polynomial of Jones,
// reflected, the initial value 0 and no final change.
func jones(b []byte) uint64 {
	// The standard library inverts before and after.
	return ^crc64.Update(math.MaxUint64, crc64.MakeTable(0x95AC9329AC4BC9B5), b)
}

type parser struct {
	text string
	at   int
}

func (p *parser) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
}

func (p *parser) end() error {
	if p.space(); p.at < len(p.text) {
		return fmt.Errorf("unexpected %q", p.text[p.at:])
	}
	return nil
}

// word returns the characters up to a blank or one of ( ) , and skips them.
func (p *parser) word() string {
	p.space()
	start := p.at
	for p.at < len(p.text) && !strings.ContainsRune(" \t(),", rune(p.text[p.at])) {
		p.at++
	}
	return p.text[start:p.at]
}

// row parses KEY @TS {option} : BODY and returns the framed record.
func (p *parser) row() ([]byte, error) {
	key, err := p.bytes("@")
	if err != nil {
		return nil, err
	}
	ts, err := strconv.ParseUint(strings.TrimPrefix(p.word(), "@"), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("commit timestamp: %w", err)
	}
	value := make([]byte, 9)
	for {
		w := p.word()
		if w == ":" {
			break
		}
		if err := rowOption(w, value); err != nil {
			return nil, err
		}
	}
	body, err := p.bytes("")
	if err != nil {
		return nil, err
	}
	return framed(binary.BigEndian.AppendUint64(key, ^ts), append(value, body...)), p.end()
}

func rowOption(w string, header []byte) error {
	name, arg, _ := strings.Cut(w, "=")
	switch name {
	case "tombstone":
		header[0] = 1
		return nil
	case "flags":
		n, err := strconv.ParseUint(arg, 16, 8)
		header[0] = byte(n)
		return err
	case "expire":
		n, err := strconv.ParseUint(arg, 10, 64)
		binary.LittleEndian.PutUint64(header[1:], n)
		return err
	}
	return fmt.Errorf("unknown row option %q", w)
}

// raw parses KEY : VALUE and returns the framed record, without timestamp
// suffix and value header.
func (p *parser) raw() ([]byte, error) {
	key, err := p.bytes(":")
	if err != nil {
		return nil, err
	}
	p.word()
	value, err := p.bytes("")
	if err != nil {
		return nil, err
	}
	return framed(key, value), p.end()
}

func framed(key, value []byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(key)))
	b = append(b, key...)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(value)))
	return append(b, value...)
}

// bytes parses literals and functions up to the end, a closing parenthesis, or
// a word that begins with stop.
func (p *parser) bytes(stop string) ([]byte, error) {
	var out []byte
	for {
		p.space()
		rest := p.text[p.at:]
		if rest == "" || rest[0] == ')' || stop != "" && strings.HasPrefix(rest, stop) {
			return out, nil
		}
		b, err := p.literal(rest)
		if err != nil {
			return nil, err
		}
		out = append(out, b...)
	}
}

func (p *parser) literal(rest string) ([]byte, error) {
	if rest[0] == '"' {
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil, fmt.Errorf("string %s: %w", rest, err)
		}
		p.at += len(quoted)
		s, err := strconv.Unquote(quoted)
		return []byte(s), err
	}
	word := p.word()
	if p.at < len(p.text) && p.text[p.at] == '(' {
		p.at++
		b, err := p.call(word)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", word, err)
		}
		if p.space(); p.at >= len(p.text) || p.text[p.at] != ')' {
			return nil, fmt.Errorf("%s: missing )", word)
		}
		p.at++
		return b, nil
	}
	b, err := hex.DecodeString(word)
	if err != nil || len(b) == 0 {
		return nil, fmt.Errorf("%q is neither hex, a string nor a function", word)
	}
	return b, nil
}

func (p *parser) call(name string) ([]byte, error) {
	switch name {
	case "kl": // user key with its length prefix
		b, err := p.bytes("")
		return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...), err
	case "str": // length of RDB files in its shortest form, and bytes
		b, err := p.bytes("")
		switch n := len(b); {
		case n < 1<<6:
			return append([]byte{byte(n)}, b...), err
		case n < 1<<14:
			return append([]byte{0x40 | byte(n>>8), byte(n)}, b...), err
		default:
			return append(binary.BigEndian.AppendUint32([]byte{0x80}, uint32(n)), b...), err
		}
	case "len": // protobuf: length (varint) and bytes
		b, err := p.bytes("")
		return append(binary.AppendUvarint(nil, uint64(len(b))), b...), err
	case "pad":
		return p.pad()
	case "f64be", "f64le", "zscore":
		f, err := strconv.ParseFloat(p.word(), 64)
		return float(name, f), err
	}
	return integer(name, p.word())
}

func (p *parser) pad() ([]byte, error) {
	n, err := strconv.Atoi(p.word())
	if err != nil || n < 0 || n > 2<<20 {
		return nil, fmt.Errorf("bad count")
	}
	if p.space(); p.at < len(p.text) && p.text[p.at] == ',' {
		p.at++
	}
	unit, err := p.bytes("")
	return []byte(strings.Repeat(string(unit), n)), err
}

func float(name string, f float64) []byte {
	bits := math.Float64bits(f)
	switch name {
	case "f64le":
		return binary.LittleEndian.AppendUint64(nil, bits)
	case "zscore":
		if f == 0 {
			bits = 0 // -0 has the index bytes of +0
		}
		if bits>>63 == 0 {
			bits ^= 1 << 63
		} else {
			bits = ^bits
		}
	}
	return binary.BigEndian.AppendUint64(nil, bits)
}

func integer(name, arg string) ([]byte, error) {
	var n uint64
	signed, err := strconv.ParseInt(arg, 10, 64)
	if n = uint64(signed); err != nil {
		n, err = strconv.ParseUint(arg, 10, 64)
	}
	if err != nil {
		return nil, err
	}
	switch name {
	case "u16be":
		return binary.BigEndian.AppendUint16(nil, uint16(n)), nil
	case "u32be":
		return binary.BigEndian.AppendUint32(nil, uint32(n)), nil
	case "u64be", "i64be":
		return binary.BigEndian.AppendUint64(nil, n), nil
	case "u32le":
		return binary.LittleEndian.AppendUint32(nil, uint32(n)), nil
	case "u64le", "i64le":
		return binary.LittleEndian.AppendUint64(nil, n), nil
	case "ts": // complemented commit timestamp
		return binary.BigEndian.AppendUint64(nil, ^n), nil
	case "seq": // list sequence, sign bit flipped
		return binary.BigEndian.AppendUint64(nil, n^1<<63), nil
	}
	return nil, fmt.Errorf("unknown function")
}
