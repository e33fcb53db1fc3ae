package target

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/moby/moby/client"

	"redrill/internal/owner"
)

// Leftover is a container or a directory of a redrill process.
type Leftover struct {
	Kind  Kind          `json:"kind"`  // KindDocker: a container; KindProcess: a directory, of a server or of an unpacked archive
	Name  string        `json:"name"`  // ID of the container, path of the directory
	Owner owner.Process `json:"owner"` // who made it
	State owner.State   `json:"state"` // whether the owner still runs; only what is [owner.Gone] can be removed
	Since time.Time     `json:"since"` // when it was made
}

// Leftovers lists the containers and the directories of all redrill processes,
// of those that still run as well: State tells. A Docker daemon that does not
// answer has none.
func Leftovers(ctx context.Context, opts Options) ([]Leftover, error) {
	all, err := directories(opts)
	if err != nil {
		return nil, err
	}
	d, err := connectDaemon(ctx, opts.dockerTimeout(false))
	if err != nil {
		return all, ctx.Err()
	}
	defer d.close()
	containers, err := d.containers(ctx)
	return append(all, containers...), err
}

// Clean removes the leftovers whose owner is gone, and returns those that it
// removed. It touches nothing of a process that runs or cannot be seen from
// here. Errors are ErrUnreachable; the rest is removed all the same.
func Clean(ctx context.Context, opts Options) ([]Leftover, error) {
	all, err := Leftovers(ctx, opts)
	if err != nil {
		return nil, err
	}
	var removed []Leftover
	var errs []error
	for _, l := range all {
		if l.State != owner.Gone {
			continue
		}
		if err := l.remove(ctx, opts); err != nil {
			errs = append(errs, err)
			continue
		}
		removed = append(removed, l)
	}
	return removed, errors.Join(errs...)
}

func (l Leftover) remove(ctx context.Context, opts Options) error {
	if l.Kind == KindProcess {
		if err := removeDirectory(ctx, l.Name); err != nil {
			return fmt.Errorf("%w: %s was not removed: %w", ErrUnreachable, l.Name, err)
		}
		return nil
	}
	d, err := connectDaemon(ctx, opts.dockerTimeout(false))
	if err != nil {
		return err
	}
	defer d.close()
	ctx, cancel := context.WithTimeout(ctx, d.patience())
	defer cancel()
	return d.remove(ctx, l.Name)
}

// removeDirectory looks again at a directory, in which something may have
// changed since it was listed, ends its server and removes it.
func removeDirectory(ctx context.Context, path string) error {
	d, err := openDirectory(path)
	if err != nil {
		return err
	}
	defer d.close()
	var maker owner.Process
	if err := d.record(owner.File, &maker); err != nil {
		return err
	}
	if state := maker.State(); state != owner.Gone {
		return fmt.Errorf("its owner is %s", state)
	}
	if _, err := d.names(); err != nil {
		return err
	}
	if err := d.endServer(ctx); err != nil {
		return err
	}
	return d.remove()
}

// directories lists the private directories of the process target and those of
// unpacked archives. What only looks like one is passed over: anybody can make it
// in a temporary directory.
func directories(opts Options) ([]Leftover, error) {
	parents := []string{opts.TempDir}
	if opts.TempDir == "" {
		parents = []string{os.TempDir()}
	}
	if parents[0] != "/tmp" {
		parents = append(parents, "/tmp")
	}
	var found []Leftover
	for _, parent := range parents {
		paths, err := filepath.Glob(filepath.Join(globQuoted(parent), dirPrefix+"*"))
		if err != nil {
			return nil, fmt.Errorf("%w: list %s: %w", ErrUsage, parent, err)
		}
		for _, path := range paths {
			if l, ok := directoryLeft(path); ok {
				found = append(found, l)
			}
		}
	}
	return found, nil
}

func directoryLeft(path string) (l Leftover, ok bool) {
	d, err := openDirectory(path)
	if err != nil {
		return Leftover{}, false // gone since, or none of ours
	}
	defer d.close()
	var maker owner.Process
	if err := d.record(owner.File, &maker); err != nil {
		return Leftover{}, false
	}
	return Leftover{KindProcess, path, maker, maker.State(), d.made}, true
}

// globQuoted quotes the characters that mean something in a pattern.
func globQuoted(path string) string {
	var quoted []byte
	for i := range len(path) {
		switch path[i] {
		case '*', '?', '[', '\\':
			quoted = append(quoted, '\\')
		}
		quoted = append(quoted, path[i])
	}
	return string(quoted)
}

// containers lists the containers with our label.
func (d *daemon) containers(ctx context.Context) ([]Leftover, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	list, err := d.client.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", labelKind+"="+kindDrill),
	})
	if err != nil {
		return nil, fmt.Errorf("%w: list containers: %w", ErrUnreachable, err)
	}
	found := make([]Leftover, 0, len(list.Items))
	for _, c := range list.Items {
		pid, _ := strconv.Atoi(c.Labels[labelPID]) // 0: cannot be told whose it is
		maker := owner.Process{
			Host: c.Labels[labelHost], Boot: c.Labels[labelBoot],
			PID: pid, Start: c.Labels[labelStart],
		}
		found = append(found, Leftover{KindDocker, c.ID, maker, maker.State(), time.Unix(c.Created, 0)})
	}
	return found, nil
}
