package main

import (
	"context"
	"fmt"
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

// printRDB prints the rows of an RDB file.
func (s *stages) printRDB(row func(name, speed string, peak int64), files speedFiles) {
	keys, megabytes := float64(files.keys), float64(files.rdbBytes)/1e6
	row(fmt.Sprintf("`decode dump.rdb -o DUMP` (%.0f MB)", megabytes), spread(s.decodeRDB.rates(keys), "%.0f")+" keys/s", s.decodeRDB.peak)
	row("`inspect dump.rdb`: decoding without a dump", spread(s.inspectRDB.rates(keys), "%.0f")+" keys/s", s.inspectRDB.peak)
	row("redis-server: start with dump.rdb", spread(s.load.rates(keys), "%.0f")+" keys/s", 0)
	row("time of decode : of the server", spread(ratios(s.load.rates(keys), s.decodeRDB.rates(keys)), "%.2f"), 0)
	row("time of inspect : of the server", spread(ratios(s.load.rates(keys), s.inspectRDB.rates(keys)), "%.2f"), 0)
	row("`drill dump.rdb --target process`", spread(s.drillRDB.rates(keys), "%.0f")+" keys/s", 0)
}
