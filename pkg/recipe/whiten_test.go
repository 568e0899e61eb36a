// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// What the whitened layer writes of the images that whitened it is uncorrelated, of variance 1, and there twice with
// opposite signs.
func TestWhitenedOutputsAreWhite(t *testing.T) {
	valid := func(scope *model.Scope, x *Node) *Node { // without a border, so that all patches are inside
		return layers.Convolution(scope.In("stem"), AddScalar(MulScalar(x, 2), 1)).Channels(9).KernelSize(2).NoPadding().UseBias(false).Done()
	}
	images := toyData{64, 64, 5}.at(0, 0).Inputs[0]
	store := model.NewStore()
	if err := Whiten(testBackend(), valid, store, images); err != nil {
		t.Fatal(err)
	}
	exec := model.MustNewExec(testBackend(), store, valid)
	out := exec.MustCall(images)[0]
	values := tensors.MustCopyFlatData[float32](out)
	const filters = 9 // 4 and 4 of opposite sign, and one that is left over
	covariance := func(a, b int) float64 {
		var sumA, sumB, sum float64
		for at := 0; at < len(values); at += filters {
			x, y := float64(values[at+a]), float64(values[at+b])
			sumA, sumB, sum = sumA+x, sumB+y, sum+x*y
		}
		n := float64(len(values) / filters)
		return sum/n - sumA/n*sumB/n
	}
	for a := range 4 {
		for b := range 4 {
			want := 0.0
			if a == b {
				want = 1
			}
			if got := covariance(a, b); math.Abs(got-want) > 0.01 {
				t.Errorf("covariance of outputs %d and %d is %.3f, want %.0f", a, b, got, want)
			}
			if got := covariance(a, b+4); math.Abs(got+want) > 0.01 {
				t.Errorf("covariance of output %d and the opposite of %d is %.3f, want %.0f", a, b, got, -want)
			}
		}
	}
}

// A whitening layer stays as it is in training; the norm in its scope learns for the first part of the steps, and other
// layers all the time.
func TestWhiteningLayerIsHeldStill(t *testing.T) {
	const stemOffset, headBias = "/stem/batch_normalization/offset", "/head/dense/biases"
	at := func(stopAt int, offsetRate float64) map[string][]float32 {
		job := toyJob(t)
		job.Model, job.Dir = stemNet, ""
		job.Recipe.OffsetRate = offsetRate
		job.Recipe.Epochs, job.Recipe.Steps = 0, 10
		job.Recipe.Whiten, job.Recipe.WhitenBias = true, 0.4
		tr, err := newTrainer(job)
		if err != nil {
			t.Fatal(err)
		}
		defer tr.finalize()
		if err := tr.prepare(); err != nil {
			t.Fatal(err)
		}
		for step, batch := range steps(t, job.Training, stopAt) {
			if err := tr.step(batch); err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
		}
		values := map[string][]float32{}
		for _, path := range []string{"/stem/weights", stemOffset, headBias} {
			values[path] = tensors.MustCopyFlatData[float32](tr.store.GetVariable(path).MustValue())
		}
		return values
	}
	none, two, four, seven := at(0, 0), at(2, 0), at(4, 0), at(7, 0)
	close32(t, "kernel after 7 steps", seven["/stem/weights"], none["/stem/weights"], 0)
	if same(two[stemOffset], four[stemOffset]) {
		t.Error("the offset behind the whitening layer does not learn in the first 0.4 of 10 steps")
	}
	close32(t, "offset after 7 steps", seven[stemOffset], four[stemOffset], 0)
	if same(four[headBias], seven[headBias]) {
		t.Error("the last layer does not learn after the first 0.4 of 10 steps")
	}
	// In the 14 epochs of a network of width 16 it grew to 5,330 at 32 times the rate, and training broke down.
	close32(t, "offset after 7 steps in which other offsets are fast", at(7, 64)[stemOffset], seven[stemOffset], 0)
}

func TestWhitenNeedsAConvolution(t *testing.T) {
	dense := func(scope *model.Scope, x *Node) *Node {
		return layers.Dense(scope.In("head"), Reshape(x, x.Shape().Dimensions[0], -1), true, 4)
	}
	err := Whiten(testBackend(), dense, model.NewStore(), toyData{8, 8, 1}.at(0, 0).Inputs[0])
	if err == nil || !strings.Contains(err.Error(), "no convolution") {
		t.Errorf("error %v, want one about the missing convolution", err)
	}
}
