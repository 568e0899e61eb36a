// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/google/renameio/v2"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/predict"
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
	if err := checkOutput("-out", cmd.String("out"), cmd.Args().First()); err != nil {
		return err
	}
	picture, err := predict.Read(cmd.Args().First())
	if err != nil {
		return err
	}
	path, err := chosenWeights(cmd)
	if err != nil {
		return err
	}
	w, err := loadWeights(path, cmd.String("net"), cifar.CIFAR10)
	if err != nil {
		return err
	}
	backend, _, err := ready(ctx, cmd, false)
	if err != nil {
		return err
	}
	probabilities, err := predict.Probabilities(backend, w.model, w.store, picture)
	if err != nil {
		return err
	}
	for _, c := range predict.Top(probabilities, 5) {
		fmt.Fprintf(cmd.Root().Writer, "%-10s %5.1f%%\n", cifar.Classes10[c], 100*probabilities[c])
	}
	if file := cmd.String("out"); file != "" {
		figure, err := predict.Figure(picture, probabilities)
		if err != nil {
			return err
		}
		return renameio.WriteFile(file, figure, 0o644)
	}
	return nil
}

// keptRun is the run in notebooks/trained whose weights predict takes when none are named.
const keptRun = "hour/wide-residual-w24-seed1"

// chosenWeights is where the weights are: the flag's value, or those that come with the repository.
func chosenWeights(cmd *cli.Command) (string, error) {
	if path := cmd.String("weights"); path != "" {
		return path, nil
	}
	s, err := newSetup(cmd)
	if err != nil {
		return "", err
	}
	return filepath.Join(s.Source, "notebooks", "trained", filepath.FromSlash(keptRun)), nil
}
