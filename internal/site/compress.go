// SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/andybalholm/brotli"
)

// A coding is a way to compress a file.
type coding struct {
	name, ending string // in HTTP, and of the compressed copy
	pack         func(io.Writer) (io.WriteCloser, error)
}

// codings are those of the copies, the smallest first. Brotli's highest level takes minutes for the playground's program. This
// one takes as long as gzip's highest, about a second, and leaves a fifth less.
var codings = []coding{
	{"br", ".br", func(w io.Writer) (io.WriteCloser, error) { return brotli.NewWriterLevel(w, 6), nil }},
	{"gzip", ".gz", func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, gzip.BestCompression) }},
}

// compress writes smaller copies beside a file, for servers that send them.
func (b *builder) compress(name string) error {
	data, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		return err
	}
	for _, c := range codings {
		var small bytes.Buffer
		w, err := c.pack(&small)
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if err := b.write(name+c.ending, small.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// compressTexts does so for what is text.
func (b *builder) compressTexts() error {
	return fs.WalkDir(os.DirFS(b.dir), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !slices.Contains([]string{".html", ".js", ".css", ".json", ".svg", ".txt"}, filepath.Ext(name)) {
			return err
		}
		return b.compress(name)
	})
}
