// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"

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

// The pieces alone, in a program with GoMLX's own trainer and loop: whitened and identity kernels to begin with, Muon with a
// schedule, and the loss. [Fit] has no part in it.
func Example_goMLX() {
	backend := accel.MustNew("go")
	data := &loopData{toyData: toyData{160, 16, 1}}
	const epochs = 4
	r := Recipe{
		Epochs: 1, BatchSize: 16, Optimizer: Muon, LearningRate: 0.2, Momentum: 0.9, KernelRate: 0.1, KernelMomentum: 0.6,
		Schedule: OneCycle, WarmUp: 0.2, EndRate: 0.1, Whiten: true, WhitenBias: 1, FixedScale: true, OffsetRate: 4,
	}
	store := model.NewStore()
	if err := Whiten(backend, stemNet, store, data.at(0, 0).Inputs[0]); err != nil {
		panic(err)
	}
	optimizer, err := r.GoMLX(epochs * data.Steps())
	if err != nil {
		panic(err)
	}
	trainer := train.NewTrainer(backend, store, stemNet, CrossEntropy(0.1, 1), optimizer, nil, nil)
	if _, err := train.NewLoop(trainer).RunEpochs(data, epochs); err != nil {
		panic(err)
	}
	score, err := Evaluate(context.Background(), backend, stemNet, store, toyData{64, 32, 3})
	if err != nil {
		panic(err)
	}
	fmt.Println(trainer.GlobalStep(), "steps, at least 90% right:", score.Accuracy >= 0.9)
	// Output: 40 steps, at least 90% right: true
}

// loopData is toyData as GoMLX's loop takes it: each call of Iter yields the next epoch.
type loopData struct {
	toyData
	epochs atomic.Int64
}

func (d *loopData) Iter() iter.Seq2[train.Batch, error] { return d.From(int(d.epochs.Add(1)-1), 0) }
