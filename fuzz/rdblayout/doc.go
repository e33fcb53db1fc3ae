// Package rdblayout draws the files of Redis and Valkey (RDB) together with the
// keys that they hold, for campaigns.
//
// It writes with fuzz/rdbtest and, like that, knows nothing of the decoder, except
// in one place: [Layout.Open].
//
// A file has a family and a version, and every key a type byte that they allow.
// How a number, a string or an element of a blob is written is drawn as well: once
// in three times in a form that no server would choose, and that is legal.
// Attributes of keys and facts of the file that say nothing about keys are noise.
package rdblayout
