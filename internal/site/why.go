// SPDX-License-Identifier: Apache-2.0

package site

import (
	"fmt"
	"html/template"
	"math"
	"path/filepath"

	"github.com/skipnets/skipnets/pkg/insight"
	"github.com/skipnets/skipnets/pkg/lesson"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
)

// shown are the two families of which the figures on why depth fails show a network of 56 layers.
var shown = []string{"plain", "residual"}

const shownDepth = 56

// A figure is the data for the page, and words on where it comes from. A figure that has not been measured has none.
type figure struct {
	data  map[string]any
	words template.HTML
}

func (f *figure) from(measured, commit, machine string) {
	f.words = template.HTML(fmt.Sprintf("%s; measured by <code>docs/bench/why</code> of commit %s on %s.",
		template.HTMLEscapeString(measured), template.HTMLEscapeString(commit[:min(len(commit), 8)]), template.HTMLEscapeString(machine)))
}

// gradients are the lengths of each convolution's gradient, at the moments of the longest training that was followed. It also writes a
// still picture, of the first moment.
func (b *builder) gradients() (f figure, err error) {
	all, err := lesson.ReadFollowed(b.why(lesson.FollowedFile))
	if err != nil {
		return f, err
	}
	var curves []curve
	var still []plots.Series
	var steps []int
	low, high := math.Inf(1), 0.0
	for _, name := range shown {
		best := -1
		for i, one := range all {
			if one.Arm == name && one.Depth == shownDepth && (best < 0 || one.Steps > all[best].Steps) {
				best = i
			}
		}
		if best < 0 {
			return figure{}, nil
		}
		one := all[best]
		f.from(fmt.Sprintf("Trained on %d images, %d steps, seed %d, one batch for all moments", one.Images, one.Steps, one.Seed), one.Commit, one.Machine)
		c := curve{Name: fmt.Sprintf("%s, %d layers", name, shownDepth), Color: colorOf(name)}
		for i := range one.Layers {
			c.X = append(c.X, float64(i+1))
		}
		for i, moment := range one.Moments {
			c.Y = append(c.Y, moment.Layers)
			for _, length := range moment.Layers {
				low, high = min(low, length), max(high, length)
			}
			if len(curves) == 0 {
				steps = append(steps, moment.Step)
			} else if i >= len(steps) || steps[i] != moment.Step {
				return figure{}, nil // trainings that cannot be laid side by side
			}
		}
		curves = append(curves, c)
		still = append(still, plots.Series{Name: c.Name, X: c.X, Y: c.Y[0]})
	}
	picture, err := plots.Curves(plots.Axes{Title: "Before the first step", X: "convolution", Y: "length of the gradient", LogY: true}, still...)
	if err != nil {
		return f, err
	}
	f.data = map[string]any{"gradients": curves, "steps": steps, "range": []float64{low / 2, high * 2}}
	return f, b.write("gradients.png", picture)
}

// surfaces are the finest maps of the loss around the two networks. It also writes a still picture.
func (b *builder) surfaces() (f figure, err error) {
	all, err := lesson.ReadSurfaces(b.why(lesson.SurfacesFile))
	if err != nil {
		return f, err
	}
	type hill struct {
		Name string      `json:"name"`
		X    []float64   `json:"x"`
		Y    []float64   `json:"y"`
		Loss [][]float64 `json:"loss"`
	}
	var hills []hill
	var maps [][]byte
	for _, name := range shown {
		network, best := fmt.Sprintf("half-%s-%d", name, shownDepth), -1
		for i, s := range all {
			if s.Network == network && s.Direction == insight.ByFilter && len(s.Y) > 1 && (best < 0 || len(s.X) > len(all[best].X)) {
				best = i
			}
		}
		if best < 0 {
			return figure{}, nil
		}
		s := all[best]
		f.from(fmt.Sprintf("The loss is the mean of %d images, directions by filter from seed %d", s.Images, s.Seed), s.Commit, s.Machine)
		hills = append(hills, hill{network, s.X, s.Y, s.Loss})
		picture, err := plots.Contour(plots.Axes{Title: network, X: "direction 1", Y: "direction 2"}, s.X, s.Y, s.Loss, lesson.Levels)
		if err != nil {
			return f, err
		}
		maps = append(maps, picture)
	}
	picture, err := plots.Panels(len(maps), maps...)
	if err != nil {
		return f, err
	}
	f.data = map[string]any{"surfaces": hills}
	return f, b.write("surfaces.png", picture)
}

// why is the path of a file that lesson names as seen from the notebooks.
func (b *builder) why(file string) string { return filepath.Join(b.source, "notebooks", file) }

func colorOf(family string) string {
	for _, f := range nets.Compared() {
		if f.Name == family {
			return hex(f)
		}
	}
	return ""
}
