// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/skipnets/skipnets/pkg/images"
)

// writePackage writes what the npm package would hold for a small format.
func writePackage(t *testing.T, small *Version, train, test images.Set) string {
	t.Helper()
	dir := t.TempDir()
	for name, set := range map[string]images.Set{"train_lables.json": train, "test_lables.json": test} {
		labels, err := json.Marshal(set.Labels)
		if err != nil {
			t.Fatal(err)
		}
		saveFile(t, filepath.Join(dir, name), labels)
	}
	start := 0
	for _, file := range append(small.train[:len(small.train):len(small.train)], small.test...) {
		set := train
		if file.name == "test_batch.bin" {
			set, start = test, 0
		}
		part := between(set, start, start+file.records)
		start += file.records
		saveFile(t, filepath.Join(dir, strings.Replace(file.name, ".bin", ".png", 1)), pngOf(t, part))
	}
	return dir
}

// pngOf is a picture of images as the npm package has them.
func pngOf(t testing.TB, set images.Set) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, Size*Size, set.Len()))
	for i := range set.Len() {
		for p := range Size * Size {
			c := set.Pixels(i)[3*p:]
			picture.SetNRGBA(p, i, color.NRGBA{c[0], c[1], c[2], 255})
		}
	}
	return encodePNG(t, picture)
}

func encodePNG(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var content bytes.Buffer
	if err := png.Encode(&content, picture); err != nil {
		t.Fatal(err)
	}
	return content.Bytes()
}

func (v *Version) installPNG(npmDir, out string) error {
	return v.install(out, func(tmp string) error { return v.convertPNG(npmDir, tmp) })
}

// wantOnly checks that a folder holds just what is named: nothing half-written.
func wantOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("%s holds %q, want %q", dir, got, names)
	}
}

func TestConvertPNG(t *testing.T) {
	small, official, train, test := writeSmall(t, CIFAR10, 10)
	npmDir := writePackage(t, small, train, test)
	home := filepath.Join(t.TempDir(), "made", "on", "the", "way")
	out := filepath.Join(home, "cifar")
	for range 2 { // the second finds it done
		if err := small.installPNG(npmDir, out); err != nil {
			t.Fatal(err)
		}
	}
	wantOnly(t, home, "cifar")
	for _, file := range append(small.train, small.test...) {
		if !bytes.Equal(readFile(t, filepath.Join(out, file.name)), readFile(t, filepath.Join(official, file.name))) {
			t.Errorf("%s differs from the official file", file.name)
		}
	}
	names := strings.Fields(string(readFile(t, filepath.Join(out, "batches.meta.txt"))))
	if strings.Join(names, " ") != strings.Join(Classes10, " ") {
		t.Errorf("batches.meta.txt names %q", names)
	}
}

func TestConvertPNGErrors(t *testing.T) {
	wrongSize := encodePNG(t, image.NewNRGBA(image.Rect(0, 0, 1024, 9)))
	gray := encodePNG(t, image.NewGray(image.Rect(0, 0, 1024, 10)))
	for _, c := range []struct {
		name, file string
		change     func([]byte) []byte
		want       string
	}{
		{"truncated picture", "data_batch_2.png", func(b []byte) []byte { return b[:len(b)/2] }, "png: invalid format"},
		{"not a picture", "test_batch.png", func([]byte) []byte { return []byte("text") }, "png:"},
		{"picture too small", "test_batch.png", func([]byte) []byte { return wrongSize }, "want"},
		{"grey picture", "data_batch_5.png", func([]byte) []byte { return gray }, "want 8-bit RGB"},
		{"no JSON", "test_lables.json", func([]byte) []byte { return []byte("[1, 2") }, "JSON"},
		{"too few labels", "test_lables.json", func([]byte) []byte { return []byte("[1, 2]") }, "2 labels, want 10"},
		{"label out of range", "test_lables.json", func([]byte) []byte { return []byte("[0,1,2,3,10,5,6,7,8,9]") }, "record 4: label 10"},
		{"negative label", "test_lables.json", func([]byte) []byte { return []byte("[0,1,2,-3,4,5,6,7,8,9]") }, "record 3: label -3"},
		{"labels exchanged", "test_lables.json", func([]byte) []byte { return []byte("[1,0,2,3,4,5,6,7,8,9]") }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			small, _, train, test := writeSmall(t, CIFAR10, 10)
			npmDir := writePackage(t, small, train, test)
			edit(t, filepath.Join(npmDir, c.file), c.change)
			home := t.TempDir()
			err := small.installPNG(npmDir, filepath.Join(home, "cifar"))
			if c.want == "" { // well formed, but not what it should be
				wantError(t, err, "test_batch.bin", ErrDigest.Error())
			} else {
				wantError(t, err, c.file, c.want)
			}
			wantOnly(t, home)
		})
	}
}

func TestInstallKeepsWhatIsThere(t *testing.T) {
	small, _, train, test := writeSmall(t, CIFAR10, 3)
	npmDir := writePackage(t, small, train, test)
	out := filepath.Join(t.TempDir(), "cifar")
	if err := os.Mkdir(out, 0o755); err != nil {
		t.Fatal(err)
	}
	saveFile(t, filepath.Join(out, "thesis.txt"), []byte("years of work"))
	wantError(t, small.installPNG(npmDir, out), out, "does not hold CIFAR-10")
	wantOnly(t, out, "thesis.txt")
}

func TestInstallTwiceAtOnce(t *testing.T) {
	small, _, train, test := writeSmall(t, CIFAR10, 3)
	npmDir := writePackage(t, small, train, test)
	home := t.TempDir()
	errs := make([]error, 4)
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() { errs[i] = small.installPNG(npmDir, filepath.Join(home, "cifar")) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	wantOnly(t, home, "cifar")
}

func TestInstallUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	saveFile(t, file, nil)
	err := ConvertPNG(t.TempDir(), filepath.Join(file, "cifar"))
	wantError(t, err, file, "not a directory")
}

func TestExtract(t *testing.T) {
	small, dir, _, _ := writeSmall(t, CIFAR10, 3)
	home := t.TempDir()
	packed, out := filepath.Join(home, "archive.tar.gz"), filepath.Join(home, "cifar")
	saveFile(t, packed, archive(t, dir))
	wantError(t, CIFAR10.Extract(packed, out), packed, "record 3 of 10000") // the real format wants the real size
	wantOnly(t, home, "archive.tar.gz")
	if err := small.Extract(packed, out); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, home, "archive.tar.gz", "cifar")
}

func TestWriteFileFullDisk(t *testing.T) {
	small := noise(1, CIFAR10)
	err := writeFile("/dev/full", func(w io.Writer) error { return CIFAR10.encode(w, small) })
	wantError(t, err, "/dev/full", "no space left")
}
