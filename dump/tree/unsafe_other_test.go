//go:build !unix

package tree

var unsafeRefusals []refusal
