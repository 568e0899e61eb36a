// SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// compress writes a smaller copy beside a file, for servers that send it.
func (b *builder) compress(name string) error {
	data, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		return err
	}
	var small bytes.Buffer
	w, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return b.write(name+".gz", small.Bytes())
}

// compressTexts does so for what is text.
func (b *builder) compressTexts() error {
	return fs.WalkDir(os.DirFS(b.dir), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !slices.Contains([]string{".html", ".js", ".css", ".json", ".svg"}, filepath.Ext(name)) {
			return err
		}
		return b.compress(name)
	})
}
