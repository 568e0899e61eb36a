// SPDX-License-Identifier: Apache-2.0

// Package whole writes files that are there whole or not at all, even if the process ends or the disk fills up meanwhile.
package whole

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// A Pending is a file that is written aside and takes its name when it is complete.
type Pending interface {
	io.Writer
	CloseAtomicallyReplace() error
	Cleanup() error // removes what was written, unless it has taken its name
}

// Create begins a file beside the name that it will take. It has the mode of the file that it replaces, if any. An error that comes
// of a full disk says so, and what to do. A symbolic link stays one: the file that it leads to is replaced.
func Create(name string, mode os.FileMode) (Pending, error) {
	file, err := create(behindLinks(name), mode)
	if err != nil {
		return nil, Explain(err)
	}
	return explained{file}, nil
}

// WriteFile writes a file in one step.
func WriteFile(name string, content []byte, mode os.FileMode) error {
	file, err := Create(name, mode)
	if err != nil {
		return err
	}
	defer file.Cleanup()
	if _, err := file.Write(content); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}

// RemoveUnfinished removes what killed processes have left of a file that they were writing. The caller makes sure that none is at
// it now.
func RemoveUnfinished(name string) error {
	name = behindLinks(name)
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		number, found := strings.CutPrefix(entry.Name(), "."+filepath.Base(name))
		if found && number != "" && strings.Trim(number, "0123456789") == "" {
			err = errors.Join(err, os.Remove(filepath.Join(filepath.Dir(name), entry.Name())))
		}
	}
	return err
}

// behindLinks is the file that the name leads to, or the name itself where there is none yet.
func behindLinks(name string) string {
	if file, err := filepath.EvalSymlinks(name); err == nil {
		return file
	}
	return name
}
