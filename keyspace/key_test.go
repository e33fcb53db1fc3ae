package keyspace

import (
	"fmt"
	"math"
	"testing"
)

func TestExpireAt(t *testing.T) {
	none := ExpireAt{}
	tests := []struct {
		at        ExpireAt
		nowMs     int64
		expired   bool
		ms        int64
		expires   bool
		formatted string
	}{
		{none, math.MaxInt64, false, 0, false, "none"},
		{ExpireAtMs(0), 0, true, 0, true, "0ms"}, // 1970, not none
		{ExpireAtMs(0), -1, false, 0, true, "0ms"},
		{ExpireAtMs(1000), 999, false, 1000, true, "1000ms"},
		{ExpireAtMs(1000), 1000, true, 1000, true, "1000ms"}, // gone in the very millisecond
		{ExpireAtMs(1000), 1001, true, 1000, true, "1000ms"},
		{ExpireAtMs(math.MaxInt64), math.MaxInt64 - 1, false, math.MaxInt64, true, "9223372036854775807ms"},
	}
	for _, tt := range tests {
		if got := tt.at.ExpiredAt(tt.nowMs); got != tt.expired {
			t.Errorf("%v.ExpiredAt(%d) = %v, want %v", tt.at, tt.nowMs, got, tt.expired)
		}
		if ms, ok := tt.at.Ms(); ms != tt.ms || ok != tt.expires {
			t.Errorf("%v.Ms() = %d, %v, want %d, %v", tt.at, ms, ok, tt.ms, tt.expires)
		}
		if got := tt.at.String(); got != tt.formatted {
			t.Errorf("String() = %q, want %q", got, tt.formatted)
		}
	}
	if none == ExpireAtMs(0) {
		t.Error("no expire time equals 1970")
	}
}

func TestElements(t *testing.T) {
	for _, tt := range values {
		k := Key{Value: tt.value, More: true}
		want := 5
		if tt.value.Type() == TypeString {
			want = 1
		}
		if got := k.Elements(); got != want {
			t.Errorf("%v: Elements() = %d, want %d", tt.value.Type(), got, want)
		}
		if tt.value.Type() == TypeString {
			want = 0 // counted with its first part
		}
		k.Part = 1
		if got := k.Elements(); got != want {
			t.Errorf("%v, second part: Elements() = %d, want %d", tt.value.Type(), got, want)
		}
	}
	if got := (Key{Value: String("")}).Elements(); got != 1 {
		t.Errorf("an empty string has %d elements, want 1", got)
	}
}

func TestWhole(t *testing.T) {
	for _, tt := range []struct {
		key  Key
		want bool
	}{
		{Key{}, true}, {Key{More: true}, false}, {Key{Part: 1}, false}, {Key{Part: 1, More: true}, false},
	} {
		if got := tt.key.Whole(); got != tt.want {
			t.Errorf("%+v.Whole() = %v, want %v", tt.key, got, tt.want)
		}
	}
}

func TestParseTypeIsTheInverse(t *testing.T) {
	for _, typ := range Types {
		if got, ok := ParseType(typ.String()); got != typ || !ok {
			t.Errorf("ParseType(%q) = %v, %v", typ, got, ok)
		}
	}
	for _, s := range []string{"", "unknown", "String", fmt.Sprint(Type(len(Types)))} {
		if got, ok := ParseType(s); ok {
			t.Errorf("ParseType(%q) = %v, want none", s, got)
		}
	}
}
