// SPDX-License-Identifier: Apache-2.0

package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	_ "image/gif" // as a program may for another purpose: that makes GIF no format to be read
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// header is a PNG file that says how large it is, and holds no pixels.
func header(width, height uint32, depth, colors, interlace byte) []byte {
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	ihdr = binary.BigEndian.AppendUint32(ihdr, height)
	ihdr = append(ihdr, depth, colors, 0, 0, interlace)
	file := append([]byte("\x89PNG\r\n\x1a\n"), chunk(ihdr)...)
	var nothing bytes.Buffer
	if err := zlib.NewWriter(&nothing).Close(); err != nil {
		panic(err)
	}
	return append(append(file, chunk(append([]byte("IDAT"), nothing.Bytes()...))...), chunk([]byte("IEND"))...)
}

func chunk(typeAndData []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(typeAndData)-4))
	out = append(out, typeAndData...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(typeAndData))
}

func encoded(t testing.TB, picture image.Image, as string) []byte {
	t.Helper()
	var out bytes.Buffer
	err := png.Encode(&out, picture)
	if as == "jpeg" {
		out.Reset()
		err = jpeg.Encode(&out, picture, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func saved(t testing.TB, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// What is refused is refused from its header, in words that name the file and say what to do.
func TestReadRefuses(t *testing.T) {
	small := image.NewGray(image.Rect(0, 0, 40, 40))
	whole := encoded(t, small, "png")
	huge := encoded(t, image.NewRGBA(image.Rect(0, 0, 8, 8)), "jpeg")
	frame := bytes.Index(huge, []byte{0xff, 0xc0})
	copy(huge[frame+5:], []byte{0xff, 0xff, 0xff, 0xff}) // height and width
	grey := encoded(t, small, "jpeg")
	startOfScan := bytes.Index(grey, []byte{0xff, 0xda})
	scans := bytes.Repeat([]byte{0xff, 0xda, 0, 2}, 101)
	for name, test := range map[string]struct {
		content []byte
		want    string
	}{
		"overflow.png":   {header(2147483647, 8388607, 16, 6, 0), "2147483647×8388607 pixels, more than the 67 million"},
		"memory.png":     {header(255, 1677721600, 8, 2, 0), "255×1677721600 pixels, more than"},
		"bomb.png":       {header(60000, 60000, 1, 0, 0), "60000×60000 pixels, more than"},
		"deep.png":       {header(7000, 7000, 16, 6, 0), "7000×7000 pixels, and decoding it would take 374 MB"},
		"interlaced.png": {header(7000, 7000, 8, 6, 1), "decoding it would take 374 MB"},
		"huge.jpg":       {huge, "65535×65535 pixels, more than"},
		"scans.jpg":      {append(slices.Clone(grey[:startOfScan]), scans...), "would take"},
		"zero.png":       {header(0, 10, 8, 2, 0), "cannot be decoded"},
		"strip.png":      {encoded(t, image.NewGray(image.Rect(0, 0, 1, 20000)), "png"), "1×20000 pixels: too few"},
		"point.png":      {encoded(t, image.NewGray(image.Rect(0, 0, 1, 1)), "png"), "1×1 pixels: too few"},
		"nothing.png":    {nil, "is an empty file, which is not read: save it as one of PNG, JPEG and WebP"},
		"truncated.png":  {whole[:len(whole)-20], "begins as a PNG image, but cannot be decoded"},
		"header.png":     {whole[:20], "begins as a PNG image, but"},
		"truncated.jpg":  {grey[:startOfScan+12], "begins as a JPEG image, but cannot be decoded"},
		"film.gif":       {[]byte("GIF89a\x01\x00\x01\x00\x80"), "is a GIF image"},
		"scan.jpg":       {[]byte("II*\x00\x08\x00\x00\x00"), "is a TIFF image"},
		"phone.jpg":      {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "is a HEIC image"},
		"drawing.jpg":    {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "is an SVG drawing"},
		"paper.jpg":      {[]byte("%PDF-1.7\n"), "is a PDF document"},
		"letter.jpg":     {[]byte("Dear Sir or Madam"), "is text"},
		"bytes.jpg":      {make([]byte, 1000), "does not know"},
		"cut.webp":       {[]byte("RIFF\xff\xff\xff\x7fWEBPVP8 \xff\xff\xff\x7f"), "begins as a WEBP image"},
	} {
		t.Run(name, func(t *testing.T) {
			file := saved(t, name, test.content)
			_, err := Read(file, 32)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), file) {
				t.Errorf("error %v, want one with %q and the file", err, test.want)
			}
		})
	}
	for path, want := range map[string]string{
		"testdata/animated.webp":           "is an animated WebP image: save one picture",
		t.TempDir():                        "is a folder: give one picture in it",
		"https://example.com/cat.jpg":      "is an address: download it",
		filepath.Join(t.TempDir(), "none"): "no such file",
	} {
		if _, err := Read(path, 32); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", path, err, want)
		}
	}
}

// Every kind of pixel that the formats have comes out as the four squares a b above c d.
func TestReadKinds(t *testing.T) {
	squares := quarters()
	convert := func(to interface {
		image.Image
		Set(x, y int, c color.Color)
	}) image.Image {
		for y := range 64 {
			for x := range 80 {
				to.Set(x, y, squares.At(x, y))
			}
		}
		return to
	}
	all := image.Rect(0, 0, 80, 64)
	greys := make(color.Palette, 256)
	for i := range greys {
		greys[i] = color.Gray{uint8(i)}
	}
	files := map[string][]byte{
		"grey":      encoded(t, squares, "png"),
		"grey 16":   encoded(t, convert(image.NewGray16(all)), "png"),
		"colour":    encoded(t, convert(image.NewRGBA(all)), "png"),
		"16 bit":    encoded(t, convert(image.NewRGBA64(all)), "png"),
		"palette":   encoded(t, convert(image.NewPaletted(all, greys)), "png"),
		"jpeg":      encoded(t, convert(image.NewRGBA(all)), "jpeg"),
		"grey jpeg": encoded(t, squares, "jpeg"),
	}
	for _, name := range []string{"lossy.webp", "lossless.webp", "progressive.jpg", "cmyk.jpg"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	for name, content := range files {
		if got := corners(t, content); got != "abcd" {
			t.Errorf("%s: corners %s, want abcd", name, got)
		}
	}
	turned, err := os.ReadFile("testdata/orientation6.webp")
	if err != nil {
		t.Fatal(err)
	}
	if got := corners(t, turned); got != "cadb" {
		t.Errorf("orientation 6 in WebP: corners %s, want cadb", got)
	}
}

// White shows through, whatever the file calls transparent.
func TestTransparency(t *testing.T) {
	clear := image.NewNRGBA64(image.Rect(0, 0, 40, 40))
	palette := image.NewPaletted(image.Rect(0, 0, 40, 40), color.Palette{color.NRGBA{}, color.Black})
	files := map[string]string{
		"16 bit":  saved(t, "deep.png", encoded(t, clear, "png")),
		"palette": saved(t, "palette.png", encoded(t, palette, "png")),
		"webp":    "testdata/alpha.webp", // its first quarter
	}
	for name, file := range files {
		picture, err := Read(file, 32)
		if err != nil {
			t.Fatal(err)
		}
		if got := picture.RGBAAt(4, 4); got != (color.RGBA{255, 255, 255, 255}) {
			t.Errorf("%s: a transparent pixel became %v, want white", name, got)
		}
	}
}

// A large picture is averaged before it is scaled; that must not move or tint anything.
func TestShrinkLarge(t *testing.T) {
	side := 2*fewPixels + 2*fewPixels/3
	large := image.NewNRGBA(image.Rect(3, 5, 3+side+100, 5+side))
	for y := range side {
		for x := range side {
			c := color.NRGBA{R: 255, A: 255}
			if (x+y)%2 == 0 { // a fine pattern: its mean is what is seen
				c = color.NRGBA{B: 255, A: 255}
			}
			if x > side/2 {
				c = color.NRGBA{}
			}
			large.SetNRGBA(3+50+x, 5+y, c)
		}
	}
	small := Shrink(large, 32)
	for x, want := range map[int]color.RGBA{0: {128, 0, 128, 255}, 14: {128, 0, 128, 255}, 17: {255, 255, 255, 255}, 31: {255, 255, 255, 255}} {
		got := small.RGBAAt(x, 16)
		for i, c := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
			if max(c, -c) > 2 {
				t.Errorf("pixel %d is %v, want %v (colour %d)", x, got, want, i)
			}
		}
	}
}

func TestJPEGFrame(t *testing.T) {
	progressive, err := os.ReadFile("testdata/progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	samples, isProgressive, scans := jpegFrame(progressive)
	if samples != 1.5 || !isProgressive || scans < 5 || scans > 20 {
		t.Errorf("progressive: %g samples, %v, %d scans", samples, isProgressive, scans)
	}
	samples, isProgressive, scans = jpegFrame(encoded(t, quarters(), "jpeg"))
	if samples != 1 || isProgressive || scans != 1 {
		t.Errorf("grey: %g samples, %v, %d scans, want 1, false, 1", samples, isProgressive, scans)
	}
	if got := bytesPerPixel("jpeg", nil, progressive); got != 7.5 {
		t.Errorf("a progressive file takes %g bytes a pixel, want 7.5", got)
	}
}
