// SPDX-License-Identifier: Apache-2.0

// Package photo reads pictures that come from anywhere: it looks at the header before it decodes, so that no file takes
// more than a fixed amount of memory, and says in words what a file is that it does not read.
package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/image/webp"

	"github.com/skipnets/skipnets/internal/filekind"
)

// Formats is what Read reads, for messages.
const Formats = "PNG, JPEG and WebP"

// Limits of what is read. Within them, reading takes under 300 MB and two seconds of processor time.
const (
	maxPixels = 64 << 20  // a large camera makes 50 or 60 million
	maxMemory = 224 << 20 // of the file and all that decoding it allocates
	minSide   = 8         // of the shorter side: on fewer pixels there is nothing to be seen
)

// formats are those whose cost is known. The standard library's image.Decode would take others besides, if any package of
// the program imports them.
var formats = map[string]struct {
	begins string // a "?" is any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}{
	"png":  {"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	"jpeg": {"\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode},
	"webp": {"RIFF????WEBP", webp.DecodeConfig, webp.Decode},
}

// formatOf is the format that a file begins as, "" if it is none of them.
func formatOf(data []byte) string {
	for name, f := range formats {
		matches := len(data) >= len(f.begins)
		for i := 0; matches && i < len(f.begins); i++ {
			matches = f.begins[i] == '?' || f.begins[i] == data[i]
		}
		if matches {
			return name
		}
	}
	return ""
}

// Read reads a PNG, JPEG or WebP file and brings its middle square to size×size pixels, upright as the camera noted, on
// white where it is transparent.
func Read(path string, size int) (*image.RGBA, error) {
	data, err := load(path)
	if err != nil {
		return nil, err
	}
	return Decode(path, data, size)
}

// Decode is [Read] of a file's bytes, for where there are no files. The name is for messages.
func Decode(path string, data []byte, size int) (*image.RGBA, error) {
	format, err := check(path, data)
	if err != nil {
		return nil, err
	}
	full, err := formats[format].decode(bytes.NewReader(data))
	if err != nil {
		return nil, damaged(path, format, err)
	}
	return turn(Shrink(full, size), orientation(data, format)), nil // a middle square stays one when it is turned
}

// load reads the file's bytes if it is a file, and not too large.
func load(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && strings.Contains(path, "://"):
		return nil, fmt.Errorf("picture %s is an address: download it, and give the file", path)
	case err != nil:
		return nil, fmt.Errorf("picture: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("picture %s is a folder: give one picture in it", path)
	case !info.Mode().IsRegular(): // opening a pipe may wait for ever, and a device may have no end
		return nil, fmt.Errorf("picture %s is no ordinary file (%s): save the picture in one, and give that", path, modeName(info.Mode()))
	case info.Size() > maxMemory:
		return nil, fmt.Errorf("picture %s has %d MB, more than the %d MB that are read: save it smaller, for example 1000 pixels wide", path, info.Size()>>20, maxMemory>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return data, nil
}

func modeName(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// check looks at the header alone and returns the format's name.
func check(path string, data []byte) (format string, err error) {
	format = formatOf(data)
	if format == "" {
		kind := filekind.Of(data[:min(len(data), filekind.HeadSize)])
		return "", fmt.Errorf("picture %s is %s, which is not read: save it as one of %s and try again", path, kind, Formats)
	}
	if format == "webp" && isAnimated(data) {
		return "", fmt.Errorf("picture %s is an animated WebP image: save one picture of it", path)
	}
	config, err := formats[format].config(bytes.NewReader(data))
	if err != nil {
		return "", damaged(path, format, err)
	}
	pixels := uint64(config.Width) * uint64(config.Height) // each is below 2³¹
	shape := fmt.Sprintf("picture %s is %d×%d pixels", path, config.Width, config.Height)
	switch {
	case min(config.Width, config.Height) < minSide:
		return "", fmt.Errorf("%s: too few to show anything; its shorter side needs at least %d", shape, minSide)
	case pixels > maxPixels:
		return "", fmt.Errorf("%s, more than the %d million that are read: save it smaller, for example 1000 pixels wide", shape, maxPixels/1_000_000)
	}
	memory := float64(len(data)) + float64(pixels)*bytesPerPixel(format, config.ColorModel, data)
	if memory > maxMemory {
		return "", fmt.Errorf("%s, and decoding it would take %.0f MB of memory, more than the %d MB allowed: save it smaller, for example 1000 pixels wide",
			shape, memory/(1<<20), maxMemory>>20)
	}
	return format, nil
}

func damaged(path, format string, err error) error {
	return fmt.Errorf("picture %s begins as a %s image, but cannot be decoded: %w. Open it in an image viewer, save it anew and try again", path, strings.ToUpper(format), err)
}
