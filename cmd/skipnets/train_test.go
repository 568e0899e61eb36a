// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/notebooks/trained"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// command runs skipnets with the arguments.
func command(t *testing.T, args ...string) error {
	t.Helper()
	a := app()
	a.Writer, a.ErrWriter = &bytes.Buffer{}, &bytes.Buffer{}
	return a.Run(t.Context(), append([]string{"skipnets"}, args...))
}

// checkLogits compares the answers in a file of eval with the accuracy of the report.
func checkLogits(t *testing.T, file string, r recipe.Report) {
	t.Helper()
	store, notes, err := recipe.LoadWithNotes(file)
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) any {
		value, found := store.Loader().LoadVariable(store, name)
		if !found {
			t.Fatalf("no %s in %s", name, file)
		}
		return value.Value()
	}
	logits, labels := read("logits").([][]float32), read("labels").([]int32)
	hits := 0
	for i, answer := range logits {
		if slices.Index(answer, slices.Max(answer)) == int(labels[i]) {
			hits++
		}
	}
	if accuracy := float64(hits) / float64(len(labels)); len(labels) != r.TestImages || accuracy != r.TestAccuracy || notes[recipe.NetworkNote] != r.Network {
		t.Errorf("%d logits of %q with accuracy %g, the report has %d, %q, %g", len(labels), notes[recipe.NetworkNote], accuracy, r.TestImages, r.Network, r.TestAccuracy)
	}
}

// One small network from training over eval to predict, as a user would go.
func TestTrainEvalPredict(t *testing.T) {
	dir := t.TempDir()
	if err := command(t, "train", "-quick", "-preset", "quick", "-epochs", "1", "-dir", dir, "residual-8"); err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(dir, "residual-8-seed1")
	r, err := recipe.LoadReport(run)
	if err != nil {
		t.Fatal(err)
	}
	if r.Recipe != "quick-epochs1" || r.TestImages != 500 || r.TestAccuracy <= 0 || r.MirroredAccuracy <= 0 || r.Parameters != 75290 || r.Seconds <= 0 {
		t.Errorf("result %+v", r)
	}
	for _, name := range []string{recipe.LatestFile, recipe.BestFile, recipe.HistoryFile} {
		if _, err := os.Stat(filepath.Join(run, name)); err != nil {
			t.Error(err)
		}
	}

	_, notes, err := recipe.LoadWithNotes(filepath.Join(run, recipe.BestFile))
	if err != nil {
		t.Fatal(err)
	}
	format, err := recipe.NotedFormat(notes, images.Format{})
	if err != nil || format.Fits(cifar.CIFAR10.Format) != nil || notes[recipe.DatasetNote] != "cifar10" || notes[recipe.CommitNote] != r.Commit {
		t.Errorf("the weights' notes are %v (%v)", notes, err)
	}
	if r.Dataset != "cifar10" || r.Images != "32×32×3" || r.Classes != 10 || !strings.Contains(r.Normalisation, "0.4914") {
		t.Errorf("result %+v", r)
	}

	r.Commit = "of the program that trained it" // a second call must not put its own in its place
	if err := r.Save(run); err != nil {
		t.Fatal(err)
	}
	if err := command(t, "train", "-quick", "-preset", "quick", "-epochs", "1", "-dir", dir, "residual-8"); err != nil {
		t.Fatal(err)
	}
	if again, err := recipe.LoadReport(run); err != nil || again != r {
		t.Errorf("after training again the report is %+v (%v), it was %+v", again, err, r)
	}

	confusion := filepath.Join(dir, "confusion.png")
	logits := filepath.Join(dir, "logits.safetensors")
	if err := command(t, "eval", "-quick", "-confusion", confusion, "-logits", logits, run); err != nil {
		t.Fatal(err)
	}
	checkLogits(t, logits, r)
	checkPNG(t, confusion)
	a, printed := app(), &bytes.Buffer{}
	a.Writer, a.ErrWriter = printed, &bytes.Buffer{}
	if err := a.Run(t.Context(), []string{"skipnets", "eval", "-quick", "-mirrored", run}); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("accuracy %.2f%%", 100*r.MirroredAccuracy); !strings.Contains(printed.String(), want) {
		t.Errorf("eval -mirrored prints %q, the report has %s", printed, want)
	}

	_, test := cifar.Sample()
	picture, figure := filepath.Join(dir, "picture.png"), filepath.Join(dir, "figure.png")
	var out bytes.Buffer
	if err := png.Encode(&out, test.Image(0)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(picture, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := command(t, "predict", "-weights", run, "-out", figure, picture); err != nil {
		t.Fatal(err)
	}
	checkPNG(t, figure)
}

// What weights were trained on is in their file; eval goes by that, and refuses images that do not fit.
func TestWeightsSayWhatTheyAreOf(t *testing.T) {
	store := model.NewStore()
	if _, err := store.CreateVariable("/w", tensors.FromValue([]float32{1})); err != nil {
		t.Fatal(err)
	}
	save := func(change func(notes map[string]string)) string {
		notes, err := recipe.DataNotes("cifar100", cifar.CIFAR100.Format, "")
		if err != nil {
			t.Fatal(err)
		}
		notes[recipe.NetworkNote] = "residual-8"
		change(notes)
		file := filepath.Join(t.TempDir(), "weights.safetensors")
		if err := recipe.SaveNetwork(file, store, notes); err != nil {
			t.Fatal(err)
		}
		return file
	}
	hundred := save(func(map[string]string) {})
	for args, want := range map[string]string{
		"eval -quick -dataset cifar10 " + hundred: "a network trained on cifar100, cannot be measured on cifar10: it knows 100 classes, and here are 10",
		"eval -quick " + hundred:                  "no small sample of CIFAR-100", // that data set was chosen by itself
		"eval -quick " + save(func(notes map[string]string) { notes[recipe.DatasetNote] = "my own" }):       `was trained on "my own", which eval does not read`,
		"eval -quick " + save(func(notes map[string]string) { notes[recipe.ImagesNote] = `{"height":-1}` }): "damaged weights file: its note on the pictures",
		"eval -quick " + save(func(notes map[string]string) { notes[recipe.ImagesNote] = `nonsense` }):      "damaged weights file: its note on the pictures",
		"eval -quick -logits " + hundred + " " + hundred:                                                    "would be replaced",
		"predict -out " + hundred + " -weights " + hundred + " picture.png":                                 "give a name that ends in .png",
	} {
		if err := command(t, strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", args, err, want)
		}
	}
}

// Choosing between recipes leaves the test images alone; the run's folder says what was left out.
func TestTrainHeldOut(t *testing.T) {
	dir := t.TempDir()
	if err := command(t, "train", "-quick", "-preset", "quick", "-epochs", "1", "-without", "warm-up,flip", "-with", "identity", "-held-out", "-dir", dir, "residual-8"); err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(dir, "residual-8-seed1")
	if _, err := recipe.LoadReport(run); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a report of the test images, or %v", err)
	}
	_, notes, err := recipe.LoadWithNotes(filepath.Join(run, recipe.BestFile))
	if err != nil {
		t.Fatal(err)
	}
	if trained := notes["recipe"]; !strings.Contains(trained, "quick-epochs1-without-warm-up-without-flip-with-identity") || strings.Contains(trained, "random") {
		t.Errorf("trained by %s", trained)
	}
}

// The article's preset trains the article's net.
func TestArticle(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves trainings of full size out")
	}
	dir := t.TempDir()
	if err := command(t, "train", "-quick", "-preset", "article", "-epochs", "1", "-dir", dir, "article-plain"); err != nil {
		t.Fatal(err)
	}
	history, err := recipe.LoadHistory(filepath.Join(dir, "article-plain-seed1", recipe.HistoryFile))
	if err != nil || len(history) != 1 || history[0].Step != 900/64 || history[0].TrainLoss > 3 { // it has not diverged
		t.Errorf("history %+v, %v", history, err)
	}
}

func checkPNG(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := png.Decode(f); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}

func TestCommandErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("neither an image nor weights"), 0o644); err != nil {
		t.Fatal(err)
	}
	kept := "../../notebooks/trained/hour"
	residual := filepath.Join(filepath.Dir(kept), filepath.FromSlash(trained.Name))
	tests := []struct {
		args string
		want string
	}{
		{"train -preset fast", `no preset "fast"`},
		{"train resnet", `no net "resnet"`},
		{"train residual-21", "the nearest are 20 and 26"},
		{"train -epochs 0 residual-8", "needs epochs"},
		{"train -rate Inf residual-8", "learning rate is +Inf"},
		{"train -precision fp8 residual-8", `precision "fp8"`},
		{"train -preset class -without yeast", `has no ingredient "yeast" to leave out; it has`},
		{"train -preset class -with muon", `can't be given the ingredient "muon"; it lacks`},
		{"train -bogus", "flag provided but not defined: -bogus. For all flags and their values: skipnets train --help"},
		{"train -seeds 1-3", `invalid value "1-3" for flag -seeds: invalid syntax. For all flags`},
		{"trian residual-8", `no command called "trian": skipnets --help`},
		{"-bogus", "flag provided but not defined: -bogus. For all flags"},
		{"eval", "which weights"},
		{"eval -quick -backend xla:nonsense /no/such/run", "there is no /no/such/run: give the folder of a run"},
		{"eval -quick " + file, "the file is text, not weights that skipnets wrote"},
		{"eval -quick " + filepath.Dir(file), "there is no best.safetensors in"},
		{"eval -quick " + kept, "runs and is none itself: give one of them"},
		{"eval -quick -net wide-plain-w24 " + residual, "holds the network wide-residual-w24, and -net asks for wide-plain-w24: leave -net away"},
		{"eval -quick -net wide-residual-w32 " + residual, "holds the network wide-residual-w24"},
		{"predict -weights " + residual + " ../../notebooks/images/none.png", "no such file"},
		{"predict -weights run", "give a picture"},
		{"predict -weights " + residual + " " + file, "is text, which is not read"},
		{"predict -backend xla:nonsense " + file, "is text, which is not read"}, // before the backend is opened
		{"predict -out photo.jpg other.jpg", "ends in .png"},
		{"bench -precision fp8", `precision "fp8"`},
		{"bench -steps 0", "-steps 0 is not from 1"},
		{"bench -steps 2000000000", "-steps 2000000000 is not from 1 to 10000"},
		{"bench -batch 0", "-batch 0 is not from 1 to 1000"},
		{"bench -batch 1000000000", "-batch 1000000000 is not from 1 to 1000"},
		{"bench residual-2000000", "a depth of 2000000 is too large"},
		{"train residual-2000000", "a depth of 2000000 is too large"},
		{"train -epochs 2000000000 residual-8", "2000000000 epochs are more than 100000"},
		{"train -rate 1e300 residual-8", "learning rate is 1e+300"},
		{"bench residual-8 resnet", `no net "resnet"`},
		{"train wide-residual-24", "wide-residual-w24"},
		{"train -dataset mnist residual-8", `no data set "mnist"`},
		{"train -quick -dataset cifar100 residual-8", "no small sample of CIFAR-100"},
		{"nets residual-20", "no arguments"},
		{"bench -backend xla:nonsense", "xla:nonsense"},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			err := command(t, strings.Fields(test.args)...)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestPresetNetsExist(t *testing.T) {
	for _, preset := range recipe.PresetNames() {
		names := presetNets(preset)
		if len(names) == 0 {
			t.Errorf("preset %s trains nothing", preset)
		}
		for _, name := range names {
			if _, err := nets.Parse(name, 10); err != nil {
				t.Errorf("preset %s: %v", preset, err)
			}
		}
	}
}

// Without -weights, predict takes those that are part of the program, which needs neither a checkout nor Go nor a C compiler.
func TestPredictWithoutWeights(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PATH", "")
	picture := filepath.Join(t.TempDir(), "picture.png")
	_, test := cifar.Sample()
	var encoded, out bytes.Buffer
	if err := png.Encode(&encoded, test.Image(0)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(picture, encoded.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	a := app()
	a.Writer, a.ErrWriter = &out, &bytes.Buffer{}
	if err := a.Run(t.Context(), []string{"skipnets", "predict", picture}); err != nil {
		t.Fatal(err)
	}
	if want := test.Classes[test.Labels[0]]; !strings.HasPrefix(out.String(), want) {
		t.Errorf("predict says %q, the picture shows a %s", out.String(), want)
	}
}

// What the command line offers is what there is: every family and every example.
func TestNetsLists(t *testing.T) {
	a, out := app(), &bytes.Buffer{}
	a.Writer = out
	if err := a.Run(t.Context(), []string{"skipnets", "nets"}); err != nil {
		t.Fatal(err)
	}
	for _, family := range nets.Families {
		if !strings.Contains(out.String(), family.Name+" ") || !strings.Contains(out.String(), family.Merge) {
			t.Errorf("%s is not listed in\n%s", family.Name, out)
		}
	}
	for _, name := range nets.Names() {
		if !strings.Contains(out.String(), "\n  "+name+"\n") {
			t.Errorf("%s is not listed", name)
		}
	}
}

// Two devices train a network; three cannot share a batch of 128, and none is no number.
func TestTrainOnDevices(t *testing.T) {
	train := func(devices string) error {
		return command(t, "train", "-quick", "-preset", "quick", "-epochs", "1", "-devices", devices, "-dir", t.TempDir(), "half-residual-8")
	}
	for devices, want := range map[string]string{"3": "cannot be divided evenly among 3 devices", "0": "-devices 0 is not from 1", "100000": "-devices 100000 is not from 1"} {
		if err := train(devices); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("-devices %s: %v, want an error that says %q", devices, err, want)
		}
	}
	if err := train("2"); err != nil {
		t.Error(err)
	}
}

// A preset's batch may be larger than the sample: then the sample is one batch.
func TestLargeBatchOnTheSample(t *testing.T) {
	dir := t.TempDir()
	if err := command(t, "train", "-quick", "-preset", "gpu", "-epochs", "1", "-held-out", "-dir", dir, "wide-residual-w2"); err != nil {
		t.Fatal(err)
	}
	history, err := recipe.LoadHistory(filepath.Join(dir, "wide-residual-w2-seed1", recipe.HistoryFile))
	if err != nil {
		t.Fatal(err)
	}
	if last, _ := history.Last(); last.Step != 1 {
		t.Errorf("the epoch has %d steps, want 1", last.Step)
	}
}
