package fsm

import (
	"encoding/binary"
	"fmt"

	"github.com/go-json-experiment/json"
)

// Layout of an SST-ingest bundle (docs/FORMAT.md, section 1.8):
// magic(8) ‖ manifest length(8, BE) ‖ SHA-256(32) ‖ manifest (JSON) ‖ tables.
const (
	sstManifestOff   = 8 + 8 + 32
	maxSSTManifest   = 64 << 20
	sstRefusal       = "an SST-ingest snapshot; unset ELASTICKV_PEBBLE_SST_INGEST_SNAPSHOT on the node and take a native one"
	maxShownManifest = 1 << 20 // larger manifests are not read just for a message
)

// refuseSST refuses an SST-ingest bundle and says what its manifest tells.
func (c *container) refuseSST() error {
	found := ""
	if b, err := c.in.at(c.start+magicBytes, 8); err == nil {
		n := binary.BigEndian.Uint64(b)
		if n <= maxSSTManifest && n <= maxShownManifest {
			found = c.sstManifest(int(n))
		}
	}
	return unsupportedAt(c.start, "%s%s", sstRefusal, found)
}

func (c *container) sstManifest(n int) string {
	b, err := c.in.at(c.start+sstManifestOff, n)
	if err != nil {
		return ""
	}
	var m struct {
		LastCommitTS uint64 `json:"last_commit_ts"`
		EntryCount   uint64 `json:"entry_count"`
	}
	if json.Unmarshal(b, &m) != nil {
		return ""
	}
	return fmt.Sprintf(" (its manifest: last commit timestamp %d, %d entries)", m.LastCommitTS, m.EntryCount)
}
