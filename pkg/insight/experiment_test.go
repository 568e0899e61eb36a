// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/nets"
)

// pureGo is one backend for all, the one that runs in a browser.
var pureGo = sync.OnceValue(func() compute.Backend { return accel.MustNew("go") })

// specimen is an untrained network with weights that stay, the experiment on it, and an image.
func specimen(t *testing.T, name string) (Model, *model.Store, *Experiment, *tensors.Tensor) {
	t.Helper()
	net, err := nets.Parse(name, 10)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(3); err != nil {
		t.Fatal(err)
	}
	pixels := make([]float32, 32*32*3)
	for i := range pixels {
		pixels[i] = float32(i*i%23)/11 - 1
	}
	image := tensors.FromFlatDataAndDimensions(pixels, 1, 32, 32, 3)
	if _, err := outputs(pureGo(), store, func(scope *model.Scope, inputs []*Node) []*Node { // makes the weights
		scope.Store().SetTraining(inputs[0].Graph(), false)
		return []*Node{net(scope, inputs[0])}
	}, image); err != nil {
		t.Fatal(err)
	}
	e, err := NewExperiment(pureGo(), net, store, shapes.Make(dtypes.Float32, 1, 32, 32, 3), strings.Contains(name, "residual"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Finalize)
	return net, store, e, image
}

func near(a, b []float64) bool {
	return len(a) == len(b) && len(a) > 0 && !slices.ContainsFunc(a, func(v float64) bool { return math.IsNaN(v) }) &&
		slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) < 1e-3*(1+math.Abs(y)) })
}

// What an experiment says agrees with what Without says of the same network, block for block.
func TestExperimentAgreesWithWithout(t *testing.T) {
	for _, name := range []string{"half-plain-14", "half-residual-14", "half-highway-8", "half-dense-14", "wide-residual-w4", "wide-dense-w4"} {
		net, store, e, image := specimen(t, name)
		replace := nets.Carry
		if strings.Contains(name, "dense") {
			replace = NothingNew
		}
		second := []string{e.Blocks[1]}
		want, err := Without(pureGo(), net, store, image, replace, nil, second, e.Blocks[2:])
		if err != nil {
			t.Fatal(err)
		}
		whole, err := e.Run(image, Unchanged)
		if err != nil {
			t.Fatal(err)
		}
		changes := Unchanged
		changes.Out = second
		without, err := e.Run(image, changes)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := e.Run(image, Unchanged); err != nil || !slices.Equal(again.Logits, whole.Logits) {
			t.Errorf("%s: a change stays: %v, %v", name, again.Logits, err)
		}
		last := whole.After[len(whole.After)-1]
		for what, pair := range map[string][2][]float64{
			"whole": {whole.Logits, want[0][0]}, "second block out": {without.Logits, want[1][0]},
			"after the second block": {whole.After[1], want[2][0]}, "after the last block": {last, whole.Logits},
		} {
			if !near(pair[0], pair[1]) {
				t.Errorf("%s, %s: %v, want %v", name, what, pair[0], pair[1])
			}
		}
		if near(without.Logits, whole.Logits) {
			t.Errorf("%s: a block less changes nothing", name)
		}
		if len(whole.After) != len(e.Blocks) || (len(whole.Gates) > 0) != e.Gated || e.Gated != strings.Contains(name, "highway") {
			t.Errorf("%s: %d blocks, %d answers, %d gates", name, len(e.Blocks), len(whole.After), len(whole.Gates))
		}
	}
}

// Without its shortcuts a residual network is the plain one with the same weights. Without its branches it is the one without blocks.
func TestExperimentScales(t *testing.T) {
	net, store, e, image := specimen(t, "half-residual-14")
	plain, err := nets.Parse("half-plain-14", 10)
	if err != nil {
		t.Fatal(err)
	}
	asPlain, err := Without(pureGo(), plain, store, image, nets.Carry, nil)
	if err != nil {
		t.Fatal(err)
	}
	asNothing, err := Without(pureGo(), net, store, image, nets.Carry, e.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	second := e.Blocks[1]
	asOneLess, err := Without(pureGo(), net, store, image, nets.Carry, []string{second})
	if err != nil {
		t.Fatal(err)
	}
	each := func(scale Scale) map[string]Scale {
		own := map[string]Scale{}
		for _, block := range e.Blocks {
			own[block] = scale
		}
		return own
	}
	half, err := e.Run(image, Changes{Shortcut: 0.5, Branch: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		changes Changes
		want    []float64
	}{
		"no shortcuts":        {Changes{Shortcut: 0, Branch: 1}, asPlain[0][0]},
		"no branches":         {Changes{Shortcut: 1, Branch: 0}, asNothing[0][0]},
		"each no shortcut":    {Changes{Shortcut: 1, Branch: 1, Own: each(Scale{0, 1})}, asPlain[0][0]},
		"one without branch":  {Changes{Shortcut: 1, Branch: 1, Own: map[string]Scale{second: {1, 0}}}, asOneLess[0][0]},
		"a quarter times two": {Changes{Shortcut: 0.25, Branch: 0.25, Own: each(Scale{2, 2})}, half.Logits},
		"own factors of one":  {Changes{Shortcut: 0.5, Branch: 0.5, Own: each(Scale{1, 1})}, half.Logits},
	} {
		got, err := e.Run(image, test.changes)
		if err != nil || !near(got.Logits, test.want) {
			t.Errorf("%s: %v, %v, want %v", what, got.Logits, err, test.want)
		}
	}
}

// Gates that are shut carry, as if there were no blocks; wide open they transform, and the map says so.
func TestExperimentGates(t *testing.T) {
	net, store, e, image := specimen(t, "half-highway-8")
	carried, err := Without(pureGo(), net, store, image, nets.Carry, e.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	for _, shift := range []float64{-60, 60} {
		changes := Unchanged
		changes.Gates = shift
		got, err := e.Run(image, changes)
		if err != nil {
			t.Fatal(err)
		}
		if near(got.Logits, carried[0][0]) != (shift < 0) {
			t.Errorf("gates %+g: %v, carried alone %v", shift, got.Logits, carried[0][0])
		}
		want := 0.0
		if shift > 0 {
			want = 1
		}
		if len(got.Gates) != 3 || len(got.Gates[0]) != 16 || len(got.Gates[0][0]) != 16 || len(got.Gates[2]) != 4 || math.Abs(got.Gates[1][2][3]-want) > 1e-6 {
			t.Errorf("gates %+g: the maps are %v", shift, got.Gates)
		}
	}
}

// A source that nobody reads is the same as in SilenceSources, by the loss.
func TestExperimentSilent(t *testing.T) {
	net, store, e, image := specimen(t, "half-dense-8")
	batch := pixels(0)
	batch.Inputs, batch.Labels = []*tensors.Tensor{image}, []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]int32{4}, 1, 1)}
	_, want, err := SilenceSources(pureGo(), net, store, batch, e.kernels, e.written)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Sources) != len(e.Blocks)+1 {
		t.Fatalf("sources %q of blocks %q", e.Sources, e.Blocks)
	}
	for i, source := range e.Sources {
		changes := Unchanged
		changes.Silent = []string{source}
		got, err := e.Run(image, changes)
		if err != nil {
			t.Fatal(err)
		}
		score, err := ScoreOf([][]float64{got.Logits}, []int32{4})
		if err != nil || math.Abs(score.Loss-want[i]) > 1e-3 {
			t.Errorf("without %s: loss %g, %v, want %g", source, score.Loss, err, want[i])
		}
	}
}

func TestExperimentRefuses(t *testing.T) {
	_, _, e, image := specimen(t, "half-plain-8")
	if e.Sources != nil || e.Scales || e.Gated {
		t.Errorf("a plain network has sources %q, scales %v, gates %v", e.Sources, e.Scales, e.Gated)
	}
	for want, change := range map[string]func(*Changes){
		`no block "x"; there are stage1/block1`: func(c *Changes) { c.Out = []string{"x"} },
		"no shortcut":                           func(c *Changes) { c.Branch = 0.5 },
		"no gates":                              func(c *Changes) { c.Gates = 1 },
		`no source "stem"`:                      func(c *Changes) { c.Silent = []string{"stem"} },
		"have no shortcut":                      func(c *Changes) { c.Own = map[string]Scale{"stage1/block1": {1, 0.5}} },
		`no block "y"`:                          func(c *Changes) { c.Own = map[string]Scale{"y": {1, 1}} },
		"want a number":                         func(c *Changes) { c.Shortcut = math.NaN() },
		"at least 0":                            func(c *Changes) { c.Branch = -1 },
	} {
		changes := Unchanged
		change(&changes)
		if _, err := e.Run(image, changes); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
