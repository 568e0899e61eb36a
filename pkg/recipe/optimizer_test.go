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

// linear makes the optimizer's step on x·w + b and returns the exec and the store that holds w and b.
func linear(t *testing.T, g golden, r Recipe) (*model.Exec, *model.Store) {
	t.Helper()
	store := model.NewStore()
	exec, err := model.NewExec(testBackend(), store, func(scope *model.Scope, inputs []*Node) []*Node {
		graph := inputs[0].Graph()
		w := scope.VariableWithValue("w", g.W).NodeValue(graph)
		b := scope.VariableWithValue("b", g.B).NodeValue(graph)
		logits := Add(Dot(inputs[0], w).Product(), ExpandDims(b, 0)) // [4, 3]
		loss := ReduceAllMean(crossEntropy(logits, inputs[1], r.LabelSmoothing))
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
			w := tensors.MustCopyFlatData[float32](store.GetVariable("/w").MustValue())
			for j, row := range want.W {
				close32(t, "w", w[3*j:3*j+3], row, 2e-5)
			}
			close32(t, "b", tensors.MustCopyFlatData[float32](store.GetVariable("/b").MustValue()), want.B, 2e-5)
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

func TestAveragingIsTheMeanOfTheLastWeights(t *testing.T) {
	g := loadGolden(t)
	r := Recipe{Optimizer: SGD, Momentum: 0.9, Averaging: 0.6} // the last 3 of 5 steps
	var bias [][]float32
	store := linearSteps(t, g, r, func(_ float64, store *model.Store) {
		bias = append(bias, tensors.MustCopyFlatData[float32](store.GetVariable("/b").MustValue()))
	})
	want := make([]float32, 3)
	for _, b := range bias[2:] {
		for i := range want {
			want[i] += b[i] / 3
		}
	}
	close32(t, "average", tensors.MustCopyFlatData[float32](store.GetVariable("/optimizer/average/b").MustValue()), want, 1e-6)
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
		{Cosine, 625, 0.2 * (1 - math.Sin(math.Pi*0.0005/0.75))},
		{Cosine, 999, 0.2 * (1 - math.Cos(math.Pi*0.0005/0.75))},
		{Step, 300, 0.4}, {Step, 499, 0.4}, {Step, 500, 0.04}, {Step, 749, 0.04}, {Step, 750, 0.004},
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
