// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A run is what skipnets train left in its folder.
type run struct {
	recipe.Report
	last    recipe.Record // of the training's history
	weights bool          // are kept, too
}

// read finds all runs in dir/RECIPE/RUN.
func read(dir string) ([]run, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*", recipe.ReportFile))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no runs in %s: start this at the root of the repository", dir)
	}
	var runs []run
	for _, file := range files {
		report, err := recipe.LoadReport(filepath.Dir(file))
		if err != nil {
			return nil, err
		}
		history, err := recipe.LoadHistory(filepath.Join(filepath.Dir(file), recipe.HistoryFile))
		if err != nil {
			return nil, err
		}
		last, _ := history.Last()
		_, err = os.Stat(filepath.Join(filepath.Dir(file), recipe.BestFile))
		runs = append(runs, run{report, last, err == nil})
	}
	return runs, nil
}

// on are the runs on one data set. Reports of earlier versions, which do not name it, are of CIFAR-10.
func on(runs []run, version *cifar.Version) []run {
	return slices.DeleteFunc(slices.Clone(runs), func(r run) bool {
		return r.Dataset != version.Name && (r.Dataset != "" || version != cifar.CIFAR10)
	})
}

func choose(runs []run, preset, network string) []run {
	var chosen []run
	for _, r := range runs {
		if r.Recipe == preset && r.Network == network {
			chosen = append(chosen, r)
		}
	}
	return chosen
}

// A row of a table on depth: its networks are called by form and depth.
type row struct{ title, merge, form string }

// families are the rows of those that the course compares, variants those of their variants.
func families() (rows []row) {
	for _, f := range nets.Compared() {
		rows = append(rows, row{f.Name, f.Merge, "half-" + f.Name + "-%d"})
	}
	return rows
}

func variants() (rows []row) {
	for _, f := range nets.Compared() {
		for _, v := range f.Settings {
			rows = append(rows, row{f.Name + ", " + v.Title, "", "half-" + f.Name + "-%d-" + v.Option})
		}
	}
	return rows
}

// at is the runs of a row's network of that depth.
func (r row) at(runs []run, depth int) []run {
	return choose(runs, "depth", fmt.Sprintf(r.form, depth))
}

// whole lists the depths that every family has been trained at.
func whole(runs []run) []int {
	return slices.DeleteFunc(slices.Clone(nets.Depths), func(depth int) bool {
		return slices.ContainsFunc(families(), func(r row) bool { return len(r.at(runs, depth)) == 0 })
	})
}

func values(runs []run, value func(run) float64) []float64 {
	var all []float64
	for _, r := range runs {
		all = append(all, value(r))
	}
	return all
}
