// SPDX-License-Identifier: Apache-2.0

package predict

import (
	"image"
	"io"

	"github.com/bep/imagemeta"
)

// A camera stores its sensor's rows, however it is held, and notes in the file how the picture is to be turned: a
// number from 1, upright, to 8 (EXIF, tag Orientation).

// orientation reads that number. It is 1 where there is none, or none that can be read.
func orientation(file io.ReadSeeker, format string) int {
	found := 1
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return found
	}
	_, err := imagemeta.Decode(imagemeta.Options{
		R: file, Sources: imagemeta.EXIF,
		ImageFormat:     map[string]imagemeta.ImageFormat{"jpeg": imagemeta.JPEG, "png": imagemeta.PNG}[format],
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
