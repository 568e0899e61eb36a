// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/nets"
)

func summaryCommand() *cli.Command {
	return &cli.Command{
		Name:      "summary",
		Usage:     "show a network layer by layer: shapes, parameters, multiply-adds, activations",
		UsageText: "skipnets summary [-batch 1] [-size 32] [-channels 3] [-classes 10] [-levels 0] NET",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "batch", Value: 1, Usage: "images in a batch"},
			&cli.IntFlag{Name: "size", Value: cifar.Size, Usage: "height and width of the images, in pixels"},
			&cli.IntFlag{Name: "channels", Value: 3, Usage: "of the images: 1 for grey, 3 for colour"},
			&cli.IntFlag{Name: "classes", Value: len(cifar.Classes10), Usage: "that the network tells apart"},
			&cli.IntFlag{Name: "levels", Usage: "1 for a line a stage, 2 for a line a block, 0 for a line a layer"},
		},
		Action: summaryAction,
	}
}

// The largest images and batches that summary builds a graph of. It computes nothing, so they may be generous.
const (
	maxSummarySize  = 4096
	maxSummaryBatch = 1 << 16
)

func summaryAction(_ context.Context, cmd *cli.Command) error {
	if cmd.Args().Len() != 1 {
		return errors.New("summary: give one network, such as residual-20. skipnets nets lists them")
	}
	for _, limit := range []struct {
		flag    string
		highest int
	}{{"batch", maxSummaryBatch}, {"size", maxSummarySize}, {"channels", 64}} {
		if n := cmd.Int(limit.flag); n < 1 || n > limit.highest {
			return fmt.Errorf("summary: -%s %d is not from 1 to %d", limit.flag, n, limit.highest)
		}
	}
	if levels := cmd.Int("levels"); levels < 0 || levels > 2 {
		return fmt.Errorf("summary: -levels %d is none of 0, 1 and 2", levels)
	}
	net, err := nets.Parse(cmd.Args().First(), cmd.Int("classes"))
	if err != nil {
		return err
	}
	backend, err := accel.New("go") // the graph is built and never run: any backend will do
	if err != nil {
		return err
	}
	defer backend.Finalize()
	summary, err := nets.Summarize(backend, net, cmd.Int("batch"), cmd.Int("size"), cmd.Int("size"), cmd.Int("channels"))
	if err != nil {
		return err
	}
	if levels := cmd.Int("levels"); levels > 0 {
		summary = summary.Group(levels)
	}
	_, err = fmt.Fprint(cmd.Root().Writer, summary)
	return err
}
