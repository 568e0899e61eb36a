// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"sync"
)

// Load reads CIFAR-10 from the official binary version: 50,000 images for training and 10,000 for test. dir is the
// folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin, or the tar.gz archive of it.
//
// A missing, truncated or overlong file or a label out of range is an error that names the file and the record.
// Load trusts the pixels; [Verify] compares them with the official ones.
func Load(dir string) (train, test Set, err error) { return cifar10.load(dir, false) }

// Load100 reads CIFAR-100 like [Load] reads CIFAR-10, from train.bin and test.bin. The labels are the 100 fine ones.
func Load100(dir string) (train, test Set, err error) { return cifar100.load(dir, false) }

// load reads all files of a version and, if asked, compares their digests.
func (f *format) load(dir string, verify bool) (train, test Set, err error) {
	train, trainParts := f.allot(f.train)
	test, testParts := f.allot(f.test)
	parts := append(trainParts, testParts...)
	info, err := os.Stat(dir)
	switch {
	case err != nil:
	case info.IsDir():
		err = f.loadFolder(dir, parts, verify)
	default:
		err = f.loadArchive(dir, parts, verify)
	}
	if err != nil {
		return Set{}, Set{}, fmt.Errorf("cifar: load %s: %w", f.name, err)
	}
	return train, test, nil
}

// part is a file and the part of a set that its records go to.
type part struct {
	file
	into Set
}

// allot makes the set that holds the records of all the given files.
func (f *format) allot(files []file) (Set, []part) {
	n := 0
	for _, file := range files {
		n += file.records
	}
	all := makeSet(n, f.classes)
	parts, from := make([]part, len(files)), 0
	for i, file := range files {
		to := from + file.records
		parts[i] = part{file, Set{Images: all.Images[from*imageBytes : to*imageBytes], Labels: all.Labels[from:to]}}
		from = to
	}
	return all, parts
}

// loadFolder reads the files side by side.
func (f *format) loadFolder(dir string, parts []part, verify bool) error {
	errs := make([]error, len(parts))
	var wait sync.WaitGroup
	for i, part := range parts {
		wait.Go(func() { errs[i] = f.loadFile(filepath.Join(dir, part.name), part, verify) })
	}
	wait.Wait()
	return errors.Join(errs...)
}

func (f *format) loadFile(name string, part part, verify bool) error {
	r, err := os.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	return f.loadPart(r, name, part, verify)
}

// loadArchive reads a tar.gz from beginning to end, so that gzip's own checksum is tested too.
func (f *format) loadArchive(name string, parts []part, verify bool) error {
	archive, err := os.Open(name)
	if err != nil {
		return err
	}
	defer archive.Close()
	unzipped, err := gzip.NewReader(archive)
	if err != nil {
		return fmt.Errorf("%s: not a tar.gz archive: %w", name, err)
	}
	missing := make(map[string]part, len(parts))
	for _, part := range parts {
		missing[part.name] = part
	}
	entries := tar.NewReader(unzipped)
	for {
		entry, err := entries.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		// An entry that comes twice is read once; nothing is ever written under an entry's name.
		if part, ok := missing[path.Base(entry.Name)]; ok && entry.Typeflag == tar.TypeReg {
			if err := f.loadPart(entries, name+": "+entry.Name, part, verify); err != nil {
				return err
			}
			delete(missing, part.name)
		}
	}
	if _, err := io.Copy(io.Discard, unzipped); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, part := range parts {
		if _, ok := missing[part.name]; ok {
			return fmt.Errorf("%s: holds no %s", name, part.name)
		}
	}
	return nil
}
