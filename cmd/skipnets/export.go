// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/pkg/export"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// exportFormats are the formats and the endings of their files.
var exportFormats = map[string]struct {
	output
	write func(path string, n export.Network) error
}{
	"torch": {output{"what PyTorch reads is a safetensors file", ".safetensors"}, export.Torch},
	"onnx":  {output{"a model in this format is an ONNX file", ".onnx"}, export.ONNX},
}

func exportCommand() *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "write a trained network for PyTorch or as ONNX (docs/export.md)",
		UsageText: "skipnets export -format torch|onnx [-out FILE] WEIGHTS      a weights file, or the directory of a run",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Usage: "torch (safetensors for docs/torch/nets.py) or onnx"},
			&cli.StringFlag{Name: "out", Usage: "the file to write (default: the network's name, in the current directory)"},
			&cli.StringFlag{Name: "net", Usage: "the network, where the weights file does not name it"},
			datasetFlag(),
		},
		Action: exportAction,
	}
}

func exportAction(_ context.Context, cmd *cli.Command) error {
	if cmd.Args().Len() != 1 {
		return errors.New("export: which weights? Give one file, or the directory of a run")
	}
	format, known := exportFormats[cmd.String("format")]
	if !known {
		return fmt.Errorf("export: no format %q: use -format torch or -format onnx", cmd.String("format"))
	}
	w, err := loadWeights(cmd.Args().First(), cmd.String("net"), formatOf(cmd.String("dataset")))
	if err != nil {
		return err
	}
	if noted, asked := w.notes[recipe.DatasetNote], cmd.String("dataset"); cmd.IsSet("dataset") && noted != "" && noted != asked {
		return fmt.Errorf("export: %s was trained on %s, not on %s: leave -dataset away, it is for files that do not name theirs", w.file, noted, asked)
	}
	out := cmd.String("out")
	if out == "" {
		out = w.name + format.ending
	}
	if err := checkOutput("-out", out, format.output, cmd.Args().First()); err != nil {
		return err
	}
	err = format.write(out, export.Network{
		Name: w.name, Model: w.model, Store: w.store, Notes: w.notes,
		Format: w.format,
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(cmd.Root().Writer, out)
	return nil
}
