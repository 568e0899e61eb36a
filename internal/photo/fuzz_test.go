// SPDX-License-Identifier: Apache-2.0

package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/skipnets/skipnets/internal/fuzztest"
)

// pictures are small files of every format and kind.
func pictures(f *testing.F) (all [][]byte) {
	for _, name := range []string{"alpha.webp", "animated.webp", "cmyk.jpg", "lossless.webp", "lossy.webp", "orientation6.webp", "progressive.jpg"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, content)
		if name == "lossy.webp" { // with an empty piece first, of a kind that nobody knows
			longer := slices.Concat(content[:12], []byte("JUNK\x00\x00\x00\x00"), content[12:])
			binary.LittleEndian.PutUint32(longer[4:], uint32(len(longer)-8))
			all = append(all, longer)
		}
	}
	colours := image.NewNRGBA(image.Rect(0, 0, 12, 9))
	for i := range colours.Pix {
		colours.Pix[i] = uint8(7 * i)
	}
	for _, as := range []string{"png", "jpeg"} {
		all = append(all, encoded(f, colours, as))
	}
	return append(all, header(100, 100, 16, 6, 1), header(2147483647, 8388607, 16, 6, 0), header(60000, 60000, 1, 0, 0), nil)
}

// A picture that is accepted is as large as was asked, and nowhere transparent.
func FuzzRead(f *testing.F) {
	for _, content := range pictures(f) {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file := saved(t, "picture", content)
		var got *image.RGBA
		var err error
		fuzztest.Read(t, func() { got, err = Read(file, 16) })
		if err != nil {
			return
		}
		if got.Rect != image.Rect(0, 0, 16, 16) || !got.Opaque() {
			t.Errorf("it is %v, and opaque: %v", got.Rect, got.Opaque())
		}
		// Not image.DecodeConfig, which takes no WebP file whose first piece is one that readers pass over.
		config, err := formats[formatOf(content)].config(bytes.NewReader(content))
		if err != nil || config.Width < minSide || config.Height < minSide || uint64(config.Width)*uint64(config.Height) > maxPixels {
			t.Errorf("it accepted %d×%d pixels, %v", config.Width, config.Height, err)
		}
	})
}

// Whatever stands in the EXIF notes, the picture's pixels are all there afterwards, in another order.
func FuzzOrientation(f *testing.F) {
	for _, content := range pictures(f) {
		for _, format := range []string{"jpeg", "png", "webp"} {
			f.Add(content, format)
		}
	}
	for i := range 9 {
		f.Add(withOrientation(byte(i)), "jpeg")
	}
	f.Fuzz(func(t *testing.T, content []byte, format string) {
		var number int
		fuzztest.Read(t, func() { number = orientation(content, format) })
		square := image.NewRGBA(image.Rect(0, 0, 3, 3))
		for i := range 9 {
			square.SetRGBA(i%3, i/3, color.RGBA{uint8(i), 0, 0, 255})
		}
		seen := map[uint8]bool{}
		turned := turn(square, number)
		for i := range 9 {
			seen[turned.RGBAAt(i%3, i/3).R] = true
		}
		if len(seen) != 9 || number < 0 || number > 1<<16 {
			t.Errorf("orientation %d leaves %d of 9 pixels", number, len(seen))
		}
	})
}

// withOrientation is the beginning of a JPEG file with a note of which way is up.
func withOrientation(number byte) []byte {
	note := append([]byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"), number, 0, 0, 0, 0, 0, 0)
	return append(append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(note) + 2)}, note...), 0xff, 0xd9)
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
