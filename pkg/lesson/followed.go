// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/insight"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A Followed is a training whose gradients were measured on the way, and which is part of the repository. docs/bench/why makes them.
type Followed struct {
	Arm      string   `json:"arm"`
	Depth    int      `json:"depth"`
	Images   int      `json:"images"` // to train on
	Recipe   string   `json:"recipe"` // its name
	Steps    int      `json:"steps"`  // of the whole training
	Seed     int64    `json:"seed"`
	Blocks   []string `json:"blocks"` // their paths, in the order the image meets them
	Layers   []string `json:"layers"` // the convolutions' kernels, in that order
	Moments  []Moment `json:"moments"`
	Diverged bool     `json:"diverged,omitempty"` // the loss was no number at the moment after these
	Commit   string   `json:"commit"`             // of the program that measured
	Machine  string   `json:"machine"`
}

// A Moment is what was measured between one step of a training and the next, on a batch that is always the same.
type Moment struct {
	Step   int       `json:"step"` // how many were made
	Loss   float64   `json:"loss"`
	Blocks []float64 `json:"blocks"` // length of the gradient with respect to what each block reads
	Layers []float64 `json:"layers"` // and with respect to each kernel
	Moved  []float64 `json:"moved"`  // by which part of its length the next step moves each kernel
	Along  []float64 `json:"along"`  // the loss after so many times the next step: see Ahead
}

// Ahead are the multiples of a training's own step at which a [Moment] has the loss.
func Ahead() []float64 { return []float64{0, 0.5, 1, 1.5, 2, 3, 4, 6, 8} }

// Same tells whether two are the same training.
func (f Followed) Same(other Followed) bool {
	return f.Arm == other.Arm && f.Depth == other.Depth && f.Images == other.Images && f.Recipe == other.Recipe &&
		f.Steps == other.Steps && f.Seed == other.Seed
}

// followedBatch is how many images the gradients are those of.
const followedBatch = 50

// Follow trains the arm until the last of the steps, and measures it after each of them, which rise; 0 is before the first. Nothing is
// kept. The images that it measures on are those of [Batch].
func (a Arm) Follow(ctx context.Context, depth int, pictures images.Set, r recipe.Recipe, seed int64, steps ...int) (Followed, error) {
	backend, err := Backend()
	if err != nil {
		return Followed{}, fmt.Errorf("lesson: %w", err)
	}
	batch, err := Batch(followedBatch)
	if err != nil {
		return Followed{}, err
	}
	var wanted []int // each of the steps, and the next
	for _, step := range steps {
		wanted = append(wanted, step, step+1)
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	run, taken, err := a.Snapshots(ctx, depth, pictures, r, seed, wanted...)
	if err != nil {
		return Followed{}, err
	}
	stores := map[int]*model.Store{}
	for i, store := range taken {
		stores[wanted[i]] = store
		defer store.Finalize()
	}
	total, err := a.Steps(depth, pictures, r)
	if err != nil {
		return Followed{}, err
	}
	followed := Followed{Arm: a.Name, Depth: depth, Images: pictures.Len(), Recipe: r.Name, Seed: seed, Steps: total,
		Commit: about.Commit(), Machine: about.Machine()}
	return followed, followed.measure(backend, run.Model, batch, stores, steps)
}

// measure fills in the moments for which there are weights before and after the step.
func (f *Followed) measure(backend compute.Backend, net recipe.Model, batch train.Batch, stores map[int]*model.Store, steps []int) error {
	var before []*model.Store
	for _, step := range steps {
		if stores[step] != nil && stores[step+1] != nil {
			before = append(before, stores[step])
		}
	}
	measured, err := insight.MeasureGradients(backend, net, batch, before...)
	if err != nil {
		return fmt.Errorf("lesson: %w", err)
	}
	for i, gradients := range measured {
		moment, err := f.moment(gradients, backend, net, batch, before[i], stores[steps[i]+1])
		if err != nil {
			return fmt.Errorf("lesson: %w", err)
		}
		if !moment.sound() {
			break
		}
		moment.Step = steps[i]
		f.Moments = append(f.Moments, moment)
	}
	f.Diverged = len(f.Moments) < len(steps)
	return nil
}

func (f *Followed) moment(gradients insight.Gradients, backend compute.Backend, net recipe.Model, batch train.Batch, before, after *model.Store) (Moment, error) {
	m := Moment{Loss: rounded(gradients.Loss)}
	f.Blocks, f.Layers = nil, nil
	for _, block := range gradients.Blocks {
		f.Blocks, m.Blocks = append(f.Blocks, block.Block), append(m.Blocks, rounded(block.Input))
	}
	updates, err := insight.UpdateRatios(before, after)
	if err != nil {
		return m, err
	}
	moved := map[string]float64{}
	for _, update := range updates {
		moved[update.Layer] = update.Ratio
	}
	for _, layer := range gradients.Layers {
		f.Layers, m.Layers, m.Moved = append(f.Layers, layer.Layer), append(m.Layers, rounded(layer.Norm)), append(m.Moved, rounded(moved[layer.Layer]))
	}
	step, err := insight.Toward(before, after)
	if err != nil {
		return m, err
	}
	scores, err := insight.Landscape(backend, net, before, batch, true, step, nil, Ahead(), []float64{0})
	if err != nil {
		return m, err
	}
	for _, score := range scores[0] {
		m.Along = append(m.Along, rounded(score.Loss))
	}
	return m, nil
}

func (m Moment) sound() bool {
	return finite(m.Loss) && finite(m.Blocks...) && finite(m.Layers...) && finite(m.Moved...) && finite(m.Along...)
}

// FollowedFile is where such trainings are kept, seen from the notebooks.
var FollowedFile = filepath.Join(trainedDir, "why", "gradients.jsonl")

// ReadFollowed reads a file of trainings, one JSON object a line. A file that does not exist has none.
func ReadFollowed(file string) ([]Followed, error) {
	return readLines(file, func(f Followed) bool {
		return f.Arm != "" && f.Depth > 0 && !slices.ContainsFunc(f.Moments, func(m Moment) bool {
			return m.Step < 0 || m.Loss < 0 || len(m.Blocks) != len(f.Blocks) || len(m.Layers) != len(f.Layers) || len(m.Moved) != len(f.Layers)
		})
	})
}

// AppendFollowed adds a training to a file.
func AppendFollowed(file string, f Followed) error { return appendLine(file, f) }
