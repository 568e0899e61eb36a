// SPDX-License-Identifier: Apache-2.0

// Why trains the arms of the experiments in notebook 06: attempts to rescue a deep plain network, the skip dial, gate
// biases, networks without normalisation. It appends each training loss to a file that the notebook reads. What the file
// has is not done again, and a training that was interrupted goes on: give the same command.
//
//	go run ./docs/bench/why [-depth 56] [-images 4000] [-seeds 1] [-only rescue] [-file notebooks/trained/why/losses.jsonl]
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"slices"

	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/lesson"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A study is what the command line asks for.
type study struct {
	file, preset, only string
	depth, images      int
	seeds              int64
}

func main() {
	log.SetFlags(0)
	var s study
	flag.StringVar(&s.file, "file", "notebooks/trained/why/losses.jsonl", "where the losses are kept")
	flag.StringVar(&s.preset, "preset", "quick", "whose recipe")
	flag.StringVar(&s.only, "only", "", "one experiment: rescue, unnormalised, dial or gates; empty for all")
	flag.IntVar(&s.depth, "depth", 56, "layers")
	flag.IntVar(&s.images, "images", 4000, "training images")
	flag.Int64Var(&s.seeds, "seeds", 1, "seeds of each arm, beginning with 1")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		log.Fatal("why: ", err)
	}
}

func (s study) run(ctx context.Context) error {
	r, err := recipe.Preset(s.preset)
	if err != nil {
		return err
	}
	training, _, err := lesson.Images()
	if err != nil {
		return err
	}
	if s.images > training.Len() || s.images < 1 {
		return fmt.Errorf("%d images asked for, there are %d", s.images, training.Len())
	}
	_, some := training.Split(s.images, 1)
	for seed := int64(1); seed <= s.seeds; seed++ { // all arms once before any twice
		for _, experiment := range lesson.Experiments() {
			if s.only != "" && s.only != experiment.Name {
				continue
			}
			for _, arm := range experiment.Arms {
				if err := s.try(ctx, experiment.Name, arm, some, r, seed); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// try trains an arm, unless the file has it.
func (s study) try(ctx context.Context, experiment string, arm lesson.Arm, pictures images.Set, r recipe.Recipe, seed int64) error {
	done, err := lesson.ReadTried(s.file)
	if err != nil {
		return err
	}
	wanted := lesson.Tried{Experiment: experiment, Arm: arm.Name, Depth: s.depth, Images: pictures.Len(), Recipe: r.Name, Seed: seed}
	if slices.ContainsFunc(done, wanted.Same) {
		return nil
	}
	tried, err := arm.Try(ctx, experiment, s.depth, pictures, r, seed)
	if err != nil {
		return err
	}
	fmt.Printf("%-14s %-22s %d layers, seed %d: training losses %.3f\n", experiment, arm.Name, s.depth, seed, tried.Losses)
	return lesson.AppendTried(s.file, tried)
}
