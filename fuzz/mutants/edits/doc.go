// Package edits finds all places in Go source where a small slip is possible, so
// that mutants can be drawn from them.
//
//	negate     if a == b      →  if a != b
//	bound      i < n          →  i <= n         x[i:]     →  x[(i)+1:]
//	statement  n++            →                 if … { return }  →
//	error      return x, err  →  return x, nil
//	arguments  f(a, b)        →  f(b, a), of one type
//	constant   4              →  5              KindSet   →  KindZSet
//
// Edits do not touch sentences: people judge messages by reading them. The file,
// the function, the operator and the text identify an edit, not its line, so a
// judgement on it stays valid when other parts of the file change.
//
// The package runs nothing. The type checker decides whether an edit compiles.
package edits
