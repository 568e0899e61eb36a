// SPDX-License-Identifier: Apache-2.0

// Package lesson is what the notebooks share: the backend, a batch to measure on, a block's source to read, and a network
// trained in seconds on the embedded sample of CIFAR-10, or loaded if that was done before.
//
// It changes the process: package allocator, which it imports, makes XLA on a CPU faster.
//
// A program of your own needs none of it: [Train] shows in one page how the other packages go together.
package lesson

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/accel"
	_ "github.com/skipnets/skipnets/pkg/accel/allocator" // keeps freed memory: training is faster on a CPU
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// Backend opens the backend that GOMLX_BACKEND asks for, once.
var Backend = sync.OnceValues(func() (compute.Backend, error) { return accel.New("") })

// Images are CIFAR-10's, for training and for test: 50,000 and 10,000, or with SKIPNETS_QUICK in the environment the small
// sample that is part of the program. They lie where `skipnets lab` put them, or in the folder or archive SKIPNETS_DATA.
func Images() (training, test images.Set, err error) {
	if os.Getenv(home.EnvQuick) != "" {
		training, test = cifar.Sample()
		return training, test, nil
	}
	dir := os.Getenv(home.EnvData)
	if dir == "" {
		if dir, err = home.Path(cifar.CIFAR10.Folder); err != nil {
			return training, test, fmt.Errorf("lesson: %w", err)
		}
	}
	training, test, err = cifar.CIFAR10.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("lesson: %w\nTo get CIFAR-10 run `go run ./cmd/skipnets lab`, or set %s to a folder or tar.gz archive "+
			"of its binary version, or set %s=1 to use the small embedded sample", err, home.EnvData, home.EnvQuick)
	}
	return training, test, err
}

// Batch is one batch of so many training images of the sample, always the same: uint8 images [size, 32, 32, 3] and int32
// labels [size, 1]. It is an error if size is not in 1 to 1,000.
func Batch(size int) (train.Batch, error) {
	sample, _ := cifar.Sample()
	data, err := images.NewDataset(sample, images.Options{Name: "sample", BatchSize: size, Seed: 1, Shuffle: true, DropLast: true})
	if err != nil {
		return train.Batch{}, fmt.Errorf("lesson: %w", err)
	}
	for batch, err := range data.From(0, 0) {
		return batch, err
	}
	return train.Batch{}, errors.New("lesson: no batch")
}

// Summarize measures a network on one image of CIFAR-10, with the notebook's backend.
func Summarize(net nets.Model) (nets.Summary, error) { return summarize(net, cifar.CIFAR10.Format) }

func summarize(net nets.Model, of images.Format) (nets.Summary, error) {
	backend, err := Backend()
	if err != nil {
		return nets.Summary{}, fmt.Errorf("lesson: %w", err)
	}
	return nets.Summarize(backend, net, 1, of.Height, of.Width, of.Channels)
}

// How the sample's 1,000 training images are divided.
const (
	TrainingImages = 800
	HeldOutImages  = 200
)

// Run is a trained network.
type Run struct {
	Name   string
	Model  recipe.Model // takes uint8 images [batch, height, width, channels]
	Recipe recipe.Recipe
	Report recipe.Report // of a run that is part of the repository; else empty
	*recipe.Result
}

// Train trains the network that [nets.Parse] gives for the name on [TrainingImages] of the sample with the recipe "quick",
// and keeps the best of its epochs on the [HeldOutImages]. The run is kept in $SKIPNETS_HOME/runs/lessons (by default in
// the user's cache folder): a second call goes on where the first one stopped, and loads it if it had ended. While another
// notebook trains the same network, Train waits for it. A nil progress is silent.
//
// With SKIPNETS_BRIEF in the environment Train makes one epoch only: the notebooks' tests ask whether the code runs, not what it
// learns.
func Train(ctx context.Context, name string, progress recipe.Progress) (*Run, error) {
	dir, err := home.Path("runs", "lessons")
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	quick, err := recipe.Preset("quick")
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	if os.Getenv(home.EnvBrief) != "" {
		quick.Epochs = 1
	}
	sample, _ := cifar.Sample()
	training, heldOut := sample.Split(HeldOutImages, 1)
	return fit(ctx, name, training, heldOut, quick, dir, progress)
}

func fit(ctx context.Context, name string, training, heldOut images.Set, r recipe.Recipe, dir string, progress recipe.Progress) (*Run, error) {
	net, err := nets.Parse(name, len(training.Classes))
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	shapes, err := summarize(net, training.Format)
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	// A run made with another recipe, or before the shape of the network changed, stays where it is; this one gets a
	// folder of its own.
	id := crc32.ChecksumIEEE(fmt.Appendf(nil, "%s %d %d %s", r, training.Len(), heldOut.Len(), shapes))
	job, err := newJob(name, net, training, heldOut, r, 1, filepath.Join(dir, fmt.Sprintf("%s-%08x", name, id)))
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	job.Progress = progress
	run := &Run{Name: name, Model: job.Model, Recipe: r}
	if run.Result, err = recipe.Fit(ctx, job); err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	return run, nil
}

// newJob trains a network on shuffled images and measures it on others after each epoch.
func newJob(name string, net nets.Model, training, heldOut images.Set, r recipe.Recipe, seed int64, dir string) (recipe.Job, error) {
	backend, err := Backend()
	if err != nil {
		return recipe.Job{}, err
	}
	shuffled, err := images.NewDataset(training, images.Options{Name: "training", BatchSize: r.BatchSize, Seed: uint64(seed), Shuffle: true, DropLast: true,
		Augment: r.Augment})
	if err != nil {
		return recipe.Job{}, err
	}
	inOrder, err := images.NewDataset(heldOut, images.Options{Name: "held out", BatchSize: 100})
	if err != nil {
		return recipe.Job{}, err
	}
	notes, err := recipe.DataNotes(cifar.CIFAR10.Name, training.Format, "")
	if err != nil {
		return recipe.Job{}, err
	}
	return recipe.Job{Backend: backend, Name: name, Notes: notes, Model: images.Normalized(net, training.Moments), Recipe: r, Seed: seed,
		Training: shuffled, HeldOut: inOrder, Dir: dir, Wait: true}, nil
}

// Test measures the trained network on images it has not seen, such as the test images of [Images].
func (r *Run) Test(ctx context.Context, unseen images.Set) (recipe.Score, error) {
	backend, err := Backend()
	if err != nil {
		return recipe.Score{}, fmt.Errorf("lesson: %w", err)
	}
	data, err := images.NewDataset(unseen, images.Options{Name: "test", BatchSize: 100})
	if err != nil {
		return recipe.Score{}, fmt.Errorf("lesson: %w", err)
	}
	return recipe.Evaluate(ctx, backend, r.Model, r.Store, data)
}

// Source is what a block's file says from its first documented declaration on, as Markdown that shows as Go.
func Source(file string) (markdown string, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("lesson: %w", err)
	}
	_, declarations, found := strings.Cut(string(content), "\n)\n\n") // what follows the imports
	if !found {
		return "", fmt.Errorf("lesson: %s has no list of imports", file)
	}
	return "```go\n" + declarations + "```\n", nil
}
