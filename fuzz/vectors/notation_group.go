package vectors

import (
	"encoding/json"
	"fmt"

	"redrill/keyspace"
)

// wantField is a field with its value and, perhaps, its expire time.
type wantField keyspace.Field

func (f *wantField) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if len(parts) == 3 {
		var ms int64
		if err := json.Unmarshal(parts[2], &ms); err != nil {
			return err
		}
		f.ExpireAt = keyspace.ExpireAtMs(ms)
		parts = parts[:2]
	}
	var name, value byteString
	err := pair(parts, &name, &value)
	f.Name, f.Value = string(name), string(value)
	return err
}

// wantGroup is a consumer group.
type wantGroup struct {
	Name            byteString `json:"name"`
	LastDeliveredID string     `json:"last_delivered_id"`
	EntriesRead     *uint64    `json:"entries_read"`
	Consumers       []struct {
		Name     byteString `json:"name"`
		SeenMs   *int64     `json:"seen_ms"`
		ActiveMs *int64     `json:"active_ms"`
	} `json:"consumers"`
	Pending [][]json.RawMessage `json:"pending"`
}

func (w wantGroup) group() (g keyspace.Group, err error) {
	var ok bool
	g.Name, g.EntriesRead = string(w.Name), optional(w.EntriesRead)
	if g.LastDeliveredID, ok = keyspace.ParseID(w.LastDeliveredID); !ok {
		return g, fmt.Errorf("last_delivered_id %q", w.LastDeliveredID)
	}
	for _, c := range w.Consumers {
		g.Consumers = append(g.Consumers, keyspace.Consumer{
			Name: string(c.Name), SeenMs: optional(c.SeenMs), ActiveMs: optional(c.ActiveMs),
		})
	}
	for _, parts := range w.Pending {
		if len(parts) != 4 {
			return g, fmt.Errorf("pending entry of %d items, want 4", len(parts))
		}
		var id string
		var owner *byteString
		var e keyspace.Pending
		for i, to := range []any{&id, &owner, &e.DeliveredMs, &e.Deliveries} {
			if err := json.Unmarshal(parts[i], to); err != nil {
				return g, err
			}
		}
		if e.ID, ok = keyspace.ParseID(id); !ok {
			return g, fmt.Errorf("pending entry %q", id)
		}
		if owner != nil {
			e.Owner = keyspace.Some(string(*owner))
		}
		g.Pending = append(g.Pending, e)
	}
	return g, nil
}

func optional[T comparable](v *T) (o keyspace.Optional[T]) {
	if v != nil {
		o = keyspace.Some(*v)
	}
	return o
}

// array returns the array that a line wants.
func (w *wantLine) array() (v keyspace.Array, err error) {
	v.Next = optional(w.Next)
	for _, raw := range w.Elements {
		var parts []json.RawMessage
		if err := json.Unmarshal(raw, &parts); err != nil {
			return v, err
		}
		var c keyspace.Cell
		var value byteString
		if err := pair(parts, &c.Index, &value); err != nil {
			return v, err
		}
		c.Value = string(value)
		v.Cells = append(v.Cells, c)
	}
	return v, nil
}
