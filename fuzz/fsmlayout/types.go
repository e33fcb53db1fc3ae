package fsmlayout

import "redrill/keyspace"

// types are the types of keys that the store has, in the order of reports.
var types = [...]keyspace.Type{
	keyspace.TypeString, keyspace.TypeHash, keyspace.TypeList, keyspace.TypeSet,
	keyspace.TypeZSet, keyspace.TypeStream, keyspace.TypeHyperLogLog,
}
