// SPDX-License-Identifier: Apache-2.0

// Why computes what notebooks 06, 07 and 08 load: the training losses of attempts to rescue a deep plain network, of the skip dial, of gate
// biases, of networks without norms, and of networks that grow; gradients on the way of a training; and maps of the loss around trained networks. It appends each
// result to a file. What a file has is not done again, and a training that was interrupted goes on: give the same command. A training
// takes a minute or two on two cores.
//
//	go run ./docs/bench/why [-only rescue] [-depth 56] [-images 4000] [-seeds 3] [-dir notebooks/trained/why]
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/lesson"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A study is what the command line asks for.
type study struct {
	dir, runs, only string
	depth, images   int
	seeds           int64
}

// What there is beside the experiments of package lesson.
const (
	deeper    = "deeper"
	gradients = "gradients"
	surfaces  = "surfaces"
)

func main() {
	log.SetFlags(0)
	var s study
	flag.StringVar(&s.dir, "dir", "notebooks/trained/why", "where the results are kept")
	flag.StringVar(&s.runs, "runs", "notebooks/trained/depth", "the trained networks around which the loss is measured")
	flag.StringVar(&s.only, "only", "", "one experiment: "+strings.Join(names(), ", ")+"; empty for all")
	flag.IntVar(&s.depth, "depth", 0, "layers; 0 for those that belong to the experiment")
	flag.IntVar(&s.images, "images", 4000, "training images")
	flag.Int64Var(&s.seeds, "seeds", 3, "seeds of each training in which losses are compared, beginning with 1")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		log.Fatal("why: ", err)
	}
}

func names() (names []string) {
	for _, experiment := range lesson.Experiments() {
		names = append(names, experiment.Name)
	}
	return append(names, deeper, gradients, surfaces)
}

func (s study) wants(name string) bool { return s.only == "" || s.only == name }

func (s study) depths(own ...int) []int {
	if s.depth != 0 {
		return []int{s.depth}
	}
	return own
}

func (s study) run(ctx context.Context) error {
	if s.only != "" && !slices.Contains(names(), s.only) {
		return fmt.Errorf("no experiment %q: -only takes %s", s.only, strings.Join(names(), ", "))
	}
	r, err := recipe.Preset("quick")
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
			if !s.wants(experiment.Name) {
				continue
			}
			for _, depth := range s.depths(experiment.Depths...) {
				for _, arm := range experiment.Arms {
					if err := s.try(ctx, experiment.Name, arm, depth, some, r, seed); err != nil {
						return err
					}
				}
			}
		}
	}
	if s.wants(deeper) {
		if err := s.trainOn(ctx, some, r); err != nil {
			return err
		}
	}
	if s.wants(surfaces) {
		if err := s.surfaces(ctx); err != nil {
			return err
		}
	}
	if s.wants(gradients) {
		return s.follow(ctx, some, r)
	}
	return nil
}

// try trains an arm, unless the file has it.
func (s study) try(ctx context.Context, experiment string, arm lesson.Arm, depth int, pictures images.Set, r recipe.Recipe, seed int64) error {
	file := filepath.Join(s.dir, filepath.Base(lesson.TriedFile))
	done, err := lesson.ReadTried(file)
	if err != nil {
		return err
	}
	wanted := lesson.Tried{Experiment: experiment, Arm: arm.Name, Depth: depth, Images: pictures.Len(), Recipe: r.Name, Seed: seed}
	if slices.ContainsFunc(done, wanted.Same) {
		return nil
	}
	tried, err := arm.Try(ctx, experiment, depth, pictures, r, seed)
	if err != nil {
		return err
	}
	fmt.Printf("%-12s %-30s %d layers, seed %d: training losses %.3f\n", experiment, arm.Name, depth, seed, tried.Losses)
	return lesson.AppendTried(file, tried)
}
