// Package atomicdir writes whole folders that appear at once or not at all.
package atomicdir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Write calls fill with an empty temporary folder beside path and then gives that
// folder the name path. Where path exists already, replace decides: nil means that
// it must not, otherwise an error refuses. When anything fails, or the process dies,
// what was at path is still there.
func Write(path string, replace func(path string) error, fill func(dir string) error) error {
	path = filepath.Clean(path)
	old, err := exists(path)
	if err != nil {
		return err
	}
	if old {
		if replace == nil {
			return fmt.Errorf("%s: exists already", path)
		}
		if err := replace(path); err != nil {
			return err
		}
	}
	parent := filepath.Dir(path)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return err
	}
	hold, err := os.MkdirTemp(parent, "."+filepath.Base(path)+".tmp")
	if err != nil {
		return err
	}
	defer os.RemoveAll(hold)
	// A folder within, so that it gets the permissions of any other new folder and
	// not those of a temporary one. After an exchange it is the old folder.
	tmp := filepath.Join(hold, filepath.Base(path))
	if err := os.Mkdir(tmp, 0o777); err != nil {
		return err
	}
	if err := fill(tmp); err != nil {
		return err
	}
	if err := syncDir(tmp); err != nil {
		return err
	}
	if old {
		err = exchange(tmp, path)
	} else {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return err
	}
	return syncDir(parent)
}

// WriteFile writes a file durably; for use in fill.
func WriteFile(path string, b []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if os.IsNotExist(err) {
		return false, nil
	}
	return err == nil, err
}

// swap is an exchange in three renames, for file systems that have none in one: for
// a moment nothing is at path, and then what was there lies in tmp + ".old".
func swap(tmp, path string) error {
	aside := tmp + ".old"
	if err := os.Rename(path, aside); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return errors.Join(err, os.Rename(aside, path))
	}
	return os.Rename(aside, tmp)
}

// syncDir makes the names in a folder durable, where the system can.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	_ = d.Sync() // some systems cannot; the data itself has been synced
	return nil
}
