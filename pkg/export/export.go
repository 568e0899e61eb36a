// SPDX-License-Identifier: Apache-2.0

// Package export writes trained networks in the formats of other frameworks: ONNX, which most runtimes read, and
// safetensors with PyTorch's names and layout, for the networks of docs/torch/nets.py.
//
// It knows no network. It runs the network's own code once, on a backend that computes nothing and notes every operation
// (tracer.go); so a new block is exported like any other, as long as its operations are among those that tracer.go knows.
package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// Network is a trained network and what a user of the exported file must know.
type Network struct {
	Name          string
	Model         recipe.Model      // takes uint8 images [batch, height, width, channels] and normalises them itself
	Store         *model.Store      // as recipe.Load returns it
	images.Format                   // of those images, with the moments that Model normalises with
	Notes         map[string]string // of the file that the weights come from
}

// metadata is what the file says about itself: the notes of the weights, and what a user needs.
func (n Network) metadata() (map[string]string, error) {
	out := maps.Clone(n.Notes)
	if out == nil {
		out = map[string]string{}
	}
	delete(out, "sha256") // of the values in the other file
	out[recipe.NetworkNote] = n.Name
	out["input"] = fmt.Sprintf("float32 [batch, %d, %d, %d], channels first, pixel values 0 to 255; the network normalises them itself",
		n.Channels, n.Height, n.Width)
	for key, value := range map[string]any{"classes": n.Classes, "mean": n.Moments.Mean, "std": n.Moments.Std} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("export: %s: %w", key, err)
		}
		out[key] = string(text)
	}
	return out, nil
}

func (n Network) check() error {
	switch {
	case n.Model == nil || n.Store == nil:
		return errors.New("export: the network lacks a model or its weights")
	case n.Height < 1 || n.Width < 1 || n.Channels < 1:
		return fmt.Errorf("export: images of %d×%d pixels and %d channels", n.Height, n.Width, n.Channels)
	case len(n.Moments.Mean) != n.Channels || len(n.Moments.Std) != n.Channels:
		return fmt.Errorf("export: %d means and %d standard deviations for %d channels", len(n.Moments.Mean), len(n.Moments.Std), n.Channels)
	}
	return nil
}

// batch stands for any number of images while a network is traced: a number that no other axis has.
const batch = 1_000_003

// trace runs the network's code and returns the operations that lead to the logits. After it, the store holds every
// variable of the network.
func (n Network) trace() (*tracer, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	t := newTracer(n.Store)
	input := shapes.Make(dtypes.Uint8, batch, n.Height, n.Width, n.Channels)
	var logits shapes.Shape
	err := recipe.CompileLoaded(newTracer(nil), n.Model, n.Store, input, func() error {
		return exceptions.TryCatch[error](func() {
			g := graph.NewGraph(t, n.Name)
			defer g.Finalize()
			n.Store.SetTraining(g, false)
			out := n.Model(n.Store.RootScope(), graph.Parameter(g, imagesName, input))
			logits = out.Shape()
			g.CurrentFunc().Return([]*graph.Node{out}, nil)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", n.Name, err)
	}
	if !logits.Equal(shapes.Make(dtypes.Float32, batch, len(n.Classes))) {
		return nil, fmt.Errorf("export %s: the network's answer is %s for %d images, not float32 [batch, %d classes]", n.Name, logits, batch, len(n.Classes))
	}
	return t, nil
}
