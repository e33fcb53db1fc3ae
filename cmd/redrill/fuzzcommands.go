package main

import (
	"os"

	"redrill/fuzz"
	"redrill/fuzz/pipeline"
)

// commandProperties are the properties of commands, by stage.
var commandProperties = map[string]fuzz.Property{
	"decode": fuzz.PropertyDecodeCommand, "encode": fuzz.PropertyEncodeCommand, "restore": fuzz.PropertyRestoreCommand,
}

// fuzzCommands returns the commands as a campaign and a replay take them, with
// a directory for their files, which closeAll removes.
func (a *app) fuzzCommands(f *commandFlags, to *targetFlags) (all []fuzz.Command, closeAll func(), err error) {
	temp, err := os.MkdirTemp("", "redrill-fuzz-")
	if err != nil {
		return nil, nil, err
	}
	closeAll = func() {
		if err := os.RemoveAll(temp); err != nil {
			a.say("warning: %v", err)
		}
	}
	commands, err := a.commands(f, to, false, func(string) (pipeline.Work, error) {
		return pipeline.Work{TempDir: temp}, nil
	})
	if err != nil {
		closeAll()
		return nil, nil, err
	}
	for _, c := range commands {
		all = append(all, fuzz.Command{
			Property: commandProperties[c.stage], Pipeline: c.pipeline, Container: c.container, Flags: f.again(c.stage, c.text),
		})
	}
	return all, closeAll, nil
}
