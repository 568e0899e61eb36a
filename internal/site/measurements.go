// SPDX-License-Identifier: Apache-2.0

package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A curve is a network's, or those of one family at several depths.
type curve struct {
	Name  string      `json:"name"`
	Color string      `json:"color"`
	Marks bool        `json:"marks"` // points without a line
	X     []float64   `json:"x"`     // depths, or minutes
	Y     [][]float64 `json:"y"`     // [epoch][x], or one row
}

var seeds = []int{1, 2, 3}

// measured is what the page with the figures says beside them.
type measured struct {
	Gradients, Surfaces template.HTML // where they come from; empty for none
	Records             []record
}

// measurements writes what the interactive figures show, from the histories of the runs and from what docs/bench/why measured, and a
// still picture of each.
func (b *builder) measurements() (measured, error) {
	depth, err := b.depthCurves()
	if err != nil {
		return measured{}, err
	}
	minutes, err := b.minuteCurves()
	if err != nil {
		return measured{}, err
	}
	gradients, err := b.gradients()
	if err != nil {
		return measured{}, err
	}
	surfaces, err := b.surfaces()
	if err != nil {
		return measured{}, err
	}
	all := map[string]any{"depth": depth, "minutes": minutes}
	maps.Copy(all, gradients.data)
	maps.Copy(all, surfaces.data)
	data, err := json.Marshal(all)
	if err != nil {
		return measured{}, err
	}
	if err := b.write("measurements.js", append([]byte("globalThis.measurements = "), data...)); err != nil {
		return measured{}, err
	}
	picture, err := os.ReadFile(filepath.Join(b.source, "docs", "depth.png"))
	if err != nil {
		return measured{}, err
	}
	return measured{gradients.words, surfaces.words, records}, b.write("depth.png", picture)
}

// depthCurves are the training losses after each epoch against depth, the mean over seeds, of the four networks.
func (b *builder) depthCurves() (all []curve, err error) {
	for _, f := range nets.Compared() {
		for _, option := range append([]nets.Setting{{}}, f.Settings...) {
			c := curve{Name: strings.TrimSuffix(f.Name+", "+option.Title, ", "), Color: hex(f)}
			for _, depth := range nets.Depths {
				name := strings.TrimSuffix(fmt.Sprintf("half-%s-%d-%s", f.Name, depth, option.Option), "-")
				losses, err := b.meanLosses(name)
				if errors.Is(err, fs.ErrNotExist) && option.Option != "" {
					continue // not measured at every depth
				}
				if err != nil {
					return nil, err
				}
				c.X = append(c.X, float64(depth))
				for epoch, loss := range losses {
					if epoch == len(c.Y) {
						c.Y = append(c.Y, nil)
					}
					c.Y[epoch] = append(c.Y[epoch], loss)
				}
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// meanLosses are a network's training losses, epoch by epoch, the mean over its seeds.
func (b *builder) meanLosses(name string) (losses []float64, err error) {
	for _, seed := range seeds {
		history, err := b.history("depth", fmt.Sprintf("%s-seed%d", name, seed))
		if err != nil {
			return nil, err
		}
		for epoch, r := range history {
			if epoch == len(losses) {
				losses = append(losses, 0)
			}
			losses[epoch] += r.TrainLoss / float64(len(seeds))
		}
	}
	return losses, nil
}

// minuteCurves are the held-out accuracies of the four networks of the hour preset against time, seed 1, and what others have
// published. It also writes a still picture of ours.
func (b *builder) minuteCurves() (all []curve, err error) {
	var still []plots.Series
	for _, f := range nets.Compared() {
		history, err := b.history("hour", "wide-"+f.Name+"-w24-seed1")
		if err != nil {
			return nil, err
		}
		c := curve{Name: f.Name, Color: hex(f), Y: [][]float64{nil}}
		for _, r := range history {
			c.X = append(c.X, r.Seconds/60)
			c.Y[0] = append(c.Y[0], 100*r.HeldOutAccuracy)
		}
		all = append(all, c)
		still = append(still, plots.Series{Name: f.Name, X: c.X, Y: c.Y[0]})
	}
	picture, err := plots.Curves(plots.Axes{Title: "Accuracy against time, hour preset", X: "minutes", Y: "held-out accuracy, %"}, still...)
	if err != nil {
		return nil, err
	}
	return append(all, marks(onCPU, "#b07000"), marks(onGPU, "#a24fd0")), b.write("minutes.png", picture)
}

func (b *builder) history(preset, run string) (recipe.History, error) {
	return recipe.LoadHistory(filepath.Join(b.source, "notebooks", "trained", preset, run, recipe.HistoryFile))
}

func hex(f nets.Family) string { return fmt.Sprintf("#%02x%02x%02x", f.Color.R, f.Color.G, f.Color.B) }
