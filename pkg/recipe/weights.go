// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/google/renameio/v2"
)

// Weights are kept in the safetensors format, which other frameworks read: eight bytes that give the length of a JSON
// header (little endian), the header (for each name its dtype, shape and place), then the values. Our header also
// holds the digest of the values, so that a damaged file is refused. One file, written aside and renamed: what is
// there is whole. GoMLX's own checkpoints are not (docs/upstream.md, "A checkpoint whose Save was interrupted").

// ErrDamaged is wrapped by the error for a weights file that is truncated or whose values were changed after it was written.
var ErrDamaged = errors.New("damaged weights file")

const (
	digestKey     = "sha256"
	maxHeaderSize = 64 << 20
)

type tensorEntry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

var safetensorsDTypes = map[dtypes.DType]string{
	dtypes.Float32: "F32", dtypes.Float64: "F64", dtypes.BFloat16: "BF16", dtypes.Float16: "F16",
	dtypes.Int64: "I64", dtypes.Int32: "I32", dtypes.Uint64: "U64", dtypes.Uint32: "U32", dtypes.Uint8: "U8", dtypes.Bool: "BOOL",
}

// saveStore writes every variable of the store that keep accepts, with notes as the file's metadata. With half, kernels
// are rounded to float16.
func saveStore(path string, store *model.Store, keep func(path string) bool, half bool, notes map[string]string) error {
	header := map[string]any{}
	var values bytes.Buffer
	for v := range store.IterVariables() {
		if !v.HasValue() || !keep(v.Path()) {
			continue
		}
		value, err := v.Value()
		if err == nil && half && v.DType() == dtypes.Float32 && v.Shape().Rank() > 1 {
			value, err = toHalf(value)
		}
		if err != nil {
			return fmt.Errorf("read variable %s: %w", v.Path(), err)
		}
		dtype, known := safetensorsDTypes[value.DType()]
		if !known {
			return fmt.Errorf("variable %s: no safetensors name for %s", v.Path(), value.DType())
		}
		begin := int64(values.Len())
		if err := value.ConstBytes(func(data []byte) { values.Write(data) }); err != nil {
			return fmt.Errorf("read variable %s: %w", v.Path(), err)
		}
		shape := append([]int{}, v.Shape().Dimensions...) // never null, also for a scalar
		header[v.Path()] = tensorEntry{dtype, shape, [2]int64{begin, int64(values.Len())}}
	}
	digest := sha256.Sum256(values.Bytes())
	metadata := map[string]string{digestKey: hex.EncodeToString(digest[:])}
	for k, note := range notes {
		metadata[k] = note
	}
	header["__metadata__"] = metadata
	return writeSafetensors(path, header, values.Bytes())
}

func writeSafetensors(path string, header map[string]any, values []byte) error {
	text, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("encode the header of %s: %w", path, err)
	}
	for len(text)%8 != 0 { // the format aligns the values
		text = append(text, ' ')
	}
	file, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644), renameio.WithTempDir(filepath.Dir(path)))
	if err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	defer file.Cleanup()
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	for _, part := range [][]byte{length, text, values} {
		if _, err := file.Write(part); err != nil {
			return fmt.Errorf("write weights: %w", err)
		}
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	return nil
}

// LoadWithNotes is [Load] that also returns what was noted when the file was written: its [NetworkNote] and others. The
// store hands out the values when a model asks for its variables.
func LoadWithNotes(path string) (*model.Store, map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read weights: %w", err)
	}
	tensorsByPath, notes, err := parseSafetensors(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	store := model.NewStore()
	store.SetLoader(&loader{path, tensorsByPath})
	return store, notes, nil
}

func parseSafetensors(data []byte) (map[string]*tensors.Tensor, map[string]string, error) {
	if len(data) < 8 {
		return nil, nil, fmt.Errorf("%w: only %d bytes", ErrDamaged, len(data))
	}
	size := binary.LittleEndian.Uint64(data)
	if size > maxHeaderSize || size > uint64(len(data)-8) {
		return nil, nil, fmt.Errorf("%w: a header of %d bytes does not fit into a file of %d", ErrDamaged, size, len(data))
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(data[8:8+size], &header); err != nil {
		return nil, nil, fmt.Errorf("%w: header: %v", ErrDamaged, err)
	}
	values := data[8+size:]
	var notes map[string]string
	if metadata, ok := header["__metadata__"]; ok {
		if err := json.Unmarshal(metadata, &notes); err != nil {
			return nil, nil, fmt.Errorf("%w: metadata: %v", ErrDamaged, err)
		}
	}
	if notes[digestKey] == "" {
		return nil, nil, errors.New("a safetensors file without a digest: another program wrote it")
	}
	delete(header, "__metadata__")
	if digest := sha256.Sum256(values); hex.EncodeToString(digest[:]) != notes[digestKey] {
		return nil, nil, fmt.Errorf("%w: the values do not have the digest in the header", ErrDamaged)
	}
	found := make(map[string]*tensors.Tensor, len(header))
	for name, text := range header {
		tensor, err := parseTensor(text, values)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %s: %v", ErrDamaged, name, err)
		}
		found[name] = tensor
	}
	return found, notes, nil
}

func parseTensor(text json.RawMessage, values []byte) (*tensors.Tensor, error) {
	var entry tensorEntry
	if err := json.Unmarshal(text, &entry); err != nil {
		return nil, err
	}
	dtype := dtypes.InvalidDType
	for d, name := range safetensorsDTypes {
		if name == entry.DType {
			dtype = d
		}
	}
	if dtype == dtypes.InvalidDType {
		return nil, fmt.Errorf("unknown dtype %q", entry.DType)
	}
	begin, end := entry.Offsets[0], entry.Offsets[1]
	if begin < 0 || begin > end || end > int64(len(values)) {
		return nil, fmt.Errorf("values at %d to %d of %d", begin, end, len(values))
	}
	for _, d := range entry.Shape {
		if d <= 0 {
			return nil, fmt.Errorf("shape %v", entry.Shape)
		}
	}
	shape := shapes.Make(dtype, entry.Shape...)
	if int64(shape.ByteSize()) != end-begin {
		return nil, fmt.Errorf("%d bytes for shape %s", end-begin, shape)
	}
	tensor := tensors.FromShape(shape)
	if err := tensor.MutableBytes(func(to []byte) { copy(to, values[begin:end]) }); err != nil {
		return nil, err
	}
	if dtype == dtypes.Float16 {
		return fromHalf(tensor)
	}
	return tensor, nil
}

// toHalf rounds a float32 tensor to float16, which takes half the room. Convolutions round to bfloat16, which is coarser,
// wherever that is fast.
func toHalf(value *tensors.Tensor) (*tensors.Tensor, error) {
	flat, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		return nil, err
	}
	return tensors.FromFlatDataAndDimensions(float16.FromFloat32s(flat...), value.Shape().Dimensions...), nil
}

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

// loader hands out copies of the values, so that every clone of a store, which shares it, has them too. A variable that is
// deleted in one of them is gone for all that have not asked for it yet.
type loader struct {
	file   string
	values map[string]*tensors.Tensor
}

// LoadVariable implements model.Loader.
func (l *loader) LoadVariable(_ *model.Store, path string) (*tensors.Tensor, bool) {
	value, found := l.values[path]
	if !found {
		return nil, false
	}
	copied, err := value.LocalClone()
	if err != nil {
		panic(fmt.Errorf("%s: %s: %w", l.file, path, err)) // GoMLX has no other way
	}
	return copied, true
}

// DeleteVariable implements model.Loader.
func (l *loader) DeleteVariable(_ *model.Store, path string) error {
	delete(l.values, path)
	return nil
}

// checkLoaded returns an error if the network, whose graph has been built, and the file its store was loaded from do
// not hold the same variables: GoMLX would silently begin with random values for those it does not find.
func checkLoaded(store *model.Store) error {
	l, loaded := store.Loader().(*loader)
	if !loaded {
		return nil
	}
	used := map[string]bool{}
	for v := range store.IterVariables() {
		if !v.HasValue() {
			return fmt.Errorf("%s has no value for %s: it holds another network", l.file, v.Path())
		}
		used[v.Path()] = true
	}
	for path := range l.values {
		if ofNetwork(path) && !used[path] {
			return fmt.Errorf("%s has a value for %s, which this network lacks: it holds another network", l.file, path)
		}
	}
	return nil
}

// ofNetwork tells the variables of the network from those of its training and of the random generator that initial
// weights come from.
func ofNetwork(path string) bool {
	return !strings.HasPrefix(path, optimizerScope+"/") && path != "/"+model.RNGStateVariableName
}
