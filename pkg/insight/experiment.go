// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/nets"
)

// Changes are what an [Experiment] changes in a trained network. [Unchanged] changes nothing.
type Changes struct {
	Out      []string         // blocks that are taken out, as in [Without]
	Shortcut float64          // of residual blocks: a factor of what they carry
	Branch   float64          // of residual blocks: a factor of what they add
	Own      map[string]Scale // of single residual blocks: factors on top of those two
	Gates    float64          // of highway blocks: is added to the biases of all gates
	Silent   []string         // of dense networks: sources whose channels nobody reads, as in [SilenceSources]
}

// A Scale is the factors of one residual block: y = ReLU(Branch·F(x) + Shortcut·x).
type Scale struct{ Shortcut, Branch float64 }

// Unchanged leaves the network as it is.
var Unchanged = Changes{Shortcut: 1, Branch: 1}

// A Reading is what a network makes of one image.
type Reading struct {
	Logits []float64
	After  [][]float64   // for each block the logits if all later blocks are taken out: the head applied to what this block hands on
	Gates  [][][]float64 // for each gate how far it is open, the mean over its channels: [row][column]
}

// An Experiment is a trained network that can be changed while one watches. Its graph is built once.
type Experiment struct {
	Blocks  []string // their paths, in the order the image meets them
	Sources []string // of a dense network whose layers all read each other: "stem", then the blocks
	Scales  bool     // the blocks have a branch and a shortcut that can be scaled
	Gated   bool     // the blocks have gates

	store   *model.Store
	run     *runner
	kernels []string // that read the sources
	written []int    // channels by each source
}

// NewExperiment prepares a network with the weights in store for single images [1, height, width, channels] of that type and
// shape. residual tells that the blocks are y = ReLU(F(x) + x), F with a batch norm "norm2" at its end, as pkg/blocks.Residual. Nothing
// is trained anew: batch norms use the running averages in store, which is not changed.
func NewExperiment(backend compute.Backend, net Model, store *model.Store, images shapes.Shape, residual bool) (*Experiment, error) {
	fail := func(err error) (*Experiment, error) { return nil, fmt.Errorf("insight: experiment: %w", err) }
	paths, err := Blocks(backend, net, tensors.FromShape(images))
	if err != nil {
		return fail(err)
	}
	readAll(store)
	e := &Experiment{Blocks: paths, store: store, Scales: residual, Gated: store.GetVariable(gateBiases(paths[0])) != nil}
	if e.kernels, e.written = wiring(store, paths); e.kernels != nil {
		e.Sources = append([]string{"stem"}, paths...)
	}
	graph := func(scope *model.Scope, inputs []*Node) []*Node {
		return e.graph(scope, net, inputs[0], inputs[1], inputs[2])
	}
	if e.run, err = newRunner(backend, graph); err != nil {
		return fail(err)
	}
	return e, nil
}

// Finalize frees what the experiment has taken.
func (e *Experiment) Finalize() { e.run.finalize() }

// Run shows the changed network one image.
func (e *Experiment) Run(image *tensors.Tensor, changes Changes) (Reading, error) {
	fail := func(err error) (Reading, error) { return Reading{}, fmt.Errorf("insight: experiment: %w", err) }
	kept := slices.Repeat([]float32{1}, len(e.Blocks))
	for _, path := range changes.Out {
		i := slices.Index(e.Blocks, path)
		if i < 0 {
			return fail(fmt.Errorf("no block %q; there are %s", path, strings.Join(e.Blocks, ", ")))
		}
		kept[i] = 0
	}
	changed, err := e.changed(changes)
	if err != nil {
		return fail(err)
	}
	defer changed.Finalize()
	carried := make([]float32, len(e.Blocks))
	for i, block := range e.Blocks {
		carried[i] = carriedFactor(changes.of(block))
	}
	results, err := e.run.run(changed, image, kept, carried)
	if err != nil {
		return fail(err)
	}
	return e.read(results)
}

func (e *Experiment) read(results []*tensors.Tensor) (reading Reading, err error) {
	for i, result := range results {
		shape := result.Shape()
		values, err := floats(result)
		switch {
		case err != nil:
			return Reading{}, err
		case i == 0:
			reading.Logits = values
		case i <= len(e.Blocks):
			reading.After = append(reading.After, values)
		default:
			reading.Gates = append(reading.Gates, slices.Collect(slices.Chunk(values, shape.Dim(2))))
		}
	}
	return reading, nil
}

// graph gives the logits, those after each block, and the map of each gate. kept is [blocks], 0 for one that is taken out, and
// carried is [blocks], the factors of what they hand on.
func (e *Experiment) graph(scope *model.Scope, net Model, image, kept, carried *Node) []*Node {
	scope.Store().SetTraining(image.Graph(), false)
	var handed []*Node
	dense := false
	logits := nets.Operate(net, func(_ string, x *Node, block func(*Node) *Node) *Node {
		y := block(x)
		dense = y.Type() == NodeTypeConcatenate
		keep := Squeeze(Slice(kept, AxisElem(len(handed)))) // scalar
		factor := Reshape(Slice(carried, AxisElem(len(handed))), 1, 1, 1, 1)
		y = Where(GreaterThan(keep, ScalarZero(keep.Graph(), keep.DType())), Mul(y, factor), skipped(x, y, dense))
		handed = append(handed, y)
		return y
	})(scope, image)
	outputs := []*Node{logits}
	for last := range handed {
		next := 0
		outputs = append(outputs, nets.Operate(net, func(_ string, x *Node, _ func(*Node) *Node) *Node {
			i := next
			next++
			if i <= last {
				return handed[i]
			}
			return skipped(x, handed[i], dense)
		})(scope.ResetVisited(), image))
	}
	for _, gate := range gatesOf(image.Graph()) {
		outputs = append(outputs, ReduceMean(gate, 3)) // [1, height, width]
	}
	return outputs
}

// skipped is what the network goes on with in place of y where the block that reads x is taken out: x with zeros for what a block has
// appended. Dense blocks average what they keep where they shrink it, others take every second pixel.
func skipped(x, y *Node, dense bool) *Node {
	if height := y.Shape().Dim(1); dense && x.Shape().Dim(1) > height {
		width, channels := y.Shape().Dim(2), x.Shape().Dim(3)
		x = ReduceMean(Reshape(x, -1, height, x.Shape().Dim(1)/height, width, x.Shape().Dim(2)/width, channels), 2, 4) // [batch, height, width, channels]
	}
	return nets.Carry(x, y)
}
