package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"redrill/fuzz/fsmtest"
	"redrill/restore"
	sources "redrill/source"
)

// TestDrillsTogether: of drills of one server at the same time at most one ends with
// 0, however they meet. The others say that there is
// another, or that somebody wrote.
func TestDrillsTogether(t *testing.T) {
	needRedis(t)
	dir := t.TempDir()
	var files []string
	for i := range 3 {
		var rows []fsmtest.Row
		for j := range 300 {
			rows = append(rows, fsmtest.String(strconv.Itoa(j)).Row(fmt.Sprint(i)))
		}
		name := filepath.Join(dir, fmt.Sprintf("%d.fsm", i))
		writeFile(t, name, nodeSnapshot(rows...))
		files = append(files, name)
	}
	s := startServer(t)
	client := s.client(t, 0)
	ended := map[int]int{}
	outputs := make([]string, len(files))
	for round := range 8 {
		var drills sync.WaitGroup
		statuses := make([]int, len(files))
		start := make(chan struct{})
		for i, name := range files {
			drills.Go(func() {
				<-start
				c := exec.Command("redrill", "drill", name, "--target", "unix://"+s.socket)
				out, _ := c.CombinedOutput() // the status says it
				statuses[i], outputs[i] = c.ProcessState.ExitCode(), string(out)
			})
		}
		close(start)
		drills.Wait()
		verified := 0
		for i, status := range statuses {
			ended[status]++
			switch status {
			case exitVerified:
				verified++
			case exitCannotTell, exitTarget, exitDifferences:
			default:
				t.Errorf("round %d: status %d\n%s", round, status, outputs[i])
			}
		}
		if verified > 1 {
			t.Fatalf("round %d: statuses %v\n%s", round, statuses, outputs)
		}
		if n := client.Exists(t.Context(), restore.MarkerKey).Val(); n != 0 {
			t.Errorf("round %d: the marker stays", round)
		}
		for j := range 300 {
			client.Del(t.Context(), strconv.Itoa(j))
		}
	}
	if ended[exitVerified] == 0 || ended[exitTarget] == 0 {
		t.Errorf("statuses: %v, want some that won and some that were refused; the last said\n%s", ended, outputs)
	}
}

// TestNobodyWritesBetweenRestoreAndVerify: a second run that writes the same keys
// while nobody has a marker is noticed by the first, although it finds every key as
// it should be.
func TestNobodyWritesBetweenRestoreAndVerify(t *testing.T) {
	needRedis(t)
	s := startServer(t)
	file := filepath.Join(t.TempDir(), "a.fsm")
	writeFile(t, file, nodeSnapshot(oneOfEachType()...))
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, log: slog.New(slog.DiscardHandler)}
	to := targetFlags{spec: "unix://" + s.socket, connections: 1}
	asOf := time.UnixMilli(commitMs)
	target, err := a.openTarget(t.Context(), &to, asOf)
	if err != nil {
		t.Fatal(err)
	}
	defer a.closeTarget(target)
	source, err := a.openSource(t.Context(), file, sources.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.close() }() // Only read from.
	run := func(flags restoreFlags) restore.Result {
		_, result, err := a.restoreTo(t.Context(), target, restoration{source: source, flags: flags, connections: 1, asOf: asOf, total: -1})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	check := func(since string, want int) {
		t.Helper()
		result, err := a.verifyAgainst(t.Context(), target, comparison{source: source, keys: source.keys, connections: 1, asOf: asOf, since: since, total: -1})
		if err != nil || len(result.Invalid) != want || result.Differences != 0 {
			t.Errorf("verify: %v, invalid %q, %d differences, want %d reasons", err, result.Invalid, result.Differences, want)
		}
	}
	first := run(restoreFlags{})
	check(first.Info, 0)
	second := run(restoreFlags{replace: true})
	check(first.Info, 1)
	check(second.Info, 0)
	check("", 0)
	check(strings.Replace(second.Info, "run_id:", "run_id:x", 1), 1)
}

func writeFile(tb testing.TB, name string, b []byte) {
	tb.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		tb.Fatal(err)
	}
}
