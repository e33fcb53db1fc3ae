package tree

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSegment(t *testing.T) {
	deadbeef := strings.Repeat("deadbeef", 4)
	tests := []struct{ name, key, want string }{
		{"empty", "", ""},
		{"dot", ".", "."},
		{"two dots", "..", ".."},
		{"slash", "a/b", "a%2Fb"},
		{"tilde", "~", "%7E"},
		{"percent", "%41", "%2541"},
		{"plus, blank, tilde", "a+b ~", "a%2Bb%20%7E"},
		{"letters and digits", "AZaz09-._", "AZaz09-._"},
		{"beside the letters", "@[`{/:", "%40%5B%60%7B%2F%3A"},
		{"UTF-8", "Ünï", "%C3%9Cn%C3%AF"},
		{"base64 prefix", "b64.foo", "72ef1a090c013093607ce5a62f598cf4__b64.foo"},
		{"base64 prefix alone", "b64.", fallback("b64.")},
		{"almost the base64 prefix", "B64.foo", "B64.foo"},
		{"shape of a fallback", deadbeef + "__x", "15598d81f5604d3ac6c898aec9aad77f__" + deadbeef + "__x"},
		{"shape in upper case", strings.ToUpper(deadbeef) + "__", "6abb80fd250f0f5637b195df7da2114f__" + strings.ToUpper(deadbeef) + "__"},
		{"almost the shape", deadbeef + "_x", deadbeef + "_x"},
		{"no digit in the shape", deadbeef[:31] + "g__x", deadbeef[:31] + "g__x"},
		{"240 bytes", strings.Repeat("a", 240), strings.Repeat("a", 240)},
		{"241 bytes", strings.Repeat("a", 241), "ec6e326ef29fe322b62111584194c54e__" + strings.Repeat("a", 64)},
		{"240 bytes encoded", strings.Repeat("\xff", 80), strings.Repeat("%FF", 80)},
		{"243 bytes encoded", strings.Repeat("\xff", 81), "b1d97d7cbbb586b86d0e71c9fd48d8aa__" + strings.Repeat("%FF", 64)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Segment(tt.key); got != tt.want {
				t.Errorf("Segment(%q) = %q, want %q", tt.key, got, tt.want)
			}
		})
	}
}

func TestDecodeSegment(t *testing.T) {
	const invalid = "\x00invalid"
	const keymap = "\x00keymap"
	tests := []struct{ name, seg, want string }{
		{"empty", "", ""},
		{"plain", "a.b-c_D9", "a.b-c_D9"},
		{"escape", "a%2Fb", "a/b"},
		{"escape in lower case", "%c3%9Cn", "Ün"},
		{"escape at the end", "a%00", "a\x00"},
		{"240 bytes", strings.Repeat("a", 240), strings.Repeat("a", 240)},
		{"241 bytes", strings.Repeat("a", 241), invalid},
		{"fallback", strings.Repeat("0", 32) + "__a", keymap},
		{"fallback in upper case", strings.Repeat("AB", 16) + "__", keymap},
		{"base64", "b64.-_8", "\xfb\xff"},
		{"base64 of nothing", "b64.", ""},
		{"base64 of another alphabet", "b64.+/8", invalid},
		{"base64 with padding", "b64.-_8=", invalid},
		{"base64 with loose bits", "b64.-_9", invalid},
		{"base64 with a line feed", "b64.-_\n8", invalid},
		{"percent alone", "a%", invalid},
		{"percent and a digit", "a%4", invalid},
		{"percent without digits", "%4g", invalid},
		{"tilde", "~", invalid},
		{"blank", "a b", invalid},
		{"slash", "a/b", invalid},
		{"not ASCII", "ü", invalid},
		{"NUL", "\x00", invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decodeSegment(tt.seg)
			switch {
			case errors.Is(err, errNeedsKeymap):
				got = keymap
			case err != nil:
				got = invalid
			}
			if got != tt.want {
				t.Errorf("decodeSegment(%q) = %q, %v, want %q", tt.seg, got, err, tt.want)
			}
		})
	}
}

func TestSegmentRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := drawName.Draw(t, "name")
		seg := Segment(name)
		if len(seg) > maxSegmentBytes {
			t.Fatalf("Segment(%q) has %d bytes", name, len(seg))
		}
		got, err := decodeSegment(seg)
		if errors.Is(err, errNeedsKeymap) {
			return
		}
		if err != nil || got != name {
			t.Fatalf("decodeSegment(%q) = %q, %v, want %q", seg, got, err, name)
		}
	})
}
