// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/insight"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A Surface is the loss of a trained network with its weights moved along two directions, or along one, and is part of the repository.
// docs/bench/why measures them. The file has one such JSON object a line:
//
//	{"network": "half-plain-56",            // its name in pkg/nets
//	 "direction": "by filter",              // how the directions were chosen: see Direction
//	 "seed": 1,                             // that they were drawn from
//	 "images": 200,                         // that the loss is the mean of
//	 "x": [-1, …, 1], "y": [-1, …, 1],      // how far the weights are moved along each; 0, 0 is the trained network. For a line, y is [0]
//	 "loss": [[…], …],                      // loss[j][i] is that at x[i], y[j], in nats; guessing among ten classes has 2.303
//	 "commit": "…", "machine": "…"}         // of the program that measured
//
// Batch norms use the statistics of these images at each point.
type Surface struct {
	Network   string      `json:"network"`
	Direction string      `json:"direction"` // [insight.ByFilter], [insight.AsAWhole] or [FirstToLast]
	Seed      uint64      `json:"seed"`
	Images    int         `json:"images"`
	X         []float64   `json:"x"`
	Y         []float64   `json:"y"`
	Loss      [][]float64 `json:"loss"`
	Commit    string      `json:"commit"`
	Machine   string      `json:"machine"`
}

// FirstToLast is the straight line from a network's first weights, at 0, to its trained ones, at 1.
const FirstToLast = "from first to last"

// Levels are the losses at which the maps of surfaces have lines, between a lightest and a darkest. They are the same in the notebooks and
// on the site, so that all maps compare. The line at 2.3 is that of guessing among ten classes.
var Levels = []float64{0.4, 0.6, 0.8, 1.2, 1.6, 2.3, 3.3, 8}

// Same tells whether two are the same map.
func (s Surface) Same(other Surface) bool {
	return s.Network == other.Network && s.Direction == other.Direction && s.Seed == other.Seed && s.Images == other.Images &&
		len(s.X) == len(other.X) && len(s.Y) == len(other.Y)
}

// Surface measures the loss of the trained network around its weights, at the places xs and ys along two directions, which are drawn from
// seed and from 100 more. For a line give no ys. The images are those of [Batch].
func (r *Run) Surface(ctx context.Context, direction string, seed uint64, images int, xs, ys []float64) (Surface, error) {
	fail := func(err error) (Surface, error) { return Surface{}, fmt.Errorf("lesson: surface: %w", err) }
	backend, err := Backend()
	if err != nil {
		return fail(err)
	}
	batch, err := Batch(images)
	if err != nil {
		return fail(err)
	}
	center, x, y := r.Store, insight.Direction(nil), insight.Direction(nil)
	switch {
	case direction == FirstToLast:
		if center, err = r.Beginning(ctx); err == nil {
			x, err = insight.Toward(center, r.Store)
		}
	case len(ys) == 0:
		x, err = insight.RandomDirection(center, direction, seed)
	default:
		if x, err = insight.RandomDirection(center, direction, seed); err == nil {
			y, err = insight.RandomDirection(center, direction, seed+100)
		}
	}
	if err != nil {
		return fail(err)
	}
	s := Surface{Network: r.Name, Direction: direction, Seed: seed, Images: images, X: xs, Y: ys, Commit: about.Commit(), Machine: about.Machine()}
	if len(ys) == 0 {
		s.Y = []float64{0}
	}
	scores, err := insight.Landscape(backend, r.Model, center, batch, true, x, y, s.X, s.Y)
	if err != nil {
		return fail(err)
	}
	for _, row := range scores {
		var losses []float64
		for _, score := range row {
			losses = append(losses, rounded(score.Loss))
		}
		s.Loss = append(s.Loss, losses)
	}
	return s, nil
}

// Beginning is the network of a run that is part of the repository as it was before its first step. It is drawn anew from the run's seed.
func (r *Run) Beginning(ctx context.Context) (*model.Store, error) {
	preset, err := recipe.Preset(r.Report.Recipe)
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	sample, heldOut := cifar.Sample() // which images they are does not matter
	net, err := nets.Parse(r.Name, len(sample.Classes))
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	job, err := newJob(r.Name, net, sample, heldOut, preset, r.Report.Seed, "")
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	stores, err := snapshots(ctx, job, []int{0})
	if err != nil {
		return nil, err
	}
	return stores[0], nil
}

// SurfacesFile is where surfaces are kept, seen from the notebooks.
var SurfacesFile = filepath.Join(trainedDir, "why", "surfaces.jsonl")

// ReadSurfaces reads a file of surfaces. A file that does not exist has none.
func ReadSurfaces(file string) ([]Surface, error) {
	return readLines(file, func(s Surface) bool {
		sound := s.Network != "" && s.Direction != "" && len(s.X) > 0 && len(s.Y) == len(s.Loss) && len(s.Y) > 0
		for _, row := range s.Loss {
			sound = sound && len(row) == len(s.X)
		}
		return sound
	})
}

// AppendSurface adds a surface to a file.
func AppendSurface(file string, s Surface) error { return appendLine(file, s) }
