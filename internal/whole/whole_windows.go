// SPDX-License-Identifier: Apache-2.0

package whole

import (
	"errors"
	"os"
	"path/filepath"
)

// create does without renameio, which does not support Windows, where nothing promises that a
// rename survives a power failure. Files have no mode there.
func create(name string, _ os.FileMode) (Pending, error) {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name))
	if err != nil {
		return nil, err
	}
	return &pending{File: file, name: name}, nil
}

type pending struct {
	*os.File
	name string // that it will take
	done bool
}

func (p *pending) CloseAtomicallyReplace() error {
	if err := errors.Join(p.Sync(), p.Close()); err != nil {
		return err
	}
	if err := os.Rename(p.Name(), p.name); err != nil {
		return err
	}
	p.done = true
	return nil
}

func (p *pending) Cleanup() error {
	if p.done {
		return nil
	}
	_ = p.Close() // it may be closed already
	return os.Remove(p.Name())
}
