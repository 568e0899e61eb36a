// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/urfave/cli/v3"

	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/recipe"
)

func benchCommand() *cli.Command {
	return &cli.Command{
		Name:      "bench",
		Usage:     "measure training and evaluation speed, first step and memory",
		UsageText: "skipnets bench [-batch 128] [-steps 20] [-precision fp32,bf16] [-tune] [-v] [-json] [NET…]",
		Flags: backendFlags(
			&cli.IntFlag{Name: "batch", Value: 128, Usage: "images in a batch"},
			&cli.IntFlag{Name: "steps", Value: 20, Usage: "steps, of which the median counts"},
			&cli.StringFlag{Name: "precision", Value: "fp32", Usage: "of the convolutions: fp32, bf16 or fp32,bf16"},
			devicesFlag(),
			tuneFlag(),
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "say which processor features were found, and in which forms convolutions were built"},
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
		fmt.Fprintf(out, "%s, %s, batch %d, median of %d steps\n\n", about.Machine(), about.Backend(backend), cmd.Int("batch"), cmd.Int("steps"))
		fmt.Fprintln(out, "| network | precision | training, images/s | evaluation, images/s | first step, s | peak memory, GB |")
		fmt.Fprintln(out, "|---|---|--:|--:|--:|--:|")
	}
	for _, name := range names {
		for _, p := range precisions {
			b := benchmark{backend: backend, devices: cmd.Int("devices"), name: name, bf16: p == "bf16", batch: cmd.Int("batch"), steps: cmd.Int("steps")}
			if cmd.Bool("tune") {
				b.tuner = newTuner(cmd.Root().ErrWriter)
			}
			m, err := b.run(ctx)
			if err != nil {
				return err
			}
			if err := m.write(out, cmd.Bool("json")); err != nil {
				return err
			}
			if cmd.Bool("verbose") {
				m.writeForms(cmd.Root().ErrWriter)
			}
		}
	}
	return nil
}

// measurement is what bench says of a network.
type measurement struct {
	Network           string      `json:"network"`
	Precision         string      `json:"precision"`
	Batch             int         `json:"batch"`
	Steps             int         `json:"steps"`
	TrainPerSecond    float64     `json:"train_per_second"`
	EvaluatePerSecond float64     `json:"evaluate_per_second"`
	FirstStep         float64     `json:"first_step"`  // in seconds
	PeakMemory        int64       `json:"peak_memory"` // in bytes
	Machine           string      `json:"machine"`
	Features          []string    `json:"features"`        // of the processor, that matter here
	Forms             accel.Forms `json:"forms,omitempty"` // of the training step's convolutions, where they were chosen by measurement
	Backend           string      `json:"backend"`
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

// writeForms lists in which forms convolutions were built.
func (m measurement) writeForms(out io.Writer) {
	fmt.Fprintf(out, "%s in %s: processor features %s\n", m.Network, m.Precision, cmp.Or(strings.Join(m.Features, ", "), "none of those that matter here"))
	for _, convolution := range slices.Sorted(maps.Keys(m.Forms)) {
		fmt.Fprintf(out, "  %-8s %s\n", m.Forms[convolution], convolution)
	}
}

// A benchmark is one measurement to make.
type benchmark struct {
	backend      compute.Backend
	devices      int
	tuner        *accel.Tuner
	name         string
	bf16         bool
	batch, steps int
}

func (b benchmark) run(ctx context.Context) (measurement, error) {
	m := measurement{Network: b.name, Precision: precision(b.bf16), Batch: b.batch, Steps: b.steps, Machine: about.Machine(), Features: features(), Backend: about.Backend(b.backend)}
	net, err := nets.Parse(b.name, len(cifar.Classes10))
	if err != nil {
		return m, err
	}
	r, err := recipe.Preset("depth") // plain SGD, as the steps of other frameworks in docs/bench have
	if err != nil {
		return m, err
	}
	r.BatchSize, r.BFloat16 = b.batch, b.bf16
	sample, _ := cifar.Sample()
	data, err := images.NewDataset(sample, images.Options{BatchSize: b.batch, Shuffle: true, DropLast: true, Augment: r.Augment})
	if err != nil {
		return m, err
	}
	resetPeakMemory()
	speed, err := recipe.MeasureSpeed(ctx, recipe.Job{Backend: b.backend, Tuner: b.tuner, Devices: b.devices, Name: b.name, Model: images.Normalized(net, sample.Moments), Recipe: r, Training: data}, b.steps)
	if err != nil {
		return m, err
	}
	m.TrainPerSecond, m.EvaluatePerSecond, m.FirstStep = speed.TrainPerSecond, speed.EvaluatePerSecond, speed.FirstStep.Seconds()
	if b.tuner != nil {
		m.Forms = b.tuner.Used()
	}
	m.PeakMemory, err = peakMemory()
	return m, err
}
