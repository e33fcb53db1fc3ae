package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	"redrill/target"
)

// saved makes a server write what it holds, and keeps the file.
func (s *server) saved(ctx context.Context, to string) (bytes int64, err error) {
	if err := s.client.Do(ctx, "SAVE").Err(); err != nil {
		return 0, err
	}
	if err := os.Rename(filepath.Join(s.dir, "dump.rdb"), to); err != nil {
		return 0, err
	}
	info, err := os.Stat(to)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// rdbRound measures an RDB file: decoding it, a server that loads it, and a whole drill.
func (b *bench) rdbRound(ctx context.Context, files speedFiles, s *stages) error {
	if err := b.measure(ctx, &s.decodeRDB, "decode", files.rdb, "-o", files.dump, "--quiet", "--force"); err != nil {
		return err
	}
	if err := b.measure(ctx, &s.inspectRDB, "inspect", files.rdb); err != nil {
		return err
	}
	f, err := os.Open(files.rdb)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // Only read from.
	load := &target.Load{Content: func() io.Reader { return io.NewSectionReader(f, 0, files.rdbBytes) }, Size: files.rdbBytes}
	t, err := target.Open(ctx, string(target.KindProcess), target.Options{Load: load})
	if err != nil {
		return err
	}
	if err := t.Close(); err != nil {
		return err
	}
	s.load.add(usage{wall: time.Duration(t.Loaded.Seconds * float64(time.Second))})
	return b.measure(ctx, &s.drillRDB, "drill", files.rdb, "--target", "process", "--quiet")
}
