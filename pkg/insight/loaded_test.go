// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A store that was read from a file has its variables only once they are asked for by name. Everything here asks.
func TestStoresFromFiles(t *testing.T) {
	backend := accel.MustNew("")
	net, first := chain(2, 3)
	_, second := chain(2, -3)
	load := func(store *model.Store) *model.Store {
		t.Helper()
		file := filepath.Join(t.TempDir(), "weights.safetensors")
		if err := recipe.SaveNetwork(file, store, nil); err != nil {
			t.Fatal(err)
		}
		loaded, err := recipe.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		return loaded
	}
	scores, err := Scores(backend, net, pixels(1), false, load(first), load(second))
	if err != nil {
		t.Fatal(err)
	}
	for i, logit := range []float64{6, -6} {
		if want := math.Log(1 + math.Exp(-logit)); math.Abs(scores[i].Loss-want) > 1e-4 {
			t.Errorf("store %d: loss %g, want %g", i, scores[i].Loss, want)
		}
	}
	if updates, err := UpdateRatios(load(first), load(second)); err != nil || len(updates) != 2 || updates[1].Ratio != 2 {
		t.Errorf("updates %v, %v", updates, err)
	}
	if direction, err := RandomDirection(load(first), ByFilter, 1); err != nil || len(direction) != 2 {
		t.Errorf("direction %v, %v", direction, err)
	}
	toward, err := Toward(load(first), load(second))
	if err != nil || len(toward) != 2 {
		t.Fatalf("toward %v, %v", toward, err)
	}
	line, err := Landscape(backend, net, load(first), pixels(1), false, toward, nil, []float64{0, 1}, []float64{0})
	if err != nil || math.Abs(line[0][1].Loss-scores[1].Loss) > 1e-5 || math.Abs(line[0][0].Loss-scores[0].Loss) > 1e-5 {
		t.Errorf("line %v, %v, want the losses of %v", line, err, scores)
	}
	swapped, err := Rearranged(load(first), map[string]string{"block1": "block2", "block2": "block1"})
	if err != nil {
		t.Fatal(err)
	}
	if got := tensors.MustCopyFlatData[float32](swapped.GetVariable("/block1/weights").MustValue()); got[0] != 3 {
		t.Errorf("block 1 has %v, want what block 2 had, 3", got)
	}
}
