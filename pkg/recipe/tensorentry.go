// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// A tensorEntry is what the header of a safetensors file says of one tensor: its type, shape, and where its values begin
// and end.
type tensorEntry struct {
	DType   string  `json:"dtype"`
	Shape   []int   `json:"shape"`
	Offsets []int64 `json:"data_offsets"`
}

var safetensorsDTypes = map[dtypes.DType]string{
	dtypes.Float32: "F32", dtypes.Float64: "F64", dtypes.BFloat16: "BF16", dtypes.Float16: "F16",
	dtypes.Int64: "I64", dtypes.Int32: "I32", dtypes.Uint64: "U64", dtypes.Uint32: "U32", dtypes.Uint8: "U8", dtypes.Bool: "BOOL",
}

// contents says what is in a file, for errors.
func contents(entries map[string]tensorEntry) string {
	if len(entries) == 0 {
		return "no tensors"
	}
	names := slices.Sorted(maps.Keys(entries))
	first := entries[names[0]]
	plural := "s"
	if len(names) == 1 {
		plural = ""
	}
	return fmt.Sprintf("%d tensor%s, such as %s (%s %v)", len(names), plural, names[0], first.DType, first.Shape)
}

// checkLayout returns an error unless the tensors lie one behind the other, without gaps, and fill the file.
func checkLayout(entries map[string]tensorEntry, size int64) error {
	names := slices.SortedFunc(maps.Keys(entries), func(a, b string) int {
		x, y := entries[a].Offsets, entries[b].Offsets
		return cmp.Or(slices.Compare(x, y), cmp.Compare(a, b))
	})
	end := int64(0)
	for _, name := range names {
		e := entries[name]
		if err := e.check(size); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if e.Offsets[0] != end {
			return fmt.Errorf("%s begins at %d, and the values before it end at %d", name, e.Offsets[0], end)
		}
		end = e.Offsets[1]
	}
	if end != size {
		return fmt.Errorf("the header speaks of %d bytes of values, the file has %d", end, size)
	}
	return nil
}

// check returns an error unless the tensor's place and shape agree and lie within the file's values.
func (e tensorEntry) check(size int64) error {
	dtype, known := e.dtype()
	switch {
	case !known:
		return fmt.Errorf("unknown dtype %q", e.DType)
	case e.Shape == nil || len(e.Shape) > maxRank || len(e.Offsets) != 2:
		return fmt.Errorf("shape %v, place %v", e.Shape, e.Offsets)
	case e.Offsets[0] < 0 || e.Offsets[0] > e.Offsets[1] || e.Offsets[1] > size:
		return fmt.Errorf("values at %d to %d of %d", e.Offsets[0], e.Offsets[1], size)
	}
	bytes := int64(dtype.Size())
	for _, d := range e.Shape {
		if d <= 0 || int64(d) > size/bytes { // before it can overflow
			return fmt.Errorf("shape %v in a file of %d bytes", e.Shape, size)
		}
		bytes *= int64(d)
	}
	if place := e.Offsets[1] - e.Offsets[0]; bytes != place {
		return fmt.Errorf("%d bytes for %s %v", place, e.DType, e.Shape)
	}
	return nil
}

func (e tensorEntry) dtype() (dtypes.DType, bool) {
	for d, name := range safetensorsDTypes {
		if name == e.DType {
			return d, true
		}
	}
	return dtypes.InvalidDType, false
}

// tensor copies the tensor's values out of those of the file, whose layout has been checked. They must be finite.
func (e tensorEntry) tensor(values []byte) (*tensors.Tensor, error) {
	dtype, _ := e.dtype()
	tensor := tensors.FromShape(shapes.Make(dtype, e.Shape...))
	err := tensor.MutableBytes(func(to []byte) { copy(to, values[e.Offsets[0]:e.Offsets[1]]) })
	if err == nil && dtype == dtypes.Float16 {
		tensor, err = fromHalf(tensor)
	}
	if err != nil {
		return nil, err
	}
	if !isFinite(tensor) {
		return nil, fmt.Errorf("%w: the training that wrote them diverged. Train again with a lower rate", ErrNotFinite)
	}
	return tensor, nil
}
