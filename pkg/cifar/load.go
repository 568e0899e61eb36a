// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"github.com/skipnets/skipnets/pkg/images"
)

// ErrDigest is wrapped by the error for records that are well formed but are not those that the authors published.
var ErrDigest = errors.New("content is not the official one")

// Open reads the official binary version: 50,000 images for training and 10,000 for test. dir is its folder, with
// data_batch_1.bin to data_batch_5.bin and test_batch.bin (CIFAR-10) or train.bin and test.bin (CIFAR-100, whose labels
// are the 100 fine ones), or the tar.gz archive of it.
//
// A missing, truncated or overlong file, a label out of range, or a file whose sha256 is not the official one is an error
// that names the file, and the record if that is malformed.
func (v *Version) Open(dir string) (train, test images.Set, err error) {
	train, trainParts := v.allot(v.train)
	test, testParts := v.allot(v.test)
	parts := append(trainParts, testParts...)
	info, err := os.Stat(dir)
	switch {
	case err != nil:
	case info.IsDir():
		err = v.loadFolder(dir, parts)
	default:
		err = v.loadArchive(dir, parts)
	}
	if err != nil {
		return images.Set{}, images.Set{}, fmt.Errorf("cifar: open %s: %w", v.Title, err)
	}
	return train, test, nil
}

// CheckSizes is quick: it returns an error unless all files of the version are in the folder and as long as they should
// be. One that is missing is [fs.ErrNotExist].
func (v *Version) CheckSizes(dir string) error {
	for _, file := range slices.Concat(v.train, v.test) {
		name := filepath.Join(dir, file.name)
		info, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("cifar: %w", err)
		}
		if want := int64(file.records * v.recordBytes()); info.Size() != want {
			return fmt.Errorf("cifar: %s has %d bytes, want %d", name, info.Size(), want)
		}
	}
	return nil
}

// part is a file and the part of a set that its records go to.
type part struct {
	file
	into images.Set
}

// allot makes the set that holds the records of all the given files.
func (v *Version) allot(files []file) (images.Set, []part) {
	n := 0
	for _, file := range files {
		n += file.records
	}
	all := images.New(n, v.Format)
	parts, from := make([]part, len(files)), 0
	for i, file := range files {
		to := from + file.records
		parts[i] = part{file, between(all, from, to)}
		from = to
	}
	return all, parts
}

// loadFolder reads the files side by side.
func (v *Version) loadFolder(dir string, parts []part) error {
	errs := make([]error, len(parts))
	var wait sync.WaitGroup
	for i, part := range parts {
		wait.Go(func() { errs[i] = v.loadFile(filepath.Join(dir, part.name), part) })
	}
	wait.Wait()
	if !slices.ContainsFunc(errs, func(err error) bool { return !errors.Is(err, fs.ErrNotExist) }) {
		return fmt.Errorf("%s holds none of the files %s to %s: %w", dir, parts[0].name, parts[len(parts)-1].name, fs.ErrNotExist)
	}
	return errors.Join(errs...)
}

func (v *Version) loadFile(name string, part part) error {
	r, err := os.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	return v.loadPart(r, name, part)
}

// loadArchive reads a tar.gz from beginning to end, so that gzip's own checksum is tested too.
func (v *Version) loadArchive(name string, parts []part) error {
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
			if err := v.loadPart(entries, name+": "+entry.Name, part); err != nil {
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

// loadPart decodes one file from r and compares its digest. name is for errors.
func (v *Version) loadPart(r io.Reader, name string, part part) error {
	digest := sha256.New()
	if err := v.decode(io.TeeReader(r, digest), name, part.into); err != nil {
		return err
	}
	if got := hex.EncodeToString(digest.Sum(nil)); got != part.sha256 {
		return fmt.Errorf("%s: %w: sha256 is %s, want %s", name, ErrDigest, got, part.sha256)
	}
	return nil
}
