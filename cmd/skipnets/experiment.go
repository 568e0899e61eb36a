// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"

	"github.com/gomlx/compute"

	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// experiment is all that the networks trained by one command have in common.
type experiment struct {
	dataset        string
	own            bool // the data set is in a folder of the user's
	backend        compute.Backend
	devices        int  // of the backend, that share each step
	tune           bool // choose the forms of convolutions by measurement
	recipe         recipe.Recipe
	seed           int64
	training, test images.Set
	progress       io.Writer
	heldOutOnly    bool // the test images are left alone
}

// tuner is one network's, or nil for the usual forms.
func (t experiment) tuner() *accel.Tuner {
	if !t.tune {
		return nil
	}
	return newTuner(t.progress)
}

// run trains one network and then, once, measures the best epoch's weights on the test images; with heldOutOnly it does
// not, and keeps no report.
func (t experiment) run(ctx context.Context, name, dir string) (recipe.Report, error) {
	net, err := nets.Parse(name, len(t.training.Classes))
	if err != nil {
		return recipe.Report{}, err
	}
	training, heldOut, err := datasets(t.training, t.recipe, uint64(t.seed))
	if err != nil {
		return recipe.Report{}, err
	}
	notes, err := recipe.DataNotes(t.dataset, t.training.Format, about.Commit())
	if err != nil {
		return recipe.Report{}, err
	}
	if t.own { // others may come under the same name
		notes[recipe.DigestNote] = images.Digest(t.training, t.test)
	}
	resetPeakMemory()
	fitted, err := recipe.Fit(ctx, recipe.Job{
		Backend: t.backend, Tuner: t.tuner(), Name: name, Model: images.Normalized(net, t.training.Moments), Recipe: t.recipe, Seed: t.seed, Devices: t.devices,
		Training: training, HeldOut: heldOut, Notes: notes, Dir: dir, Progress: recipe.NewBar(t.progress),
	})
	if err != nil {
		return recipe.Report{}, err
	}
	defer fitted.Store.Finalize() // before the next network is trained
	// The report is written last: where there is one, the run had ended before, and the test images are read once.
	if kept, err := recipe.LoadReport(dir); !errors.Is(err, fs.ErrNotExist) {
		return kept, err
	}
	report, err := newReport(name, t, fitted, dir)
	if err != nil || t.heldOutOnly {
		return report, err
	}
	testSet, err := inOrder(t.test, "test")
	if err != nil {
		return recipe.Report{}, err
	}
	normalized := images.Normalized(net, t.training.Moments)
	score, err := recipe.Evaluate(ctx, t.backend, normalized, fitted.Store, testSet)
	if err != nil {
		return recipe.Report{}, err
	}
	mirrored, err := recipe.Evaluate(ctx, t.backend, images.Mirrored(normalized), fitted.Store, testSet)
	if err != nil {
		return recipe.Report{}, err
	}
	report.TestAccuracy, report.MirroredAccuracy, report.TestImages = score.Accuracy, mirrored.Accuracy, score.Images
	return report, report.Save(dir)
}

// One in so many training images is set aside to choose the best epoch: 5,000 of the 50,000, 100 of the sample's 1,000.
const heldOutFraction = 10

// heldOutImages is how many that is. Of few pictures it is one for each class, so that there is something to choose by.
func heldOutImages(training images.Set) int {
	return max(training.Len()/heldOutFraction, len(training.Classes))
}

// datasets splits the training images, with the augmentation that the recipe asks for. The split is the same for all
// seeds, so that seeds differ in training alone.
func datasets(all images.Set, r recipe.Recipe, seed uint64) (training, heldOut *images.Dataset, err error) {
	n := heldOutImages(all)
	if all.Len() < 2*n {
		return nil, nil, fmt.Errorf("train: %d pictures of %d classes are too few to train on: take at least three of each class", all.Len(), len(all.Classes))
	}
	rest, aside := all.Split(n, 0)
	training, err = images.NewDataset(rest, images.Options{
		Name: "training", BatchSize: r.BatchSize, Seed: seed, Shuffle: true, DropLast: true,
		Augment: r.Augment,
	})
	if err != nil {
		return nil, nil, err
	}
	heldOut, err = inOrder(aside, "held-out")
	return training, heldOut, err
}

// cifarImages is how many images a preset's epoch has on CIFAR-10, for which presets are made.
const cifarImages = 45_000

// asLong makes a preset as long for other pictures as it is for CIFAR-10: as many steps, and so about as many minutes, however
// many pictures there are.
func asLong(r recipe.Recipe) recipe.Recipe {
	r.Steps, r.Epochs = r.TotalSteps(cifarImages/r.BatchSize), 0
	r.Name += fmt.Sprintf("-steps%d", r.Steps)
	return r
}

// forFew makes batches that n pictures fill. Smaller batches take smaller steps: those of SGD in proportion, those of Muon to
// the root.
func forFew(r recipe.Recipe, n int) recipe.Recipe {
	if n < 1 || n >= r.BatchSize {
		return r
	}
	part := float64(n) / float64(r.BatchSize)
	r.BatchSize, r.LearningRate, r.KernelRate = n, r.LearningRate*part, r.KernelRate*math.Sqrt(part)
	r.Name += fmt.Sprintf("-batch%d", n)
	return r
}

// evaluationBatch divides 10,000, 5,000, 500 and 100, so that one compiled graph serves the whole set.
const evaluationBatch = 100

func inOrder(set images.Set, name string) (*images.Dataset, error) {
	return images.NewDataset(set, images.Options{Name: name, BatchSize: evaluationBatch})
}
