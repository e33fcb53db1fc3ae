package target

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestFollowContext: the daemon is the one that the docker command would use.
func TestFollowContext(t *testing.T) {
	dir := t.TempDir()
	write := func(content string, path ...string) {
		t.Helper()
		file := filepath.Join(append([]string{dir}, path...)...)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	id := func(name string) string {
		sum := sha256.Sum256([]byte(name))
		return hex.EncodeToString(sum[:])
	}
	for name, host := range map[string]string{"mine": "unix:///run/mine.sock", "far": "ssh://far", "safe": "tcp://safe:2376", "none": ""} {
		write(`{"Name":"`+name+`","Endpoints":{"docker":{"Host":"`+host+`"}}}`, "contexts", "meta", id(name), "meta.json")
	}
	write("x", "contexts", "tls", id("safe"), "docker", "ca.pem")
	write(`{"currentContext":"mine"}`, "config.json")
	write(`{"auths":{}}`, "no-context", "config.json")
	write(`{`, "broken", "config.json")

	for _, row := range []struct {
		name, host, context, config string
		want                        string // "" is left as it is
		reason                      Reason
	}{
		{"the host wins", "unix:///other.sock", "mine", dir, "", ""},
		{"the host over SSH", "ssh://host", "", dir, "", ReasonDockerSSH},
		{"the variable", "", "mine", dir + "/none", "", ReasonDockerContext},
		{"the current context", "", "", dir, "unix:///run/mine.sock", ""},
		{"the default context, by the variable", "", "default", dir, "", ""},
		{"over SSH", "", "far", dir, "", ReasonDockerSSH},
		{"with TLS", "", "safe", dir, "", ReasonDockerContext},
		{"names no daemon", "", "none", dir, "", ReasonDockerContext},
		{"there is none of that name", "", "gone", dir, "", ReasonDockerContext},
		{"no configuration", "", "", dir + "/none", "", ""},
		{"no context in it", "", "", dir + "/no-context", "", ""},
		{"a broken configuration", "", "", dir + "/broken", "", ReasonDockerContext},
	} {
		t.Run(row.name, func(t *testing.T) {
			env := map[string]string{"DOCKER_HOST": row.host, "DOCKER_CONTEXT": row.context, "DOCKER_CONFIG": row.config}
			set := ""
			err := followContext(func(name string) string { return env[name] }, func(_, value string) error { set = value; return nil })
			if set != row.want || ReasonOf(err) != row.reason || (err != nil) != (row.reason != "") {
				t.Errorf("sets %q, %v (%s), want %q and %q", set, err, ReasonOf(err), row.want, row.reason)
			}
		})
	}
}

// TestDockerTimeouts: a slow daemon gets the time that the user gives, and more
// where docker was asked for.
func TestDockerTimeouts(t *testing.T) {
	for _, row := range []struct {
		name           string
		given          time.Duration
		named          bool
		want, patience time.Duration
	}{
		{"auto", 0, false, 10 * time.Second, time.Minute},
		{"by name", 0, true, time.Minute, 6 * time.Minute},
		{"given", 20 * time.Second, false, 20 * time.Second, 2 * time.Minute},
		{"given by name", 2 * time.Second, true, 2 * time.Second, removeTimeout},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := Options{DockerTimeout: row.given}.dockerTimeout(row.named)
			d := &daemon{timeout: got}
			if got != row.want || d.patience() != row.patience {
				t.Errorf("%v, patience %v, want %v and %v", got, d.patience(), row.want, row.patience)
			}
		})
	}
}
