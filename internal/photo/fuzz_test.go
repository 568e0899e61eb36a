// SPDX-License-Identifier: Apache-2.0

package photo

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whatever the bytes, they are read or refused: nothing panics, and no picture comes out that is larger than what the
// header was believed to say.
func FuzzPicture(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*g*")
	if err != nil {
		f.Fatal(err)
	}
	webps, err := filepath.Glob("testdata/*.webp")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, webps...) {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add(header(100, 100, 16, 6, 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		format, err := check("picture", data)
		if err != nil {
			return
		}
		full, err := formats[format].decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		size := full.Bounds()
		if size.Dx()*size.Dy() > maxPixels || min(size.Dx(), size.Dy()) < minSide {
			t.Errorf("a picture of %v was accepted", size)
		}
		turn(Shrink(full, 32), orientation(data, format))
	})
}

// Notes that point at themselves, and lists of 65,535 entries, end at once.
func TestEndlessNotes(t *testing.T) {
	photo := photograph(t, 1, binary.BigEndian)
	const first = 12 + 8 // byte of the directory: the note begins at 12
	for name, change := range map[string]func(note []byte){
		"the next directory is this one": func(note []byte) { binary.BigEndian.PutUint32(note[first+2+12:], 8) },
		"a directory within itself": func(note []byte) {
			binary.BigEndian.PutUint16(note[first+2:], 0x8769)
			binary.BigEndian.PutUint16(note[first+4:], 4)
			binary.BigEndian.PutUint32(note[first+10:], 8)
		},
		"as many entries as there can be": func(note []byte) { binary.BigEndian.PutUint16(note[first:], 0xffff) },
		"as many values as there can be":  func(note []byte) { binary.BigEndian.PutUint32(note[first+6:], 0xffffffff) },
	} {
		hostile := bytes.Clone(photo)
		change(hostile)
		start := time.Now()
		if got := corners(t, hostile); got != "abcd" {
			t.Errorf("%s: corners %s, want abcd", name, got)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}
