package target

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/moby/client"
)

// Variables of the docker command.
const (
	envDockerContext = "DOCKER_CONTEXT"
	envDockerConfig  = "DOCKER_CONFIG" // its directory, instead of ~/.docker
)

const (
	defaultContext = "default" // the daemon where there is no context
	contextBytes   = 1 << 20   // of a file of the docker command that is read
)

// followContext makes the daemon of the user's Docker context the one that
// DOCKER_HOST names, as the docker command does: what DOCKER_HOST names already
// wins. It is an error when the daemon is one that cannot be reached like that.
func followContext(getenv func(string) string, setenv func(name, value string) error) error {
	host, from := getenv(client.EnvOverrideHost), client.EnvOverrideHost
	if host == "" {
		name, err := contextName(getenv)
		if err != nil || name == defaultContext {
			return err
		}
		from = "the Docker context " + name
		if host, err = contextHost(configDir(getenv), name); err != nil {
			return because(ReasonDockerContext, fmt.Errorf("%s: %w", from, err))
		}
		if !isSSH(host) {
			return setenv(client.EnvOverrideHost, host)
		}
	}
	if isSSH(host) {
		return because(ReasonDockerSSH, fmt.Errorf("%s names a daemon over SSH, which is not supported", from))
	}
	return nil
}

func isSSH(host string) bool { return strings.HasPrefix(strings.ToLower(host), "ssh://") }

func configDir(getenv func(string) string) string {
	if dir := getenv(envDockerConfig); dir != "" {
		return dir
	}
	return filepath.Join(getenv("HOME"), ".docker")
}

// contextName returns the context that the variable or the configuration of the
// docker command chooses.
func contextName(getenv func(string) string) (string, error) {
	if name := getenv(envDockerContext); name != "" {
		return name, nil
	}
	var config struct{ CurrentContext string }
	err := readDockerJSON(filepath.Join(configDir(getenv), "config.json"), &config)
	if errors.Is(err, fs.ErrNotExist) || err == nil && config.CurrentContext == "" {
		return defaultContext, nil
	}
	if err != nil {
		return "", because(ReasonDockerContext, err)
	}
	return config.CurrentContext, nil
}

// contextHost returns the daemon of a context. Its files are in directories
// named for the SHA-256 of the name.
func contextHost(dir, name string) (string, error) {
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	var meta struct {
		Endpoints map[string]struct{ Host string }
	}
	if err := readDockerJSON(filepath.Join(dir, "contexts", "meta", id, "meta.json"), &meta); err != nil {
		return "", err
	}
	host := meta.Endpoints["docker"].Host
	if host == "" {
		return "", errors.New("it names no daemon")
	}
	if _, err := os.Stat(filepath.Join(dir, "contexts", "tls", id, "docker")); err == nil {
		return "", errors.New("its daemon wants TLS, which is taken from DOCKER_CERT_PATH only")
	}
	return host, nil
}

func readDockerJSON(path string, v any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read from
	b, err := io.ReadAll(io.LimitReader(f, contextBytes))
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}
