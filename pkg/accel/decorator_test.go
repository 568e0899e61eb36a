// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/support/backendtest"
)

// TestConformance runs the tests that GoMLX has for any backend on the decorated ones: closures, functions, buffers,
// donation and all operations must survive the wrapping. On XLA, which compiles for long, it runs those about that.
func TestConformance(t *testing.T) {
	for i, raw := range testBackends(t) {
		t.Run(raw.Name(), func(t *testing.T) {
			decorated := Wrap(raw)
			if i == 0 {
				backendtest.RunAll(t, decorated, nil)
				return
			}
			backendtest.TestExec(t, decorated)
			backendtest.TestFunctions(t, decorated)
			backendtest.TestConvGeneral(t, decorated, &backendtest.AllTestsConfiguration{ConvGeneralDTypes: []dtypes.DType{dtypes.Float32}})
		})
	}
}
