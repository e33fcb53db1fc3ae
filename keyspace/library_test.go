package keyspace

import "testing"

// TestLibraryName reads the name that a library gives itself.
func TestLibraryName(t *testing.T) {
	for code, want := range map[string]string{
		"#!lua name=a\nx":           "a",
		"#!LUA name=a_1":            "a_1",
		"#!lua  name=b \r\nx":       "b",
		"#!js api_version=1 name=c": "c",
		"#!lua\nname=a":             "",
		"#!lua name=\n":             "",
		"lua name=a\n":              "",
		"":                          "",
	} {
		if got, ok := LibraryName(code); got != want || ok != (want != "") {
			t.Errorf("LibraryName(%q) = %q, %v, want %q", code, got, ok, want)
		}
	}
}
