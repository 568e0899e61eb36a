// SPDX-License-Identifier: Apache-2.0

package export

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/nets"
)

var goBackend = sync.OnceValue(func() compute.Backend { return accel.MustNew("go") })

var testMoments = images.Moments{Mean: []float64{0.5, 0.4, 0.3}, Std: []float64{0.2, 0.25, 0.3}}

// named is a network of package nets with random weights, random statistics of its norms among them.
func named(t *testing.T, name string) Network {
	t.Helper()
	net, err := nets.Parse(name, 10)
	if err != nil {
		t.Fatal(err)
	}
	return random(t, Network{Name: name, Model: images.Normalized(net, testMoments), Format: images.Format{Height: 32, Width: 32, Channels: 3,
		Classes: strings.Fields("a b c d e f g h i j"), Moments: testMoments}})
}

// random gives a network weights of about the size that keeps a signal's.
func random(t *testing.T, n Network) Network {
	t.Helper()
	n.Store = model.NewStore()
	g := graph.NewGraph(goBackend(), t.Name())
	defer g.Finalize()
	n.Model(n.Store.RootScope(), graph.Parameter(g, "images", shapes.Make(dtypes.Uint8, 2, n.Height, n.Width, n.Channels)))
	source := rand.New(rand.NewPCG(1, 2))
	for v := range n.Store.IterVariables() {
		shape := v.Shape()
		if shape.DType != dtypes.Float32 {
			continue
		}
		flat := make([]float32, shape.Size())
		for i := range flat {
			switch {
			case strings.HasSuffix(v.Path(), "/variance") || strings.HasSuffix(v.Path(), "/scale"):
				flat[i] = 0.5 + source.Float32()
			case shape.Rank() > 1:
				flat[i] = float32(source.NormFloat64()) / float32(shape.Size()/shape.Dim(-1))
			default:
				flat[i] = float32(source.NormFloat64()) / 4
			}
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(flat, shape.Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// pixels are random pictures, channels last.
func pixels(n, height, width, channels int) []uint8 {
	source := rand.New(rand.NewPCG(3, 4))
	out := make([]uint8, n*height*width*channels)
	for i := range out {
		out[i] = uint8(source.IntN(256))
	}
	return out
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}
