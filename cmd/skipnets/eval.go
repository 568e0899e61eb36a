// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/whole"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
	"github.com/skipnets/skipnets/pkg/recipe"
)

func evalCommand() *cli.Command {
	return &cli.Command{
		Name:      "eval",
		Usage:     "measure trained weights on the test images",
		UsageText: "skipnets eval [-confusion FILE.png] [-logits FILE] WEIGHTS…      a weights file, or the directory of a run",
		Flags: datasetFlags(
			&cli.StringFlag{Name: "net", Usage: "the network, where the weights file does not name it"},
			jsonFlag(),
			&cli.BoolFlag{Name: "mirrored", Usage: "average each answer over the image and its mirror image: twice the time, and right a little more often"},
			&cli.StringFlag{Name: "confusion", Usage: "write a confusion matrix to this PNG file"},
			&cli.StringFlag{Name: "logits", Usage: "write the logits and labels of the test images, in their order, to this safetensors file"},
		),
		Action: evalAction,
	}
}

func evalAction(ctx context.Context, cmd *cli.Command) error {
	if cmd.Args().Len() == 0 {
		return errors.New("eval: which weights? Give a file, or the directory of a run")
	}
	for _, written := range []struct {
		flag string
		kind output
	}{{"confusion", figureOutput}, {"logits", logitsOutput}} { // in this order, so that the same mistake always gives the same sentence
		if cmd.IsSet(written.flag) && cmd.Args().Len() > 1 {
			return fmt.Errorf("eval: -%s takes one weights file", written.flag)
		}
		if err := checkOutput("-"+written.flag, cmd.String(written.flag), written.kind, cmd.Args().Slice()...); err != nil {
			return err
		}
	}
	var networks []weights
	for _, path := range cmd.Args().Slice() { // before all that takes long
		w, err := loadWeights(path, cmd.String("net"), formatOf(cmd.String("dataset")))
		if err != nil {
			return err
		}
		networks = append(networks, w)
	}
	if err := chooseDataset(cmd, networks); err != nil {
		return err
	}
	backend, s, err := ready(ctx, cmd, true)
	if err != nil {
		return err
	}
	_, unseen, err := s.Images()
	if err != nil {
		return err
	}
	for _, w := range networks {
		if err := w.fits(s.DatasetName(), unseen.Format); err != nil {
			return err
		}
	}
	test, err := inOrder(unseen, "test")
	if err != nil {
		return err
	}
	for _, w := range networks {
		net := w.model
		if cmd.Bool("mirrored") {
			net = images.Mirrored(net)
		}
		score, err := recipe.Evaluate(ctx, backend, net, w.store, test)
		if err != nil {
			return err
		}
		e := evaluation{w.file, w.name, s.DatasetName(), score.Accuracy, score.Loss, score.Images}
		if err := e.write(cmd.Root().Writer, cmd.Bool("json")); err != nil {
			return err
		}
		if file := cmd.String("logits"); file != "" {
			if err := writeLogits(file, w.name, score); err != nil {
				return err
			}
		}
		if file := cmd.String("confusion"); file != "" {
			return writeConfusion(file, unseen.Classes, score)
		}
	}
	return nil
}

// evaluation is what eval says of a network.
type evaluation struct {
	Weights  string  `json:"weights"` // the file
	Network  string  `json:"network"`
	Dataset  string  `json:"dataset"`
	Accuracy float64 `json:"accuracy"` // 0 to 1
	Loss     float64 `json:"loss"`     // mean cross-entropy, in nats
	Images   int     `json:"images"`
}

// write adds a line to the output: a sentence, or a JSON object.
func (e evaluation) write(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(e)
	}
	_, err := fmt.Fprintf(out, "%s: accuracy %.2f%%, loss %.4f on %d test images\n", e.Network, 100*e.Accuracy, e.Loss, e.Images)
	return err
}

func writeConfusion(file string, classes []string, score recipe.Score) error {
	figure, err := plots.Confusion(classes, score.Confusion(len(classes)))
	if err != nil {
		return err
	}
	return whole.WriteFile(file, figure, 0o644)
}

func writeLogits(file, network string, score recipe.Score) error {
	return recipe.SaveTensors(file, map[string]*tensors.Tensor{
		"logits": tensors.FromValue(score.Logits), "labels": tensors.FromValue(score.Labels), // [images, classes] and [images]
	}, map[string]string{recipe.NetworkNote: network})
}

// weights are a trained network.
type weights struct {
	file   string
	name   string
	model  recipe.Model // takes uint8 images
	store  *model.Store
	format images.Format     // of the images
	notes  map[string]string // of the file
}

// weightsFile finds the weights when path is the directory of a run.
func weightsFile(path string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("weights: there is no %s: give the folder of a run of skipnets train, or a weights file", path)
	}
	if err != nil {
		return "", fmt.Errorf("weights: %w", err)
	}
	if !info.IsDir() {
		return path, nil
	}
	file := filepath.Join(path, recipe.BestFile)
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	if _, err := os.Stat(filepath.Join(path, recipe.LatestFile)); err == nil {
		return "", fmt.Errorf("weights: the training in %s has not ended an epoch: there is no %s yet. Its train command goes on with it", path, recipe.BestFile)
	}
	if runs, err := filepath.Glob(filepath.Join(path, "*", recipe.BestFile)); err == nil && len(runs) > 0 {
		return "", fmt.Errorf("weights: %s holds %d runs and is none itself: give one of them, such as %s", path, len(runs), filepath.Dir(runs[0]))
	}
	return "", fmt.Errorf("weights: there is no %s in %s: give the folder of a run of skipnets train, or a weights file", recipe.BestFile, path)
}

// formatOf is the format of CIFAR's pictures, which older weights files do not tell; of other data sets it is unknown.
func formatOf(dataset string) images.Format {
	if version, err := cifar.Named(dataset); err == nil {
		return version.Format
	}
	return images.Format{}
}

// chooseDataset sets the flags to what the weights were trained on, where the user has not: the data set, and the size of
// pictures in a folder. It returns an error if that data set is the user's own, and they have not said where it is.
func chooseDataset(cmd *cli.Command, networks []weights) error {
	first, ownPictures := networks[0], cmd.IsSet("images")
	set := func(flag, value string) error {
		if cmd.IsSet(flag) {
			return nil
		}
		return cmd.Set(flag, value)
	}
	if noted := first.notes[recipe.DatasetNote]; noted != "" && !ownPictures {
		if !cmd.IsSet("dataset") && !slices.Contains(setup.Datasets(), noted) {
			return fmt.Errorf("%s was trained on %q, which eval does not read: choose by -dataset or -images what to measure it on", first.file, noted)
		}
		if err := set("dataset", noted); err != nil {
			return err
		}
	}
	if cmd.String("dataset") == setup.Folder || ownPictures {
		if !ownPictures && !cmd.IsSet("data") {
			return fmt.Errorf("%s was trained on somebody's own pictures: give their folder as -images DIR", first.file)
		}
		if err := set("grey", strconv.FormatBool(first.format.Channels == 1)); err != nil {
			return err
		}
		return set("size", strconv.Itoa(first.format.Height))
	}
	if version, err := cifar.Named(cmd.String("dataset")); err == nil { // then no data need be had to see whether they fit
		for _, w := range networks {
			if err := w.fits(version.Name, version.Format); err != nil {
				return err
			}
		}
	}
	return nil
}

// fits returns an error if the network cannot be measured on such pictures.
func (w weights) fits(dataset string, format images.Format) error {
	if err := w.format.Fits(format); err != nil {
		trainedOn := cmp.Or(w.notes[recipe.DatasetNote], "another data set")
		return fmt.Errorf("%s, a network trained on %s, cannot be measured on %s: %w. Choose by -dataset or -images, and give weights of one data set at a time",
			w.file, trainedOn, dataset, err)
	}
	return nil
}

// loadWeights reads a network. Its name and its pictures' format are in the file's notes; the caller's are for files without.
func loadWeights(path, name string, format images.Format) (weights, error) {
	file, err := weightsFile(path)
	if err != nil {
		return weights{}, err
	}
	store, notes, err := recipe.LoadWithNotes(file)
	if err != nil {
		return weights{}, err
	}
	return namedWeights(file, store, notes, name, format)
}

// parseWeights is [loadWeights] of a file's bytes, with a name for messages.
func parseWeights(file string, content []byte, name string) (weights, error) {
	store, notes, err := recipe.Parse(file, content)
	if err != nil {
		return weights{}, err
	}
	return namedWeights(file, store, notes, name, cifar.CIFAR10.Format)
}

// namedWeights builds the network whose weights these are.
func namedWeights(file string, store *model.Store, notes map[string]string, name string, format images.Format) (w weights, err error) {
	if notes["format"] == "pt" {
		return weights{}, fmt.Errorf("%s was exported for PyTorch, with PyTorch's names: give the folder of the run that it was exported from", file)
	}
	if format, err = recipe.NotedFormat(notes, format); err != nil {
		return weights{}, fmt.Errorf("%s: %w", file, err)
	}
	if len(format.Classes) == 0 {
		return weights{}, fmt.Errorf("%s does not say for which pictures its network is: choose cifar10 or cifar100 by -dataset", file)
	}
	noted := nets.Renamed(notes[recipe.NetworkNote]) // older files have older names
	switch {
	case noted == "" && name == "":
		return weights{}, fmt.Errorf("%s does not say of which network it is: use -net", file)
	case name == "":
		name = noted
	case noted != "" && noted != name: // other networks may have variables of the same names and shapes
		return weights{}, fmt.Errorf("%s holds the network %s, and -net asks for %s: leave -net away, or give other weights", file, noted, name)
	}
	net, err := nets.Parse(name, len(format.Classes))
	if err != nil {
		return weights{}, err
	}
	return weights{file, name, images.Normalized(net, format.Moments), store, format, notes}, nil
}
