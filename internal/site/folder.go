// SPDX-License-Identifier: Apache-2.0

package site

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/skipnets/skipnets/internal/whole"
)

// mark is a file that tells a folder with a site from others.
const mark = "playground.json"

// Free says whether a folder may hold the site: it is not there, it is empty, or it holds an earlier site, or the beginning of one.
// Besides, one may write there.
func Free(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, unfinished)); err != nil {
		if err := whole.Free(dir, mark, "a site"); err != nil {
			return err
		}
	}
	there := dir
	for _, err := os.Stat(there); err != nil && there != filepath.Dir(there); _, err = os.Stat(there) {
		there = filepath.Dir(there)
	}
	probe, err := os.MkdirTemp(there, unfinished)
	if err != nil {
		return fmt.Errorf("a folder for a site: nothing can be written to %s. Choose one that you may write to (%w)", there, whole.Explain(err))
	}
	return os.Remove(probe)
}

// publish moves what was written aside to its place. The mark comes last: then all is there.
func publish(aside, dir string) error {
	entries, err := os.ReadDir(aside)
	if err != nil {
		return err
	}
	move := func(name string, folder bool) error {
		to := filepath.Join(dir, name)
		if folder { // no file takes a folder's place
			if err := os.RemoveAll(to); err != nil {
				return err
			}
		}
		return os.Rename(filepath.Join(aside, name), to)
	}
	for _, e := range entries {
		if e.Name() == mark {
			continue
		}
		if err := move(e.Name(), e.IsDir()); err != nil {
			return err
		}
	}
	return move(mark, false)
}
