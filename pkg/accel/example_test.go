// SPDX-License-Identifier: Apache-2.0

package accel_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"

	"github.com/skipnets/skipnets/pkg/accel"
)

// Any GoMLX program is tuned by one line. The second program finds in the file what the first one measured.
func ExampleWithTuner() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "forms.json") // "" is a file in the user's cache folder

	for program := range 2 {
		tuner := accel.NewTuner(file)
		tuner.Report = func(string) { fmt.Println("program", program, "measures") }
		backend := accel.Wrap(accel.MustNew("xla:cpu"), accel.WithTuner(tuner))

		gradient := MustExecOnce(backend, func(g *Graph) *Node {
			x := Ones(g, shapes.Make(dtypes.Float32, 8, 6, 6, 2))      // [batch, 6, 6, 2]
			kernel := Ones(g, shapes.Make(dtypes.Float32, 3, 3, 2, 4)) // [3, 3, in, out]
			y := Convolve(x, kernel).PadSame().Done()                  // [batch, 6, 6, 4]
			return Gradient(ReduceAllSum(y), kernel)[0]
		})
		fmt.Println("program", program, "has the gradient", gradient.Shape())
	}
	// Output:
	// program 0 measures
	// program 0 has the gradient (Float32)[3, 3, 2, 4]
	// program 1 has the gradient (Float32)[3, 3, 2, 4]
}
