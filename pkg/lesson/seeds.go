// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/skipnets/skipnets/pkg/plots"
	"github.com/skipnets/skipnets/pkg/recipe"
	"gonum.org/v1/gonum/stat"
)

// Seeds are the histories of one network that was trained several times, each time with another seed.
type Seeds []recipe.History

// TrainedSeeds reads the histories of a network's runs that are part of the repository: for "depth/half-plain-56" those in
// depth/half-plain-56-seed1, -seed2 and so on. It is for the notebooks, whose folder it looks in.
func TrainedSeeds(network string) (Seeds, error) {
	return trainedSeeds(filepath.Join(trainedDir, filepath.FromSlash(network)))
}

func trainedSeeds(network string) (Seeds, error) {
	runs, err := runsOf(network)
	if err != nil {
		return nil, err
	}
	var seeds Seeds
	for _, run := range runs {
		file := filepath.Join(run, recipe.HistoryFile)
		history, err := recipe.LoadHistory(file)
		if err != nil {
			return nil, fmt.Errorf("lesson: %w", err)
		}
		if len(history) == 0 {
			return nil, fmt.Errorf("lesson: %s has no epochs", file)
		}
		if len(seeds) > 0 && len(history) != len(seeds[0]) {
			return nil, fmt.Errorf("lesson: %s has %d epochs, another seed %d", file, len(history), len(seeds[0]))
		}
		seeds = append(seeds, history)
	}
	return seeds, nil
}

// TrainedReports reads what came of the same runs: the report of each, by seed.
func TrainedReports(network string) ([]recipe.Report, error) {
	return trainedReports(filepath.Join(trainedDir, filepath.FromSlash(network)))
}

func trainedReports(network string) ([]recipe.Report, error) {
	runs, err := runsOf(network)
	if err != nil {
		return nil, err
	}
	var reports []recipe.Report
	for _, run := range runs {
		report, err := recipe.LoadReport(run)
		if err != nil {
			return nil, fmt.Errorf("lesson: %w", err)
		}
		reports = append(reports, report)
	}
	return reports, nil
}

// runsOf lists the folders of a network's runs, one a seed.
func runsOf(network string) ([]string, error) {
	runs, err := filepath.Glob(network + "-seed*")
	if err == nil && len(runs) == 0 {
		err = fmt.Errorf("no runs %s-seed…: %w", network, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	return runs, nil
}

// Series is one number of each epoch: its mean over the seeds, and its standard deviation as Spread, unless there is one
// seed only. X is the epoch.
func (s Seeds) Series(name string, of func(recipe.Record) float64) plots.Series {
	series := plots.Series{Name: name}
	for epoch := range s[0] {
		var values []float64
		for _, history := range s {
			values = append(values, of(history[epoch]))
		}
		mean, deviation := stat.MeanStdDev(values, nil)
		series.X, series.Y = append(series.X, float64(epoch+1)), append(series.Y, mean)
		if len(s) > 1 {
			series.Spread = append(series.Spread, deviation)
		}
	}
	return series
}

// Last is a number of the last epoch: its mean over the seeds and its standard deviation, NaN if there is one seed only.
func (s Seeds) Last(of func(recipe.Record) float64) (mean, deviation float64) {
	var values []float64
	for _, history := range s {
		values = append(values, of(history[len(history)-1]))
	}
	return stat.MeanStdDev(values, nil)
}
