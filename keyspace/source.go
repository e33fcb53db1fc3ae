package keyspace

// Source says where keys come from. Dumps carry it in their first line.
type Source struct {
	Format       string // "elastickv-fsm"
	SHA256       string // lower-case hexadecimal, of the uncompressed snapshot
	Bytes        int64  // size of the uncompressed snapshot
	LastCommitTS uint64 // HLC, as the snapshot's header says
}
