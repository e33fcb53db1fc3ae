package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"redrill/target"
)

func (a *app) doctorCommand() *cobra.Command {
	var flags targetFlags
	var clean, asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "List the targets that work on this machine",
		Long: `List the targets that work on this machine: whether a Docker daemon answers,
whether the image is local, whether a redis-server or valkey-server is on PATH,
and which target "auto" would choose.

--clean removes the containers and directories of redrill processes that were
killed. It does not touch those of running processes, other hosts or other users.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			opts := target.Options{Image: flags.image, DockerTimeout: flags.docker}
			if clean {
				if err := a.clean(c.Context(), opts); err != nil {
					return err
				}
			}
			return a.doctor(c.Context(), opts, asJSON)
		},
	}
	c.Flags().StringVar(&flags.image, "image", target.DefaultImage, "image of the docker target")
	c.Flags().DurationVar(&flags.docker, "docker-timeout", 0, "time the Docker daemon may take to answer a request (default 10s)")
	c.Flags().BoolVar(&clean, "clean", false, "remove the leftovers of killed redrill processes")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *app) clean(ctx context.Context, opts target.Options) error {
	removed, err := target.Clean(ctx, opts)
	for _, l := range removed {
		a.log.Info("removed", "kind", l.Kind, "name", l.Name, "since", l.Since.Format(time.RFC3339))
	}
	return err
}

func (a *app) doctor(ctx context.Context, opts target.Options, asJSON bool) error {
	d := target.Diagnose(ctx, opts)
	if asJSON {
		return writeResult(a, a.stdout, exitVerified, d)
	}
	p := &printer{w: a.stdout}
	if d.Docker != "" {
		p.line("docker", "daemon "+d.Docker)
	} else {
		p.line("docker", "no daemon: "+d.DockerError)
	}
	p.line("image", d.Image+": "+local(d.ImageLocal))
	p.line("reaper", d.ReaperImage+": "+local(d.ReaperLocal)+"; drills work without it")
	if d.Server != "" {
		p.line("process", d.Server+": "+d.ServerVersion)
	} else {
		p.line("process", "no redis-server or valkey-server on PATH")
	}
	if d.InContainer {
		p.line("container", "this process seems to run inside a container"+network(d))
	}
	p.line("auto", fmt.Sprintf("%s: %s", d.Auto, d.Why))
	for i, l := range d.Leftovers {
		p.line(labelOnce("leftovers", i), fmt.Sprintf("%s %s since %s, owner %s", l.Kind, l.Name, l.Since.Format(time.RFC3339), l.State))
	}
	if d.LeftoversErr != "" {
		p.line("leftovers", "cannot be listed: "+d.LeftoversErr)
	}
	return p.err
}

func local(is bool) string {
	if is {
		return "local"
	}
	return "not local"
}

func network(d target.Diagnosis) string {
	if d.Docker == "" {
		return ""
	}
	if d.SharesNetwork {
		return "; published ports are reached on 127.0.0.1"
	}
	return "; containers are reached by their own address"
}
