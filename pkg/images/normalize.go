// SPDX-License-Identifier: Apache-2.0

package images

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Moments are the mean and the standard deviation of each channel over a training set; full scale is 1.
type Moments struct {
	Mean []float64 `json:"mean"`
	Std  []float64 `json:"std"`
}

// Measure gives the moments of the set's own pictures. Where a channel is the same everywhere its deviation is given as 1,
// so that one can divide by it. The mean of an empty set is not a number.
func (s Set) Measure() Moments {
	m := Moments{make([]float64, s.Channels), make([]float64, s.Channels)}
	squares := make([]float64, s.Channels)
	for i, value := range s.Images {
		v := float64(value) / 255
		m.Mean[i%s.Channels] += v
		squares[i%s.Channels] += v * v
	}
	n := float64(len(s.Images) / s.Channels)
	for c := range s.Channels {
		m.Mean[c] /= n
		variance := squares[c]/n - m.Mean[c]*m.Mean[c]
		if m.Std[c] = math.Sqrt(max(0, variance)); m.Std[c] < 1e-6 {
			m.Std[c] = 1
		}
	}
	return m
}

// Normalize turns pictures, uint8 [batch, height, width, channels], into float32 of the same shape with mean 0 and
// standard deviation 1 in each channel. It panics if they have another type or shape.
func (m Moments) Normalize(images *graph.Node) *graph.Node {
	shape, channels := images.Shape(), len(m.Mean)
	if shape.DType != dtypes.Uint8 || shape.Rank() != 4 || shape.Dimensions[3] != channels {
		exceptions.Panicf("images: Normalize takes uint8 pictures [batch, height, width, %d], got %s", channels, shape)
	}
	scale, offset := make([]float32, channels), make([]float32, channels)
	for c := range channels {
		scale[c] = float32(1 / (255 * m.Std[c]))
		offset[c] = float32(-m.Mean[c] / m.Std[c])
	}
	x := graph.ConvertDType(images, dtypes.Float32)
	perChannel := func(values []float32) *graph.Node {
		return graph.Reshape(graph.Const(x.Graph(), values), 1, 1, 1, channels)
	}
	return graph.Add(graph.Mul(x, perChannel(scale)), perChannel(offset)) // [batch, height, width, channels]
}

// Normalized makes a network that takes images normalised by the moments take those of a [Dataset], uint8
// [batch, height, width, channels]. They cross to the device as bytes and become float32 there, a quarter of the traffic.
func Normalized(net func(scope *model.Scope, images *graph.Node) *graph.Node, m Moments) func(*model.Scope, *graph.Node) *graph.Node {
	return func(scope *model.Scope, images *graph.Node) *graph.Node { return net(scope, m.Normalize(images)) }
}
