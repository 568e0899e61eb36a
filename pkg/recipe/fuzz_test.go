// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/skipnets/skipnets/internal/fuzztest"
)

// safetensorsFile is a small file of weights.
func safetensorsFile(t testing.TB, notes map[string]string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "weights")
	values := map[string]*tensors.Tensor{
		"/a/w": tensors.FromFlatDataAndDimensions([]float32{1, 2, 3, 4, 5, 6}, 2, 3),
		"/b":   tensors.FromScalar(int32(7)),
	}
	if err := SaveTensors(file, values, notes); err != nil {
		t.Fatal(err)
	}
	return readBytes(t, file)
}

func readBytes(t testing.TB, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// Weights that are accepted have finite values, and written again they are read as the same.
func FuzzSafetensors(f *testing.F) {
	whole := safetensorsFile(f, map[string]string{NetworkNote: "residual-8"})
	f.Add(whole)
	f.Add(whole[:len(whole)-3])
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Add(bytes.Replace(whole, []byte("[2,3]"), []byte("[1,6]"), 1))
	f.Add(weightsFile(`{DIGEST,"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, make([]byte, 8)))
	f.Add(weightsFile(`{DIGEST,"w":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}}`, make([]byte, 8)))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, content []byte) {
		var values map[string]*tensors.Tensor
		var notes map[string]string
		var err error
		fuzztest.Read(t, func() { values, notes, err = parseSafetensors(bytes.NewReader(content), int64(len(content))) })
		if err != nil {
			return
		}
		again := filepath.Join(t.TempDir(), "again")
		if err := SaveTensors(again, values, notes); err != nil {
			t.Fatalf("what was accepted cannot be written: %v", err)
		}
		twice, notesTwice, err := readSafetensors(again)
		if err != nil {
			t.Fatalf("what was accepted cannot be read when it is written again: %v", err)
		}
		for _, key := range []string{digestKey, headerDigestKey} { // float16 is read as float32, so they may differ
			delete(notes, key)
			delete(notesTwice, key)
		}
		if !maps.Equal(notes, notesTwice) || len(twice) != len(values) {
			t.Errorf("notes %q and %d tensors, written again %q and %d", notes, len(values), notesTwice, len(twice))
		}
		for name, value := range values {
			if !isFinite(value) || value.Size() > len(content) || twice[name] == nil || !value.Equal(twice[name]) {
				t.Errorf("%s is %v, and written again %v", name, value, twice[name])
			}
		}
	})
}

// A checkpoint whose notes or history were changed is refused, or the training goes on as if it had not been.
func FuzzResume(f *testing.F) {
	dir := f.TempDir()
	job := resumable(f, dir)
	whole, history := readBytes(f, filepath.Join(dir, LatestFile)), readBytes(f, filepath.Join(dir, HistoryFile))
	kept := newState(f, job)
	f.Add(whole, history)
	f.Add(whole, history[:len(history)/2])
	f.Add(whole, []byte("null\nnull\n"))
	f.Add(whole, bytes.Replace(history, []byte(`"epoch":1`), []byte(`"epoch":2`), 1))
	for _, change := range [][2]string{{`\"Total\":10`, `\"Total\":17`}, {`\"Epoch\":1`, `\"Epoch\":2`}, {`\"Step\":3`, `\"Step\":4`}, {`\"Images\":4`, `\"Images\":5`}, {`\"LossSum\":`, `\"LossSum\":9`}} {
		if !bytes.Contains(whole, []byte(change[0])) {
			f.Fatalf("no %s in %.600s", change[0], whole)
		}
		f.Add(bytes.Replace(whole, []byte(change[0]), []byte(change[1]), 1), history)
	}
	f.Fuzz(func(t *testing.T, latest, history []byte) {
		job.Dir = t.TempDir()
		for name, content := range map[string][]byte{LatestFile: latest, HistoryFile: history} {
			if err := os.WriteFile(filepath.Join(job.Dir, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var got *trainer
		var err error
		fuzztest.Read(t, func() { got, err = newTrainer(job) })
		if err != nil {
			if !strings.Contains(err.Error(), job.Dir) {
				t.Errorf("the error does not say where: %v", err)
			}
			return
		}
		defer got.finalize()
		if _, notes, err := LoadWithNotes(filepath.Join(job.Dir, LatestFile)); err != nil || notes[headerDigestKey] == "" {
			return // as earlier versions wrote them: there is nothing to tell a changed note by
		}
		if state := timeless(got.state); !reflect.DeepEqual(state, kept) {
			t.Errorf("it goes on from %+v, saved was %+v", state, kept)
		}
		checkHistory(t, got.history)
	})
}

// resumable trains 10 steps of 21, three of them in the second epoch, and leaves the checkpoint in the folder.
func resumable(t testing.TB, dir string) Job {
	t.Helper()
	job := toyJob(t)
	job.Dir = dir
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	job.Progress = stopper{10, cancel}
	if _, err := Fit(ctx, job); !errors.Is(err, context.Canceled) {
		t.Fatalf("the training was not stopped: %v", err)
	}
	job.Progress = nil
	return job
}

func newState(t testing.TB, job Job) state {
	t.Helper()
	trainer, err := newTrainer(job)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.finalize()
	return timeless(trainer.state)
}

// timeless is a state without its seconds: the processes that fuzz side by side each train their own seed.
func timeless(s state) state {
	s.TrainSeconds, s.Seconds = 0, 0
	return s
}

// A history that is accepted has its epochs in order, with figures that can be, and written again it is read as the same.
func FuzzHistory(f *testing.F) {
	for _, seed := range []string{
		`{"epoch":1,"step":7,"train_loss":2.3,"train_accuracy":0.1,"held_out_loss":2.2,"held_out_accuracy":0.2,"learning_rate":0.01,"seconds":1.5,"samples_per_second":100}`,
		"{}", "null", `{"epoch":2}`, `{"epoch":1,"held_out_accuracy":7}`, `{"epoch":1,"train_loss":-1}`, `{"epoch":1e300}`, "\n\n", "[", strings.Repeat("[", 10_000),
	} {
		f.Add([]byte(seed))
		f.Add([]byte(seed + "\n" + seed + "\n"))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var h History
		var err error
		fuzztest.Read(t, func() { h, err = ReadHistory(bytes.NewReader(content)) })
		if err != nil {
			return
		}
		checkHistory(t, h)
		file := filepath.Join(t.TempDir(), HistoryFile)
		if err := h.Save(file); err != nil {
			t.Fatal(err)
		}
		again, err := LoadHistory(file)
		if err != nil || len(again) != len(h) {
			t.Fatalf("%d epochs written again are %d: %v", len(h), len(again), err)
		}
		for i := range h {
			if h[i] != again[i] {
				t.Errorf("%+v is %+v when it is written again", h[i], again[i])
			}
		}
	})
}

func checkHistory(t *testing.T, h History) {
	t.Helper()
	isPart := func(x float64) bool { return x >= 0 && x <= 1 }
	for i, r := range h {
		if r.Epoch != i+1 || !isPart(r.TrainAccuracy) || !isPart(r.HeldOutAccuracy) || r.TrainLoss < 0 || r.HeldOutLoss < 0 || math.IsInf(r.TrainLoss, 0) {
			t.Errorf("it accepted %+v as epoch %d", r, i+1)
		}
	}
}

// A report that is accepted is of a network, and has accuracies that can be.
func FuzzReport(f *testing.F) {
	whole, err := json.Marshal(Report{Network: "residual-8", Recipe: "quick", HeldOutAccuracy: 0.5, TestAccuracy: 0.4, TestImages: 500, Parameters: 75290})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	for _, seed := range []string{"null", "{}", "[]", `{"network":"residual-8","test_accuracy":40}`, `{"network":"residual-8","test_accuracy":-1}`, string(whole) + string(whole), string(whole[:40])} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ReportFile), content, 0o644); err != nil {
			t.Fatal(err)
		}
		var r Report
		var err error
		fuzztest.Read(t, func() { r, err = LoadReport(dir) })
		if err != nil {
			return
		}
		if r.Network == "" || r.TestAccuracy < 0 || r.TestAccuracy > 1 || r.HeldOutAccuracy < 0 || r.HeldOutAccuracy > 1 || r.TestImages < 0 {
			t.Errorf("it accepted %+v", r)
		}
		if err := r.Save(dir); err != nil {
			t.Fatal(err)
		}
		if again, err := LoadReport(dir); err != nil || again != r {
			t.Errorf("%+v is %+v when it is written again: %v", r, again, err)
		}
	})
}

// A recipe that is accepted can be followed: it is read from JSON as it is kept in a checkpoint's notes.
func FuzzIdentity(f *testing.F) {
	identity := toyJob(f).identity()
	f.Add(identity, identity)
	f.Add(identity, strings.Replace(identity, "seed ", "seed 1", 1))
	f.Add("", identity)
	f.Add(", seed 1, 2 images of x, 3 held out, recipe {}", ", seed 1, 2 images of x, 3 held out, recipe {\"a\":[[[[]]]]}")
	f.Fuzz(func(t *testing.T, there, asked string) {
		fuzztest.Read(t, func() {
			if err := otherRun("dir", there, asked, nil); (err == nil) && there != asked && !maps.Equal(parts(there), parts(asked)) {
				t.Errorf("%q is taken for %q", there, asked)
			}
		})
	})
}

// What is written into a lock by another program, or cut, gives no message but a right one.
func FuzzHolder(f *testing.F) {
	for _, seed := range []string{"12 host\n", "", "12", "x y", "-1 host", "99999999999999999999 host", "0 host"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file := filepath.Join(t.TempDir(), lockFile)
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
		var said string
		fuzztest.Read(t, func() { said = holder(file) })
		if strings.Contains(said, "kill -") || strings.Contains(said, "kill 0") || len(said) > 1000 {
			t.Errorf("%q makes it say %q", content, said)
		}
	})
}
