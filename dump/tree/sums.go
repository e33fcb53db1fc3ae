package tree

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// heldSumsBytes bounds the checksums that a writer holds in memory.
const heldSumsBytes = 4 << 20

// sums sorts the checksums of a tree by path. What is more than limit goes, in
// sorted runs, to a file without a name in the tree, so that it is gone however
// the process ends.
type sums struct {
	root  *os.Root
	limit int // bytes that are held; 0 means heldSumsBytes

	held  []checksum
	bytes int
	spill *os.File
	runs  []run
}

// run is a sorted part of the spill file, in the form of CHECKSUMS.
type run struct{ from, to int64 }

func (s *sums) add(c checksum) error {
	const overhead = 64 // of a checksum in memory, without its path
	s.held = append(s.held, c)
	s.bytes += len(c.path) + overhead
	limit := s.limit
	if limit == 0 {
		limit = heldSumsBytes
	}
	if s.bytes < limit {
		return nil
	}
	return s.writeRun()
}

func (s *sums) writeRun() (err error) {
	if s.spill == nil {
		const name = checksumsName + ".unsorted"
		if s.spill, err = s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode); err != nil {
			return err
		}
		if err := s.root.Remove(name); err != nil {
			return err
		}
	}
	from, err := s.spill.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(s.spill)
	s.sort()
	for _, c := range s.held {
		if _, err := b.WriteString(c.line()); err != nil {
			return err
		}
	}
	if err := b.Flush(); err != nil {
		return err
	}
	to, err := s.spill.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	s.runs = append(s.runs, run{from, to})
	clear(s.held)
	s.held, s.bytes = s.held[:0], 0
	return nil
}

func (s *sums) sort() {
	slices.SortFunc(s.held, func(a, b checksum) int { return cmp.Compare(a.path, b.path) })
}

// line is a line of CHECKSUMS. No path of the layout has a character that must be
// escaped.
func (c checksum) line() string { return hex.EncodeToString(c.sum[:]) + "  " + c.path + "\n" }

// writeTo writes all lines by path.
func (s *sums) writeTo(o *out) error {
	s.sort()
	merge := make(lineHeap, 0, len(s.runs)+1)
	for _, r := range s.runs {
		const buffer = 4 << 10
		in := bufio.NewReaderSize(io.NewSectionReader(s.spill, r.from, r.to-r.from), buffer)
		merge = append(merge, &lineSource{next: func() (string, error) { return in.ReadString('\n') }})
	}
	held := s.held
	merge = append(merge, &lineSource{next: func() (string, error) {
		if len(held) == 0 {
			return "", io.EOF
		}
		line := held[0].line()
		held = held[1:]
		return line, nil
	}})
	kept := merge[:0]
	for _, l := range merge {
		more, err := l.advance()
		if err != nil {
			return err
		}
		if more {
			kept = append(kept, l)
		}
	}
	merge = kept
	heap.Init(&merge)
	for len(merge) > 0 {
		o.raw(merge[0].line)
		more, err := merge[0].advance()
		switch {
		case err != nil:
			return err
		case more:
			heap.Fix(&merge, 0)
		default:
			heap.Pop(&merge)
		}
	}
	return nil
}

// close frees the spill file.
func (s *sums) close() error {
	if s.spill == nil {
		return nil
	}
	f := s.spill
	s.spill = nil
	return f.Close()
}

// lineSource gives lines in the order of their paths.
type lineSource struct {
	next func() (string, error)
	line string
}

func (l *lineSource) advance() (more bool, err error) {
	l.line, err = l.next()
	if errors.Is(err, io.EOF) && l.line == "" {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("sort %s: %w", checksumsName, err)
	}
	return true, nil
}

// lineHeap orders sources by the path of their next line.
type lineHeap []*lineSource

func (h lineHeap) Len() int      { return len(h) }
func (h lineHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h lineHeap) Less(i, j int) bool {
	const path = 2*32 + 2 // behind the digits and two blanks
	return h[i].line[path:] < h[j].line[path:]
}

// Push implements [heap.Interface]; nothing is added while lines are merged.
func (h *lineHeap) Push(any) { panic("tree: a merge does not grow") }

// Pop implements [heap.Interface].
func (h *lineHeap) Pop() any {
	last := len(*h) - 1
	l := (*h)[last]
	*h = (*h)[:last]
	return l
}
