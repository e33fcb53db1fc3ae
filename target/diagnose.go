package target

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/testcontainers/testcontainers-go"
)

// versionTimeout bounds asking a server program for its version.
const versionTimeout = 10 * time.Second

// Diagnosis is what a machine offers for a drill. Nothing is started for it.
type Diagnosis struct {
	Docker      string `json:"docker,omitzero"`       // version of the daemon; empty when none answers
	DockerError string `json:"docker_error,omitzero"` // why none answers
	Image       string `json:"image"`                 // the image a docker target would use
	ImageLocal  bool   `json:"image_local"`
	// ReaperImage is the image of the testcontainers reaper. Drills do without
	// it unless TESTCONTAINERS_RYUK_DISABLED=false asks for it.
	ReaperImage   string `json:"reaper_image"`
	ReaperLocal   bool   `json:"reaper_local"`
	Server        string `json:"server,omitzero"`         // path of the server program on PATH; empty when there is none
	ServerVersion string `json:"server_version,omitzero"` // its first line for --version
	InContainer   bool   `json:"in_container"`            // this process seems to run inside a container
	// SharesNetwork says that ports the daemon publishes on 127.0.0.1 can be
	// reached from here.
	SharesNetwork bool       `json:"shares_network"`
	Auto          Kind       `json:"auto"` // what auto would choose, as far as can be told without pulling
	Why           string     `json:"why"`  // why, in one line
	Leftovers     []Leftover `json:"leftovers"`
	LeftoversErr  string     `json:"leftovers_error,omitzero"` // why leftovers could not be listed
}

// Diagnose looks at the machine. It never fails: what cannot be found out is
// said in the result.
func Diagnose(ctx context.Context, opts Options) Diagnosis {
	diag := Diagnosis{
		Image:       opts.image(),
		ReaperImage: testcontainers.ReaperDefaultImage, //nolint:staticcheck // nothing else names the image
		InContainer: inContainer(),
	}
	diag.docker(ctx, opts)
	diag.server(ctx)
	diag.choose()
	left, err := Leftovers(ctx, opts)
	diag.Leftovers = left
	if err != nil {
		diag.LeftoversErr = oneLine(err)
	}
	return diag
}

func (diag *Diagnosis) docker(ctx context.Context, opts Options) {
	d, err := connectDaemon(ctx, opts.dockerTimeout(false))
	if err == nil {
		defer d.close()
		diag.Docker = d.version
		diag.SharesNetwork = d.sharesNetwork(ctx)
		var imageErr, reaperErr error
		diag.ImageLocal, imageErr = d.hasImage(ctx, diag.Image)
		diag.ReaperLocal, reaperErr = d.hasImage(ctx, diag.ReaperImage)
		err = errors.Join(imageErr, reaperErr)
	}
	if err != nil {
		diag.DockerError = oneLine(err)
	}
}

func (diag *Diagnosis) server(ctx context.Context) {
	path, err := findServer()
	if err != nil {
		return
	}
	diag.Server = path
	ctx, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.Dir, cmd.WaitDelay = os.TempDir(), time.Second
	out, err := cmd.Output()
	if err != nil {
		diag.ServerVersion = fmt.Sprintf("--version ended with %v", err)
		return
	}
	first, _, _ := strings.Cut(string(out), "\n")
	diag.ServerVersion = strings.TrimSpace(first)
}

// choose says what auto would do.
func (diag *Diagnosis) choose() {
	switch {
	case diag.Docker != "" && diag.ImageLocal:
		diag.Auto, diag.Why = KindDocker, "a daemon answers and the image is local"
	case diag.Docker != "" && diag.Server != "":
		diag.Auto = KindProcess
		diag.Why = "the image is not local; docker if a registry answers within " + registryPatience.String()
	case diag.Docker != "":
		diag.Auto = KindEmbedded
		diag.Why = "the image is not local and no server program is on PATH; docker if a registry answers within " +
			registryPatience.String()
	case diag.Server != "":
		diag.Auto, diag.Why = KindProcess, "no Docker daemon answers"
	default:
		diag.Auto, diag.Why = KindEmbedded, "no Docker daemon answers and no server program is on PATH"
	}
}
