// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	"github.com/skipnets/skipnets/pkg/accel"
)

// fourDevices is XLA on the CPU, which can be as many devices as one likes.
var fourDevices = sync.OnceValues(func() (compute.Backend, error) { return accel.NewOn("", 4) })

func openFourDevices(t *testing.T) compute.Backend {
	t.Helper()
	backend, err := fourDevices()
	if err != nil && strings.Contains(err.Error(), "has 1 of the 4 devices") {
		t.Skip("the tests run without XLA, and GoMLX's backend in Go has one device")
	}
	if err != nil {
		t.Fatal(err)
	}
	return backend
}

// stepLosses are the losses of the first steps, summed over the images of each batch.
func stepLosses(t *testing.T, job Job, n int) []float64 {
	t.Helper()
	tr, err := newTrainer(job)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.finalize()
	if err := tr.prepare(); err != nil {
		t.Fatal(err)
	}
	var losses []float64
	for _, batch := range steps(t, job.Training, n) {
		before := tr.state.LossSum
		if err := tr.step(batch); err != nil {
			t.Fatal(err)
		}
		losses = append(losses, tr.state.LossSum-before)
	}
	return losses
}

// Twenty steps on two and four devices have the losses of one. The network has a BatchNorm: statistics of the parts of a
// batch would show at once.
func TestDevicesGiveTheSameLosses(t *testing.T) {
	backend := openFourDevices(t)
	job := toyJob(t)
	job.Backend, job.Dir = backend, ""
	want := stepLosses(t, job, 20)
	if !(want[19] < 0.7*want[0]) {
		t.Fatalf("nothing was learnt, so nothing is compared: %v", want)
	}
	for _, n := range []int{2, 4} {
		job.Devices = n
		for i, got := range stepLosses(t, job, 20) {
			if !(math.Abs(got-want[i]) < 1e-4*want[i]) {
				t.Fatalf("%d devices, step %d: loss %g, on one device %g", n, i+1, got, want[i])
			}
		}
	}
}

// Fit on two devices evaluates, keeps its best network, is interrupted, and goes on, with the results of one device.
func TestFitOnDevices(t *testing.T) {
	job := toyJob(t)
	job.Backend = openFourDevices(t)
	job.Recipe.ReestimateBatches = 2
	job.Dir = ""
	want, err := Fit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	job.Devices, job.Dir = 2, t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	job.Progress = stopper{5, cancel}
	if _, err := Fit(ctx, job); err == nil {
		t.Fatal("not interrupted")
	}
	job.Progress = nil
	got, err := Fit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	for i, record := range got.History {
		if w := want.History[i]; math.Abs(record.TrainLoss-w.TrainLoss) > 1e-4 || math.Abs(record.HeldOutLoss-w.HeldOutLoss) > 1e-3 {
			t.Errorf("epoch %d: %+v on two devices, %+v on one", i+1, record, w)
		}
	}
	score, err := Evaluate(t.Context(), testBackend(), job.Model, got.Store, job.HeldOut)
	if best, _ := got.History.Best(); err != nil || math.Abs(score.Accuracy-best.HeldOutAccuracy) > 0.02 {
		t.Errorf("the network that was kept scores %g (%v), its history says %g", score.Accuracy, err, best.HeldOutAccuracy)
	}
}

func TestDevicesErrors(t *testing.T) {
	job := toyJob(t)
	for _, test := range []struct {
		devices, batch int
		backend        compute.Backend
		want           string
	}{
		{-1, 16, testBackend(), "-1 devices"},
		{2, 16, testBackend(), "has 1: open one with accel.NewOn"},
		{3, 16, many{testBackend()}, "16 images cannot be divided evenly among 3"},
		{4, 22, many{testBackend()}, "22 images cannot be divided evenly among 4"},
		{8, 24, many{testBackend()}, "last batch of an epoch, 4 images"},
	} {
		job.Devices, job.Recipe.BatchSize, job.Backend = test.devices, test.batch, test.backend
		if _, err := Fit(t.Context(), job); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%d devices, batch %d: %v, want an error that says %q", test.devices, test.batch, err, test.want)
		}
	}
}

// many says that it has many devices.
type many struct{ compute.Backend }

func (many) NumDevices() int { return 64 }
