package keyspace

// Hash is the value of a hash key: its fields, ascending by name, names unique.
type Hash []Field

// Field is one field of a hash. Name and value may be empty.
type Field struct {
	Name     string
	Value    string
	ExpireAt ExpireAt // of this field alone (HPEXPIREAT)
}

// Type implements [Value].
func (Hash) Type() Type { return TypeHash }

// Len returns the number of fields.
func (v Hash) Len() int { return len(v) }

// Bytes returns the length of all names and values.
func (v Hash) Bytes() (n int) {
	for i := range v {
		n += len(v[i].Name) + len(v[i].Value)
	}
	return n
}

// AliveAt returns the fields that have not expired at nowMs, and the latest expire time
// of the others, if there are any. When none has expired it returns v itself.
func (v Hash) AliveAt(nowMs int64) (alive Hash, latest ExpireAt) {
	for i := range v {
		switch {
		case !v[i].ExpireAt.ExpiredAt(nowMs):
			if latest.set {
				alive = append(alive, v[i])
			}
		case !latest.set:
			alive, latest = append(Hash{}, v[:i]...), v[i].ExpireAt
		default:
			latest = Later(latest, v[i].ExpireAt)
		}
	}
	if !latest.set {
		return v, latest
	}
	return alive, latest
}

func (Hash) value() {}
