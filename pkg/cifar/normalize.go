// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Moments are the mean and the standard deviation of each colour channel over a training set; full scale is 1.
type Moments struct {
	Mean, Std [Channels]float64
}

// The moments of the 50,000 training images.
var (
	Moments10 = Moments{
		Mean: [Channels]float64{0.49140, 0.48216, 0.44653},
		Std:  [Channels]float64{0.24703, 0.24349, 0.26159},
	}
	Moments100 = Moments{
		Mean: [Channels]float64{0.50708, 0.48655, 0.44092},
		Std:  [Channels]float64{0.26733, 0.25644, 0.27615},
	}
)

// Moments measures the set's own. They are not numbers for an empty set.
func (s Set) Moments() Moments {
	var sum, squares [Channels]float64
	for i, value := range s.Images {
		v := float64(value) / 255
		sum[i%Channels] += v
		squares[i%Channels] += v * v
	}
	var m Moments
	n := float64(len(s.Images) / Channels)
	for c := range Channels {
		m.Mean[c] = sum[c] / n
		m.Std[c] = math.Sqrt(squares[c]/n - m.Mean[c]*m.Mean[c])
	}
	return m
}

// Normalize turns images, uint8 [batch, 32, 32, 3], into float32 of the same shape with mean 0 and standard deviation
// 1 in each channel. It panics if images have another type or shape.
func (m Moments) Normalize(images *graph.Node) *graph.Node {
	shape := images.Shape()
	if shape.DType != dtypes.Uint8 || shape.Rank() != 4 || shape.Dimensions[3] != Channels {
		exceptions.Panicf("cifar: Normalize takes uint8 images [batch, height, width, %d], got %s", Channels, shape)
	}
	scale, offset := make([]float32, Channels), make([]float32, Channels)
	for c := range Channels {
		scale[c] = float32(1 / (255 * m.Std[c]))
		offset[c] = float32(-m.Mean[c] / m.Std[c])
	}
	x := graph.ConvertDType(images, dtypes.Float32)
	perChannel := func(values []float32) *graph.Node {
		return graph.Reshape(graph.Const(x.Graph(), values), 1, 1, 1, Channels)
	}
	return graph.Add(graph.Mul(x, perChannel(scale)), perChannel(offset)) // [batch, 32, 32, 3]
}

// Normalize is [Moments.Normalize] for CIFAR-10.
func Normalize(images *graph.Node) *graph.Node { return Moments10.Normalize(images) }

// Normalized makes a network that takes images normalised by the moments of CIFAR-10 take those of a [Dataset], uint8
// [batch, 32, 32, 3]. They cross to the device as bytes and become float32 there, a quarter of the traffic.
func Normalized(net func(scope *model.Scope, images *graph.Node) *graph.Node) func(*model.Scope, *graph.Node) *graph.Node {
	return func(scope *model.Scope, images *graph.Node) *graph.Node { return net(scope, Normalize(images)) }
}
