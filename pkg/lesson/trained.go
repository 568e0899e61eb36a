// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/internal/whole"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// trainedDir holds runs of skipnets train, seen from the notebooks: for each a folder with its weights, its history and its
// result.
const trainedDir = "trained"

// Trained is a run that is part of the repository: a network trained on all of CIFAR-10, by the recipe that the folder's
// name begins with and the seed that it ends with, such as "hour/wide-residual-w24-seed1". It is for the notebooks, whose
// folder it looks in.
func Trained(folder string) (*Run, error) { return LoadRun(filepath.Join(trainedDir, folder)) }

// LoadRun is a run of skipnets train in whatever folder, on whatever pictures: the weights file says on which, and an older one
// is of CIFAR-10.
func LoadRun(dir string) (*Run, error) {
	store, notes, err := recipe.LoadWithNotes(filepath.Join(dir, recipe.BestFile))
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	history, err := recipe.LoadHistory(filepath.Join(dir, recipe.HistoryFile))
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	report, err := recipe.LoadReport(dir)
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	of, err := recipe.NotedFormat(notes, cifar.CIFAR10.Format)
	if err != nil {
		return nil, fmt.Errorf("lesson: %s: %w", dir, err)
	}
	name := nets.Renamed(notes[recipe.NetworkNote])
	net, err := nets.Parse(name, len(of.Classes))
	if err != nil {
		return nil, fmt.Errorf("lesson: %s: %w", dir, err)
	}
	r := &Run{Name: name, Model: images.Normalized(net, of.Moments), Report: report}
	r.Result = &recipe.Result{Store: store, History: history}
	return r, nil
}

// Tested is [Trained], and what that network makes of images that it has not seen, such as the test images of [Images].
// The score is kept in $SKIPNETS_HOME/runs/lessons/tested (by default in the user's cache folder), so that the next cell that
// asks has it at once; other weights, images or labels, and a network of another shape, are measured anew.
func Tested(ctx context.Context, folder string, unseen images.Set) (*Run, recipe.Score, error) {
	keep, err := home.Path("runs", "lessons", "tested")
	if err != nil {
		return nil, recipe.Score{}, fmt.Errorf("lesson: %w", err)
	}
	return tested(ctx, filepath.Join(trainedDir, folder), unseen, keep)
}

func tested(ctx context.Context, dir string, unseen images.Set, keep string) (*Run, recipe.Score, error) {
	run, err := LoadRun(dir)
	if err != nil {
		return nil, recipe.Score{}, err
	}
	weights, err := os.ReadFile(filepath.Join(dir, recipe.BestFile))
	if err != nil {
		return nil, recipe.Score{}, fmt.Errorf("lesson: %w", err)
	}
	net, err := nets.Parse(run.Name, len(unseen.Classes))
	if err != nil {
		return nil, recipe.Score{}, fmt.Errorf("lesson: %w", err)
	}
	shapes, err := summarize(net, unseen.Format)
	if err != nil {
		return nil, recipe.Score{}, fmt.Errorf("lesson: %w", err)
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%x %x %x %s", sha256.Sum256(weights), sha256.Sum256(unseen.Images), unseen.Labels, shapes))
	file := filepath.Join(keep, fmt.Sprintf("%s-%x.json", run.Name, id[:8]))
	score, found := loadScore(file, unseen.Labels, len(unseen.Classes))
	if found {
		return run, score, nil
	}
	if score, err = run.Test(ctx, unseen); err != nil {
		return nil, recipe.Score{}, err
	}
	text, err := json.Marshal(score)
	if err == nil {
		err = os.MkdirAll(keep, 0o755)
	}
	if err == nil {
		err = whole.WriteFile(file, text, 0o644)
	}
	if err != nil {
		return nil, recipe.Score{}, fmt.Errorf("lesson: keep the score: %w", err)
	}
	return run, score, nil
}

// loadScore reads what was kept of images with these labels. A file that is damaged is none.
func loadScore(file string, labels []int32, classes int) (score recipe.Score, found bool) {
	text, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(text, &score) != nil || score.Images != len(labels) ||
		!slices.Equal(score.Labels, labels) || len(score.Predictions) != len(labels) || len(score.Logits) != len(labels) {
		return recipe.Score{}, false
	}
	hits := 0
	for i, class := range score.Predictions {
		if class < 0 || int(class) >= classes || len(score.Logits[i]) != classes {
			return recipe.Score{}, false
		}
		if class == labels[i] {
			hits++
		}
	}
	return score, score.Accuracy == float64(hits)/float64(len(labels))
}

// AccuracyCurves draws the run's accuracy on the training and the held-out images, epoch by epoch, and returns the PNG.
func (r *Run) AccuracyCurves() ([]byte, error) {
	accuracy := func(name string, of func(recipe.Record) float64) plots.Series {
		return plots.Series{Name: name, Y: r.History.Series(of)}
	}
	figure, err := plots.Curves(plots.Axes{Title: r.Name, X: "epoch", Y: "accuracy"},
		accuracy("training", func(e recipe.Record) float64 { return e.TrainAccuracy }),
		accuracy("held out", func(e recipe.Record) float64 { return e.HeldOutAccuracy }))
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	return figure, nil
}
