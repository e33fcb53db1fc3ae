package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"redrill/keyspace"
)

// rootError says why a path cannot be the root of a tree.
type rootError string

func (e rootError) Error() string { return string(e) }

// openRoot opens the directory path, which must not be a symbolic link. An error
// is a rootError or one of the operating system.
func openRoot(path string) (*os.Root, error) {
	before, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !before.IsDir() {
		return nil, rootError(kindOf(before.Mode()) + " is not a directory")
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	after, err := root.Stat(".")
	if err == nil && !os.SameFile(before, after) {
		err = rootError("the directory was replaced while it was opened")
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return root, nil
}

// kindOf names what is no directory or no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode.IsDir():
		return "a directory"
	case mode.IsRegular():
		return "a regular file"
	}
	return "a special file"
}

// mkdir makes directories, each once.
func (w *Writer) mkdir(paths ...string) error {
	for _, path := range paths {
		if w.dirs[path] {
			continue
		}
		if err := w.root.Mkdir(path, dirMode); err != nil {
			return err
		}
		w.dirs[path] = true
	}
	return nil
}

// create makes a file that must not exist under any spelling of its name.
func (w *Writer) create(path string) (*out, error) {
	file, err := w.root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s exists already: the key occurs twice, or the file system holds two names for one: %w", path, err)
	}
	if err != nil {
		return nil, err
	}
	return newOut(file, path, valueBufferBytes), nil
}

// finish closes a file and remembers its checksum.
func (w *Writer) finish(o *out) error {
	if err := o.close(); err != nil {
		return err
	}
	c := checksum{path: o.path}
	o.hash.Sum(c.sum[:0])
	return w.sums.add(c)
}

// appendTo returns a file that lines are appended to, for as long as keys of
// the same database are written. Only files of one database are open at a time.
func (w *Writer) appendTo(db int, path string) (*out, error) {
	if db != w.appendedDB {
		if err := w.closeAppended(); err != nil {
			return nil, err
		}
		w.appendedDB = db
	}
	o := w.appended[path]
	if o != nil && o.file != nil {
		return o, nil
	}
	flags := os.O_WRONLY | os.O_APPEND
	if o == nil {
		flags |= os.O_CREATE | os.O_EXCL
	}
	file, err := w.root.OpenFile(path, flags, fileMode)
	if err != nil {
		return nil, err
	}
	if o == nil {
		o = newOut(file, path, appendBufferBytes)
		w.appended[path] = o
	} else {
		o.file, o.buf = file, make([]byte, 0, appendBufferBytes)
	}
	w.open = append(w.open, o)
	return o, nil
}

// closeAppended closes the files of appendTo; they can be opened again.
func (w *Writer) closeAppended() error {
	var errs []error
	for _, o := range w.open {
		errs = append(errs, o.close())
		o.buf = nil
	}
	w.open = w.open[:0]
	return errors.Join(errs...)
}

// keymap records the name of a key whose segment is a fallback.
func (w *Writer) keymap(k keyspace.Key, seg string) error {
	if !isFallback(seg) {
		return nil
	}
	o, err := w.appendTo(k.DB, w.dir+"/"+keymapName)
	if err != nil {
		return err
	}
	o.raw(`{"encoded":"` + seg + `","original":"`)
	o.base64(k.Name)
	o.raw(`","kind":"` + keymapKind + `"}` + "\n")
	return o.err
}

// expiryLine writes the expire time of a string or a HyperLogLog, and once more
// the name of its key where that needs a record.
func (w *Writer) expiryLine(k keyspace.Key, f family, seg string) error {
	if err := w.keymap(k, seg); err != nil {
		return err
	}
	o, err := w.appendTo(k.DB, w.dir+"/"+f.sidecar)
	if err != nil {
		return err
	}
	o.raw(`{"key":"` + seg + `","expire_at_ms":`)
	o.expiry(k.ExpireAt)
	o.raw("}\n")
	return o.err
}

// Close completes the tree: sidecars, CHECKSUMS and, when everything else is on
// its way to disk, MANIFEST.json, whose presence says that the tree is
// complete. CHECKSUMS, the manifest and the root directory are synced; what a
// crash of the machine takes of the other files, CHECKSUMS tells. When Close
// fails there is no manifest; Abort removes the rest.
func (w *Writer) Close() error {
	if err := w.usable(); err != nil {
		return err
	}
	if err := w.seq.end(); err != nil {
		return w.fail(fmt.Errorf("write %s: %w", w.path, err))
	}
	if err := w.complete(); err != nil {
		return w.fail(fmt.Errorf("write %s: %w", w.path, err))
	}
	w.done = true
	if err := w.root.Close(); err != nil {
		return w.fail(fmt.Errorf("write %s: %w", w.path, err))
	}
	return nil
}

func (w *Writer) complete() error {
	if err := w.closeAppended(); err != nil {
		return err
	}
	for path, o := range w.appended {
		c := checksum{path: path}
		o.hash.Sum(c.sum[:0])
		if err := w.sums.add(c); err != nil {
			return err
		}
	}
	const unfinished = manifestName + ".tmp"
	manifest, err := w.create(unfinished)
	if err != nil {
		return err
	}
	manifest.raw(w.opts.manifest())
	if err := syncAndClose(manifest); err != nil {
		return err
	}
	c := checksum{path: manifestName}
	manifest.hash.Sum(c.sum[:0])
	if err := w.sums.add(c); err != nil {
		return err
	}
	sums, err := w.create(checksumsName)
	if err != nil {
		return err
	}
	if err := w.sums.writeTo(sums); err != nil {
		return errors.Join(err, sums.close())
	}
	if err := errors.Join(syncAndClose(sums), w.sums.close()); err != nil {
		return err
	}
	if err := w.root.Rename(unfinished, manifestName); err != nil {
		return err
	}
	dir, err := w.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func syncAndClose(o *out) error {
	err := o.flush()
	if err == nil {
		err = o.file.Sync()
	}
	return errors.Join(err, o.close())
}

// Abort removes what was written, and the root directory if Create made it.
// After Close or Abort it does nothing, so it can be deferred.
func (w *Writer) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	var errs []error
	if w.value != nil {
		errs = append(errs, w.value.file.Close())
	}
	for _, o := range w.open {
		errs = append(errs, o.file.Close())
	}
	for _, path := range []string{manifestName, manifestName + ".tmp", checksumsName, redisDir} {
		errs = append(errs, w.root.RemoveAll(path))
	}
	errs = append(errs, w.sums.close(), w.root.Close())
	if w.created {
		errs = append(errs, os.Remove(w.path))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("abort %s: %w", w.path, err)
	}
	return nil
}
