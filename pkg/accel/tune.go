// SPDX-License-Identifier: Apache-2.0

//go:build !js

package accel

import (
	"errors"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/shapes"
	"golang.org/x/sync/errgroup"
)

const (
	tuningBudget = 3 * time.Second
	tuningRuns   = 3         // of each form, after one that warms up
	clearly      = 0.95      // of the usual form's time: measurements of milliseconds are not exact, so less is no reason
	smallPiece   = 512 << 10 // bytes of x and v that need not be cut further: they stay in any cache
)

// measure finds the fastest form of c, if there is time left and all goes well.
func (t *Tuner) measure(b compute.Backend, c conv, key string) (form, bool) {
	budget := t.Budget
	if budget == 0 {
		budget = tuningBudget
	}
	if t.fixed || t.spent > 0 && t.spent+t.longest > budget || c.dtype != dtypes.Float32 && c.dtype != dtypes.BFloat16 {
		return form{}, false
	}
	if t.Report != nil {
		t.Report(key)
	}
	start := time.Now()
	defer func() {
		took := time.Since(start)
		t.spent, t.longest = t.spent+took, max(t.longest, took)
	}()
	bench, err := newFormBench(b, c)
	defer bench.finalize()
	if err != nil {
		return form{}, false
	}
	fastest, err := bench.fastest()
	return fastest, err == nil
}

// A formBench times forms of one gradient.
type formBench struct {
	backend compute.Backend
	c       conv
	buffers []compute.Buffer // x and v
}

func newFormBench(b compute.Backend, c conv) (*formBench, error) {
	bench := &formBench{backend: b, c: c}
	for _, dims := range [][]int{c.inputDims, c.kernelDims} {
		buffer, err := filled(b, shapes.Make(c.dtype, dims...))
		if err != nil {
			return bench, err
		}
		bench.buffers = append(bench.buffers, buffer)
	}
	return bench, nil
}

func (b *formBench) finalize() {
	for _, buffer := range b.buffers {
		_ = buffer.Finalize()
	}
}

// fastest tries all forms in one piece, then in more, until more pieces are no faster or small enough.
func (b *formBench) fastest() (form, error) {
	usual := usualForm(b.c)
	took, err := b.times([]form{usual})
	if err != nil {
		return form{}, err
	}
	best, shortest := usual, time.Duration(clearly*float64(took[0]))
	for _, pieces := range []int{1, 4, 8, 16} {
		if pieces > 1 && (product(b.c.inputDims)+product(b.c.kernelDims))*b.c.dtype.Size()/pieces < smallPiece {
			break
		}
		var candidates []form
		for _, f := range forms {
			if f.pieces == pieces && f.fits(b.c) && f.name != usual.name {
				candidates = append(candidates, f)
			}
		}
		took, err := b.times(candidates)
		if err != nil {
			return form{}, err
		}
		for i, f := range candidates {
			if took[i] < shortest {
				best, shortest = f, took[i]
			}
		}
		if pieces > 1 && best.pieces < pieces && usual.pieces < pieces {
			break
		}
	}
	return best, nil
}

// times compiles forms side by side, runs them in turn, and is the shortest time of each.
func (b *formBench) times(candidates []form) ([]time.Duration, error) {
	executables := make([]compute.Executable, len(candidates))
	defer func() {
		for _, e := range executables {
			if e != nil {
				e.Finalize()
			}
		}
	}()
	var group errgroup.Group
	for i, f := range candidates {
		group.Go(func() (err error) {
			executables[i], err = b.compile(f)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	took := make([]time.Duration, len(candidates))
	for round := range 1 + tuningRuns { // in turn, so that what else the machine does meets all of them
		for i, f := range candidates {
			now, err := b.time(executables[i], f.pieces)
			if err != nil {
				return nil, err
			}
			if round < 2 || now < took[i] { // the first round warms up
				took[i] = now
			}
		}
	}
	return took, nil
}

// compile builds what a form does with one piece, which begins at a given image: that compiles in a fraction of the time of all
// pieces, and can be run for each.
func (b *formBench) compile(f form) (compute.Executable, error) {
	builder := b.backend.Builder("tune " + f.name)
	o := &ops{f: builder.Main()}
	c := b.c
	c.input, c.kernel = o.parameter("x", c.dtype, c.inputDims...), o.parameter("v", c.dtype, c.kernelDims...)
	if start := o.parameter("start", dtypes.Int32); f.pieces > 1 {
		images := c.inputDims[0] / f.pieces
		c.input, c.kernel = o.imagesFrom(c.input, start, images), o.imagesFrom(c.kernel, start, images)
		c.inputDims, c.kernelDims = o.dims(c.input), o.dims(c.kernel)
	}
	gradient := f.whole(o, c)
	if o.err != nil {
		return nil, o.err
	}
	if err := o.f.Return([]compute.Value{gradient}, nil); err != nil {
		return nil, err
	}
	return builder.Compile()
}

// time runs all pieces.
func (b *formBench) time(executable compute.Executable, pieces int) (time.Duration, error) {
	began := time.Now()
	for piece := range pieces {
		if err := b.run(executable, piece*b.c.inputDims[0]/pieces); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}

// run executes for the piece that begins at an image, and waits for the result.
func (b *formBench) run(executable compute.Executable, start int) error {
	begin, err := b.backend.BufferFromFlatData(0, []int32{int32(start)}, shapes.Make(dtypes.Int32))
	if err != nil {
		return err
	}
	defer func() { _ = begin.Finalize() }()
	outputs, err := executable.Execute([]compute.Buffer{b.buffers[0], b.buffers[1], begin}, make([]bool, 3), 0)
	if err != nil {
		return err
	}
	for _, output := range outputs {
		err = errors.Join(err, output.ToFlatData(flat(shapes.Make(b.c.dtype, b.c.outputDims...))), output.Finalize())
	}
	return err
}

// filled is a buffer of numbers, none of them special: a processor may be slow with those.
func filled(b compute.Backend, shape shapes.Shape) (compute.Buffer, error) {
	values := flat(shape)
	switch values := values.(type) {
	case []float32:
		for i := range values {
			values[i] = float32(i%17)/16 - 0.5
		}
	case []bfloat16.BFloat16:
		for i := range values {
			values[i] = bfloat16.FromFloat32(float32(i%17)/16 - 0.5)
		}
	}
	return b.BufferFromFlatData(0, values, shape)
}

func flat(shape shapes.Shape) any {
	if shape.DType == dtypes.BFloat16 {
		return make([]bfloat16.BFloat16, shape.Size())
	}
	return make([]float32, shape.Size())
}
