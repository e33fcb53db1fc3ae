package wire

import "testing"

// TestAboutServer: these end a run; every other error is about a key or a command.
func TestAboutServer(t *testing.T) {
	for _, code := range []string{"LOADING", "MASTERDOWN", "CLUSTERDOWN", "MOVED", "ASK", "TRYAGAIN", "NOAUTH", "WRONGPASS",
		"OOM", "MISCONF", "READONLY", "NOREPLICAS", "EXECABORT", "BUSY"} {
		if !aboutServer(code + " some words") {
			t.Errorf("%s is not about the server", code)
		}
	}
	for _, text := range []string{"ERR unknown command", "WRONGTYPE Operation against a key", "NOPERM this user", "NOGROUP No such key", ""} {
		if aboutServer(text) {
			t.Errorf("%q is about the server", text)
		}
	}
}
