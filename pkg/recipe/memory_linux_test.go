// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/accel"
)

const networksToTrain = "SKIPNETS_TEST_NETWORKS"

// largeNet has 16 million weights, 64 MB, which stand behind XLA's buffers and not on Go's heap. Momentum takes as much
// again, so that a network that is not freed stands out.
func largeNet(scope *model.Scope, x *Node) *Node {
	x = layers.Dense(scope.In("first"), Reshape(x, x.Shape().Dim(0), -1), true, 4000)
	x = layers.Dense(scope.In("second"), Tanh(x), true, 4000)
	return layers.Dense(scope.In("head"), Tanh(x), true, 4)
}

// Four networks trained one after the other in one process take no more memory at their peak than one, and need no
// luck for it: Go's collector is off in that process, so that only what is freed on purpose is free.
func TestPeakMemoryOfFourNetworks(t *testing.T) {
	var networks int
	if _, err := fmt.Sscan(os.Getenv(networksToTrain), &networks); err == nil { // the process that is measured
		backend := accel.MustNew("")
		for range networks {
			job := toyJob(t)
			job.Backend, job.Model, job.Dir = backend, largeNet, ""
			job.Recipe.Steps, job.Recipe.LearningRate = 3, 1e-3
			result, err := Fit(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			result.Store.Finalize()
		}
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		_, peak, _ := strings.Cut(string(status), "VmHWM:")
		fmt.Println("peak", strings.Fields(peak)[0])
		return
	}
	one, four := peakOfTraining(t, 1), peakOfTraining(t, 4)
	t.Logf("peak of one network %d MB, of four %d MB", one, four)
	// Single peaks scatter from 780 to 1,210 MB, as XLA frees a little later or sooner; without freeing, four take 2,600.
	if float64(four) > 1.8*float64(one) {
		t.Errorf("four networks take %d MB at their peak, one takes %d", four, one)
	}
}

// peakOfTraining runs this test in a process of its own, which trains that many networks, and returns the most memory
// it took, in MB.
func peakOfTraining(t *testing.T, networks int) (peak int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPeakMemoryOfFourNetworks$")
	child.Env = append(os.Environ(), "GOGC=off", fmt.Sprintf("%s=%d", networksToTrain, networks))
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, after, found := strings.Cut(string(out), "peak ")
	if !found {
		t.Fatalf("no peak in %q", out)
	}
	if _, err := fmt.Sscan(after, &peak); err != nil {
		t.Fatal(err)
	}
	return peak >> 10
}
