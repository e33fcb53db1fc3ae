package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"redrill/fuzz/fsmlayout"
	"redrill/restore"
)

// writeFile writes a file through a buffer and returns its size in bytes.
func writeFile(path string, fill func(w *bufio.Writer) error) (n int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := fill(w); err != nil {
		return 0, err
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	return f.Seek(0, io.SeekCurrent)
}

// writeSnapshot writes the store's snapshot.
func writeSnapshot(path string, s fsmlayout.Store) (int64, error) {
	return writeFile(path, func(w *bufio.Writer) error {
		_, err := s.Write(w)
		return err
	})
}

// writeCommands writes the commands that restore sends for the store's keys, as
// redis-cli --pipe takes them.
func writeCommands(path string, s fsmlayout.Store) (commands int64, err error) {
	server := restore.Server{XSetID: true, MaxDeletedID: true, SetPXAT: true}
	_, err = writeFile(path, func(w *bufio.Writer) error {
		for k, err := range s.Keys() {
			if err != nil {
				return err
			}
			for _, c := range restore.Commands(k, server) {
				commands++
				writeCommand(w, c.Args)
			}
		}
		return nil
	})
	return commands, err
}

func writeCommand(w *bufio.Writer, args []string) {
	fmt.Fprintf(w, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(w, "$%d\r\n%s\r\n", len(arg), arg)
	}
}
