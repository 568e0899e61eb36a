// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/whole"
	"github.com/skipnets/skipnets/notebooks/trained"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/predict"
	"github.com/skipnets/skipnets/pkg/recipe"
)

func predictCommand() *cli.Command {
	return &cli.Command{
		Name:      "predict",
		Usage:     "name what a picture of your own shows: the top five classes, and a figure",
		UsageText: "skipnets predict [-weights WEIGHTS] [-out FIGURE.png] PICTURE",
		Flags: backendFlags(
			&cli.StringFlag{Name: "weights", Usage: "a weights file, or the directory of a run (default: the residual network that comes with skipnets)"},
			&cli.StringFlag{Name: "net", Usage: "the network, where the weights file does not name it"},
			&cli.StringFlag{Name: "out", Usage: "write the picture as the network sees it, with the classes, to this PNG file"},
		),
		Action: predictAction,
	}
}

func predictAction(ctx context.Context, cmd *cli.Command) error {
	if cmd.Args().Len() != 1 {
		return errors.New("predict: give one picture, a PNG, JPEG or WebP file")
	}
	if err := checkOutput("-out", cmd.String("out"), cmd.Args().First(), cmd.String("weights")); err != nil {
		return err
	}
	w, err := chosenWeights(cmd)
	if err != nil {
		return err
	}
	picture, err := predict.Read(cmd.Args().First(), w.format.Height)
	if err != nil {
		return err
	}
	backend, _, err := ready(ctx, cmd, false)
	if err != nil {
		return err
	}
	probabilities, err := predict.Probabilities(backend, w.model, w.store, picture, w.format)
	if err != nil {
		return err
	}
	for _, c := range predict.Top(probabilities, 5) {
		fmt.Fprintf(cmd.Root().Writer, "%-10s %5.1f%%\n", w.format.Classes[c], 100*probabilities[c])
	}
	if file := cmd.String("out"); file != "" {
		figure, err := predict.Figure(picture, w.format.Classes, probabilities)
		if err != nil {
			return err
		}
		return whole.WriteFile(file, figure, 0o644)
	}
	return nil
}

// chosenWeights are those that the flag names, or those of the residual network which is part of this program.
func chosenWeights(cmd *cli.Command) (weights, error) {
	if path := cmd.String("weights"); path != "" {
		return loadWeights(path, cmd.String("net"), cifar.CIFAR10.Format)
	}
	dir, err := os.MkdirTemp("", "skipnets-")
	if err != nil {
		return weights{}, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, recipe.BestFile)
	if err := os.WriteFile(file, trained.Residual, 0o600); err != nil {
		return weights{}, err
	}
	return loadWeights(file, cmd.String("net"), cifar.CIFAR10.Format)
}
