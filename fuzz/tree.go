package fuzz

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"redrill/fuzz/pipeline"
)

// treeEvery is the share of scenarios that are written as a directory as well:
// each of its many files is brought to disk, so that one costs as much as several
// other scenarios.
const treeEvery = 256

// checkTree writes what the case holds as a dump directory and reads it back.
func (c Case) checkTree() (f *Failure) {
	c = c.as(PropertyTree)
	placed := c
	placed.Want = c.spread.expectation(c.Want)
	defer c.recovered(&f)
	dir, err := os.MkdirTemp("", "redrill-tree-")
	if err != nil {
		return c.failed("%v", err)
	}
	diffs, err := pipeline.RoundTrip(placed.forPipeline(), filepath.Join(dir, "dump"))
	if err = errors.Join(err, os.RemoveAll(dir)); err != nil {
		return c.failed("%v", err)
	}
	if len(diffs) > 0 {
		return c.failed("what a directory holds differs from what was written\n%s", strings.Join(diffs, "\n"))
	}
	return nil
}
