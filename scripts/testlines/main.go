// Command testlines runs `go test -json` and writes what `go test` would have
// printed, and then why tests were skipped: each reason once, with the number of
// tests. Without that, a run that skipped half of its tests looks like one that
// passed them. It ends with the status of the command.
//
//	testlines COMMAND…
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// event is one line of `go test -json`, see `go doc test2json`.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

func main() {
	err := run(os.Args[1:], os.Stdout)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		os.Exit(exit.ExitCode()) // the command has said why
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

// run runs the command and returns how it ended.
func run(command []string, w io.Writer) error {
	if len(command) == 0 {
		return errors.New("no command to run")
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	failed := summarize(out, w)
	return errors.Join(cmd.Wait(), failed)
}

// summarize reads events and writes lines. A test that has not ended is one that
// panicked or ran out of time.
func summarize(r io.Reader, w io.Writer) error {
	out := bufio.NewWriter(w)
	output := map[string][]string{} // of tests that have not ended
	skipped := map[string]int{}     // by reason
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			_, _ = out.Write(line) // Not an event: pass it on.
			continue
		}
		test := e.Package + "." + e.Test
		switch {
		case e.Action == "output" && e.Test != "":
			output[test] = append(output[test], e.Output)
		case e.Action == "output", e.Action == "build-output":
			if !strings.HasPrefix(e.Output, "=== ") && e.Output != "PASS\n" {
				_, _ = out.WriteString(e.Output)
			}
		case e.Action == "fail" && e.Test != "":
			_, _ = out.WriteString(strings.Join(output[test], ""))
			delete(output, test)
		case e.Action == "skip" && e.Test != "":
			skipped[reason(output[test])]++
			delete(output, test)
		case e.Action == "pass":
			delete(output, test)
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	for _, test := range slices.Sorted(maps.Keys(output)) {
		_, _ = out.WriteString(strings.Join(output[test], ""))
	}
	for _, why := range slices.Sorted(maps.Keys(skipped)) {
		fmt.Fprintf(out, "skipped %d: %s\n", skipped[why], why)
	}
	return out.Flush()
}

// reason returns what a skipped test said, without the place where it said it.
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "=== ") {
			continue
		}
		if place, said, found := strings.Cut(line, ": "); found && strings.Contains(place, "_test.go:") {
			return said
		}
		return line
	}
	return "no reason given"
}
