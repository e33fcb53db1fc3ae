package fsm

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/go-json-experiment/json"

	"redrill/decoder"
)

// Magics (docs/FORMAT.md, section 1).
const (
	magicWrapper    = "EKVTHLC" // ‖ version digit
	magicNative     = "EKVPBBL1"
	magicSST        = "EKVSSTI1"
	magicMVCC       = "EKVMVCC2"
	magicToken      = "EKVT\x01"
	magicBytes      = 8
	headerBytes     = magicBytes + 8 // native: magic ‖ lastCommitTS(8, LE)
	wrapperV1Bytes  = 8 + 8          // magic ‖ ceilingMs(8, BE)
	minWrapperV2Len = 16             // ceilingMs(8, BE) ‖ cutover(8, BE) ‖ room for later fields
	maxWrapperV2Len = 1024
	footerBytes     = 4 // CRC-32C(4, BE) of every byte before it
	oracleBytes     = 8 // ceiling(8, BE), no magic
)

// castagnoli is the polynomial of the footer.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Wrapper is the header that a node puts around the payload.
type Wrapper struct {
	Version   int    // 0 none, 1 or 2
	CeilingMs uint64 // upper bound of the clock lease, Unix ms; may lie in the future
	Cutover   uint64 // version 2: raft index of an encryption rollout
}

// container reads the file up to the first record.
type container struct {
	in      window
	wrapper Wrapper
	lastTS  uint64
	start   int64 // offset of the first record
	empty   bool  // no payload at all
}

func (c *container) read() error {
	if err := c.readWrapper(); err != nil {
		return err
	}
	return c.readPayloadHeader()
}

func (c *container) readWrapper() error {
	if c.in.size < magicBytes {
		return nil
	}
	head, err := c.in.at(0, magicBytes)
	if err != nil || string(head[:7]) != magicWrapper {
		return err
	}
	switch version := head[7]; version {
	case '1':
		return c.readWrapperV1()
	case '2':
		return c.readWrapperV2()
	default:
		return decoder.Errorf(decoder.ErrUnsupported, 7, "wrapper version %q is not known; a newer redrill may read it", version)
	}
}

func (c *container) readWrapperV1() error {
	b, err := c.in.at(magicBytes, wrapperV1Bytes-magicBytes)
	if err != nil {
		return fmt.Errorf("read wrapper: %w", err)
	}
	c.wrapper = Wrapper{Version: 1, CeilingMs: binary.BigEndian.Uint64(b)}
	c.start = wrapperV1Bytes
	return nil
}

// readWrapperV2 reads magic(8) ‖ L(2, BE) ‖ L bytes, of which the first 16 are
// ceilingMs and cutover; later fields are skipped.
func (c *container) readWrapperV2() error {
	b, err := c.in.at(magicBytes, 2)
	if err != nil {
		return fmt.Errorf("read wrapper length: %w", err)
	}
	n := int(binary.BigEndian.Uint16(b))
	if n < minWrapperV2Len || n > maxWrapperV2Len {
		return decoder.Errorf(decoder.ErrCorrupt, magicBytes, "wrapper length %d is not between %d and %d", n, minWrapperV2Len, maxWrapperV2Len)
	}
	b, err = c.in.at(magicBytes+2, n)
	if err != nil {
		return fmt.Errorf("read wrapper: %w", err)
	}
	c.wrapper = Wrapper{Version: 2, CeilingMs: binary.BigEndian.Uint64(b), Cutover: binary.BigEndian.Uint64(b[8:])}
	c.start = int64(magicBytes + 2 + n)
	return nil
}

func (c *container) readPayloadHeader() error {
	rest := c.in.size - c.start
	if rest == 0 || rest == footerBytes {
		c.empty = true // An empty store; the footer is checked with all others.
		return nil
	}
	if rest < magicBytes {
		return decoder.Errorf(decoder.ErrCorrupt, c.start, "truncated: %d bytes of a payload", rest)
	}
	b, err := c.in.at(c.start, magicBytes)
	if err != nil {
		return err
	}
	if string(b) != magicNative {
		return c.refuse(b)
	}
	b, err = c.in.at(c.start+magicBytes, headerBytes-magicBytes)
	if err != nil {
		return fmt.Errorf("read payload header: %w", err)
	}
	c.lastTS = binary.LittleEndian.Uint64(b)
	c.start += headerBytes
	return nil
}

// refuse says what a payload is that cannot be decoded, and what to do.
func (c *container) refuse(magic []byte) error {
	rest := c.in.size - c.start
	switch m := string(magic); {
	case m == magicSST:
		return c.refuseSST()
	case m == magicMVCC:
		return unsupportedAt(c.start, "an MVCC streaming snapshot, written by an in-memory store; take the snapshot from a node that stores on disk")
	case m[:7] == magicWrapper:
		return decoder.Errorf(decoder.ErrCorrupt, c.start, "a second wrapper where the payload should begin")
	case m[:5] == magicToken:
		return unsupportedAt(c.start, "a raft snapshot token; the data is in the node's fsm-snap directory, in the .fsm file of the same index")
	case c.start == 0 && raftFile(m):
		return unsupportedAt(c.start, "a raft state file of a node (%q); the data is in the .fsm files of its fsm-snap directory", m[:4])
	case c.start == 0 && (rest == oracleBytes || rest == oracleBytes+footerBytes):
		return unsupportedAt(c.start, "a timestamp-oracle snapshot, which holds one number and no data; use the .fsm file of a data group")
	default:
		return decoder.Errorf(decoder.ErrCorrupt, c.start, "%q is not the magic of any known snapshot", m)
	}
}

// raftFile reports whether a magic is that of a node's raft state, metadata,
// entries or peers file. Two of them begin like a payload of this or another
// version.
func raftFile(magic string) bool {
	if strings.HasPrefix(magic, magicNative[:7]) || strings.HasPrefix(magic, magicMVCC[:7]) {
		return false
	}
	switch magic[:4] {
	case "EKVR", "EKVM", "EKVW", "EKVP":
		return true
	}
	return false
}

func unsupportedAt(offset int64, format string, args ...any) error {
	return decoder.Errorf(decoder.ErrUnsupported, offset, "this is "+format, args...)
}

// Layout of an SST-ingest bundle (docs/FORMAT.md, section 1.8):
// magic(8) ‖ manifest length(8, BE) ‖ SHA-256(32) ‖ manifest (JSON) ‖ tables.
const (
	sstManifestOff   = 8 + 8 + 32
	sstRefusal       = "an SST-ingest snapshot; unset ELASTICKV_PEBBLE_SST_INGEST_SNAPSHOT on the node and take a native one"
	maxShownManifest = 1 << 20 // larger manifests are not read just for a message
)

// refuseSST refuses an SST-ingest bundle and says what its manifest tells.
func (c *container) refuseSST() error {
	found := ""
	if b, err := c.in.at(c.start+magicBytes, 8); err == nil {
		n := binary.BigEndian.Uint64(b)
		if n <= maxShownManifest {
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
