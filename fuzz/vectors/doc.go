// Package vectors reads test vectors: small snapshots that break, or just
// respect, one rule of the format, with the expected result of decoding. It
// knows no decoder, so any decoder can be checked with them.
//
// A vector is a txtar archive; testdata/vectors/README.md describes the form:
//
//	rows: M2 V36             rows of the catalogue of mistakes
//
//	The rule, for people.
//	-- options --            optional
//	Strict
//	-- snapshot --           assembled into bytes, see [Assemble]
//	-- want --               keys, notes and counts, or the class of an error
package vectors
