package compare

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Bytes is a byte string that is encoded in JSON as dumps encode it: a string
// when it is valid UTF-8, else {"base64":"…"} (URL-safe alphabet, no padding).
type Bytes string

// MarshalJSON implements [json.Marshaler].
func (b Bytes) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(b)) {
		return json.Marshal(string(b))
	}
	return json.Marshal(map[string]string{"base64": base64.RawURLEncoding.EncodeToString([]byte(b))})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (b *Bytes) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*b = Bytes(text)
		return nil
	}
	var envelope struct{ Base64 string }
	if err := json.Unmarshal(data, &envelope); err != nil {
		return fmt.Errorf("byte string: %w", err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(envelope.Base64)
	if err != nil {
		return fmt.Errorf("byte string: %w", err)
	}
	*b = Bytes(raw)
	return nil
}

const (
	excerptBytes  = 96 // of a value, shown in a difference
	excerptBefore = 32 // of them before the first difference
	nameBytes     = 128
)

// quote escapes a name for a path, cut to nameBytes.
func quote(name string) string {
	if len(name) <= nameBytes {
		return strconv.Quote(name)
	}
	return strconv.Quote(name[:nameBytes]) + "…(" + strconv.Itoa(len(name)) + " bytes)"
}

// excerpt escapes the bytes around offset of a value of total bytes, of which s
// holds at least the beginning. An ellipsis stands for what is left out.
func excerpt[T string | []byte](s T, offset int, total int64) string {
	from := min(max(0, offset-excerptBefore), len(s))
	to := min(from+excerptBytes, len(s))
	text := strconv.Quote(string(s[from:to]))
	if from > 0 {
		text = "…" + text
	}
	if int64(to) < total {
		text += "…"
	}
	return text
}
