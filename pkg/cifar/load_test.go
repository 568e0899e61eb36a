// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/images"
)

func TestRecordLayout(t *testing.T) {
	record := make([]byte, 1+imageBytes)
	record[0] = 7
	record[1+33], record[1+1024+33], record[1+2048+33] = 10, 20, 30 // row 1, column 1
	into := images.New(1, CIFAR10.Format)
	if err := CIFAR10.decode(bytes.NewReader(record), "file", into); err != nil {
		t.Fatal(err)
	}
	if into.Labels[0] != 7 {
		t.Errorf("label is %d, want 7", into.Labels[0])
	}
	if got := into.Images[33*3 : 34*3]; !slices.Equal(got, []uint8{10, 20, 30}) {
		t.Errorf("pixel (1, 1) is %v, want [10 20 30]", got)
	}
	if r, g, b, a := into.Image(0).At(1, 1).RGBA(); r>>8 != 10 || g>>8 != 20 || b>>8 != 30 || a>>8 != 255 {
		t.Errorf("Image has %d %d %d %d at (1, 1)", r>>8, g>>8, b>>8, a>>8)
	}
	var written bytes.Buffer
	if err := CIFAR10.encode(&written, into); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written.Bytes(), record) {
		t.Error("encode does not give the decoded record back")
	}
}

func TestLoadFolderAndArchive(t *testing.T) {
	for _, v := range []*Version{CIFAR10, CIFAR100} {
		t.Run(v.Name, func(t *testing.T) {
			small, dir, train, test := writeSmall(t, v, 200)
			packed := filepath.Join(t.TempDir(), "archive.tar.gz")
			saveFile(t, packed, archive(t, dir))
			for _, source := range []string{dir, packed} {
				gotTrain, gotTest, err := small.Open(source)
				if err != nil {
					t.Fatal(err)
				}
				if !equalSets(gotTrain, train) || !equalSets(gotTest, test) {
					t.Errorf("%s gives other images than were written", source)
				}
			}
		})
	}
}

func TestLoadErrors(t *testing.T) {
	const recordBytes = 1 + imageBytes
	for _, c := range []struct {
		name   string
		change func([]byte) []byte
		is     error
		want   []string
	}{
		{"empty", func(b []byte) []byte { return nil }, io.ErrUnexpectedEOF, []string{"record 0 of 5"}},
		{"truncated between records", func(b []byte) []byte { return b[:2*recordBytes] }, io.ErrUnexpectedEOF, []string{"record 2 of 5: read 0 of 3073"}},
		{"truncated in a record", func(b []byte) []byte { return b[:4*recordBytes+100] }, io.ErrUnexpectedEOF, []string{"record 4 of 5: read 100 of 3073"}},
		{"too long", func(b []byte) []byte { return append(b, 1) }, nil, []string{"goes on after record 4"}},
		{"wrong label", func(b []byte) []byte { b[3*recordBytes] = 10; return b }, nil, []string{"record 3: label 10, want 0 to 9"}},
		{"wrong pixel", func(b []byte) []byte { b[3*recordBytes+9]++; return b }, ErrDigest, []string{"sha256"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			small, dir, _, _ := writeSmall(t, CIFAR10, 5)
			edit(t, filepath.Join(dir, "data_batch_3.bin"), c.change)
			packed := filepath.Join(t.TempDir(), "archive.tar.gz")
			saveFile(t, packed, archive(t, dir))
			for _, source := range []string{dir, packed} {
				train, _, err := small.Open(source)
				wantError(t, err, append(c.want, source, "data_batch_3.bin", "CIFAR-10")...)
				if c.is != nil && !errors.Is(err, c.is) {
					t.Errorf("error %q is not %q", err, c.is)
				}
				if train.Len() != 0 {
					t.Error("images in spite of the error")
				}
			}
		})
	}
}

func TestLoad100WrongSuperclass(t *testing.T) {
	small, dir, _, _ := writeSmall(t, CIFAR100, 5)
	edit(t, filepath.Join(dir, "test.bin"), func(b []byte) []byte { b[2*(2+imageBytes)]++; return b })
	_, _, err := small.Open(dir)
	wantError(t, err, "test.bin", "record 2: superclass 8 with label 7 (beetle), want 7")
}

func TestLoadMissing(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for _, v := range []*Version{CIFAR10, CIFAR100} {
		_, _, err := v.Open(nowhere)
		wantError(t, err, v.Title, nowhere)
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: error %q is not fs.ErrNotExist", v.Name, err)
		}
	}
	small, dir, _, _ := writeSmall(t, CIFAR10, 1)
	if err := os.Remove(filepath.Join(dir, "data_batch_4.bin")); err != nil {
		t.Fatal(err)
	}
	_, _, err := small.Open(dir)
	wantError(t, err, filepath.Join(dir, "data_batch_4.bin"))
}

func TestTamperedArchive(t *testing.T) {
	small, dir, _, _ := writeSmall(t, CIFAR10, 20)
	good := archive(t, dir)
	if err := os.Remove(filepath.Join(dir, "test_batch.bin")); err != nil {
		t.Fatal(err)
	}
	withoutTest := archive(t, dir)
	flipped := bytes.Clone(good)
	flipped[len(flipped)-6]++ // in gzip's checksum: all records are as they should be
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"not an archive", []byte("<html>not found</html>"), "not a tar.gz archive"},
		{"truncated", good[:len(good)/2], "unexpected EOF"},
		{"checksum", flipped, "checksum"},
		{"file missing", withoutTest, "holds no test_batch.bin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "archive.tar.gz")
			saveFile(t, name, c.content)
			_, _, err := small.Open(name)
			wantError(t, err, name, c.want)
		})
	}
}

func TestClasses100(t *testing.T) {
	if len(Classes100) != 100 || len(slices.Compact(slices.Clone(Classes100))) != 100 {
		t.Fatalf("%d classes, want 100 different ones", len(Classes100))
	}
	// The first and last labels as published: apple, aquarium_fish, baby, ... woman, worm.
	for label, want := range map[int]string{0: "apple", 1: "aquarium_fish", 2: "baby", 50: "mouse", 98: "woman", 99: "worm"} {
		if Classes100[label] != want {
			t.Errorf("class %d is %s, want %s", label, Classes100[label], want)
		}
	}
	// The coarse labels of fine labels 0 to 9 in the authors' files.
	if want := []uint8{4, 1, 14, 8, 0, 6, 7, 7, 18, 3}; !bytes.Equal(superclass100[:10], want) {
		t.Errorf("superclasses are %v, want %v", superclass100[:10], want)
	}
}

func TestNamed(t *testing.T) {
	for _, want := range []*Version{CIFAR10, CIFAR100} {
		if got, err := Named(want.Name); got != want || err != nil {
			t.Errorf("%s: %v, %v", want.Name, got, err)
		}
	}
	_, err := Named("mnist")
	wantError(t, err, `"mnist"`, "cifar10 and cifar100")
}

// Of a folder that is another one altogether, one line is enough.
func TestOpenOtherFolder(t *testing.T) {
	dir := t.TempDir()
	_, _, err := CIFAR10.Open(dir)
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), dir+" holds none of the files data_batch_1.bin to test_batch.bin") || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
