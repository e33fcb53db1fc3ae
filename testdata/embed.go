// Package testdata embeds the vectors, for programs that run without a checkout.
package testdata

import (
	"embed"
	"io/fs"
)

//go:embed vectors/*.txtar
var files embed.FS

// Vectors returns the files of the directory vectors.
func Vectors() fs.FS {
	sub, err := fs.Sub(files, "vectors")
	if err != nil {
		panic(err) // the name is constant and valid
	}
	return sub
}
