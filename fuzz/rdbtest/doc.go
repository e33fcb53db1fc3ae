// Package rdbtest writes the files of Redis and Valkey (RDB), for tests and
// benchmarks.
//
// It was written from a description of the format alone and shares no code with
// the decoder, so writer and decoder do not share a misunderstanding. It writes
// legal files; tests damage them.
//
//	file  = magic ∥ version ∥ piece* ∥ FF ∥ [CRC-64(8, LE)]
//	piece = opcode ∥ operands | attribute* ∥ type(1) ∥ str(name) ∥ value
//
// A [Pen] writes numbers, strings, packed blobs and values. Nearly everything has
// several legal forms: [Pen.Choose] picks one, and without it a Pen writes what a
// server would.
package rdbtest
