// SPDX-License-Identifier: Apache-2.0

// Command gensample makes the sample that package cifar embeds, out of the real CIFAR-10: the first images of each
// class, in the order of the official files. It runs by `go generate ./pkg/cifar`, in the folder of the package.
// It reads the data in the home folder.
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"

	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gensample:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := home.Path(cifar.CIFAR10.Folder)
	if err != nil {
		return err
	}
	train, test, err := cifar.CIFAR10.Open(dir)
	if err != nil {
		return err
	}
	if err := write("sample/train.png", train, 100); err != nil {
		return err
	}
	return write("sample/test.png", test, 50)
}

// write saves the first rows images of each class as one picture with a column for each class.
func write(name string, set images.Set, rows int) error {
	picture := image.NewNRGBA(image.Rect(0, 0, len(set.Classes)*cifar.Size, rows*cifar.Size))
	row := make([]int, len(set.Classes))
	for i, label := range set.Labels {
		if row[label] == rows {
			continue
		}
		at := image.Pt(int(label), row[label]).Mul(cifar.Size)
		draw.Draw(picture, image.Rectangle{at, at.Add(image.Pt(cifar.Size, cifar.Size))}, set.Image(i), image.Point{}, draw.Src)
		row[label]++
	}
	var content bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&content, picture); err != nil {
		return err
	}
	return os.WriteFile(name, content.Bytes(), 0o644)
}
