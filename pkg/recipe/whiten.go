// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
	"gonum.org/v1/gonum/mat"
)

// whitenEpsilon keeps directions in which patches hardly differ from being blown up.
const whitenEpsilon = 5e-4

// Whiten gives a network's first convolution the filters that whiten the patches of the given images, so that what it writes
// is uncorrelated and of variance 1. They are the eigenvectors of the patches' covariance, each divided by the root of its
// eigenvalue, and once more with the opposite sign, so that a ReLU behind them loses nothing (Page 2019, "How to Train Your
// ResNet 8: Bag of Tricks"; Jordan 2024, arXiv:2404.00498, section 3.2). Such a layer needs no training: with
// [Recipe.Whiten] it gets none.
//
// The patches are the largest that the kernel holds and has the filters for: 2×2 pixels of three channels take 24, 3×3
// take 54. Filters that are left over keep their values. The images are one batch as the network takes them; the patches
// are of what the convolution reads, normalised as it may be. A few hundred images are enough.
func Whiten(backend compute.Backend, net Model, store *model.Store, images *tensors.Tensor) error {
	var kernel *model.Variable
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, images *Node) (read, all *Node) {
		scope.Store().SetTraining(images.Graph(), false)
		logits := net(scope, images)
		read, kernel = firstConvolution(images.Graph())
		// The pure-Go backend wants every variable to be used.
		return ConvertDType(read, dtypes.Float32), ReduceAllSum(logits) // [batch, height, width, channels], scalar
	})
	if err != nil {
		return fmt.Errorf("whiten: %w", err)
	}
	defer exec.Finalize()
	out, err := exec.Exec(images)
	if err != nil {
		return fmt.Errorf("whiten: %w", err)
	}
	defer finalize(out)
	values, err := floats(kernel)
	if err != nil {
		return fmt.Errorf("whiten: %s: %w", kernel.Path(), err)
	}
	d := kernel.Shape().Dimensions
	if err := whiteFilters(values, d, tensors.MustCopyFlatData[float32](out[0]), out[0].Shape().Dimensions); err != nil {
		return fmt.Errorf("whiten: %s: %w", kernel.Path(), err)
	}
	return kernel.SetValue(tensors.FromFlatDataAndDimensions(values, d...))
}

// firstConvolution is what the first convolution that was built in the graph reads, and the variable that is its kernel.
func firstConvolution(g *Graph) (read *Node, kernel *model.Variable) {
	for _, node := range g.Nodes() {
		if node.Type() != NodeTypeConvGeneral {
			continue
		}
		for v := range model.GetStore(g).IterVariables() {
			if v.InUseByGraph(g) && v.NodeValue(g) == node.Inputs()[1] {
				return node.Inputs()[0], v
			}
		}
		exceptions.Panicf("recipe: cannot whiten: the kernel of the first convolution, %s, is not a variable", node)
	}
	exceptions.Panicf("recipe: cannot whiten: the network has no convolution")
	return nil, nil
}

// whiteFilters writes the filters into a kernel [height, width, channels, out], from images [batch, rows, columns, channels].
func whiteFilters(kernel []float32, dims []int, images []float32, imageDims []int) error {
	channels, filters := dims[2], dims[3]
	side := min(dims[0], dims[1])
	for side > 1 && 2*side*side*channels > filters {
		side--
	}
	variances, directions, err := principal(images, imageDims, side)
	if err != nil {
		return err
	}
	n := min(len(variances), filters/2)
	top, left := (dims[0]-side)/2, (dims[1]-side)/2
	for f := range n {
		for y := range dims[0] {
			for x := range dims[1] {
				for c := range channels {
					value, py, px := 0.0, y-top, x-left
					if py >= 0 && py < side && px >= 0 && px < side {
						value = directions[f][(py*side+px)*channels+c] / math.Sqrt(variances[f]+whitenEpsilon)
					}
					at := ((y*dims[1]+x)*channels + c) * filters
					kernel[at+f], kernel[at+n+f] = float32(value), float32(-value)
				}
			}
		}
	}
	return nil
}

// principal are the variances of patches of side×side pixels along their principal directions, the largest first.
func principal(images []float32, dims []int, side int) (variances []float64, directions [][]float64, err error) {
	mean, covariance := patchMoments(images, dims, side)
	n := len(mean)
	var eigen mat.EigenSym
	if n == 0 || !eigen.Factorize(covariance, true) {
		return nil, nil, fmt.Errorf("the covariance of patches of images %v has no eigenvectors", dims)
	}
	rising := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	for i := n - 1; i >= 0; i-- {
		variances = append(variances, max(0, rising[i])) // rounding can make a zero negative
		directions = append(directions, mat.Col(nil, i, &vectors))
	}
	return variances, directions, nil
}

// patchMoments are the mean and the covariance of all patches of side×side pixels; a patch's values are in the order
// row, column, channel.
func patchMoments(images []float32, dims []int, side int) (mean []float64, covariance *mat.SymDense) {
	batch, rows, columns, channels := dims[0], dims[1], dims[2], dims[3]
	n := side * side * channels
	if batch == 0 || rows < side || columns < side {
		return nil, nil
	}
	patch, mean, products := make([]float64, n), make([]float64, n), make([]float64, n*n)
	for image := range batch {
		for row := range rows - side + 1 {
			for column := range columns - side + 1 {
				for y := range side {
					at := ((image*rows+row+y)*columns + column) * channels
					for i := range side * channels {
						patch[y*side*channels+i] = float64(images[at+i])
					}
				}
				for i, a := range patch {
					mean[i] += a
					for j := i; j < n; j++ {
						products[i*n+j] += a * patch[j]
					}
				}
			}
		}
	}
	count := float64(batch * (rows - side + 1) * (columns - side + 1))
	for i := range mean {
		mean[i] /= count
	}
	covariance = mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			covariance.SetSym(i, j, products[i*n+j]/count-mean[i]*mean[j])
		}
	}
	return mean, covariance
}
