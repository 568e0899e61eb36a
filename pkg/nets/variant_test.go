// SPDX-License-Identifier: Apache-2.0

package nets_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/blocks"
	"github.com/skipnets/skipnets/pkg/nets"
)

// pathOf is where the standard block keeps what a variant keeps at a path: their norms have scopes of their own.
func pathOf(path string) string {
	return strings.NewReplacer("conv1/batch_normalization", "norm1/batch_normalization", "conv2/batch_normalization", "norm2/batch_normalization").Replace(path)
}

// A standard variant computes what the block of its name computes.
func TestStandardVariants(t *testing.T) {
	dense, err := nets.Parse("half-dense-8", 10)
	if err != nil {
		t.Fatal(err)
	}
	for merge, build := range map[string]func() (nets.Model, error){
		nets.PlainMerge:    func() (nets.Model, error) { return nets.HalfStack(8, blocks.Plain, 10) },
		nets.ResidualMerge: func() (nets.Model, error) { return nets.HalfStack(8, blocks.Residual, 10) },
		nets.HighwayMerge:  func() (nets.Model, error) { return nets.HalfStack(8, nets.Highway(-1), 10) },
		nets.DenseMerge:    func() (nets.Model, error) { return dense, nil },
	} {
		t.Run(merge, func(t *testing.T) {
			variant, err := nets.Standard(merge).HalfStack(8, 10)
			if err != nil {
				t.Fatal(err)
			}
			store := model.NewStore()
			if err := store.SetRNGStateFromSeed(1); err != nil {
				t.Fatal(err)
			}
			got := logits(t, variant, store)
			same := model.NewStore()
			for v := range store.IterVariables() {
				same.VariableWithValue(pathOf(v.Path()), must(v.MustValue().LocalClone())).SetTrainable(v.Trainable)
			}
			net, err := build()
			if err != nil {
				t.Fatal(err)
			}
			want := logits(t, net, same)
			if same.NumVariables() != store.NumVariables() {
				t.Errorf("the variant has %d variables, the standard network %d", store.NumVariables(), same.NumVariables())
			}
			for i := range want {
				if math.Abs(float64(got[i]-want[i])) > 1e-4 {
					t.Fatalf("logits %v, want %v", got, want)
				}
			}
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// run builds the variant with 8 layers and returns its logits and store.
func run(t *testing.T, v nets.Variant) ([]float32, *model.Store) {
	t.Helper()
	net, err := v.HalfStack(8, 10)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(1); err != nil {
		t.Fatal(err)
	}
	return logits(t, net, store), store
}

func TestVariants(t *testing.T) {
	bare := nets.Standard(nets.ResidualMerge)
	bare.WithoutNorm = true
	with, store := run(t, bare)
	for v := range store.IterVariables() {
		if strings.Contains(v.Path(), "batch_normalization") {
			t.Errorf("without norm, but with %s", v.Path())
		}
	}
	skipInit := bare
	skipInit.LearnedBranch, skipInit.Branch = true, 0
	start, store := run(t, skipInit)
	if v := store.GetVariable("/stage1/block1/branch"); v == nil || !v.Trainable {
		t.Error("the factor of the branch is not learned")
	}
	shortcuts := bare
	shortcuts.Branch = 0
	if only, _ := run(t, shortcuts); !slices.Equal(only, start) {
		t.Errorf("SkipInit begins with %v, the shortcuts alone give %v", start, only)
	}
	branches := bare
	branches.Skip = 0
	plain := nets.Standard(nets.PlainMerge)
	plain.WithoutNorm = true
	without, _ := run(t, branches)
	if want, _ := run(t, plain); !slices.Equal(without, want) || slices.Equal(without, with) {
		t.Errorf("a residual net without its shortcuts gives %v, the plain one %v", without, want)
	}
	if _, err := (nets.Variant{Merge: "sum"}).HalfStack(8, 10); err == nil || !strings.Contains(err.Error(), "residual") {
		t.Errorf("an unknown merge gives %v", err)
	}
	if _, err := nets.Standard(nets.PlainMerge).HalfStack(9, 10); err == nil || !strings.Contains(err.Error(), "nearest") {
		t.Errorf("an impossible depth gives %v", err)
	}
}

// A looks-linear network is linear in the image: the logits of a sum of images are the sum of their logits.
func TestLooksLinear(t *testing.T) {
	v := nets.Standard(nets.PlainMerge)
	v.WithoutNorm, v.LooksLinear, v.Seed = true, true, 3
	net, err := v.HalfStack(20, 10)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(1); err != nil {
		t.Fatal(err)
	}
	var features *graph.Node // what the last block hands on
	watched := nets.Operate(net, func(_ string, x *graph.Node, block func(*graph.Node) *graph.Node) *graph.Node {
		features = block(x)
		return features
	})
	pair := func(x *graph.Node) *graph.Node { // u of ReLU(u) and ReLU(−u)
		return graph.Sub(graph.Slice(x, graph.AxisRange().Spacer(), graph.AxisRange(0, 32)), graph.Slice(x, graph.AxisRange().Spacer(), graph.AxisRange(32, 64)))
	}
	exec := model.MustNewExec(backend(), store, func(scope *model.Scope, images *graph.Node) []*graph.Node {
		watched(scope, images)
		u := pair(features) // [3, 4, 4, 32]: of an image, another, and their sum
		first, second, sum := graph.Slice(u, graph.AxisElem(0)), graph.Slice(u, graph.AxisElem(1)), graph.Slice(u, graph.AxisElem(2))
		return []*graph.Node{graph.ReduceAllMax(graph.Abs(graph.Sub(sum, graph.Add(first, second)))), graph.ReduceAllSum(graph.Square(first)),
			graph.ReduceAllSum(graph.Square(graph.Slice(images, graph.AxisElem(0), graph.AxisRange().Stride(8), graph.AxisRange().Stride(8))))}
	})
	pixels := make([]float32, 3*32*32*3)
	size := 32 * 32 * 3
	for i := range size {
		pixels[i], pixels[size+i] = float32(i%23)/11-1, float32(i%7)/3-1
		pixels[2*size+i] = pixels[i] + pixels[size+i]
	}
	out := exec.MustCall(tensors.FromFlatDataAndDimensions(pixels, 3, 32, 32, 3))
	if off := tensors.ToScalar[float32](out[0]); off > 1e-4 {
		t.Errorf("the features of a sum differ by %g from the sum of the features", off)
	}
	// Centre taps and strides read every eighth pixel, and orthogonal matrices keep its length.
	if got, want := tensors.ToScalar[float32](out[1]), tensors.ToScalar[float32](out[2]); math.Abs(float64(got-want)) > 1e-3*float64(want) {
		t.Errorf("the features have square length %g, the pixels that are read %g", got, want)
	}
}
