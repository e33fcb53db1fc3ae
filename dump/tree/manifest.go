package tree

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"redrill/keyspace"
)

// Options is what MANIFEST.json says about the snapshot. Members that are empty
// or zero are left out of it, but for the time and the path. Bytes of strings
// that are not UTF-8 are replaced by U+FFFD.
type Options struct {
	Version       string          // of the program that decoded the snapshot ("elastickv_version")
	ClusterID     string          // as the user names the cluster
	SnapshotPath  string          // as the user gave it
	SnapshotIndex uint64          // of the log entry, see [SnapshotIndex]
	Origin        keyspace.Origin // of its facts, last_commit_ts has a place here
	WallTime      time.Time       // when the snapshot was decoded
}

// SnapshotIndex returns the index of the log entry that a node names a snapshot
// file for: 16 hexadecimal digits and ".fsm", here also compressed (".gz",
// ".zst"). The published decoder takes them for decimal digits, but
// "0000000000000064.fsm" is index 100, not 64.
func SnapshotIndex(path string) (index uint64, ok bool) {
	name := filepath.Base(path)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	digits, ok := strings.CutSuffix(name, ".fsm")
	if !ok || len(digits) != 16 || strings.ContainsAny(digits, "+-_") {
		return 0, false
	}
	index, err := strconv.ParseUint(digits, 16, 64)
	return index, err == nil
}

// check refuses a time that no reader can parse.
func (o Options) check() error {
	if y := o.WallTime.UTC().Year(); y < 0 || y > 9999 {
		return fmt.Errorf("the time lies in the year %d", y)
	}
	return nil
}

// The fixed words of a manifest.
const (
	phaseSnapshot     = "phase0-snapshot-decode"
	phaseLive         = "phase1-live-pinned"
	checksumAlgorithm = "sha256"
	checksumFormat    = "sha256sum"
	filenameCharset   = "rfc3986-unreserved-plus-percent"
)

// factLastCommitTS is the HLC of the last write, in the header of a snapshot.
const factLastCommitTS = "last_commit_ts"

// manifest returns the bytes of MANIFEST.json.
func (o Options) manifest() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("{")
	line(`  "format_version": %d,`, formatVersion)
	line(`  "phase": "%s",`, phaseSnapshot)
	if o.Version != "" {
		line(`  "elastickv_version": %s,`, manifestString(o.Version))
	}
	if o.ClusterID != "" {
		line(`  "cluster_id": %s,`, manifestString(o.ClusterID))
	}
	if o.SnapshotIndex != 0 {
		line(`  "snapshot_index": %d,`, o.SnapshotIndex)
	}
	if ts, ok := o.Origin.Fact(factLastCommitTS).(uint64); ok && ts != 0 {
		line(`  "last_commit_ts": %d,`, ts)
	}
	line(`  "wall_time_iso": "%s",`, o.WallTime.UTC().Format(time.RFC3339Nano))
	line("  \"source\": {\n    \"fsm_path\": %s\n  },", manifestString(o.SnapshotPath))
	line("  \"adapters\": {\n    \"redis\": {}\n  },")
	line(`  "exclusions": {`)
	line(`    "include_incomplete_uploads": false,`)
	line(`    "include_orphans": false,`)
	line(`    "preserve_sqs_visibility": false,`)
	line(`    "include_sqs_side_records": false`)
	line(`  },`)
	line(`  "checksum_algorithm": "%s",`, checksumAlgorithm)
	line(`  "checksum_format": "%s",`, checksumFormat)
	line(`  "encoded_filename_charset": "%s",`, filenameCharset)
	line(`  "key_segment_max_bytes": %d,`, maxSegmentBytes)
	line(`  "s3_meta_suffix": ".elastickv-meta.json",`)
	line(`  "s3_collision_strategy": "leaf-data-suffix",`)
	line(`  "dynamodb_layout": "per-item"`)
	line("}")
	return b.String()
}

// manifestString returns s as a JSON string without escapes for HTML.
func manifestString(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic("tree: a string cannot be encoded: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

var errNoRedis = errors.New("the tree does not cover Redis keys")
