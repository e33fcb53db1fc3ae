// Package edits finds the small edits that a slip of the pen could make in Go
// source, so that mutants can be drawn from all of them.
//
//	negate     if a == b      →  if a != b
//	bound      i < n          →  i <= n         x[i:]     →  x[(i)+1:]
//	statement  n++            →                 if … { return }  →
//	error      return x, err  →  return x, nil
//	arguments  f(a, b)        →  f(b, a), of one type
//	constant   4              →  5              KindSet   →  KindZSet
//
// Sentences are not touched: what a message says is judged by reading it. An
// edit is known by its file, its function, its operator and its text, not by
// its line, so that a judgement on it outlives edits elsewhere in the file.
//
// It runs nothing. Whether an edit compiles is told by the type checker.
package edits
