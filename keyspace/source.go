package keyspace

// Source says where keys come from. Dumps carry it in their first line.
type Source struct {
	Format       string `json:"format"`         // "elastickv-fsm"
	SHA256       string `json:"sha256"`         // lower-case hexadecimal, of the uncompressed snapshot
	Bytes        int64  `json:"bytes"`          // size of the uncompressed snapshot
	LastCommitTS uint64 `json:"last_commit_ts"` // HLC, as the snapshot's header says
}
