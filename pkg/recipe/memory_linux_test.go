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

// largeNet has 4 million weights, 16 MB, which stand behind XLA's buffers and not on Go's heap.
func largeNet(scope *model.Scope, x *Node) *Node {
	x = layers.Dense(scope.In("first"), Reshape(x, x.Shape().Dim(0), -1), true, 2000)
	x = layers.Dense(scope.In("second"), Tanh(x), true, 2000)
	return layers.Dense(scope.In("head"), Tanh(x), true, 4)
}

// Four networks trained one after the other in one process take no more memory at their peak than one.
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
	peak := map[int]int{}
	for _, n := range []int{1, 4} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPeakMemoryOfFourNetworks$")
		child.Env = append(os.Environ(), fmt.Sprintf("%s=%d", networksToTrain, n))
		out, err := child.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		_, after, found := strings.Cut(string(out), "peak ")
		if !found {
			t.Fatalf("no peak in %q", out)
		}
		if _, err := fmt.Sscan(after, &n); err != nil {
			t.Fatal(err)
		}
		peak[len(peak)] = n >> 10
	}
	t.Logf("peak of one network %d MB, of four %d MB", peak[0], peak[1])
	if float64(peak[1]) > 1.1*float64(peak[0]) {
		t.Errorf("four networks take %d MB at their peak, one takes %d", peak[1], peak[0])
	}
}
