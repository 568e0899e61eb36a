// SPDX-License-Identifier: Apache-2.0

package exercise

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/skipnets/skipnets/pkg/lesson"
)

// The bug museum's other two rooms have the checks [ReLUAfterSum] and [Highway].

// Stage checks a stage of n blocks, each of which writes so many channels. The first of them halves height and width.
func Stage(stage func(scope *model.Scope, x *graph.Node, n, channels int) *graph.Node) string {
	for _, n := range []int{1, 3} {
		got, problem := shapeOf(func(x *graph.Node) *graph.Node { return stage(model.NewStore().RootScope(), x, n, 8) }, 1, 32, 32, 4)
		switch {
		case problem != "":
			return wrong("%s", problem)
		case slices.Equal(got, []int{1, 32, 32, 8}):
			return wrong("%d blocks leave 32×32 pixels as they are: the first block must halve height and width", n)
		case n > 1 && slices.Equal(got, []int{1, 32 >> n, 32 >> n, 8}):
			return wrong("%d blocks turn 32×32 pixels into %d×%[2]d: every block halves the image, and only the first must", n, 32>>n)
		case !slices.Equal(got, []int{1, 16, 16, 8}):
			return wrong("for %d blocks, x [1 32 32 4] and 8 channels the result is %v, it must be [1 16 16 8]", n, got)
		}
	}
	return right("16×16 pixels, however many blocks there are")
}

// LastNorm checks the end of a pre-activation network, which makes features [batch, channels] of what the last block hands on:
// norm, ReLU, and the mean over all pixels. The network is in training.
func LastNorm(end func(scope *model.Scope, x *graph.Node) *graph.Node) string {
	x := []float32{40, -10, -20, 30, -40, 50, -60, -30} // [1, 2, 2, 2]
	features := func(factor float64) (values []float32, problem string) {
		backend, err := lesson.Backend()
		if err != nil {
			return nil, err.Error()
		}
		y, err := model.CallOnce(backend, model.NewStore(), func(scope *model.Scope, x *graph.Node) *graph.Node {
			scope.Store().SetTraining(x.Graph(), true)
			y := end(scope, graph.MulScalar(x, factor))
			if y == nil {
				panic(fmt.Errorf("the function returns nil"))
			}
			if !slices.Equal(y.Shape().Dimensions, []int{1, 2}) {
				panic(fmt.Errorf("x is %v, [batch height width channels], and the result %v: it must be [1 2], a number for each channel", x.Shape().Dimensions, y.Shape().Dimensions))
			}
			return y
		}, tensors.FromFlatDataAndDimensions(x, 1, 2, 2, 2))
		if err != nil {
			return nil, "this cannot be built: " + err.Error()
		}
		return tensors.MustCopyFlatData[float32](y), ""
	}
	once, problem := features(1)
	if problem != "" {
		return wrong("%s", problem)
	}
	tenfold, _ := features(10)
	scales, negative := near(float64(tenfold[0]), 10*float64(once[0])), min(once[0], once[1]) < -1e-3
	want := []float64{normed(x, 0), normed(x, 1)}
	switch {
	case near(float64(once[0]), want[0]) && near(float64(once[1]), want[1]):
		return right("whatever the blocks have added up to, the classifier reads numbers of one scale")
	case scales && negative:
		return wrong("an x ten times as large gives features ten times as large, and some are below zero: neither a norm nor a ReLU stands between the last sum and the classifier")
	case scales:
		return wrong("an x ten times as large gives features ten times as large: the norm is missing")
	case negative:
		return wrong("features below zero: after the norm comes the ReLU, and then the mean")
	}
	return wrong("the features are %.3f, they must be %.3f: norm, ReLU, mean, in this order", once, want)
}

// normed is the mean of ReLU(BN(x)) of a channel of x [1, 2, 2, 2].
func normed(x []float32, channel int) (mean float64) {
	values := []float64{float64(x[channel]), float64(x[2+channel]), float64(x[4+channel]), float64(x[6+channel])}
	centre, spread := moments(values)
	for _, v := range values {
		mean += max(0, (v-centre)/spread) / float64(len(values))
	}
	return mean
}

// moments are the mean and the standard deviation.
func moments(values []float64) (mean, deviation float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean) / float64(len(values))
	}
	return mean, math.Sqrt(deviation)
}

// Deviation checks f, which gives the standard deviation of a data set's pixels.
func Deviation(f func(images [][]float64) float64) string {
	of := func(images [][]float64) float64 { _, deviation := moments(slices.Concat(images...)); return deviation }
	parts := func(images [][]float64) (means, deviations []float64) {
		for _, pixels := range images {
			mean, deviation := moments(pixels)
			means, deviations = append(means, mean), append(deviations, deviation)
		}
		return means, deviations
	}
	return formula(f, of, [][][]float64{{{0, 2}, {10, 12}}, {{5, 5}, {9, 9}}, {{1, 2}, {1, 2}}},
		func(images [][]float64) string { return fmt.Sprintf("images %v", images) }, "this is the deviation of all pixels of all images from one mean",
		mistake[[][]float64]{func(images [][]float64) float64 { _, d := parts(images); mean, _ := moments(d); return mean },
			"That is the mean of the images' own deviations. It leaves out that one image is darker than another."},
		mistake[[][]float64]{func(images [][]float64) float64 { m, _ := parts(images); _, deviation := moments(m); return deviation },
			"That is how far the images' means lie apart. It leaves out what happens within an image."},
		mistake[[][]float64]{func(images [][]float64) float64 { return of(images) * of(images) }, "That is the variance: take the root."})
}

type epochs struct{ heldOut, test []float64 }

// Reported checks f, which gives the test accuracy to report, from the accuracies of every epoch on held-out and on test images.
func Reported(f func(heldOut, test []float64) float64) string {
	best := func(values []float64) int { return slices.Index(values, slices.Max(values)) }
	return formula(func(e epochs) float64 { return f(slices.Clone(e.heldOut), slices.Clone(e.test)) },
		func(e epochs) float64 { return e.test[best(e.heldOut)] },
		[]epochs{{[]float64{0.60, 0.80, 0.75, 0.70}, []float64{0.61, 0.78, 0.82, 0.71}}, {[]float64{0.5, 0.4}, []float64{0.3, 0.6}}, {[]float64{0.9}, []float64{0.8}}},
		func(e epochs) string { return fmt.Sprintf("held out %v, test %v", e.heldOut, e.test) }, "the test images had no say in the choice",
		mistake[epochs]{func(e epochs) float64 { return slices.Max(e.test) }, "The test images have chosen the epoch: of many results the best one is partly luck. Choose by the held-out images."},
		mistake[epochs]{func(e epochs) float64 { return slices.Max(e.heldOut) }, "Those images have chosen the epoch. Report what the same epoch gives on the test images."},
		mistake[epochs]{func(e epochs) float64 { return e.test[len(e.test)-1] }, "That is the last epoch, whose weights were not kept."})
}

type normedBatch struct {
	batch          []float64
	at             int
	mean, variance float64
}

// AtTestTime checks f, which normalises one feature of a batch of test images. mean and variance are those that the norm has
// noted in training.
func AtTestTime(f func(batch []float64, mean, variance float64) []float64) string {
	answer := func(b normedBatch) float64 {
		if y := f(slices.Clone(b.batch), b.mean, b.variance); len(y) == len(b.batch) {
			return y[b.at]
		}
		return math.NaN()
	}
	return formula(answer, func(b normedBatch) float64 { return (b.batch[b.at] - b.mean) / math.Sqrt(b.variance) },
		[]normedBatch{{[]float64{4, 6, 11}, 2, 5, 9}, {[]float64{8, 5, 2}, 0, 5, 9}, {[]float64{11}, 0, 5, 9}, {[]float64{3, 4}, 1, 0, 0.25}},
		func(b normedBatch) string {
			return fmt.Sprintf("batch %v, image %d of it, mean %g, variance %g", b.batch, b.at+1, b.mean, b.variance)
		}, "an image gets the same answer in any company, and alone",
		mistake[normedBatch]{func(b normedBatch) float64 {
			mean, deviation := moments(b.batch)
			return (b.batch[b.at] - mean) / deviation
		},
			"You take mean and variance from this batch: the answer to one image depends on which others came along."},
		mistake[normedBatch]{func(b normedBatch) float64 { return (b.batch[b.at] - b.mean) / b.variance }, "Divide by the deviation, the root of the variance."},
		mistake[normedBatch]{func(b normedBatch) float64 { return b.batch[b.at] }, "You give the batch as it came."})
}

// Concatenated checks the merge of a dense layer, which gets x and f, both [batch, height, width, channels] and of one size.
func Concatenated(merge func(x, f *graph.Node) *graph.Node) string {
	got, problem := shapeOf(func(x *graph.Node) *graph.Node { return merge(x, graph.OnesLike(x)) }, 1, 8, 8, 2)
	switch {
	case problem != "":
		return wrong("%s", problem)
	case slices.Equal(got, []int{1, 16, 8, 2}):
		return wrong("x and f are [1 8 8 2], and the result [1 16 8 2]: f lies below x as in one tall image. Axis 1 is the height here")
	case slices.Equal(got, []int{1, 8, 16, 2}):
		return wrong("x and f are [1 8 8 2], and the result [1 8 16 2]: f lies beside x as in one wide image. Axis 2 is the width here")
	case slices.Equal(got, []int{2, 8, 8, 2}):
		return wrong("x and f are [1 8 8 2], and the result [2 8 8 2]: two images. Axis 0 is the batch")
	}
	return Dense(merge)
}

// shapeOf builds a function of an x of that shape, without running it. A function that cannot be built is a problem in words.
func shapeOf(build func(x *graph.Node) *graph.Node, dims ...int) (shape []int, problem string) {
	backend, err := lesson.Backend()
	if err != nil {
		return nil, err.Error()
	}
	err = exceptions.TryCatch[error](func() {
		g := graph.NewGraph(backend, "shape")
		defer g.Finalize()
		y := build(graph.Parameter(g, "x", shapes.Make(dtypes.Float32, dims...)))
		if y == nil {
			panic(fmt.Errorf("the function returns nil"))
		}
		shape = slices.Clone(y.Shape().Dimensions)
	})
	if err != nil {
		return nil, "this cannot be built: " + err.Error()
	}
	return shape, ""
}
