//go:build !unix

package target

import (
	"errors"
	"time"
)

// directory is never opened here: whose a directory is cannot be told, so that
// what a killed process leaves behind is left to the user.
type directory struct {
	path string
	made time.Time
}

func openDirectory(string) (*directory, error) { return nil, errors.ErrUnsupported }

func (d *directory) close()                      {}
func (d *directory) read(string) ([]byte, error) { return nil, errors.ErrUnsupported }
func (d *directory) names() ([]string, error)    { return nil, errors.ErrUnsupported }
func (d *directory) remove() error               { return errors.ErrUnsupported }
