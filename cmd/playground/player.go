// SPDX-License-Identifier: Apache-2.0

//go:build js

package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/insight"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/predict"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// player keeps the networks that have been loaded.
type player struct {
	backend  compute.Backend
	networks map[string]*insight.Experiment
}

// loaded is what the page needs to know of a network.
type loaded struct {
	Network string   `json:"network"`
	Blocks  []string `json:"blocks"`
	Sources []string `json:"sources"`
	Scales  bool     `json:"scales"`
	Gated   bool     `json:"gated"`
}

// load reads a weights file, which knows its own digest and the name of its network.
func (p *player) load(name string, data []byte) (loaded, error) {
	store, notes, err := recipe.Parse(name, data)
	if err != nil {
		return loaded{}, err
	}
	title := nets.Renamed(notes[recipe.NetworkNote])
	net, err := nets.Parse(title, len(cifar.Classes10))
	if err != nil {
		return loaded{}, fmt.Errorf("%s: %w", name, err)
	}
	shape := shapes.Make(dtypes.Uint8, 1, cifar.Size, cifar.Size, cifar.Channels)
	experiment, err := insight.NewExperiment(p.backend, images.Normalized(net, cifar.Moments10), store, shape, strings.Contains(title, "residual"))
	if err != nil {
		return loaded{}, fmt.Errorf("%s: %w", name, err)
	}
	p.networks[name] = experiment
	return loaded{title, experiment.Blocks, experiment.Sources, experiment.Scales, experiment.Gated}, nil
}

// reading is what a network says of a picture.
type reading struct {
	Logits        []float64     `json:"logits"`
	Probabilities []float64     `json:"probabilities"`
	After         [][]float64   `json:"after"` // probabilities
	Gates         [][][]float64 `json:"gates"`
}

// run shows a network a picture. changes is an [insight.Changes] as JSON; what it leaves out is unchanged.
func (p *player) run(name string, pixels, changes []byte) (reading, error) {
	n, known := p.networks[name]
	if !known {
		return reading{}, fmt.Errorf("the network %s has not been loaded", name)
	}
	if want := cifar.Size * cifar.Size * cifar.Channels; len(pixels) != want {
		return reading{}, fmt.Errorf("a picture of %d bytes: the networks know %d", len(pixels), want)
	}
	asked := insight.Unchanged
	if err := json.Unmarshal(changes, &asked); err != nil {
		return reading{}, fmt.Errorf("changes: %w", err)
	}
	answer, err := n.Run(tensors.FromFlatDataAndDimensions(pixels, 1, cifar.Size, cifar.Size, cifar.Channels), asked)
	if err != nil {
		return reading{}, err
	}
	result := reading{Logits: answer.Logits, Probabilities: predict.OfLogits(answer.Logits), Gates: answer.Gates}
	for _, logits := range answer.After {
		result.After = append(result.After, predict.OfLogits(logits))
	}
	return result, nil
}

// seen is a picture as the networks see it.
type seen struct {
	Pixels []int `json:"pixels"` // [size·size·3], 0 to 255
}

// picture brings a picture file to the networks' size.
func picture(name string, data []byte, size int) (seen, error) {
	small, err := predict.Decode(name, data, size)
	if err != nil {
		return seen{}, err
	}
	pixels := make([]byte, size*size*cifar.Channels)
	images.Fill(pixels, small, cifar.Channels)
	result := seen{make([]int, len(pixels))}
	for i, v := range pixels {
		result.Pixels[i] = int(v)
	}
	return result, nil
}

// safely turns a panic, as of a graph that cannot be built, into an error.
func safely(f func() (any, error)) (result any, err error) {
	if failure := exceptions.TryCatch[error](func() { result, err = f() }); failure != nil {
		return nil, failure
	}
	return result, err
}
