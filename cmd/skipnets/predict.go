// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // so that image.Decode knows these
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/google/renameio/v2"
	"github.com/urfave/cli/v3"
	scale "golang.org/x/image/draw"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/plots"
	"github.com/skipnets/skipnets/pkg/recipe"
)

func predictCommand() *cli.Command {
	return &cli.Command{
		Name:      "predict",
		Usage:     "name what a picture of your own shows: the top five classes, and a figure",
		UsageText: "skipnets predict [-weights WEIGHTS] [-out FIGURE.png] PICTURE",
		Flags: []cli.Flag{
			backendFlag(),
			&cli.StringFlag{Name: "weights", Usage: "a weights file, or the directory of a run (default: that of the class preset's residual network)"},
			&cli.StringFlag{Name: "net", Usage: "the network, where the weights file does not name it"},
			&cli.StringFlag{Name: "out", Usage: "write the picture as the network sees it, with the classes, to this PNG file"},
		},
		Action: predictAction,
	}
}

func predictAction(ctx context.Context, cmd *cli.Command) error {
	if cmd.Args().Len() != 1 {
		return errors.New("predict: give one picture, a PNG or JPEG file")
	}
	picture, err := readPicture(cmd.Args().First())
	if err != nil {
		return err
	}
	path, err := chosenWeights(cmd)
	if err != nil {
		return err
	}
	w, err := loadWeights(path, cmd.String("net"))
	if err != nil {
		return err
	}
	backend, _, err := ready(ctx, cmd, false)
	if err != nil {
		return err
	}
	probabilities, err := classify(backend, w, picture)
	if err != nil {
		return err
	}
	top := topClasses(probabilities, 5)
	for _, c := range top {
		fmt.Fprintf(cmd.Root().Writer, "%-10s %5.1f%%\n", cifar.Classes10[c], 100*probabilities[c])
	}
	if file := cmd.String("out"); file != "" {
		figure, err := predictionFigure(picture, probabilities, top)
		if err != nil {
			return err
		}
		return renameio.WriteFile(file, figure, 0o644)
	}
	return nil
}

// chosenWeights is where the weights are: the flag's value, or the run of the class preset's residual network.
func chosenWeights(cmd *cli.Command) (string, error) {
	if path := cmd.String("weights"); path != "" {
		return path, nil
	}
	s, err := newSetup(cmd)
	if err != nil {
		return "", err
	}
	name := presetNets("class")[1]
	run := filepath.Join(s.Home, "runs", "class", name+"-seed1")
	if _, err := os.Stat(run); err != nil {
		return "", fmt.Errorf("predict: no trained network yet: give -weights, or first run `skipnets train %s`", name)
	}
	return run, nil
}

// readPicture reads a PNG or JPEG file and brings its middle square to 32×32.
func readPicture(path string) (*image.RGBA, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	defer file.Close()
	full, _, err := image.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("picture %s is not a PNG or JPEG image: %w", path, err)
	}
	b := full.Bounds()
	side := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	square := image.Rectangle{corner, corner.Add(image.Pt(side, side))}
	small := image.NewRGBA(image.Rect(0, 0, cifar.Size, cifar.Size))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src) // behind what is transparent
	scale.CatmullRom.Scale(small, small.Bounds(), full, square, draw.Over, nil)
	return small, nil
}

// classify returns the probability of each class.
func classify(backend compute.Backend, w weights, picture *image.RGBA) ([]float64, error) {
	pixels := make([]uint8, 0, cifar.Size*cifar.Size*cifar.Channels)
	for i := 0; i < len(picture.Pix); i += 4 {
		pixels = append(pixels, picture.Pix[i:i+3]...)
	}
	logits, err := recipe.Logits(backend, w.model, w.store, tensors.FromFlatDataAndDimensions(pixels, 1, cifar.Size, cifar.Size, cifar.Channels))
	if err != nil {
		return nil, err
	}
	return softmax(logits[0]), nil
}

func softmax(logits []float32) []float64 {
	largest := float64(slices.Max(logits))
	p := make([]float64, len(logits))
	sum := 0.0
	for i, l := range logits {
		p[i] = math.Exp(float64(l) - largest)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func topClasses(probabilities []float64, n int) []int {
	order := make([]int, len(probabilities))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case probabilities[a] > probabilities[b]:
			return -1
		case probabilities[a] < probabilities[b]:
			return 1
		}
		return 0
	})
	return order[:min(n, len(order))]
}

// predictionFigure shows the picture at the network's resolution beside the bars of the likeliest classes.
func predictionFigure(picture image.Image, probabilities []float64, top []int) ([]byte, error) {
	var names []string
	var percent []float64
	for _, c := range top {
		names = append(names, cifar.Classes10[c])
		percent = append(percent, 100*probabilities[c])
	}
	bars, err := plots.Bars(plots.Axes{Title: "What the network sees, and what it takes it for", Y: "probability, %"}, names, plots.Series{Name: "probability", Y: percent})
	if err != nil {
		return nil, err
	}
	right, err := png.Decode(bytes.NewReader(bars))
	if err != nil {
		return nil, err
	}
	height := right.Bounds().Dy()
	margin := height / 8
	side := height - 2*margin
	figure := image.NewRGBA(image.Rect(0, 0, side+margin+right.Bounds().Dx(), height))
	draw.Draw(figure, figure.Bounds(), image.White, image.Point{}, draw.Src)
	scale.NearestNeighbor.Scale(figure, image.Rect(margin, margin, margin+side, margin+side), picture, picture.Bounds(), draw.Src, nil)
	draw.Draw(figure, image.Rect(margin+side, 0, figure.Bounds().Dx(), height), right, right.Bounds().Min, draw.Src)
	var out bytes.Buffer
	err = png.Encode(&out, figure)
	return out.Bytes(), err
}
