// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/google/go-cmp/cmp"

	"github.com/skipnets/skipnets/internal/whole"
	"github.com/skipnets/skipnets/pkg/accel"
)

func TestFitLearns(t *testing.T) {
	job := toyJob(t)
	job.Recipe.Lookahead, job.Recipe.BFloat16 = 5, true
	job.Backend = accel.MustNew("")
	result, err := Fit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	last, _ := result.History.Last()
	if last.Step != 21 || len(result.History) != 3 {
		t.Errorf("%d epochs and %d steps, want 3 and 21", len(result.History), last.Step)
	}
	score, err := Evaluate(t.Context(), job.Backend, toyNet, result.Store, toyData{64, 64, 3})
	if err != nil {
		t.Fatal(err)
	}
	if score.Accuracy < 0.9 || score.Images != 64 {
		t.Errorf("accuracy %.2f on %d images, want at least 0.9 on 64", score.Accuracy, score.Images)
	}
}

func TestFitWithoutDirectory(t *testing.T) {
	job := toyJob(t)
	job.Dir = ""
	job.Recipe.BFloat16 = true // the network is trained on another backend than it is measured on
	result, err := Fit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	best, _ := result.History.Best()
	backend := accel.Wrap(job.Backend, accel.WithConvDType(dtypes.BFloat16))
	score, err := Evaluate(t.Context(), backend, toyNet, result.Store, job.HeldOut)
	if err != nil {
		t.Fatal(err)
	}
	if score.Accuracy != best.HeldOutAccuracy {
		t.Errorf("the kept network has accuracy %v, the history's best is %v", score.Accuracy, best.HeldOutAccuracy)
	}
}

// A run stopped in the middle of an epoch and resumed must give the very bits of an unbroken one.
func TestResumeIsExact(t *testing.T) {
	for _, test := range []struct {
		name, optimizer, backend string
		net                      Model
		form                     string // of the convolutions, when it begins
	}{
		{"SGD", SGD, "go", toyNet, ""}, {"Adam", AdamW, "go", toyNet, ""}, {"Adam on XLA", AdamW, "", toyNet, ""}, // where it is
		{"all ingredients", Muon, "go", stemNet, ""},
		{"dropout", SGD, "go", withDropout, ""}, {"dropout on XLA", SGD, "", withDropout, ""},
		{"other forms on XLA", SGD, "", toyNet, "dots"},
	} {
		t.Run(test.name, func(t *testing.T) {
			unbroken, broken := toyJob(t), toyJob(t)
			for _, job := range []*Job{&unbroken, &broken} {
				job.Model = test.net
				if test.optimizer == Muon {
					job.Recipe = all
					job.Recipe.Name, job.Recipe.Epochs, job.Recipe.BatchSize = "all", 3, 16
				}
				job.Recipe.Optimizer, job.Recipe.Lookahead, job.Recipe.LearningRate = test.optimizer, 2, 0.02
				job.Backend = accel.MustNew(test.backend)
			}
			if test.form != "" { // a resumed run keeps to them, whatever it would choose now
				unbroken.Tuner, broken.Tuner = inForm(t, unbroken, test.form), inForm(t, unbroken, test.form)
			}
			want, err := Fit(t.Context(), unbroken)
			if err != nil {
				t.Fatal(err)
			}
			for _, stopAt := range []int{4, 7, 15, 21} { // within an epoch, at its end, between two of lookahead's, after the last step
				ctx, cancel := context.WithCancel(t.Context())
				broken.Progress = stopper{stopAt, cancel}
				if _, err := Fit(ctx, broken); !errors.Is(err, context.Canceled) {
					t.Fatalf("stopped at step %d: error %v", stopAt, err)
				}
				if test.form != "" {
					broken.Tuner = inForm(t, unbroken, "conv2d")
				}
			}
			broken.Progress = nil
			got, err := Fit(t.Context(), broken)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range []History{want.History, got.History} {
				for i := range h { // the only numbers that may differ
					h[i].Seconds, h[i].SamplesPerSecond = 0, 0
				}
			}
			if diff := cmp.Diff(want.History, got.History); diff != "" {
				t.Errorf("history differs (-unbroken +resumed):\n%s", diff)
			}
			if diff := cmp.Diff(allValues(t, unbroken.Dir), allValues(t, broken.Dir)); diff != "" {
				t.Errorf("weights differ (-unbroken +resumed):\n%s", diff)
			}
		})
	}
}

// What a killed training was writing does not stay for ever.
// inForm is a tuner that builds all of a job's convolutions in one form.
func inForm(t *testing.T, job Job, name string) *accel.Tuner {
	t.Helper()
	job.Dir, job.Tuner = "", accel.FixedForms(nil)
	if _, err := Fit(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	forms := job.Tuner.Used()
	if len(forms) == 0 {
		t.Fatal("no form was chosen")
	}
	for convolution := range forms {
		forms[convolution] = name
	}
	return accel.FixedForms(forms)
}

func TestNothingIsLeftOfAKilledTraining(t *testing.T) {
	job := toyJob(t)
	job.Recipe.Epochs = 1
	for _, file := range []string{LatestFile, BestFile, HistoryFile} {
		pending, err := whole.Create(filepath.Join(job.Dir, file), 0o644) // and never closed
		if err != nil {
			t.Fatal(err)
		}
		defer pending.Cleanup()
	}
	fitOnce(t, job)
	hidden, err := filepath.Glob(filepath.Join(job.Dir, ".*"))
	if err != nil || len(hidden) > 0 {
		t.Errorf("left are %v, %v", hidden, err)
	}
}

// withDropout draws random numbers in each step of training.
func withDropout(scope *model.Scope, x *Node) *Node {
	return toyNet(scope, layers.Dropout(scope.In("dropout"), x, Scalar(x.Graph(), x.DType(), 0.2)))
}

type stopper struct {
	at     int
	cancel func()
}

func (s stopper) Epoch(Record, int) {}
func (s stopper) Step(status Status) {
	if status.Step == s.at {
		s.cancel()
	}
}

func allValues(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, LatestFile))
	if err != nil {
		t.Fatal(err)
	}
	found, _, err := parseSafetensors(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]byte{}
	for name, value := range found {
		if err := value.ConstBytes(func(b []byte) { values[name] = append([]byte(nil), b...) }); err != nil {
			t.Fatal(err)
		}
	}
	return values
}

// Compiling takes seconds, in which a reader may change his mind.
func TestStoppedBeforeTheFirstStep(t *testing.T) {
	job := toyJob(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Fit(cancelled, job); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	fitOnce(t, job)
}

func TestFinishedRunIsNotRepeated(t *testing.T) {
	job := toyJob(t)
	first, err := Fit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	job.Progress = stopper{1, func() { t.Error("a finished run made a step") }}
	job.Model = func(*model.Scope, *Node) *Node { panic("a finished run was compiled again") }
	second, err := Fit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.History, second.History); diff != "" {
		t.Errorf("history differs:\n%s", diff)
	}
}

// What is noted is the accuracy and loss of what is kept, whose kernels are rounded; and that does not depend on whether it
// is kept in a file or in memory.
func TestMeasuredIsKept(t *testing.T) {
	var losses []float64
	for _, dir := range []string{t.TempDir(), ""} {
		job := toyJob(t)
		job.Dir = dir
		result, err := Fit(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		best, _ := result.History.Best()
		score, err := Evaluate(t.Context(), job.Backend, toyNet, result.Store, job.HeldOut)
		if err != nil {
			t.Fatal(err)
		}
		if score.Loss != best.HeldOutLoss || score.Accuracy != best.HeldOutAccuracy {
			t.Errorf("directory %q: the kept network has loss %v and accuracy %v, noted are %v and %v", dir, score.Loss, score.Accuracy, best.HeldOutLoss, best.HeldOutAccuracy)
		}
		losses = append(losses, score.Loss)
	}
	if losses[0] != losses[1] {
		t.Errorf("losses %v with a directory and without", losses)
	}
}

// Kernels that float16 cannot hold stay float32, in the file as in memory.
func TestKernelsBeyondFloat16(t *testing.T) {
	store := model.NewStore()
	if _, err := store.CreateVariable("/large", tensors.FromFlatDataAndDimensions([]float32{1e5, 1.0001}, 2, 1)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := SaveNetwork(path, store, nil); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := roundKernels(store); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*model.Store{store, loaded} {
		if got := tensors.MustCopyFlatData[float32](s.GetVariable("/large").MustValue()); got[0] != 1e5 || got[1] != 1.0001 {
			t.Errorf("the kernel became %v", got)
		}
	}
}

// Whoever loads the weights, the best ones or the latest, finds what they are of.
func TestNotes(t *testing.T) {
	job := toyJob(t)
	job.Recipe.Epochs = 1
	job.Notes = map[string]string{DatasetNote: "toys", CommitNote: "4f2aa64"}
	fitOnce(t, job)
	for _, file := range []string{BestFile, LatestFile} {
		_, notes, err := LoadWithNotes(filepath.Join(job.Dir, file))
		if err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]string{NetworkNote: "toy-net", DatasetNote: "toys", CommitNote: "4f2aa64", "seed": "7"} {
			if notes[key] != want {
				t.Errorf("%s: note %s is %q, want %q", file, key, notes[key], want)
			}
		}
	}
	if len(job.Notes) != 2 {
		t.Errorf("the job's notes became %v", job.Notes)
	}
}

// A clone of a loaded store takes nothing away from it.
func TestLoadedStoreCanBeCloned(t *testing.T) {
	job := toyJob(t)
	job.Recipe.Epochs = 1
	result, err := Fit(t.Context(), job) // its store is loaded from the file of the best epoch
	if err != nil {
		t.Fatal(err)
	}
	var losses []float64
	for range 2 {
		clone, err := result.Store.Clone()
		if err != nil {
			t.Fatal(err)
		}
		for _, store := range []*model.Store{clone, result.Store} {
			score, err := Evaluate(t.Context(), job.Backend, toyNet, store, job.HeldOut)
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, score.Loss)
		}
		clone.Finalize()
	}
	for _, loss := range losses {
		if loss != losses[0] {
			t.Fatalf("losses %v of one network", losses)
		}
	}
}

func TestDivergenceStopsAndKeepsTheLastGoodCheckpoint(t *testing.T) {
	job := toyJob(t)
	job.Recipe.Schedule, job.Recipe.WarmUp = Constant, 0.9 // the rate rises past what the net can bear
	job.Recipe.LearningRate, job.Recipe.Momentum = 1e18, 0
	job.SaveEvery = 1 // after every step
	_, err := Fit(t.Context(), job)
	if !errors.Is(err, ErrNotFinite) || !strings.Contains(err.Error(), "step ") || !strings.Contains(err.Error(), "lower rate") || !strings.Contains(err.Error(), "learning rate ") {
		t.Fatalf("error %v: want one that names step and learning rate", err)
	}
	data, err := os.ReadFile(filepath.Join(job.Dir, LatestFile))
	if err != nil {
		t.Fatalf("the last good checkpoint is gone: %v", err)
	}
	values, _, err := parseSafetensors(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(values) == 0 {
		t.Fatalf("%d values, %v", len(values), err)
	}
	for path, value := range values {
		if value.DType() != dtypes.Float32 {
			continue
		}
		flat, err := tensors.CopyFlatData[float32](value)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range flat {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				t.Fatalf("the checkpoint is not good: %s holds %v", path, x)
			}
		}
	}
}

// A network that is good in training and gives no number in evaluation, as a diverging BatchNorm may.
func TestHeldOutLossThatIsNoNumber(t *testing.T) {
	job := toyJob(t)
	job.Model = func(scope *model.Scope, x *Node) *Node {
		logits := toyNet(scope, x)
		if !scope.Store().IsTraining(x.Graph()) {
			logits = MulScalar(logits, math.Inf(1))
		}
		return logits
	}
	for _, dir := range []string{job.Dir, job.Dir, ""} { // the second time from the checkpoint
		job.Dir = dir
		_, err := Fit(t.Context(), job)
		if !errors.Is(err, ErrNotFinite) || !strings.Contains(err.Error(), "step 7, learning rate ") || !strings.Contains(err.Error(), "held-out loss") || !strings.Contains(err.Error(), "lower rate") {
			t.Errorf("error %v: want one that names step, learning rate and the held-out loss", err)
		}
	}
}

func TestFitErrors(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, job *Job)
		want  string
	}{
		{"no backend", func(_ *testing.T, j *Job) { j.Backend = nil }, "backend"},
		{"no model", func(_ *testing.T, j *Job) { j.Model = nil }, "model"},
		{"no images", func(_ *testing.T, j *Job) { j.Training = toyData{0, 16, 1} }, "training images"},
		{"no held-out images", func(_ *testing.T, j *Job) { j.HeldOut = nil }, "held-out images"},
		{"bad recipe", func(_ *testing.T, j *Job) { j.Recipe.Optimizer = "rmsprop" }, `optimizer "rmsprop"`},
		{"bad shapes", func(_ *testing.T, j *Job) {
			j.Model = func(scope *model.Scope, x *Node) *Node { return Reshape(x, 3, 5) }
		}, "compile the training step"},
		{"other batches than the recipe's", func(_ *testing.T, j *Job) { j.Recipe.BatchSize = 32 }, "batches hold 16 images, the recipe asks for 32"},
		{"directory is a file", func(t *testing.T, j *Job) {
			j.Dir = filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(j.Dir, nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}, "directory of the run"},
		{"in use", func(t *testing.T, j *Job) {
			unlock, err := lock(t.Context(), j.Dir, false)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(unlock)
		}, fmt.Sprintf("in use by another training, process %d: stop it with kill %[1]d", os.Getpid())},
		{"in use on another machine", func(t *testing.T, j *Job) {
			unlock, err := lock(t.Context(), j.Dir, false)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(unlock)
			if err := os.WriteFile(filepath.Join(j.Dir, lockFile), []byte("77 node-b\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, "in use by another training, process 77 on node-b"},
		{"in use by a program that does not tell", func(t *testing.T, j *Job) {
			l := flock.New(filepath.Join(j.Dir, lockFile))
			if locked, err := l.TryLock(); err != nil || !locked {
				t.Fatal(locked, err)
			}
			t.Cleanup(func() { _ = l.Unlock() })
		}, "in use by another training"},
		{"another recipe there", func(t *testing.T, j *Job) {
			fitOnce(t, *j)
			j.Recipe.LearningRate *= 2
		}, "holds another run"},
		{"a network without its checkpoint there", func(t *testing.T, j *Job) {
			fitOnce(t, *j)
			if err := os.Remove(filepath.Join(j.Dir, LatestFile)); err != nil {
				t.Fatal(err)
			}
		}, "holds a trained network"},
		{"a result whose weights were not kept", func(t *testing.T, j *Job) {
			if err := (Report{Network: "toy"}).Save(j.Dir); err != nil {
				t.Fatal(err)
			}
		}, "holds the result of a training"},
		{"another network there", func(t *testing.T, j *Job) {
			fitOnce(t, *j)
			j.Name = "other-net"
		}, "holds another run"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			job := toyJob(t)
			job.Recipe.Epochs = 1
			test.spoil(t, &job)
			if _, err := Fit(t.Context(), job); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func fitOnce(t *testing.T, job Job) {
	t.Helper()
	if _, err := Fit(t.Context(), job); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedCheckpointIsRefused(t *testing.T) {
	job := toyJob(t)
	job.Recipe.Epochs = 1
	fitOnce(t, job)
	path := filepath.Join(job.Dir, BestFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]func([]byte) []byte{
		"empty":          func(b []byte) []byte { return nil },
		"truncated":      func(b []byte) []byte { return b[:len(b)-5] },
		"header cut":     func(b []byte) []byte { return b[:20] },
		"value changed":  func(b []byte) []byte { b[len(b)-3] ^= 1; return b },
		"length changed": func(b []byte) []byte { b[7] = 0x7f; return b },
	}
	for name, damage := range tests {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, damage(append([]byte(nil), whole...)), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(path); !errors.Is(err, ErrDamaged) {
				t.Errorf("error %v, want ErrDamaged", err)
			}
		})
	}
}

func TestFileOfAnotherProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "foreign.safetensors")
	header := map[string]any{"w": tensorEntry{"F32", []int{1}, []int64{0, 4}}}
	if err := writeSafetensors(path, header, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "another program") {
		t.Errorf("error %v: the file is not damaged, but not ours", err)
	}
}

func TestSpeedOfNothing(t *testing.T) {
	if _, err := MeasureSpeed(t.Context(), toyJob(t), 0); err == nil || !strings.Contains(err.Error(), "0 steps") {
		t.Errorf("error %v", err)
	}
}

func TestWeightsOfAnotherNetworkAreRefused(t *testing.T) {
	job := toyJob(t)
	job.Recipe.Epochs = 1
	fitOnce(t, job)
	smaller := func(scope *model.Scope, x *Node) *Node { // has variables the file lacks, and lacks some of the file's
		return toyNet(scope.In("inner"), x)
	}
	store, err := Load(filepath.Join(job.Dir, BestFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Evaluate(t.Context(), job.Backend, smaller, store, job.HeldOut); err == nil || !strings.Contains(err.Error(), "another network") {
		t.Errorf("error %v, want one about another network", err)
	}
}

// Kernels are rounded to float16 in a network's file; scales, offsets and statistics are not.
func TestSaveNetworkRoundsKernels(t *testing.T) {
	store := model.NewStore()
	const third = float32(1) / 3
	want := map[string]float32{"/kernel": 0.33325195, "/scale": third}
	for path, shape := range map[string][]int{"/kernel": {1, 1}, "/scale": {1}} {
		if _, err := store.CreateVariable(path, tensors.FromFlatDataAndDimensions([]float32{third}, shape...)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "network.safetensors")
	if err := SaveNetwork(path, store, nil); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for name := range want {
		value, ok := loaded.Loader().LoadVariable(loaded, name)
		if !ok {
			t.Fatalf("%s is not in the file", name)
		}
		if got := tensors.MustCopyFlatData[float32](value); got[0] != want[name] {
			t.Errorf("%s is %v, want %v", name, got, want[name])
		}
	}
}
