// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/gomlx/compute"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

func benchCommand() *cli.Command {
	return &cli.Command{
		Name:      "bench",
		Usage:     "measure training and evaluation speed, first step and memory",
		UsageText: "skipnets bench [-batch 128] [-steps 20] [-precision fp32,bf16] [-json] [NET…]",
		Flags: backendFlags(
			&cli.IntFlag{Name: "batch", Value: 128, Usage: "images in a batch"},
			&cli.IntFlag{Name: "steps", Value: 20, Usage: "steps, of which the median counts"},
			&cli.StringFlag{Name: "precision", Value: "fp32", Usage: "of the convolutions: fp32, bf16 or fp32,bf16"},
			devicesFlag(),
			jsonFlag(),
		),
		Action: benchAction,
	}
}

// benchNets are the networks that are measured when none is named.
func benchNets() (names []string) {
	for _, form := range []string{"%s-20", "%s-56", "compact-%s-w24", "wide-%s-w24"} {
		for _, family := range nets.Compared() {
			names = append(names, fmt.Sprintf(form, family.Name))
		}
	}
	return names
}

const maxBenchSteps = 10_000

func benchAction(ctx context.Context, cmd *cli.Command) error {
	names := cmd.Args().Slice()
	if len(names) == 0 {
		names = benchNets()
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
	sample, _ := cifar.Sample()
	if batch := cmd.Int("batch"); batch < 1 || batch > sample.Len() {
		return fmt.Errorf("bench: -batch %d is not from 1 to %d, the images of the sample that bench measures on", batch, sample.Len())
	}
	backend, _, err := ready(ctx, cmd, false)
	if err != nil {
		return err
	}
	out := cmd.Root().Writer
	if !cmd.Bool("json") {
		fmt.Fprintf(out, "%s, %s, batch %d, median of %d steps\n\n", about.Machine(), description(backend), cmd.Int("batch"), cmd.Int("steps"))
		fmt.Fprintln(out, "| network | precision | training, images/s | evaluation, images/s | first step, s | peak memory, GB |")
		fmt.Fprintln(out, "|---|---|--:|--:|--:|--:|")
	}
	for _, name := range names {
		for _, p := range precisions {
			m, err := bench(ctx, backend, cmd.Int("devices"), name, p == "bf16", cmd.Int("batch"), cmd.Int("steps"))
			if err != nil {
				return err
			}
			if err := m.write(out, cmd.Bool("json")); err != nil {
				return err
			}
		}
	}
	return nil
}

// measurement is what bench says of a network.
type measurement struct {
	Network           string  `json:"network"`
	Precision         string  `json:"precision"`
	Batch             int     `json:"batch"`
	Steps             int     `json:"steps"`
	TrainPerSecond    float64 `json:"train_per_second"`
	EvaluatePerSecond float64 `json:"evaluate_per_second"`
	FirstStep         float64 `json:"first_step"`  // in seconds
	PeakMemory        int64   `json:"peak_memory"` // in bytes
	Machine           string  `json:"machine"`
	Backend           string  `json:"backend"`
}

// write adds a line to the output: of a table, or a JSON object.
func (m measurement) write(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(m)
	}
	_, err := fmt.Fprintf(out, "| %s | %s | %.0f | %.0f | %.1f | %.2f |\n", m.Network, m.Precision, m.TrainPerSecond, m.EvaluatePerSecond,
		m.FirstStep, float64(m.PeakMemory)/1e9)
	return err
}

func bench(ctx context.Context, backend compute.Backend, devices int, name string, bf16 bool, batch, steps int) (measurement, error) {
	m := measurement{Network: name, Precision: precision(bf16), Batch: batch, Steps: steps, Machine: about.Machine(), Backend: description(backend)}
	net, err := nets.Parse(name, len(cifar.Classes10))
	if err != nil {
		return m, err
	}
	r, err := recipe.Preset("depth") // plain SGD, as the steps of other frameworks in docs/bench have
	if err != nil {
		return m, err
	}
	r.BatchSize, r.BFloat16 = batch, bf16
	sample, _ := cifar.Sample()
	data, err := images.NewDataset(sample, images.Options{BatchSize: batch, Shuffle: true, DropLast: true, Augment: r.Augment})
	if err != nil {
		return m, err
	}
	resetPeakMemory()
	speed, err := recipe.MeasureSpeed(ctx, recipe.Job{Backend: backend, Devices: devices, Name: name, Model: images.Normalized(net, sample.Moments), Recipe: r, Training: data}, steps)
	if err != nil {
		return m, err
	}
	m.TrainPerSecond, m.EvaluatePerSecond, m.FirstStep = speed.TrainPerSecond, speed.EvaluatePerSecond, speed.FirstStep.Seconds()
	m.PeakMemory, err = peakMemory()
	return m, err
}
