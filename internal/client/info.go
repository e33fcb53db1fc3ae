package client

import (
	"strconv"
	"strings"
)

// Info is the reply to INFO, whole or a section.
type Info string

// Field returns the value of a field.
func (i Info) Field(name string) (value string, ok bool) {
	for line := range strings.Lines(string(i)) {
		if v, found := strings.CutPrefix(line, name+":"); found {
			return strings.TrimSpace(v), true
		}
	}
	return "", false
}

// Number returns the value of a field that is a number, 0 if it is not said.
func (i Info) Number(name string) int64 {
	value, _ := i.Field(name)
	n, _ := strconv.ParseInt(value, 10, 64)
	return n
}

// Databases returns how many keys each database holds, those without keys left
// out; -1 is a number that cannot be read. It is nil when the reply has no
// section about them.
func (i Info) Databases() map[int]int64 {
	var sizes map[int]int64
	for line := range strings.Lines(string(i)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "# Keyspace" {
			sizes = map[int]int64{}
		}
		db, err := strconv.Atoi(strings.TrimPrefix(name, "db"))
		if sizes == nil || !strings.HasPrefix(name, "db") || err != nil {
			continue
		}
		keys, _, _ := strings.Cut(strings.TrimPrefix(value, "keys="), ",") // keys=N,expires=M,…
		if sizes[db], err = strconv.ParseInt(keys, 10, 64); err != nil {
			sizes[db] = -1
		}
	}
	return sizes
}
