package keyspace

import "fmt"

// Optional is a value that a source may not have. The zero value is none. Two of
// them are equal with == when both are none, or both hold equal values.
type Optional[T comparable] struct {
	value T
	set   bool
}

// Some returns the value v.
func Some[T comparable](v T) Optional[T] { return Optional[T]{value: v, set: true} }

// Equal reports whether both are none, or both hold equal values.
func (o Optional[T]) Equal(p Optional[T]) bool { return o == p }

// String returns the value, or "none".
func (o Optional[T]) String() string {
	if !o.set {
		return "none"
	}
	return fmt.Sprint(o.value)
}

// Get returns the value; ok is false when there is none.
func (o Optional[T]) Get() (v T, ok bool) { return o.value, o.set }
