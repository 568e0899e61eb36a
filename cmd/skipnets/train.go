// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

func trainCommand() *cli.Command {
	return &cli.Command{
		Name:      "train",
		Usage:     "train networks by one recipe and measure them on the test images",
		UsageText: "skipnets train [-preset class] [NET…]      networks: " + strings.Join(nets.Names(), " "),
		Flags: datasetFlags(
			&cli.StringFlag{Name: "preset", Value: "class", Usage: strings.Join(recipe.PresetNames(), ", ")},
			&cli.Int64Flag{Name: "seed", Value: 1, Usage: "of the first weights, the order of the images and their augmentation"},
			&cli.Int64SliceFlag{Name: "seeds", Usage: "several, separated by commas: the table ends with mean ± standard deviation of each network"},
			&cli.StringFlag{Name: "dir", Usage: "where runs are kept (default: runs/RECIPE in $SKIPNETS_HOME, with -quick runs/RECIPE-sample)"},
			&cli.StringFlag{Name: "precision", Value: "auto", Usage: "of the convolutions: fp32, bf16, or auto: the preset's, if the hardware has it"},
			&cli.IntFlag{Name: "epochs", Usage: "instead of the preset's"},
			&cli.FloatFlag{Name: "rate", Usage: "peak learning rate instead of the preset's"},
			&cli.StringSliceFlag{Name: "without", Usage: "an ingredient of the preset's recipe to leave out, such as whiten; more than one, separated by commas"},
			&cli.StringSliceFlag{Name: "with", Usage: "an ingredient to put in, such as identity"},
			devicesFlag(),
			tuneFlag(),
			&cli.BoolFlag{Name: "held-out", Usage: "leave the test images alone: to choose between recipes by the held-out ones"},
		),
		Action: trainAction,
	}
}

func trainAction(ctx context.Context, cmd *cli.Command) error {
	r, err := chosenRecipe(cmd)
	if err != nil {
		return err
	}
	seeds, err := chosenSeeds(cmd)
	if err != nil {
		return err
	}
	names := cmd.Args().Slice()
	unnamed := len(names) == 0
	if unnamed {
		names = presetNets(cmd.String("preset"))
	}
	for _, name := range names { // all names are checked before the first hour is spent
		if _, err := nets.Parse(name, 2); err != nil {
			return err
		}
	}
	backend, s, err := ready(ctx, cmd, true)
	if err != nil {
		return err
	}
	if cmd.String("precision") == "auto" && r.BFloat16 && !accel.FastBFloat16(backend) {
		fmt.Fprintln(cmd.Root().ErrWriter, "! this hardware is not known to have bfloat16 units: convolutions in float32, which takes two to three times as long, more on old processors (docs/performance.md; -precision bf16 uses bfloat16 all the same)")
		r.BFloat16 = false
	}
	t := experiment{dataset: s.DatasetName(), own: s.Own(), backend: backend, devices: cmd.Int("devices"), tune: cmd.Bool("tune") && !s.Quick, recipe: r, progress: cmd.Root().ErrWriter, heldOutOnly: cmd.Bool("held-out")}
	if t.training, t.test, err = s.Images(); err != nil {
		return err
	}
	if s.Own() && !cmd.IsSet("epochs") {
		t.recipe = asLong(r)
	}
	t.recipe = forFew(t.recipe, t.training.Len()-heldOutImages(t.training))
	base := cmd.String("dir")
	if base == "" {
		base = runsFolder(s, t.recipe)
	}
	if unnamed && !s.Quick && !s.Own() && !cmd.IsSet("epochs") {
		if names, err = t.fitting(ctx, cmd.String("preset"), base, seeds[0]); err != nil {
			return err
		}
	}
	var results []recipe.Report
	for _, name := range names {
		for _, t.seed = range seeds {
			dir := filepath.Join(base, fmt.Sprintf("%s-seed%d", name, t.seed))
			fmt.Fprintf(t.progress, "\n%s by recipe %q on %s, kept in %s\n", name, t.recipe.Name, backend.Name(), dir)
			done, err := t.run(ctx, name, dir)
			if err != nil { // what came before it has ended, and is shown
				return errors.Join(err, writeTable(cmd.Root().Writer, results))
			}
			results = append(results, done)
		}
	}
	return writeTable(cmd.Root().Writer, results)
}

// chosenSeeds are those of -seeds, or the one of -seed.
func chosenSeeds(cmd *cli.Command) ([]int64, error) {
	if !cmd.IsSet("seeds") {
		return []int64{cmd.Int64("seed")}, nil
	}
	if cmd.IsSet("seed") {
		return nil, errors.New("train: -seeds lists all seeds: leave -seed away")
	}
	seeds := cmd.Int64Slice("seeds")
	for i, seed := range seeds {
		if slices.Contains(seeds[:i], seed) {
			return nil, fmt.Errorf("train: -seeds names %d twice, and the same seed gives the same network", seed)
		}
	}
	return seeds, nil
}

// runsFolder is where runs are kept if the user names no folder. Other images than the preset's have a folder of their own.
func runsFolder(s *setup.Setup, r recipe.Recipe) string {
	base := filepath.Join(s.Home, "runs", r.Name)
	switch {
	case s.Quick:
		base += "-sample"
	case s.Own():
		base += "-" + filepath.Base(s.DataDir())
		if s.Size != 0 && s.Size != cifar.Size {
			base += fmt.Sprintf("-%dpx", s.Size)
		}
		if s.Grey {
			base += "-grey"
		}
	case s.DatasetName() != cifar.CIFAR10.Name:
		base += "-" + s.DatasetName()
	}
	return base
}

func chosenRecipe(cmd *cli.Command) (recipe.Recipe, error) {
	r, err := recipe.Preset(cmd.String("preset"))
	if err != nil {
		return r, err
	}
	if cmd.IsSet("epochs") {
		r.Epochs, r.Steps = cmd.Int("epochs"), 0
		r.Name += fmt.Sprintf("-epochs%d", r.Epochs) // it is another recipe: its runs have a folder and a name of their own
	}
	if cmd.IsSet("rate") {
		r.LearningRate = cmd.Float("rate")
		r.Name += fmt.Sprintf("-rate%g", r.LearningRate)
	}
	for _, ingredient := range cmd.StringSlice("without") {
		if r, err = r.Without(ingredient); err != nil {
			return r, err
		}
	}
	for _, ingredient := range cmd.StringSlice("with") {
		if r, err = r.With(ingredient); err != nil {
			return r, err
		}
	}
	switch p := cmd.String("precision"); p {
	case "auto":
	case "fp32", "bf16":
		if bf16 := p == "bf16"; bf16 != r.BFloat16 {
			r.BFloat16 = bf16
			r.Name += "-" + p
		}
	default:
		return r, fmt.Errorf("train: precision %q is none of auto, fp32 and bf16", p)
	}
	return r, r.Validate()
}
