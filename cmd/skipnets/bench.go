// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gomlx/compute"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

func benchCommand() *cli.Command {
	return &cli.Command{
		Name:      "bench",
		Usage:     "measure training and evaluation speed, first step and memory",
		UsageText: "skipnets bench [-batch 128] [-steps 20] [-precision fp32,bf16] [NET…]",
		Flags: backendFlags(
			&cli.IntFlag{Name: "batch", Value: 128, Usage: "images in a batch"},
			&cli.IntFlag{Name: "steps", Value: 20, Usage: "steps, of which the median counts"},
			&cli.StringFlag{Name: "precision", Value: "fp32", Usage: "of the convolutions: fp32, bf16 or fp32,bf16"},
		),
		Action: benchAction,
	}
}

var benchNets = []string{
	"residual-20", "residual-56", "highway-20", "dense-20",
	"compact-plain-24", "compact-residual-24", "compact-highway-24", "compact-dense-24",
	"wide-plain-24", "wide-residual-24", "wide-highway-24", "wide-dense-24",
}

const maxBenchSteps = 10_000

func benchAction(ctx context.Context, cmd *cli.Command) error {
	names := cmd.Args().Slice()
	if len(names) == 0 {
		names = benchNets
	}
	precisions := strings.Split(cmd.String("precision"), ",")
	for _, p := range precisions {
		if p != "fp32" && p != "bf16" {
			return fmt.Errorf("bench: precision %q is neither fp32 nor bf16", p)
		}
	}
	for _, name := range names {
		if _, err := nets.Parse(name, len(cifar.Classes10)); err != nil {
			return err
		}
	}
	if steps := cmd.Int("steps"); steps < 1 || steps > maxBenchSteps {
		return fmt.Errorf("bench: -steps %d is not from 1 to %d: twenty give a steady median", steps, maxBenchSteps)
	}
	images, _ := cifar.Sample()
	if batch := cmd.Int("batch"); batch < 1 || batch > images.Len() {
		return fmt.Errorf("bench: -batch %d is not from 1 to %d, the images of the sample that bench measures on", batch, images.Len())
	}
	backend, _, err := ready(ctx, cmd, false)
	if err != nil {
		return err
	}
	out := cmd.Root().Writer
	fmt.Fprintf(out, "%s, %s, batch %d, median of %d steps\n\n", machine(), description(backend), cmd.Int("batch"), cmd.Int("steps"))
	fmt.Fprintln(out, "| network | precision | training, images/s | evaluation, images/s | first step, s | peak memory, GB |")
	fmt.Fprintln(out, "|---|---|--:|--:|--:|--:|")
	for _, name := range names {
		for _, p := range precisions {
			if err := bench(ctx, out, backend, name, p == "bf16", cmd.Int("batch"), cmd.Int("steps")); err != nil {
				return err
			}
		}
	}
	return nil
}

func bench(ctx context.Context, out io.Writer, backend compute.Backend, name string, bf16 bool, batch, steps int) error {
	net, err := nets.Parse(name, len(cifar.Classes10))
	if err != nil {
		return err
	}
	r, err := recipe.Preset("hour")
	if err != nil {
		return err
	}
	r.BatchSize, r.BFloat16 = batch, bf16
	sample, _ := cifar.Sample()
	data, err := images.NewDataset(sample, images.Options{BatchSize: batch, Shuffle: true, DropLast: true,
		Augment: r.Augment})
	if err != nil {
		return err
	}
	resetPeakMemory()
	speed, err := recipe.MeasureSpeed(ctx, recipe.Job{Backend: backend, Name: name, Model: images.Normalized(net, sample.Moments), Recipe: r, Training: data}, steps)
	if err != nil {
		return err
	}
	memory, err := peakMemory()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "| %s | %s | %.0f | %.0f | %.1f | %.2f |\n", name, precision(bf16), speed.TrainPerSecond, speed.EvaluatePerSecond,
		speed.FirstStep.Round(100*time.Millisecond).Seconds(), float64(memory)/1e9)
	return nil
}
