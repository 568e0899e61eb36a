// SPDX-License-Identifier: Apache-2.0

//go:build !js

package cifar

import (
	"bytes"
	_ "embed"
	"fmt"
	"image"
	"image/png"
	"sync"

	"github.com/skipnets/skipnets/pkg/images"
)

//go:generate go run ./internal/gensample

// The sample is kept as two pictures, one column a class: PNG's prediction makes that a quarter smaller than gzipped
// records, and one can look at it. A program in a browser, which would have to download them, is built without.
var (
	//go:embed sample/train.png
	sampleTrain []byte
	//go:embed sample/test.png
	sampleTest []byte
)

// Sample is a small part of the real CIFAR-10 that is always there: 1,000 of the training images and 500 of the test
// images, all classes equally often, image i of class i mod 10. Each call returns a copy of its own.
func Sample() (train, test images.Set) {
	train, test = decodedSample()
	return train.Clone(), test.Clone()
}

var decodedSample = sync.OnceValues(func() (train, test images.Set) {
	return decodeSample(sampleTrain), decodeSample(sampleTest)
})

// decodeSample cuts a picture into images. It panics if the picture is not one that gensample wrote.
func decodeSample(content []byte) images.Set {
	decoded, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		panic(fmt.Errorf("cifar: embedded sample: %w", err))
	}
	picture := decoded.(*image.RGBA)
	columns := len(Classes10)
	set := images.New(picture.Rect.Dy()/Size*columns, CIFAR10.Format)
	for i := range set.Len() {
		set.Labels[i] = int32(i % columns)
		pixels := set.Pixels(i)
		for p := range Size * Size {
			at := picture.PixOffset(i%columns*Size+p%Size, i/columns*Size+p/Size)
			copy(pixels[Channels*p:Channels*(p+1)], picture.Pix[at:])
		}
	}
	return set
}
