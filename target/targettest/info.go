package targettest

import "strings"

// hasField reports whether an INFO reply has a field.
func hasField(info, name string) bool {
	for line := range strings.Lines(info) {
		if strings.HasPrefix(line, name+":") {
			return true
		}
	}
	return false
}
