// SPDX-License-Identifier: Apache-2.0

package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// quarters are four grey squares, a b above c d.
func quarters() image.Image {
	img := image.NewGray(image.Rect(0, 0, 80, 64))
	for y := range 64 {
		for x := range 80 {
			img.SetGray(x, y, color.Gray{uint8(40 + 60*(x/40) + 120*(y/32))})
		}
	}
	return img
}

// photograph is a JPEG file with the note that a camera would make.
func photograph(t *testing.T, orientation uint16, order binary.AppendByteOrder) []byte {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, quarters(), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	mark := map[bool]string{true: "MM", false: "II"}[order == binary.AppendByteOrder(binary.BigEndian)]
	exif := order.AppendUint16([]byte("Exif\x00\x00"+mark), 42)
	exif = order.AppendUint32(exif, 8)      // where the directory begins
	exif = order.AppendUint16(exif, 1)      // entries
	exif = order.AppendUint16(exif, 0x0112) // Orientation
	exif = order.AppendUint16(exif, 3)      // a 16-bit number
	exif = order.AppendUint32(exif, 1)      // one
	exif = order.AppendUint16(exif, orientation)
	exif = append(exif, 0, 0, 0, 0, 0, 0) // fills the entry; no directory follows
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return bytes.Join([][]byte{file.Bytes()[:2], segment, exif, file.Bytes()[2:]}, nil)
}

// corners reads a file with these bytes and names the four corners of the picture that comes of it.
func corners(t *testing.T, photo []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(file, photo, 0o600); err != nil {
		t.Fatal(err)
	}
	picture, err := Read(file, 32)
	if err != nil {
		t.Fatal(err)
	}
	name := ""
	for _, at := range []image.Point{{4, 4}, {27, 4}, {4, 27}, {27, 27}} {
		name += string("abcd"[(int(picture.RGBAAt(at.X, at.Y).R)-10)/60])
	}
	return name
}

func TestReadSetsPhotographsUpright(t *testing.T) {
	// What the note says of the stored picture: where its first row and its first column are.
	for number, want := range map[uint16]string{
		1: "abcd", // top, left
		2: "badc", // top, right
		3: "dcba", // bottom, right
		4: "cdab", // bottom, left
		5: "acbd", // left, top
		6: "cadb", // right, top
		7: "dbca", // right, bottom
		8: "bdac", // left, bottom
		0: "abcd", // no such number
		9: "abcd",
	} {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			if got := corners(t, photograph(t, number, order)); got != want {
				t.Errorf("orientation %d, %v: corners %s, want %s", number, order, got, want)
			}
		}
	}
}

// What follows the orientation in the note does not matter: here a second entry of a type that does not exist.
func TestReadStopsAfterTheOrientation(t *testing.T) {
	photo := photograph(t, 6, binary.BigEndian)
	const first = 12 + 8 // byte of the directory: the note begins at 12
	entry := binary.BigEndian.AppendUint16(nil, 0x0131)
	entry = binary.BigEndian.AppendUint16(entry, 0xfff0)
	entry = append(entry, 0, 0, 0, 1, 0, 0, 0, 0)
	photo[first+1] = 2 // entries
	photo = slices.Insert(photo, first+2+12, entry...)
	binary.BigEndian.PutUint16(photo[4:], binary.BigEndian.Uint16(photo[4:])+uint16(len(entry)))
	if got := corners(t, photo); got != "cadb" {
		t.Errorf("corners %s, want cadb", got)
	}
}

func TestReadTakesAPhotographWithADamagedNote(t *testing.T) {
	whole := photograph(t, 6, binary.BigEndian)
	for _, at := range []int{12, 17, 19, 23} { // within the note's own header
		damaged := bytes.Clone(whole)
		damaged[at] ^= 0xff
		if got := corners(t, damaged); got != "abcd" {
			t.Errorf("byte %d damaged: corners %s, want abcd", at, got)
		}
	}
}
