package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set at link time.
var version = "devel"

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long:  "Print the version of redrill, of the dumps it writes and of Go.",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.stdout, versionText())
			return err
		},
	}
}

// versionText says in a line what this program is.
func versionText() string {
	of, commit := build()
	if commit != "" {
		commit = " (" + commit + ")"
	}
	return fmt.Sprintf("redrill %s%s, dump versions 1 and 2, %s %s/%s", of, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// build returns the version of this program and the commit it was built from,
// or "" when that is not known.
func build() (of, commit string) {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	return version, commit
}
