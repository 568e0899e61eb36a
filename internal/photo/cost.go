// SPDX-License-Identifier: Apache-2.0

package photo

import (
	"bytes"
	"image/color"
)

// bytesPerPixel bounds from above what the decoder of the format allocates for each pixel. Figures are those of the
// packages image/png, image/jpeg and x/image/webp.
func bytesPerPixel(format string, model color.Model, data []byte) float64 {
	switch format {
	case "jpeg":
		return jpegBytesPerPixel(data)
	case "png":
		return pngBytesPerPixel(model, data)
	}
	return 12 // WebP: lossy with transparency 1.5 + 4 + 1, lossless 4 and its transforms as much again, and more
}

func pngBytesPerPixel(model color.Model, data []byte) float64 {
	size := 4.0 // also grey, which becomes RGBA where one value is transparent
	switch model {
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model:
		size = 8
	default:
		if _, ok := model.(color.Palette); ok {
			size = 1
		}
	}
	const interlace = 28 // byte of the file; the header always comes first
	if len(data) > interlace && data[interlace] != 0 {
		size *= 2 // seven passes are pictures of their own before they are put together
	}
	return size
}

// jpegBytesPerPixel reads the frame's header. A progressive file's coefficients are all held, four bytes each, and each
// scan goes over all of them.
func jpegBytesPerPixel(data []byte) float64 {
	samples, progressive, scans := jpegFrame(data)
	size := samples
	if progressive {
		size += 4 * samples
	}
	if samples >= 3 { // not subsampled: colours may be converted into another picture
		size += 4
	}
	if scans > maxScans {
		size = 1 << 20 // a file made to take long; no camera or program writes so many
	}
	return size
}

const maxScans = 100

// jpegFrame walks a JPEG file's segments, as image/jpeg does. It returns how many samples a pixel has, 1.5 with the usual
// subsampling, whether the file is progressive, and the number of its scans.
func jpegFrame(data []byte) (samples float64, progressive bool, scans int) {
	const (
		restart0, restart7 = 0xd0, 0xd7
		startOfImage       = 0xd8
		endOfImage         = 0xd9
		startOfScan        = 0xda
	)
	for {
		at := bytes.IndexByte(data, 0xff)
		if at < 0 || at+1 >= len(data) {
			return samples, progressive, scans
		}
		marker := data[at+1]
		data = data[at+1:] // the marker first: it may be one more 0xff, that only fills
		if marker == 0xff || marker == 0 || marker == 1 || restart0 <= marker && marker <= startOfImage {
			if marker != 0xff {
				data = data[1:]
			}
			continue
		}
		if marker == endOfImage || len(data) < 3 {
			return samples, progressive, scans
		}
		length := int(data[1])<<8 | int(data[2])
		segment := data[3:min(len(data), max(3, 1+length))]
		switch marker {
		case startOfScan:
			scans++
		case 0xc0, 0xc1, 0xc2:
			samples, progressive = samplesPerPixel(segment), marker == 0xc2
		}
		data = data[min(len(data), 1+length):]
	}
}

// samplesPerPixel reads a frame's header: precision, height, width, then each component's sampling factors.
func samplesPerPixel(frame []byte) float64 {
	sum, horizontal, vertical := 0, 1, 1
	for i := 6; i+2 < len(frame); i += 3 {
		h, v := int(frame[i+1]>>4), int(frame[i+1]&15)
		sum += h * v
		horizontal, vertical = max(horizontal, h), max(vertical, v)
	}
	return float64(sum) / float64(horizontal*vertical)
}

// isAnimated tells whether a WebP file says that it holds several pictures.
func isAnimated(data []byte) bool {
	return len(data) > 20 && string(data[12:16]) == "VP8X" && data[20]&2 != 0
}
