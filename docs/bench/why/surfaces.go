// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/skipnets/skipnets/pkg/insight"
	"github.com/skipnets/skipnets/pkg/lesson"
)

// A chart is a map to be measured: n × n places from -1 to 1, or a line if it has none across.
type chart struct {
	direction string
	seed      uint64
	n         int
}

// charts are a fine map, which the site shows, coarser ones along other directions and without filter normalisation, and the line from the
// first weights to the last.
var charts = []chart{
	{insight.ByFilter, 1, 21},
	{lesson.FirstToLast, 0, 21},
	{insight.AsAWhole, 1, 11},
	{insight.ByFilter, 2, 11},
	{insight.ByFilter, 3, 11},
}

// surfaceImages are as many as the loss is the mean of.
const surfaceImages = 200

func (s study) surfaces(ctx context.Context) error {
	for _, c := range charts {
		for _, depth := range s.depths(56, 20) {
			for _, merge := range []string{"plain", "residual"} {
				if err := s.chart(ctx, fmt.Sprintf("half-%s-%d", merge, depth), c); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s study) chart(ctx context.Context, network string, c chart) error {
	file := filepath.Join(s.dir, filepath.Base(lesson.SurfacesFile))
	done, err := lesson.ReadSurfaces(file)
	if err != nil {
		return err
	}
	xs, ys := places(c.n, -1, 1), places(c.n, -1, 1)
	wanted := lesson.Surface{Network: network, Direction: c.direction, Seed: c.seed, Images: surfaceImages, X: xs, Y: ys}
	if c.direction == lesson.FirstToLast {
		xs, ys = places(c.n, 0, 1.25), nil
		wanted.X, wanted.Y = xs, []float64{0}
	}
	if slices.ContainsFunc(done, wanted.Same) {
		return nil
	}
	run, err := lesson.LoadRun(filepath.Join(s.runs, network+"-seed1"))
	if err != nil {
		return err
	}
	surface, err := run.Surface(ctx, c.direction, c.seed, surfaceImages, xs, ys)
	if err != nil {
		return err
	}
	fmt.Printf("%-12s %-30s %s, seed %d\n", surfaces, network, c.direction, c.seed)
	return lesson.AppendSurface(file, surface)
}

// places are n numbers from first to last.
func places(n int, first, last float64) (xs []float64) {
	for i := range n {
		xs = append(xs, first+(last-first)*float64(i)/float64(n-1))
	}
	return xs
}
