package pipeline_test

import (
	"bytes"
	"errors"
	"testing"

	"redrill/decoder"
	"redrill/decoder/fsm"
	"redrill/fuzz/fsmlayout"
	"redrill/fuzz/pipeline"
	"redrill/fuzz/vectors"
	"redrill/testdata"
)

// TestBarePayload decodes every vector that applies to a bare payload: without
// its container it must come to the same.
func TestBarePayload(t *testing.T) {
	list, err := vectors.Load(testdata.Vectors())
	if err != nil {
		t.Fatal(err)
	}
	classes := map[string]error{"corrupt": decoder.ErrCorrupt, "unsupported": decoder.ErrUnsupported, "limit": decoder.ErrLimit}
	applicable := 0
	for _, c := range append(pipeline.Cases(list, fsmlayout.Layout{}, pipeline.ContainerPayload), pipeline.Scenarios(20, fsmlayout.Layout{}, pipeline.ContainerPayload)...) {
		if c.NotApplicable != "" {
			continue
		}
		applicable++
		t.Run(c.Name, func(t *testing.T) {
			if bytes.HasPrefix(c.Snapshot, []byte("EKVTHLC")) {
				t.Error("the wrapper is still there")
			}
			keys := 0
			s, err := fsm.Open(bytes.NewReader(c.Snapshot), int64(len(c.Snapshot)), fsm.Options{})
			if err == nil {
				if s.Info().Footer || s.Info().Wrapper.Version != 0 {
					t.Errorf("info = %+v, want neither wrapper nor footer", s.Info())
				}
				for _, e := range s.Keys(nil) {
					if e != nil {
						err = e
						break
					}
					keys++
				}
			}
			if c.Want.Error != "" {
				if !errors.Is(err, classes[c.Want.Error]) {
					t.Errorf("decode = %v, want %s", err, c.Want.Error)
				}
				return
			}
			if err != nil || keys != len(c.Want.Keys) {
				t.Errorf("decode = %d keys, %v; want %d", keys, err, len(c.Want.Keys))
			}
		})
	}
	if all := len(vectors.Of(list, fsmlayout.Layout{}.Format())); applicable < all*3/4 {
		t.Errorf("%d of %d vectors apply to a bare payload, want most", applicable, all)
	}
}
