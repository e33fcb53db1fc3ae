package keyspace

import "strings"

// LibraryName reads the name of a function library from the first line of its code,
// #!ENGINE name=NAME; ok is false where none stands there.
func LibraryName(code string) (name string, ok bool) {
	line, _, _ := strings.Cut(code, "\n")
	words := strings.Fields(strings.TrimPrefix(line, "#!"))
	if !strings.HasPrefix(line, "#!") || len(words) < 2 {
		return "", false
	}
	for _, word := range words[1:] {
		if name, ok = strings.CutPrefix(word, "name="); ok {
			return name, name != ""
		}
	}
	return "", false
}
