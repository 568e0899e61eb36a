// SPDX-License-Identifier: Apache-2.0

package photo

import (
	"bytes"
	"image"
	"io"

	"github.com/bep/imagemeta"
	"golang.org/x/image/riff"
)

// A camera stores its sensor's rows, however it is held, and notes in the file how the picture is to be turned: a
// number from 1, upright, to 8 (EXIF, tag Orientation).

// orientation reads that number. It is 1 where there is none, or none that can be read.
func orientation(data []byte, format string) int {
	found := 1
	formats := map[string]imagemeta.ImageFormat{"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.TIFF}
	if format == "webp" {
		data = webpNote(data)
	}
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), Sources: imagemeta.EXIF, ImageFormat: formats[format],
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Namespace == "IFD0" && tag.Tag == "Orientation" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if number, ok := tag.Value.(uint16); ok {
				found = int(number)
			}
			return imagemeta.ErrStopWalking // what follows may be damaged, and is not wanted
		},
	})
	if err != nil { // the pixels could be read: a damaged note is no reason to refuse them
		return 1
	}
	return found
}

// webpNote is the EXIF part of a WebP file, which has the form of a TIFF file; nil if there is none. (imagemeta does not
// find it behind a chunk of odd length.)
func webpNote(data []byte) []byte {
	_, chunks, err := riff.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	for {
		id, length, chunk, err := chunks.Next()
		if err != nil {
			return nil
		}
		if id != (riff.FourCC{'E', 'X', 'I', 'F'}) {
			continue
		}
		note, err := io.ReadAll(io.LimitReader(chunk, int64(length)))
		if err != nil {
			return nil
		}
		return bytes.TrimPrefix(note, []byte("Exif\x00\x00")) // some programs write JPEG's mark, too
	}
}

// turn sets a square picture with the given orientation upright.
func turn(picture *image.RGBA, orientation int) *image.RGBA {
	last := picture.Bounds().Dx() - 1
	upright := image.NewRGBA(picture.Bounds())
	for y := range last + 1 {
		for x := range last + 1 {
			column, row := x, y // of the stored picture
			switch orientation {
			case 2:
				column = last - x
			case 3:
				column, row = last-x, last-y
			case 4:
				row = last - y
			case 5:
				column, row = y, x
			case 6:
				column, row = y, last-x
			case 7:
				column, row = last-y, last-x
			case 8:
				column, row = last-y, x
			}
			upright.SetRGBA(x, y, picture.RGBAAt(column, row))
		}
	}
	return upright
}
