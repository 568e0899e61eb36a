// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

func trainCommand() *cli.Command {
	return &cli.Command{
		Name:      "train",
		Usage:     "train networks by one recipe and measure them on the test images",
		UsageText: "skipnets train [-preset class] [NET…]      networks: " + strings.Join(nets.Names(), " "),
		Flags: setupFlags(
			datasetFlag(),
			&cli.StringFlag{Name: "preset", Value: "class", Usage: strings.Join(recipe.PresetNames(), ", ")},
			&cli.Int64Flag{Name: "seed", Value: 1, Usage: "of the first weights, the order of the images and their augmentation"},
			&cli.StringFlag{Name: "dir", Usage: "where runs are kept (default: runs/RECIPE in $SKIPNETS_HOME, with -quick runs/RECIPE-sample)"},
			&cli.StringFlag{Name: "precision", Value: "auto", Usage: "of the convolutions: fp32, bf16, or auto: the preset's, if the hardware has it"},
			&cli.IntFlag{Name: "epochs", Usage: "instead of the preset's"},
			&cli.FloatFlag{Name: "rate", Usage: "peak learning rate instead of the preset's"},
			&cli.StringSliceFlag{Name: "without", Usage: "an ingredient of the preset's recipe to leave out, such as whiten; more than one, separated by commas"},
			&cli.StringSliceFlag{Name: "with", Usage: "an ingredient to put in, such as identity"},
			devicesFlag(),
			&cli.BoolFlag{Name: "held-out", Usage: "leave the test images alone: to choose between recipes by the held-out ones"},
		),
		Action: trainAction,
	}
}

// presetNets are the networks of a preset when none is named: the four that the course compares, as wide or in as many
// depths as the preset's time allows.
func presetNets(preset string) []string {
	forms := map[string][]string{
		"quick": {"compact-%s-w16"}, "class": {"compact-%s-w24"}, "break": {"wide-%s-w40"}, "hour": {"wide-%s-w48"}, "gpu": {"wide-%s-w64"}, "article": {"article-%s"},
		"depth": {"half-%s-8", "half-%s-20", "half-%s-32", "half-%s-56"},
	}[preset]
	var names []string
	for _, form := range forms {
		for _, family := range nets.Compared() {
			names = append(names, fmt.Sprintf(form, family.Name))
		}
	}
	if preset == "depth" {
		for _, family := range nets.Compared() {
			for _, v := range family.Settings {
				names = append(names, fmt.Sprintf("half-%s-20-%s", family.Name, v.Option), fmt.Sprintf("half-%s-56-%s", family.Name, v.Option))
			}
		}
	}
	return names
}

func trainAction(ctx context.Context, cmd *cli.Command) error {
	r, err := chosenRecipe(cmd)
	if err != nil {
		return err
	}
	names := cmd.Args().Slice()
	if len(names) == 0 {
		names = presetNets(cmd.String("preset"))
	}
	version, err := cifar.Named(cmd.String("dataset"))
	if err != nil {
		return err
	}
	for _, name := range names { // all names are checked before the first hour is spent
		if _, err := nets.Parse(name, len(version.Classes)); err != nil {
			return err
		}
	}
	backend, s, err := ready(ctx, cmd, true)
	if err != nil {
		return err
	}
	if cmd.String("precision") == "auto" && r.BFloat16 && !accel.FastBFloat16(backend) {
		fmt.Fprintln(cmd.Root().ErrWriter, "! this hardware is not known to have bfloat16 units: convolutions in float32, about twice as slow as with them (-precision bf16 uses bfloat16 all the same)")
		r.BFloat16 = false
	}
	training, test, err := s.Images()
	if err != nil {
		return err
	}
	base := cmd.String("dir")
	if base == "" {
		base = filepath.Join(s.Home, "runs", r.Name)
		if s.Quick {
			base += "-sample" // other images: not to be taken for the preset's own runs
		}
		if version != cifar.CIFAR10 {
			base += "-" + version.Name
		}
	}
	t := experiment{dataset: version.Name, backend: backend, devices: cmd.Int("devices"), recipe: r, seed: cmd.Int64("seed"), training: training, test: test, progress: cmd.Root().ErrWriter, heldOutOnly: cmd.Bool("held-out")}
	var results []recipe.Report
	for _, name := range names {
		dir := filepath.Join(base, fmt.Sprintf("%s-seed%d", name, t.seed))
		fmt.Fprintf(t.progress, "\n%s by recipe %q on %s, kept in %s\n", name, r.Name, backend.Name(), dir)
		done, err := t.run(ctx, name, dir)
		if err != nil { // what came before it has ended, and is shown
			return errors.Join(err, writeTable(cmd.Root().Writer, results))
		}
		results = append(results, done)
	}
	return writeTable(cmd.Root().Writer, results)
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

// experiment is all that the networks trained by one command have in common.
type experiment struct {
	dataset        string
	backend        compute.Backend
	devices        int // of the backend, that share each step
	recipe         recipe.Recipe
	seed           int64
	training, test images.Set
	progress       io.Writer
	heldOutOnly    bool // the test images are left alone
}

// run trains one network and then, once, measures the best epoch's weights on the test images; with heldOutOnly it does
// not, and keeps no report.
func (t experiment) run(ctx context.Context, name, dir string) (recipe.Report, error) {
	net, err := nets.Parse(name, len(t.training.Classes))
	if err != nil {
		return recipe.Report{}, err
	}
	training, heldOut, err := datasets(t.training, t.recipe, uint64(t.seed))
	if err != nil {
		return recipe.Report{}, err
	}
	notes, err := recipe.DataNotes(t.dataset, t.training.Format, commit())
	if err != nil {
		return recipe.Report{}, err
	}
	resetPeakMemory()
	fitted, err := recipe.Fit(ctx, recipe.Job{
		Backend: t.backend, Name: name, Model: images.Normalized(net, t.training.Moments), Recipe: t.recipe, Seed: t.seed, Devices: t.devices,
		Training: training, HeldOut: heldOut, Notes: notes, Dir: dir, Progress: recipe.NewBar(t.progress),
	})
	if err != nil {
		return recipe.Report{}, err
	}
	defer fitted.Store.Finalize() // before the next network is trained
	// The report is written last: where there is one, the run had ended before, and the test images are read once.
	if kept, err := recipe.LoadReport(dir); !errors.Is(err, fs.ErrNotExist) {
		return kept, err
	}
	report, err := newReport(name, t, fitted, dir)
	if err != nil || t.heldOutOnly {
		return report, err
	}
	testSet, err := inOrder(t.test, "test")
	if err != nil {
		return recipe.Report{}, err
	}
	score, err := recipe.Evaluate(ctx, t.backend, images.Normalized(net, t.training.Moments), fitted.Store, testSet)
	if err != nil {
		return recipe.Report{}, err
	}
	report.TestAccuracy, report.TestImages = score.Accuracy, score.Images
	return report, report.Save(dir)
}

// One in so many training images is set aside to choose the best epoch: 5,000 of the 50,000, 100 of the sample's 1,000.
const heldOutFraction = 10

// datasets splits the training images, with the augmentation that the recipe asks for. The split is the same for all
// seeds, so that seeds differ in training alone.
func datasets(all images.Set, r recipe.Recipe, seed uint64) (training, heldOut *images.Dataset, err error) {
	rest, aside := all.Split(all.Len()/heldOutFraction, 0)
	training, err = images.NewDataset(rest, images.Options{
		Name: "training", BatchSize: r.BatchSize, Seed: seed, Shuffle: true, DropLast: true,
		Augment: r.Augment,
	})
	if err != nil {
		return nil, nil, err
	}
	heldOut, err = inOrder(aside, "held-out")
	return training, heldOut, err
}

// evaluationBatch divides 10,000, 5,000, 500 and 100, so that one compiled graph serves the whole set.
const evaluationBatch = 100

func inOrder(set images.Set, name string) (*images.Dataset, error) {
	return images.NewDataset(set, images.Options{Name: name, BatchSize: evaluationBatch})
}
