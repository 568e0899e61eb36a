// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"context"
	"fmt"

	"github.com/skipnets/skipnets/pkg/accel"
)

// Training a small network on a toy problem, then measuring it on images that it has not seen.
func ExampleFit() {
	ctx := context.Background()
	backend := accel.MustNew("go")
	result, err := Fit(ctx, Job{
		Backend: backend, Name: "toy-net", Model: toyNet, Recipe: toyRecipe(), Seed: 1,
		Training: toyData{100, 16, 1}, HeldOut: toyData{64, 32, 2}, // Dir: where checkpoints go
	})
	if err != nil {
		panic(err)
	}
	score, err := Evaluate(ctx, backend, toyNet, result.Store, toyData{64, 32, 3})
	if err != nil {
		panic(err)
	}
	fmt.Println(len(result.History), "epochs, at least 90% right:", score.Accuracy >= 0.9)
	// Output: 3 epochs, at least 90% right: true
}
