// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

// trained is a variable's values after so many steps of the recipe.
func trained(t *testing.T, r Recipe, path string, stopAt int) []float32 {
	t.Helper()
	job := toyJob(t)
	job.Recipe, job.Dir = r, ""
	tr, err := newTrainer(job)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.finalize()
	if err := tr.prepare(); err != nil {
		t.Fatal(err)
	}
	for _, batch := range steps(t, job.Training, stopAt) {
		if err := tr.step(batch); err != nil {
			t.Fatal(err)
		}
	}
	if stopAt == 0 {
		if err := tr.store.InitializeVariables(testBackend(), nil); err != nil {
			t.Fatal(err)
		}
	}
	return tensors.MustCopyFlatData[float32](tr.store.GetVariable(path).MustValue())
}

func TestFixedScale(t *testing.T) {
	const scale, offset = "/conv_norm/batch_normalization/scale", "/conv_norm/batch_normalization/offset"
	r := toyRecipe()
	if got := trained(t, r, scale, 5); same(got, ones(8)) {
		t.Error("scales do not learn where the recipe lets them")
	}
	r.FixedScale = true
	close32(t, "scale", trained(t, r, scale, 5), ones(8), 0)
	if got := trained(t, r, offset, 5); same(got, make([]float32, 8)) {
		t.Error("offsets do not learn beside fixed scales")
	}
}

// With a momentum of 0.6, a running average is 0.6 of the one before and 0.4 of the batch's, from the third batch on; the
// network's own momentum is 0.9.
func TestNormMomentum(t *testing.T) {
	const mean = "/conv_norm/batch_normalization/mean"
	r := toyRecipe()
	r.LearningRate = 1e-30 // so that each batch's mean depends on the batch alone
	var batches [][]float32
	for step := range 5 { // the plain average of n batches gives each of them back
		so, before := trained(t, r, mean, step+1), trained(t, r, mean, step)
		batch := make([]float32, len(so))
		for i := range so {
			batch[i] = float32(step+1)*so[i] - float32(step)*before[i]
		}
		batches = append(batches, batch)
	}
	r.NormMomentum = 0.6
	want := make([]float32, 8)
	for n, batch := range batches {
		weight := float32(max(0.4, 1/float64(n+1)))
		for i := range want {
			want[i] += weight * (batch[i] - want[i])
		}
	}
	close32(t, "mean after 5 batches", trained(t, r, mean, 5), want, 1e-4)
}

func ones(n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = 1
	}
	return values
}

// Why long trainings need decay on norms: kernels in front of a norm are decayed, the norm's own scale and offset are not, and
// where all training images are right already, larger logits are all that is left to win. So scales grow step by step for
// ever. With decay they settle.
func TestDecayNormsHoldsNorms(t *testing.T) {
	r := toyRecipe()
	r.LearningRate, r.WeightDecay, r.Schedule, r.WarmUp = 0.2, 5e-3, Constant, 0
	size := func(decayAll bool, stopAt int) float64 {
		r.DecayNorms = decayAll
		sum := 0.0
		for _, name := range []string{"scale", "offset"} {
			for _, v := range trained(t, r, "/conv_norm/batch_normalization/"+name, stopAt) {
				sum += float64(v * v)
			}
		}
		return math.Sqrt(sum)
	}
	start, free, decayed := math.Sqrt(8), size(false, 200), size(true, 200) // eight scales of 1, eight offsets of 0
	if free < 1.4*start || free < size(false, 50) {
		t.Errorf("without decay, scales and offsets measure %.2f after 200 steps, %.2f at first: they should grow", free, start)
	}
	if decayed > start {
		t.Errorf("with decay, scales and offsets measure %.2f after 200 steps, %.2f at first: they should settle", decayed, start)
	}
}
