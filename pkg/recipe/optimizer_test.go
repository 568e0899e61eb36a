// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

type golden struct {
	X, W   [][]float32
	B      []float32
	Labels []int32
	Rates  []float64
	Cases  map[string]struct {
		Losses []float64
		W      [][]float32
		B      []float32
	}
	Orthogonalized []struct{ X, Y [][]float32 }
}

func loadGolden(t *testing.T) golden {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// The variables of linear. The bias has the name of a norm's offset, for the recipes that treat it as one.
const (
	weightPath = "/kernel"
	biasPath   = "/norm/batch_normalization/offset"
)

// linear makes the optimizer's step on x·w + b and returns the exec and the store that holds w and b. For Muon, w is the
// kernel of a 1×1 convolution.
func linear(t *testing.T, g golden, r Recipe) (*model.Exec, *model.Store) {
	t.Helper()
	store := model.NewStore()
	exec, err := model.NewExec(testBackend(), store, func(scope *model.Scope, inputs []*Node) []*Node {
		graph := inputs[0].Graph()
		store := scope.Store()
		var first any = g.W
		if r.Optimizer == Muon {
			first = [][][][]float32{{g.W}}
		}
		w := Reshape(store.VariableWithValue(weightPath, first).NodeValue(graph), 2, 3)
		b := store.VariableWithValue(biasPath, g.B).NodeValue(graph)
		logits := Add(Dot(inputs[0], w).Product(), ExpandDims(b, 0)) // [4, 3]
		loss := ReduceAllMean(crossEntropy(scaled(logits, r.LogitScale), inputs[1], r.LabelSmoothing))
		r.update(scope, loss, inputs[2])
		return []*Node{loss}
	})
	if err != nil {
		t.Fatal(err)
	}
	return exec, store
}

func linearSteps(t *testing.T, g golden, r Recipe, each func(loss float64, store *model.Store)) *model.Store {
	t.Helper()
	exec, store := linear(t, g, r)
	for i, rate := range g.Rates {
		c := r.controlsAt(i, len(g.Rates))
		c.rate = rate
		labels := tensors.FromFlatDataAndDimensions(g.Labels, len(g.Labels), 1)
		out, err := exec.Exec(g.X, labels, c.vector())
		if err != nil {
			t.Fatal(err)
		}
		each(float64(tensors.ToScalar[float32](out[0])), store)
	}
	return store
}

func TestOptimizersAgreeWithPyTorch(t *testing.T) {
	g := loadGolden(t)
	recipes := map[string]Recipe{
		"sgd":                {Optimizer: SGD},
		"sgd-nesterov-decay": {Optimizer: SGD, Momentum: 0.9, WeightDecay: 0.05},
		"sgd-smoothing":      {Optimizer: SGD, Momentum: 0.9, LabelSmoothing: 0.2},
		"adam":               {Optimizer: AdamW},
		"adamw":              {Optimizer: AdamW, WeightDecay: 0.1, LabelSmoothing: 0.1},
		"offset-rate":        {Optimizer: SGD, Momentum: 0.85, WeightDecay: 0.05, DecayNorms: true, OffsetRate: 4},
		"logit-scale":        {Optimizer: SGD, LabelSmoothing: 0.2, LogitScale: 1.0 / 9},
		"muon":               {Optimizer: Muon, LearningRate: 1, KernelRate: 0.3, KernelMomentum: 0.6, Momentum: 0.9},
		"lookahead":          {Optimizer: SGD, Lookahead: 2},
	}
	if len(recipes) != len(g.Cases) {
		t.Fatalf("%d cases in golden.json, want %d", len(g.Cases), len(recipes))
	}
	for name, r := range recipes {
		t.Run(name, func(t *testing.T) {
			want := g.Cases[name]
			i := 0
			store := linearSteps(t, g, r, func(loss float64, _ *model.Store) {
				if math.Abs(loss-want.Losses[i]) > 1e-5 {
					t.Errorf("loss at step %d is %.6f, want %.6f", i, loss, want.Losses[i])
				}
				i++
			})
			w := tensors.MustCopyFlatData[float32](store.GetVariable(weightPath).MustValue())
			for j, row := range want.W {
				close32(t, "w", w[3*j:3*j+3], row, 2e-5)
			}
			close32(t, "b", tensors.MustCopyFlatData[float32](store.GetVariable(biasPath).MustValue()), want.B, 2e-5)
		})
	}
}

func close32(t *testing.T, name string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d values, want %d", name, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(float64(got[i]-want[i])) <= tolerance*(1+math.Abs(float64(want[i])))) {
			t.Errorf("%s = %v, want %v", name, got, want)
			return
		}
	}
}

// The iteration agrees with what the polynomial does to the singular values, for wide and for tall matrices.
func TestOrthogonalize(t *testing.T) {
	for _, m := range loadGolden(t).Orthogonalized {
		exec, err := NewExec(testBackend(), func(x *Node) *Node { return Orthogonalize(x, muonSteps) })
		if err != nil {
			t.Fatal(err)
		}
		got := exec.MustCall(m.X)[0].Value().([][]float32)
		for i, row := range m.Y {
			close32(t, "orthogonalized", got[i], row, 1e-4)
		}
	}
}

func TestRateAt(t *testing.T) {
	const total = 1000
	base := Recipe{LearningRate: 0.4, WarmUp: 0.25}
	tests := []struct {
		schedule string
		step     int
		want     float64
	}{
		{OneCycle, 0, 0.4 * 0.0005 / 0.25},
		{OneCycle, 249, 0.4 * 0.2495 / 0.25},
		{OneCycle, 625, 0.2 * (1 - 0.0005/0.375)},
		{OneCycle, 999, 0.4 * 0.0005 / 0.75},
		{Constant, 250, 0.4}, {Constant, 999, 0.4},
	}
	for _, test := range tests {
		r := base
		r.Schedule = test.schedule
		if got := r.RateAt(test.step, total); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%s at step %d: rate %.9f, want %.9f", test.schedule, test.step, got, test.want)
		}
	}
}

// A floor lifts both ends of the schedule and leaves the peak where it is.
func TestRateAtWithFloor(t *testing.T) {
	r := Recipe{Schedule: OneCycle, LearningRate: 0.4, WarmUp: 0.25, StartRate: 0.2, EndRate: 0.07}
	const total = 100000
	for step, want := range map[int]float64{0: 0.08, total / 8: 0.24, total / 4: 0.4, total * 5 / 8: 0.214, total - 1: 0.028} {
		if got := r.RateAt(step, total); math.Abs(got-want) > 1e-4 {
			t.Errorf("rate at step %d of %d is %.5f, want %.5f", step, total, got, want)
		}
	}
}
