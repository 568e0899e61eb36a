// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// unzipOne takes the one file with that base name out of a zip archive.
func unzipOne(archive, name, into string) error {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("%s: %w", archive, err)
	}
	defer r.Close()
	for _, file := range r.File {
		if path.Base(file.Name) != name {
			continue
		}
		content, err := file.Open()
		if err != nil {
			return fmt.Errorf("%s: %w", archive, err)
		}
		defer content.Close()
		return writeFile(into, content)
	}
	return fmt.Errorf("%s holds no %s", archive, name)
}

// untar unpacks the plain files of a tar.gz archive into dir, without their folders.
func untar(archive, dir string) error {
	in, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer in.Close()
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		return fmt.Errorf("%s: %w", archive, err)
	}
	for files := tar.NewReader(unzipped); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", archive, err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if err := writeFile(filepath.Join(dir, path.Base(header.Name)), files); err != nil {
			return err
		}
	}
}

func writeFile(name string, content io.Reader) (err error) {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, content); err != nil {
		return err
	}
	return out.Sync()
}

// temporary makes an empty folder in Home whose files can be renamed into place, after removing what killed runs have
// left of the same name. The caller holds the step's lock.
func (s *Setup) temporary(name string) (string, error) {
	old, _ := filepath.Glob(s.path(name + ".tmp-*")) // only a malformed pattern is an error
	for _, dir := range old {
		if err := os.RemoveAll(dir); err != nil {
			return "", s.unwritable(err)
		}
	}
	dir, err := os.MkdirTemp(s.Home, name+".tmp-")
	if err != nil {
		return "", s.unwritable(err)
	}
	return dir, nil
}
