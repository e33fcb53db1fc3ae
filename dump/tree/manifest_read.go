package tree

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const maxManifestBytes = 16 << 20

// manifestFile is MANIFEST.json as it is read: a nil member is missing or null.
// Integers are never read through doubles; unknown members are ignored.
type manifestFile struct {
	Phase        *string               `json:"phase"`
	Version      string                `json:"elastickv_version"`
	ClusterID    string                `json:"cluster_id"`
	Index        uint64                `json:"snapshot_index"`
	LastCommitTS uint64                `json:"last_commit_ts"`
	WallTime     *string               `json:"wall_time_iso"`
	Source       *manifestSource       `json:"source"`
	Live         *manifestLive         `json:"live"`
	Adapters     *map[string]*struct{} `json:"adapters"`
	Exclusions   *manifestExclusions   `json:"exclusions"`

	Algorithm      string `json:"checksum_algorithm"`
	Format         string `json:"checksum_format"`
	Charset        string `json:"encoded_filename_charset"`
	SegmentBytes   uint64 `json:"key_segment_max_bytes"`
	S3Suffix       string `json:"s3_meta_suffix"`
	S3Collision    string `json:"s3_collision_strategy"`
	DynamoDBLayout string `json:"dynamodb_layout"`
}

type manifestSource struct {
	Path string `json:"fsm_path"`
	CRC  string `json:"fsm_crc32c"`
}

type manifestLive struct {
	ReadTS uint64 `json:"read_ts"`
	Pin    string `json:"pin_token_sha256"`
}

type manifestExclusions struct {
	Uploads *bool `json:"include_incomplete_uploads"`
	Orphans *bool `json:"include_orphans"`
	Visible *bool `json:"preserve_sqs_visibility"`
	Side    *bool `json:"include_sqs_side_records"`
	Rename  bool  `json:"rename_s3_collisions"`
}

// readManifest reads MANIFEST.json. The version comes first: what else there
// may be depends on it.
func readManifest(text []byte) (manifestFile, error) {
	var m manifestFile
	var version struct {
		FormatVersion *uint64 `json:"format_version"`
	}
	if err := unmarshalManifest(text, &version); err != nil {
		return m, err
	}
	switch {
	case version.FormatVersion == nil:
		return m, errorf(manifestName, -1, "format_version is missing")
	case *version.FormatVersion != formatVersion:
		return m, errorf(manifestName, -1, "unsupported format_version %d", *version.FormatVersion)
	}
	if err := unmarshalManifest(text, &m); err != nil {
		return m, err
	}
	if err := m.check(); err != nil {
		return m, errorf(manifestName, -1, "%v", err)
	}
	return m, nil
}

func unmarshalManifest(text []byte, v any) error {
	err := json.Unmarshal(text, v)
	if err == nil {
		return nil
	}
	offset := int64(-1)
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &syntax):
		offset, err = syntax.ByteOffset, syntax.Err
	case errors.As(err, &semantic):
		offset, err = semantic.ByteOffset, fmt.Errorf("member %s has the wrong type or is out of range", semantic.JSONPointer)
	}
	return errorf(manifestName, offset, "%v", err)
}

func (m manifestFile) check() error {
	if m.Phase == nil || *m.Phase != phaseSnapshot && *m.Phase != phaseLive {
		return errors.New("phase is missing or unknown")
	}
	live := *m.Phase == phaseLive
	if (m.Source != nil) == live || (m.Live != nil) != live {
		return fmt.Errorf("source and live do not fit phase %q", *m.Phase)
	}
	if m.WallTime == nil {
		return errors.New("wall_time_iso is missing")
	}
	if _, err := time.Parse(time.RFC3339Nano, *m.WallTime); err != nil {
		return errors.New("wall_time_iso is not an RFC 3339 time")
	}
	e := m.Exclusions
	if m.Adapters == nil || e == nil || e.Uploads == nil || e.Orphans == nil || e.Visible == nil || e.Side == nil {
		return errors.New("adapters, exclusions or a member of them is missing")
	}
	if (*m.Adapters)["redis"] == nil {
		return errNoRedis
	}
	return m.checkPolicies()
}

// checkPolicies checks the words that say how the tree is written. Those of
// other adapters need only be there.
func (m manifestFile) checkPolicies() error {
	for _, p := range [...]struct{ name, got, want string }{
		{"checksum_algorithm", m.Algorithm, checksumAlgorithm},
		{"checksum_format", m.Format, checksumFormat},
		{"encoded_filename_charset", m.Charset, filenameCharset},
		{"s3_meta_suffix", m.S3Suffix, ""},
		{"s3_collision_strategy", m.S3Collision, ""},
		{"dynamodb_layout", m.DynamoDBLayout, ""},
	} {
		if p.got == "" {
			return fmt.Errorf("%s is missing or empty", p.name)
		}
		if p.want != "" && p.got != p.want {
			return fmt.Errorf("%s is %q, only %q is known", p.name, clip(p.got), p.want)
		}
	}
	if m.SegmentBytes != maxSegmentBytes {
		return fmt.Errorf("key_segment_max_bytes is %d, only %d is known", m.SegmentBytes, maxSegmentBytes)
	}
	return nil
}
