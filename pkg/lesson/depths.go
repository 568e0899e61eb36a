// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// Depths draws what depth does: the training loss after the last epoch of the kept runs of the preset depth, against the number of
// layers, with a line for each of the named families, and returns the PNG. A name may hold a setting, as "highway-b3": its line is dashed,
// since it was not trained at every depth. A small drawing of the block stands beside the line of each family. It is for the notebooks, whose folder it looks in.
func Depths(names ...string) ([]byte, error) { return depthFigure(trainedDir, names) }

func depthFigure(dir string, names []string) ([]byte, error) {
	var series []plots.Series
	var drawings []plots.Drawing
	for _, name := range names {
		family, option, _ := strings.Cut(name, "-")
		f, err := sketched(family)
		if err != nil {
			return nil, err
		}
		line, err := depthLine(dir, f, option)
		if err != nil {
			return nil, err
		}
		drawing := plots.Drawing{}
		if option == "" {
			drawing = emblem(f)
		}
		series, drawings = append(series, line), append(drawings, drawing)
	}
	figure, err := plots.Illustrated(plots.Axes{Title: "What depth does", X: "layers", Y: "training loss after ten epochs: lower is better"}, drawings, series...)
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	return figure, nil
}

// depthLine is the losses of a family's networks, or of those with one of its settings, at the depths at which they were trained.
func depthLine(dir string, f nets.Family, option string) (plots.Series, error) {
	line, form := plots.Series{Name: f.Name, Dashed: option != ""}, "half-"+f.Name+"-%d"
	if option != "" {
		form += "-" + option
		for _, setting := range f.Settings {
			if setting.Option == option {
				line.Name += ", " + setting.Title
			}
		}
	}
	for _, depth := range nets.Depths {
		network := filepath.Join(dir, "depth", fmt.Sprintf(form, depth))
		seeds, err := trainedSeeds(network)
		if errors.Is(err, fs.ErrNotExist) && option != "" { // a setting was tried at some depths only
			continue
		}
		if err != nil {
			return line, err
		}
		loss, spread := seeds.Last(func(r recipe.Record) float64 { return r.TrainLoss })
		if len(seeds) == 1 {
			spread = 0
		}
		line.X, line.Y, line.Spread = append(line.X, float64(depth)), append(line.Y, loss), append(line.Spread, spread)
	}
	return line, nil
}

// emblem is the small drawing of a family's block.
func emblem(f nets.Family) (d plots.Drawing) {
	for _, box := range f.Emblem.Boxes {
		d.Boxes = append(d.Boxes, plots.Box(box))
	}
	for _, arrow := range f.Emblem.Arrows {
		d.Arrows = append(d.Arrows, plots.Arrow(arrow))
	}
	return d
}
