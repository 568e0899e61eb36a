// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// saveStore writes every variable of the store that keep accepts, with notes as the file's metadata. With half, kernels
// are rounded to float16.
func saveStore(path string, store *model.Store, keep func(path string) bool, half bool, notes map[string]string) error {
	values := map[string]*tensors.Tensor{}
	for v := range store.IterVariables() {
		if !v.HasValue() || !keep(v.Path()) {
			continue
		}
		value, err := v.Value()
		if err == nil && half && isKernel(v) {
			value, err = toHalf(value)
		}
		if err != nil {
			return fmt.Errorf("read variable %s: %w", v.Path(), err)
		}
		values[v.Path()] = value
	}
	return SaveTensors(path, values, notes)
}

// SaveTensors writes values by name to a safetensors file, with notes as its metadata.
func SaveTensors(path string, byName map[string]*tensors.Tensor, notes map[string]string) error {
	entries := map[string]tensorEntry{}
	var values bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		value := byName[name]
		dtype, known := safetensorsDTypes[value.DType()]
		if !known {
			return fmt.Errorf("%s: no safetensors name for %s", name, value.DType())
		}
		begin := int64(values.Len())
		if err := value.ConstBytes(func(data []byte) { values.Write(data) }); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		shape := append([]int{}, value.Shape().Dimensions...) // never null, also for a scalar
		entries[name] = tensorEntry{dtype, shape, []int64{begin, int64(values.Len())}}
	}
	digest := sha256.Sum256(values.Bytes())
	metadata := map[string]string{}
	maps.Copy(metadata, notes)
	metadata[digestKey] = hex.EncodeToString(digest[:])
	metadata[headerDigestKey] = headerDigest(entries, metadata)
	header := map[string]any{metadataKey: metadata}
	for name, entry := range entries {
		header[name] = entry
	}
	return writeSafetensors(path, header, values.Bytes())
}

// LoadWithNotes is [Load] that also returns what was noted when the file was written: its [NetworkNote] and others. The
// store hands out the values when a model asks for its variables.
func LoadWithNotes(path string) (*model.Store, map[string]string, error) {
	values, notes, err := readSafetensors(path)
	if err != nil {
		return nil, nil, fmt.Errorf("weights: %w", err)
	}
	return loaded(path, values, notes), notes, nil
}

// Parse is [LoadWithNotes] of a file's bytes, for where there are no files. The name is for messages.
func Parse(name string, data []byte) (*model.Store, map[string]string, error) {
	values, notes, err := parseSafetensors(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, nil, fmt.Errorf("weights: %s: %w", name, err)
	}
	return loaded(name, values, notes), notes, nil
}

// loaded is a store that hands out a file's values.
func loaded(file string, values map[string]*tensors.Tensor, notes map[string]string) *model.Store {
	store := model.NewStore()
	store.SetLoader(&loader{file, notes, values})
	return store
}

// isKernel tells whether the variable is rounded to float16 in a network's file.
func isKernel(v *model.Variable) bool { return v.DType() == dtypes.Float32 && v.Shape().Rank() > 1 }

// roundKernels rounds the store's kernels to what a file of the network holds.
func roundKernels(store *model.Store) error {
	for v := range store.IterVariables() {
		if !ofNetwork(v.Path()) || !isKernel(v) {
			continue
		}
		value, err := v.Value()
		if err == nil {
			value, err = toHalf(value)
		}
		if err == nil && value.DType() == dtypes.Float16 {
			value, err = fromHalf(value)
		}
		if err == nil {
			err = v.SetValue(value)
		}
		if err != nil {
			return fmt.Errorf("round %s: %w", v.Path(), err)
		}
	}
	return nil
}

// toHalf rounds a float32 tensor to float16, which takes half the room. Convolutions round to bfloat16, which is coarser,
// wherever that is fast. A copy in float32 is returned if a value is beyond float16's range, as where a training diverges.
func toHalf(value *tensors.Tensor) (*tensors.Tensor, error) {
	flat, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		return nil, err
	}
	for _, x := range flat {
		if !(x <= maxHalf && x >= -maxHalf) {
			return tensors.FromFlatDataAndDimensions(flat, value.Shape().Dimensions...), nil
		}
	}
	return tensors.FromFlatDataAndDimensions(float16.FromFloat32s(flat...), value.Shape().Dimensions...), nil
}

const maxHalf = 65504 // the largest number that float16 holds

// fromHalf makes a float16 tensor float32 again, as networks compute.
func fromHalf(value *tensors.Tensor) (*tensors.Tensor, error) {
	half, err := tensors.CopyFlatData[float16.Float16](value)
	if err != nil {
		return nil, err
	}
	flat := make([]float32, len(half))
	for i, x := range half {
		flat[i] = x.Float32()
	}
	return tensors.FromFlatDataAndDimensions(flat, value.Shape().Dimensions...), nil
}
