// SPDX-License-Identifier: Apache-2.0

// Package whole writes files that are there whole or not at all, even if the process ends or the disk fills up meanwhile.
package whole

import (
	"io"
	"os"
)

// A Pending is a file that is written aside and takes its name when it is complete.
type Pending interface {
	io.Writer
	CloseAtomicallyReplace() error
	Cleanup() error // removes what was written, unless it has taken its name
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
