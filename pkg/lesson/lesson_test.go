// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// epochs counts the epochs that were really trained.
type epochs struct{ n int }

func (e *epochs) Step(recipe.Status)       {}
func (e *epochs) Epoch(recipe.Record, int) { e.n++ }

var tiny = recipe.Recipe{Name: "tiny", Epochs: 2, BatchSize: 20, Optimizer: recipe.SGD, LearningRate: 0.05, Schedule: recipe.Constant}

func TestImagesQuick(t *testing.T) {
	t.Setenv(home.EnvQuick, "1")
	t.Setenv(home.EnvData, "/nowhere")
	training, test, err := Images()
	if err != nil || training.Len() != 1000 || test.Len() != 500 {
		t.Errorf("%d and %d images, %v", training.Len(), test.Len(), err)
	}
}

func TestImagesAbsent(t *testing.T) {
	t.Setenv(home.EnvQuick, "")
	for name, dir := range map[string]string{home.EnvData: t.TempDir(), home.EnvHome: t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(home.EnvData, "")
			t.Setenv(name, filepath.Join(dir, "nowhere"))
			_, _, err := Images()
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range []string{dir, "skipnets lab", home.EnvData, home.EnvQuick} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
}

func TestFitTrainsOnceAndLoadsThen(t *testing.T) {
	train, test := cifar.Sample()
	training, heldOut := train.Split(960, 1) // 40 images: the machinery is tested here, not the network
	_, heldOut = heldOut.Split(20, 1)
	dir, trained := t.TempDir(), &epochs{}
	run := func() *Run {
		run, err := fit(context.Background(), "plain-8", training, heldOut, tiny, dir, trained)
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	first := run()
	if trained.n != 2 || len(first.History) != 2 {
		t.Fatalf("trained %d epochs, history %v", trained.n, first.History)
	}
	again := run()
	if trained.n != 2 {
		t.Errorf("trained %d epochs more in the second call", trained.n-2)
	}
	if diff := cmp.Diff(first.History, again.History); diff != "" {
		t.Errorf("the loaded history is another one: %s", diff)
	}
	_, few := test.Split(20, 1)
	score, err := again.Test(context.Background(), few)
	if err != nil {
		t.Fatal(err)
	}
	if score.Images != 20 || len(score.Predictions) != 20 {
		t.Errorf("score %+v", score)
	}
}

// halfway tells when the first epoch is over, and lets the training go on when it may.
type halfway struct{ reached, goOn chan struct{} }

func (h halfway) Step(recipe.Status) {}
func (h halfway) Epoch(r recipe.Record, _ int) {
	if r.Epoch == 1 {
		close(h.reached)
		<-h.goOn
	}
}

func TestFitWaitsForAnotherNotebook(t *testing.T) {
	train, _ := cifar.Sample()
	training, heldOut := train.Split(960, 1)
	_, heldOut = heldOut.Split(20, 1)
	dir := t.TempDir()
	fitWith := func(ctx context.Context, progress recipe.Progress) error {
		_, err := fit(ctx, "plain-8", training, heldOut, tiny, dir, progress)
		return err
	}
	first, firstErr := halfway{make(chan struct{}), make(chan struct{})}, make(chan error, 1)
	go func() { firstErr <- fitWith(t.Context(), first) }()
	select {
	case <-first.reached:
	case err := <-firstErr:
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel) // the reader stops the cell
	if err := fitWith(cancelled, nil); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "lock ") {
		t.Errorf("error %v of a call that was cancelled while it waited", err)
	}
	second, secondErr := &epochs{}, make(chan error, 1)
	go func() { secondErr <- fitWith(t.Context(), second) }()
	time.AfterFunc(50*time.Millisecond, func() { close(first.goOn) }) // the second finds the run in use before that, or finished
	if err := errors.Join(<-firstErr, <-secondErr); err != nil {
		t.Fatal(err)
	}
	if second.n != 0 {
		t.Errorf("the second call trained %d epochs of a run that the first one had finished", second.n)
	}
}

func TestSampleIsDividedWithoutRemainder(t *testing.T) {
	if train, _ := cifar.Sample(); train.Len() != TrainingImages+HeldOutImages {
		t.Errorf("%d images, but %d + %d", train.Len(), TrainingImages, HeldOutImages)
	}
}

func TestTrainUnknownNet(t *testing.T) {
	t.Setenv(home.EnvHome, t.TempDir())
	if _, err := Train(context.Background(), "inception-3", nil); err == nil || !strings.Contains(err.Error(), "inception-3") {
		t.Errorf("error %v", err)
	}
}

// With SKIPNETS_BRIEF a training is one epoch, in a folder of its own.
func TestTrainBriefly(t *testing.T) {
	t.Setenv(home.EnvHome, t.TempDir())
	t.Setenv(home.EnvBrief, "1")
	run, err := Train(t.Context(), "plain-8", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.History) != 1 || run.Recipe.Epochs != 1 {
		t.Errorf("%d epochs of %d", len(run.History), run.Recipe.Epochs)
	}
}

func TestBatch(t *testing.T) {
	batch, err := Batch(64)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(batch.Inputs[0].Shape(), batch.Labels[0].Shape()); got != "(Uint8)[64, 32, 32, 3] (Int32)[64, 1]" {
		t.Errorf("shapes %s", got)
	}
	for _, size := range []int{-1, 0, 1001} {
		if _, err := Batch(size); err == nil {
			t.Errorf("a batch of %d images gives no error", size)
		}
	}
}

func TestSourceOfEachBlock(t *testing.T) {
	files, err := filepath.Glob("../blocks/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || filepath.Base(file) == "doc.go" {
			continue
		}
		source, err := Source(file)
		if err != nil {
			t.Error(err)
		}
		if !strings.HasPrefix(source, "```go\n//") || !strings.Contains(source, "\nfunc ") || strings.Contains(source, "import") {
			t.Errorf("%s shows as %.200s", file, source)
		}
	}
}

func TestSourceErrors(t *testing.T) {
	bare := filepath.Join(t.TempDir(), "bare.go")
	if err := os.WriteFile(bare, []byte("package bare\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{bare, "missing.go"} {
		if _, err := Source(file); err == nil {
			t.Errorf("no error for %s", file)
		}
	}
}
