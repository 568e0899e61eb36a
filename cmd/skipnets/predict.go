// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/gomlx/compute"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/whole"
	"github.com/skipnets/skipnets/notebooks/trained"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/predict"
)

func predictCommand() *cli.Command {
	return &cli.Command{
		Name:      "predict",
		Usage:     "name what a picture of your own shows: the top five classes, and a figure",
		UsageText: "skipnets predict [-weights WEIGHTS] [-out FIGURE.png] PICTURE…",
		Flags: backendFlags(
			&cli.StringFlag{Name: "weights", Usage: "a weights file, or the directory of a run (default: the residual network that comes with skipnets)"},
			&cli.StringFlag{Name: "net", Usage: "the network, where the weights file does not name it"},
			jsonFlag(),
			&cli.StringFlag{Name: "out", Usage: "write the picture as the network sees it, with the classes, to this PNG file"},
		),
		Action: predictAction,
	}
}

func predictAction(ctx context.Context, cmd *cli.Command) error {
	files := cmd.Args().Slice()
	if len(files) == 0 {
		return errors.New("predict: give a picture, a PNG, JPEG or WebP file, or several")
	}
	if cmd.IsSet("out") && len(files) > 1 {
		return errors.New("predict: -out takes one picture")
	}
	if err := checkOutput("-out", cmd.String("out"), figureOutput, append(files, cmd.String("weights"))...); err != nil {
		return err
	}
	w, err := chosenWeights(cmd)
	if err != nil {
		return err
	}
	// All pictures are read before the backend is opened: the memory that a large one takes is free again by then.
	pictures := make(map[string]*image.RGBA, len(files))
	var failures []error
	for _, file := range files { // one that cannot be read does not keep the others from being shown
		picture, err := predict.Read(file, w.format.Height)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		pictures[file] = picture
	}
	if len(pictures) == 0 {
		return errors.Join(failures...)
	}
	backend, _, err := ready(ctx, cmd, false)
	if err != nil {
		return err
	}
	for _, file := range files {
		if picture := pictures[file]; picture != nil {
			if err := predictOne(cmd, backend, w, file, picture, len(files) > 1); err != nil {
				failures = append(failures, err)
			}
		}
	}
	return errors.Join(failures...)
}

// predictOne shows what one picture is taken for.
func predictOne(cmd *cli.Command, backend compute.Backend, w weights, file string, picture *image.RGBA, named bool) error {
	probabilities, err := predict.Probabilities(backend, w.model, w.store, picture, w.format)
	if err != nil {
		return err
	}
	p := prediction{Picture: file, Network: w.name}
	for _, c := range predict.Top(probabilities, 5) {
		p.Classes = append(p.Classes, classProbability{w.format.Classes[c], probabilities[c]})
	}
	if err := p.write(cmd.Root().Writer, cmd.Bool("json"), named); err != nil {
		return err
	}
	if out := cmd.String("out"); out != "" {
		figure, err := predict.Figure(picture, w.format.Classes, probabilities)
		if err != nil {
			return err
		}
		return whole.WriteFile(out, figure, 0o644)
	}
	return nil
}

// prediction is what predict says of a picture: its classes, the likeliest first.
type prediction struct {
	Picture string             `json:"picture"`
	Network string             `json:"network"`
	Classes []classProbability `json:"classes"`
}

type classProbability struct {
	Class       string  `json:"class"`
	Probability float64 `json:"probability"` // 0 to 1
}

// write adds a JSON object to the output, or a line a class, below the picture's name where there are several.
func (p prediction) write(out io.Writer, asJSON, named bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(p)
	}
	if named {
		fmt.Fprintf(out, "%s\n", p.Picture)
	}
	for _, c := range p.Classes {
		fmt.Fprintf(out, "%-10s %5.1f%%\n", c.Class, 100*c.Probability)
	}
	return nil
}

// chosenWeights are those that the flag names, or those of the residual network which is part of this program.
func chosenWeights(cmd *cli.Command) (weights, error) {
	if path := cmd.String("weights"); path != "" {
		return loadWeights(path, cmd.String("net"), cifar.CIFAR10.Format)
	}
	return parseWeights("the residual network that comes with skipnets", trained.Residual, cmd.String("net"))
}
