// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// looksLinear begins a kernel [height, width, in, out] so that a network of such layers and ReLUs computes a linear function.
// Its channels are pairs: the first half holds ReLU(u), the second ReLU(−u), so u is their difference. With an orthogonal W the kernel is
//
//	[ W  −W]
//	[−W   W]
//
// at its centre and zero elsewhere, and gives Wu and −Wu. Images are no pairs: a kernel that reads an odd number of channels
// is [W −W]. The path of the scope and the seed draw W.
func looksLinear(path string, seed uint64) model.VariableInitializer {
	return func(g *graph.Graph, shape shapes.Shape) *graph.Node {
		d := shape.Dimensions
		if len(d) != 4 || d[0]%2 == 0 || d[1]%2 == 0 || d[3]%2 != 0 {
			exceptions.Panicf("nets: a looks-linear kernel has a centre and pairs of output channels, not the shape %s", shape)
		}
		in, half := d[2], d[3]/2
		paired := in%2 == 0
		reads := in
		if paired {
			reads = in / 2
		}
		w := orthogonal(reads, half, path, seed)
		kernel := make([]float32, shape.Size())
		centre := (d[0]/2*d[1] + d[1]/2) * in * d[3]
		for i := range reads {
			for j := range half {
				v := float32(w[i][j])
				kernel[centre+i*d[3]+j], kernel[centre+i*d[3]+half+j] = v, -v
				if paired {
					kernel[centre+(reads+i)*d[3]+j], kernel[centre+(reads+i)*d[3]+half+j] = -v, v
				}
			}
		}
		return graph.ConvertDType(graph.Const(g, tensors.FromFlatDataAndDimensions(kernel, d...)), shape.DType)
	}
}

// orthogonal is a random matrix whose rows, or columns if these are fewer, are orthogonal and of length 1 (Gram–Schmidt).
func orthogonal(rows, columns int, path string, seed uint64) [][]float64 {
	if rows > columns {
		turned := orthogonal(columns, rows, path, seed)
		m := make([][]float64, rows)
		for i := range m {
			for j := range columns {
				m[i] = append(m[i], turned[j][i])
			}
		}
		return m
	}
	name := fnv.New64a()
	name.Write([]byte(path))
	random := rand.New(rand.NewPCG(seed, name.Sum64()))
	m := make([][]float64, rows)
	for i := range m {
		m[i] = make([]float64, columns)
		for j := range m[i] {
			m[i][j] = random.NormFloat64()
		}
		for _, other := range m[:i] {
			along := dot(m[i], other)
			for j := range m[i] {
				m[i][j] -= along * other[j]
			}
		}
		length := math.Sqrt(dot(m[i], m[i]))
		for j := range m[i] {
			m[i][j] /= length
		}
	}
	return m
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
