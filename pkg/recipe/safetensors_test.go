// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// weightsFile is a file with this header, in which DIGEST stands for that of the values.
func weightsFile(header string, values []byte) []byte {
	digest := sha256.Sum256(values)
	header = strings.ReplaceAll(header, "DIGEST", `"__metadata__":{"sha256":"`+hex.EncodeToString(digest[:])+`"}`)
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), values...)
}

func loadBytes(t *testing.T, content []byte) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(path)
	if err != nil && !strings.Contains(err.Error(), path) {
		t.Errorf("error %v does not name the file", err)
	}
	return err
}

// Headers as a hostile program writes them, with a digest that is right.
func TestHostileHeaders(t *testing.T) {
	const w = `"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`
	for name, test := range map[string]struct{ header, want string }{
		"whole":              {`{DIGEST,` + w + `}`, ""},
		"scalar":             {`{DIGEST,"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"I32","shape":[1],"data_offsets":[4,8]}}`, ""},
		"overlapping":        {`{DIGEST,` + w + `,"v":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, "v begins at 4, and the values before it end at 8"},
		"the same twice":     {`{DIGEST,` + w + `,"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "w begins at 0, and the values before it end at 8"},
		"a gap":              {`{DIGEST,"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, "w begins at 4"},
		"not all":            {`{DIGEST,"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "speaks of 4 bytes of values, the file has 8"},
		"beyond the end":     {`{DIGEST,"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, "values at 0 to 16 of 8"},
		"backwards":          {`{DIGEST,"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, "values at 8 to 0"},
		"negative":           {`{DIGEST,"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}`, "values at -8"},
		"overflow":           {`{DIGEST,"w":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}}`, "shape [4294967296"},
		"overflow to size":   {`{DIGEST,"w":{"dtype":"F32","shape":[2,9223372036854775807],"data_offsets":[0,8]}}`, "shape [2 9223372036854775807]"},
		"too large a number": {`{DIGEST,"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}`, "header: w"},
		"negative shape":     {`{DIGEST,"w":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}`, "shape [-1 -2]"},
		"empty":              {`{DIGEST,"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`, "shape [0]"},
		"no shape":           {`{DIGEST,"w":{"dtype":"F32","data_offsets":[0,8]}}`, "shape []"},
		"three offsets":      {`{DIGEST,"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8,16]}}`, "place [0 8 16]"},
		"many axes":          {`{DIGEST,"w":{"dtype":"F32","shape":[` + strings.Repeat("1,", 5000) + `2],"data_offsets":[0,8]}}`, "shape [1 1"},
		"other size":         {`{DIGEST,"w":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}`, "8 bytes for F32 [1]"},
		"unknown type":       {`{DIGEST,"w":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}`, `unknown dtype "F8_E4M3"`},
		"a name twice":       {`{DIGEST,` + w + `,` + w + `}`, "names w twice"},
		"notes twice":        {`{DIGEST,DIGEST,` + w + `}`, "names __metadata__ twice"},
		"a list":             {`{DIGEST,"w":[1,2]}`, "header: w"},
		"cut":                {`{DIGEST,"w":{"dtype":"F32"`, "header: w"},
		"cut before a name":  {`{DIGEST,`, "header"},
		"deep":               {`{DIGEST,"w":` + strings.Repeat("[", 100_000), "header: w"},
		"notes of numbers":   {`{"__metadata__":{"sha256":1}}`, "header: __metadata__"},
	} {
		t.Run(name, func(t *testing.T) {
			err := loadBytes(t, weightsFile(test.header, make([]byte, 8)))
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %.300v, want ErrDamaged with %q", err, test.want)
			}
		})
	}
	many := []string{"DIGEST"}
	for i := range maxTensors + 1 {
		many = append(many, fmt.Sprintf(`"%d":{}`, i))
	}
	if err := loadBytes(t, weightsFile("{"+strings.Join(many, ",")+"}", nil)); err == nil || !strings.Contains(err.Error(), "more than 65536 tensors") {
		t.Errorf("error %v for too many tensors", err)
	}
}

// The bytes of a file are read like the file, and damage is found in the same way.
func TestParse(t *testing.T) {
	path := filepath.Join(t.TempDir(), BestFile)
	want := []float32{1, 2, 3}
	if err := SaveTensors(path, map[string]*tensors.Tensor{"/a": tensors.FromFlatDataAndDimensions(want, 3)}, map[string]string{NetworkNote: "net"}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	store, notes, err := Parse("a file", data)
	if err != nil {
		t.Fatal(err)
	}
	if got := tensors.MustCopyFlatData[float32](store.GetVariable("/a").MustValue()); !slices.Equal(got, want) || notes[NetworkNote] != "net" {
		t.Errorf("%v, %v", got, notes)
	}
	data[len(data)-1] ^= 1
	if _, _, err := Parse("a file", data); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "a file") {
		t.Errorf("of damaged bytes: %v", err)
	}
}

// What else people give for weights: the error says what the file is.
func TestFilesThatAreNoWeights(t *testing.T) {
	for content, want := range map[string]string{
		"PK\x03\x04\x00\x00\x00\x00archive/data.pkl":                  "a PyTorch checkpoint (.pt or .pth), not weights that skipnets wrote",
		"\x80\x02}q\x00X\x05\x00\x00\x00model":                        "a Python pickle",
		"PK\x03\x04\x00\x00\x00\x00arr_0.npy":                         "a NumPy archive (.npz)",
		"PK\x03\x04\x00\x00\x00\x00notes.txt":                         "a zip archive",
		"\x89HDF\r\n\x1a\n":                                           "an HDF5 file",
		"<!DOCTYPE html>\n<html><body>404":                            "a web page (HTML)",
		"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a": "a Git LFS pointer",
		`{"network": "residual-20"}`:                                  "text (JSON)",
		"":                                                            "an empty file",
		"\x00\x01\x02":                                                "does not know",
		string(weightsFile(`{"conv1.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"format":"pt"}}`, make([]byte, 8))): "another program wrote this safetensors file: it has no digest. It holds 1 tensor, such as conv1.weight (F32 [2])",
		string(weightsFile(`{}`, nil)): "It holds no tensors",
	} {
		if err := loadBytes(t, []byte(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: error %v, want one with %q", content, err, want)
		}
	}
	for _, path := range []string{t.TempDir(), "/dev/zero", filepath.Join(t.TempDir(), "none")} {
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

func TestWeightsThatAreNoNumbers(t *testing.T) {
	for _, x := range []float32{float32(math.NaN()), float32(math.Inf(-1))} {
		for _, shape := range [][]int{{2}, {2, 1}} { // as float32, and rounded to float16
			store := model.NewStore()
			if _, err := store.CreateVariable("/w", tensors.FromFlatDataAndDimensions([]float32{1, x}, shape...)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "w.safetensors")
			if err := SaveNetwork(path, store, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(path); !errors.Is(err, ErrNotFinite) || !strings.Contains(err.Error(), "/w") {
				t.Errorf("%v in %v: error %v, want ErrNotFinite with the variable's name", x, shape, err)
			}
		}
	}
}

// A network of the same variables but other shapes: no panic of GoMLX, and the first difference by name.
func TestWeightsOfAnotherShape(t *testing.T) {
	job := toyJob(t)
	job.Recipe.Epochs = 1
	fitOnce(t, job)
	wider := func(scope *model.Scope, x *Node) *Node {
		y := layers.Convolution(scope.In("conv"), x).Channels(9).KernelSize(3).PadSame().UseBias(false).Done()
		return layers.Dense(scope.In("head"), Reshape(y, y.Shape().Dimensions[0], -1), true, 4)
	}
	store, err := Load(filepath.Join(job.Dir, BestFile))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Evaluate(t.Context(), job.Backend, wider, store, job.HeldOut)
	_, ofLogits := Logits(job.Backend, wider, store, job.HeldOut.(toyData).at(0, 0).Inputs[0])
	for _, err := range []error{err, ofLogits} {
		if !errors.Is(err, ErrOtherNetwork) || !strings.Contains(err.Error(), "its own note says toy-net") || !strings.Contains(err.Error(), "/conv/weights is [3 3 1 8] there, and would be [3 3 1 9] here") {
			t.Errorf("error %v", err)
		}
	}
}

// A network may be of finite weights and still give no number.
func TestEvaluateRefusesWhatIsNoNumber(t *testing.T) {
	endless := func(_ *model.Scope, x *Node) *Node {
		return MulScalar(Reshape(Slice(x, AxisRange(), AxisRange(0, 1)), x.Shape().Dim(0), 4), math.Inf(1))
	}
	data := toyData{32, 32, 2}
	_, err := Evaluate(t.Context(), testBackend(), endless, model.NewStore(), data)
	_, ofLogits := Logits(testBackend(), endless, model.NewStore(), data.at(0, 0).Inputs[0])
	for _, err := range []error{err, ofLogits} {
		if !errors.Is(err, ErrNotFinite) {
			t.Errorf("error %v, want ErrNotFinite", err)
		}
	}
}
