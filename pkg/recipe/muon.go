// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// muonSteps of the iteration in Orthogonalize are enough for a step, though not for an exact orthogonal matrix.
const muonSteps = 3

// muon is Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks", for a convolution's kernel
// [height, width, in, out]. Where SGD takes a long step in the few directions of weight space in which the gradient is
// large, Muon goes equally far in all of them: it makes all singular values of the step about 1.
//
//	w ← √out·w/‖w‖ − rate·orthogonal(g + μ·m),  m ← μ·m + g
//
// The kernel's norm is fixed, because a norm behind the convolution takes it out again; so there is nothing to decay. This
// is how airbench94_muon of Jordan's cifar10-airbench does it.
func muon(v *model.Variable, weight, gradient, rate *Node, momentum float64) *Node {
	out := weight.Shape().Dim(-1)
	step := Reshape(nesterov(v, gradient, momentum), -1, out) // [height·width·in, out]
	step = Reshape(Orthogonalize(step, muonSteps), weight.Shape().Dimensions...)
	norm := Sqrt(ReduceAllSum(Square(weight)))
	return Sub(Mul(weight, Div(Scalar(weight.Graph(), weight.DType(), math.Sqrt(float64(out))), norm)), Mul(rate, step))
}

// Orthogonalize brings all singular values of a matrix near 1 and keeps its singular vectors. Each step of the
// Newton–Schulz iteration
//
//	X ← a·X + (b·XXᵀ + c·(XXᵀ)²)·X
//
// does to each singular value s what a·s + b·s³ + c·s⁵ does to the number. The coefficients are Jordan's: they lift small
// values fast and let none settle, so that after three steps most are between 0.5 and 1.3. Five make it a little tighter.
// It needs matrix products alone, which is why it is used in the place of a singular value decomposition.
func Orthogonalize(x *Node, steps int) *Node {
	const a, b, c = 3.4445, -4.7750, 2.0315
	if x.Rank() != 2 {
		exceptions.Panicf("recipe.Orthogonalize: want a matrix, got %s", x.Shape())
	}
	tall := x.Shape().Dim(0) > x.Shape().Dim(1)
	if tall { // so that XXᵀ is the smaller of the two products
		x = Transpose(x, 0, 1)
	}
	x = Div(x, AddScalar(Sqrt(ReduceAllSum(Square(x))), 1e-7)) // no singular value is above 1
	for range steps {
		square := Dot(x, Transpose(x, 0, 1)).Product()
		polynomial := Add(MulScalar(square, b), MulScalar(Dot(square, square).Product(), c))
		x = Add(MulScalar(x, a), Dot(polynomial, x).Product())
	}
	if tall {
		x = Transpose(x, 0, 1)
	}
	return x
}
