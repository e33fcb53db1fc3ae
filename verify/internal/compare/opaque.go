package compare

import (
	"context"
	"strings"

	"redrill/keyspace"
)

// opaqueKey compares what a server says of a value of a module: which module it is of. The
// content is the module's own.
type opaqueKey struct{}

func (opaqueKey) plan(q *Reader, p *Part) {
	p.content = q.round.Add(0, "TYPE", &p.State.Name)
}

func (opaqueKey) compare(_ context.Context, q *Reader, p *Part) (bool, error) {
	v, _ := p.Key.Value.(keyspace.Opaque)
	got := q.round.Reply(p.content)
	live, ok := got.Bulk()
	if !ok || live.Null() || !live.Whole() {
		return false, nil
	}
	want := moduleType(v.Kind)
	switch string(live.B) {
	case want:
		p.State.Present++
	case "none":
		p.State.Changes = append(p.State.Changes, "a key vanished during the run")
	default:
		p.State.Add(Difference{Kind: KindType, Path: p.State.Path() + "/type", Want: want, Got: string(live.B)})
	}
	return true, nil
}

func (opaqueKey) finish(context.Context, *Reader, *Part) (bool, error) { return true, nil }

// alter returns nothing: the type of a key is altered for every type.
func (opaqueKey) alter(draft) []altered { return nil }

// moduleType returns what TYPE answers for a value of the kind "module:NAME.VERSION".
func moduleType(kind string) string {
	name := strings.TrimPrefix(kind, "module:")
	if at := strings.LastIndexByte(name, '.'); at >= 0 {
		name = name[:at]
	}
	return name
}
