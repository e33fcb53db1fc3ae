package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"redrill/target"
)

// ends are the statuses of each verb, with what differs from the general words.
// The help of a command leaves out statuses that the command cannot end with.
var ends = map[string]map[int]string{
	"drill":       {0: "", 1: "", 2: "", 3: "", 4: "", 5: "", 130: ""},
	"verify":      {0: "", 1: "", 2: "", 3: "", 4: "", 5: "", 130: ""},
	"restore":     {0: "every key was written", 2: "", 3: "", 4: "keys are missing: unreadable, evicted or not restorable; or an internal error", 5: "", 130: ""},
	"decode":      {0: "every key was decoded", 2: "", 3: "", 4: "keys are missing: unreadable, or rows that are in no key; or an internal error", 130: ""},
	"inspect":     {0: "every key was decoded", 2: "", 3: "", 4: "keys are missing: unreadable, or rows that are in no key; or an internal error", 130: ""},
	"doctor":      {0: "looked at everything", 2: "", 4: "not everything could be removed; or an internal error", 5: "", 130: ""},
	"version":     {0: "printed", 2: "", 4: "an internal error"},
	"fuzz":        {0: "nothing found", 2: "", 3: "", 4: "a feature stayed under its floor, or could not tell; or an internal error", 5: "", 7: "", 130: ""},
	"replay":      {0: "no counterexample fails any more", 2: "", 3: "", 4: "", 5: "", 7: "a counterexample still fails", 130: ""},
	"conformance": {0: "everything passed", 1: "something did not pass", 2: "", 3: "", 4: "could not run; or an internal error", 5: "", 130: ""},
	"generate":    {0: "written", 2: "", 4: "could not be written; or an internal error", 130: ""},
}

// statusHelp lists the statuses of a verb.
func statusHelp(verb string) string {
	words := map[int]string{}
	status := -1
	for line := range strings.Lines(exitStatusHelp) {
		if n := 0; strings.HasPrefix(line, "  ") {
			if _, err := fmt.Sscanf(line, " %d ", &n); err == nil && line[2] != ' ' {
				status = n
				words[status] = strings.TrimSpace(line)
				continue
			}
			words[status] += "\n       " + strings.TrimSpace(line)
		}
	}
	var b strings.Builder
	b.WriteString("Exit status:")
	for _, status := range slices.Sorted(maps.Keys(ends[verb])) {
		text := words[status]
		if own := ends[verb][status]; own != "" {
			text = fmt.Sprintf("%-4d %s", status, own)
		}
		b.WriteString("\n  " + text)
	}
	return b.String()
}

// suggested adds the flags that a mistyped one resembles.
func suggested(c *cobra.Command, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return err
	}
	// The library knows words that resemble others of commands only.
	near := &cobra.Command{SuggestionsMinimumDistance: 2}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		near.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	return didYouMean(err, "--", near.SuggestionsFor(name))
}

// suggestedTarget adds the kinds of targets that a mistyped one resembles.
func suggestedTarget(spec string, err error) error {
	near := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, kind := range []string{target.Auto, string(target.KindDocker), string(target.KindProcess), string(target.KindEmbedded)} {
		near.AddCommand(&cobra.Command{Use: kind, Run: func(*cobra.Command, []string) {}})
	}
	return didYouMean(err, "", near.SuggestionsFor(spec))
}

func didYouMean(err error, prefix string, names []string) error {
	if len(names) == 0 {
		return err
	}
	return fmt.Errorf("%w; did you mean %s%s?", err, prefix, strings.Join(names, " or "+prefix))
}

// known checks the words of the root command: a verb that there is not.
func known(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2
	return didYouMean(fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath()), "", c.SuggestionsFor(args[0]))
}

// completions are the values that a shell may offer.
func completions(root *cobra.Command) {
	values := map[string][]string{
		"progress": {progressAuto, progressPlain, progressNone},
		"format":   {formatLines, formatTree},
		"profile":  profileNames(),
	}
	for _, c := range root.Commands() {
		for name, list := range values {
			offer(c, name, list)
		}
		offer(c, "target", targetsOf(c))
		if strings.Contains(c.Use, "FILE") || strings.Contains(c.Use, "DUMP") {
			c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return []string{"fsm", "jsonl", "gz", "zst", "tar", "tgz"}, cobra.ShellCompDirectiveFilterFileExt
			}
		}
	}
}

// targetsOf returns the targets that a verb takes: those that end with it are for
// verbs with a default.
func targetsOf(c *cobra.Command) []string {
	urls := []string{"redis://", "rediss://", "unix://"}
	if f := c.Flags().Lookup("target"); f != nil && f.DefValue == "" {
		return urls
	}
	return append([]string{target.Auto, string(target.KindDocker), string(target.KindProcess), string(target.KindEmbedded)}, urls...)
}

// offer makes shell completion list the values of a flag, if the command has it.
func offer(c *cobra.Command, name string, values []string) {
	if c.Flags().Lookup(name) == nil && c.InheritedFlags().Lookup(name) == nil {
		return
	}
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // known to be there
}
