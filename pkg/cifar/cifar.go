// SPDX-License-Identifier: Apache-2.0

// Package cifar reads CIFAR-10 and CIFAR-100 into [images.Set]s: the official binary versions, checked by digest, and
// [Sample], a small real part of CIFAR-10 inside the program, for tests, examples and quick runs.
//
// The data: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images". 60,000 colour photographs of
// 32×32 pixels, 50,000 for training and 10,000 for test, in 10 or in 100 classes of equal size.
package cifar

import (
	"fmt"
	"strings"

	"github.com/skipnets/skipnets/pkg/images"
)

const (
	Size     = 32 // height and width of an image, in pixels
	Channels = 3  // red, green, blue

	imageBytes = Size * Size * Channels
)

// Classes10 names the labels of CIFAR-10.
var Classes10 = []string{
	"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
}

// The moments of the 50,000 training images.
var (
	Moments10 = images.Moments{
		Mean: []float64{0.49140, 0.48216, 0.44653},
		Std:  []float64{0.24703, 0.24349, 0.26159},
	}
	Moments100 = images.Moments{
		Mean: []float64{0.50708, 0.48655, 0.44092},
		Std:  []float64{0.26733, 0.25644, 0.27615},
	}
)

// Named gives the version of that name, "cifar10" or "cifar100".
func Named(name string) (*Version, error) {
	var names []string
	for _, v := range []*Version{CIFAR10, CIFAR100} {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	return nil, fmt.Errorf("no data set %q: there are %s", name, strings.Join(names, " and "))
}

// between shares the records from one to another with a set.
func between(set images.Set, from, to int) images.Set {
	set.Images, set.Labels = set.Images[from*imageBytes:to*imageBytes], set.Labels[from:to]
	return set
}
