package restore_test

import "redrill/keyspace"

func seqOf(keys ...keyspace.Key) keyspace.Seq {
	return func(yield func(keyspace.Key, error) bool) {
		for _, k := range keys {
			if !yield(k, nil) {
				return
			}
		}
	}
}
