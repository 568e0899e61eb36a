// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/google/go-cmp/cmp"
)

// tunedCases have a batch that can be cut into all pieces.
var tunedCases = []convCase{
	{batch: 16, height: 6, width: 5, in: 3, out: 4, kernel: [2]int{3, 3}, groups: 1},
	{batch: 16, height: 9, width: 8, in: 2, out: 3, kernel: [2]int{3, 3}, strides: []int{2, 2}, groups: 1},
	{batch: 16, height: 7, width: 6, in: 2, out: 3, kernel: [2]int{2, 4}, paddings: [][2]int{{0, 0}, {1, 3}}, groups: 1},
}

// used builds the cases with the tuner, as for XLA on a CPU, and runs them on the pure-Go backend, which compiles nothing.
func used(t *testing.T, tuner *Tuner, cases []convCase) ([][]float64, Forms) {
	t.Helper()
	b := testBackends(t)[0]
	got, err := runAll(&backend{b, rewrites{forXLA: true, tuner: tuner, raw: b}}, cases, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	return got, tuner.Used()
}

// Every form gives GoMLX's gradient, up to rounding.
func TestForms(t *testing.T) {
	want, err := runAll(testBackends(t)[0], tunedCases, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	_, asked := used(t, FixedForms(nil), tunedCases)
	if len(asked) != len(tunedCases) {
		t.Fatalf("%d kernel gradients in %d cases: %v", len(asked), len(tunedCases), asked)
	}
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			for convolution := range asked {
				asked[convolution] = f.name
			}
			got, built := used(t, FixedForms(asked), tunedCases)
			if diff := cmp.Diff(asked, built); diff != "" {
				t.Errorf("built in other forms (-asked +built):\n%s", diff)
			}
			for i := range got {
				if d := distance(got[i], want[i]); !(d <= 1e-5) {
					t.Errorf("%+v: output %d differs by %.1e, relative", tunedCases[i/3], i%3, d)
				}
			}
		})
	}
}

// A form that does not fit the batch, or that no version of this package knows, is replaced by the usual one.
func TestFormsThatDoNotFit(t *testing.T) {
	cases := tunedCases[:1]
	cases[0].batch = 6
	defer func() { cases[0].batch = 16 }()
	_, usual := used(t, FixedForms(nil), cases)
	for _, name := range []string{"conv3d/4", "", "winograd"} {
		asked := maps.Clone(usual)
		for convolution := range asked {
			asked[convolution] = name
		}
		if _, built := used(t, FixedForms(asked), cases); !maps.Equal(built, usual) {
			t.Errorf("asked for %q: built %v, want %v", name, built, usual)
		}
	}
}

// What was measured is read by the next program, and nothing is measured again. What the file holds of other machines stays.
func TestTunerRemembers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "home", "forms.json")
	measured := 0
	tuner := func() *Tuner {
		t := NewTuner(file)
		t.Budget = time.Hour
		t.Report = func(string) { measured++ }
		return t
	}
	_, first := used(t, tuner(), tunedCases)
	if measured != len(tunedCases) {
		t.Fatalf("measured %d of %d convolutions", measured, len(tunedCases))
	}
	all, err := readForms(file)
	if err != nil {
		t.Fatal(err)
	}
	all["another machine"] = Forms{"its convolution": "dots"}
	writeForms(file, all)
	_, second := used(t, tuner(), tunedCases)
	if measured != len(tunedCases) || !maps.Equal(first, second) {
		t.Errorf("measured %d times: %v, before %v", measured, second, first)
	}
	// A new shape is added.
	wide := tunedCases[0]
	wide.out++
	used(t, tuner(), []convCase{wide})
	if all, err = readForms(file); err != nil || len(all) != 2 || len(all[machine(testBackends(t)[0])]) != len(tunedCases)+1 || all["another machine"]["its convolution"] != "dots" {
		t.Errorf("the file holds %v, %v", all, err)
	}
	// The file is damaged: all is measured again, and written.
	if err := os.WriteFile(file, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	measured = 0
	used(t, tuner(), tunedCases[:1])
	if all, err = readForms(file); measured != 1 || err != nil || len(all) != 1 {
		t.Errorf("after damage: measured %d, the file holds %v, %v", measured, all, err)
	}
}

// When its time is spent, a tuner builds what it does not know in the usual form, and leaves it to the next program.
func TestTunerBudget(t *testing.T) {
	file := filepath.Join(t.TempDir(), "forms.json")
	tuner := NewTuner(file)
	tuner.Budget = time.Nanosecond
	_, built := used(t, tuner, tunedCases)
	all, err := readForms(file)
	if err != nil || len(all[machine(testBackends(t)[0])]) != 1 || len(built) != len(tunedCases) {
		t.Errorf("built %v, and the file holds %v, %v; want one that was measured", built, all, err)
	}
	// Time for less than one as long as the longest so far is none.
	tuner = NewTuner(filepath.Join(t.TempDir(), "forms.json"))
	tuner.spent, tuner.longest = 2*time.Second, 1100*time.Millisecond
	tuner.Report = func(convolution string) { t.Errorf("%s was measured in the last second of three", convolution) }
	used(t, tuner, tunedCases[:1])
}

// The forms that a training began with come before those in the file.
func TestTunerFix(t *testing.T) {
	_, asked := used(t, FixedForms(nil), tunedCases)
	for convolution := range asked {
		asked[convolution] = "conv2d/2"
	}
	tuner := NewTuner(filepath.Join(t.TempDir(), "forms.json"))
	tuner.Report = func(convolution string) { t.Errorf("%s was measured", convolution) }
	tuner.Fix(asked)
	if _, built := used(t, tuner, tunedCases); !maps.Equal(built, asked) {
		t.Errorf("built %v, want %v", built, asked)
	}
}

// A folder that may not be written keeps nothing, and nothing fails.
func TestTunerWithoutFile(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "blocked")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tuner := NewTuner(filepath.Join(blocked, "forms.json"))
	if _, built := used(t, tuner, tunedCases[:1]); len(built) != 1 {
		t.Errorf("built %v", built)
	}
}

// XLA on a CPU is tuned too, in both dtypes. The name of a machine holds no folder: a plugin is the same wherever it lies.
func TestTunerOnXLA(t *testing.T) {
	b, err := New("xla:cpu")
	if err != nil {
		t.Fatal(err)
	}
	b = Unwrap(b)
	tuner := NewTuner(filepath.Join(t.TempDir(), "forms.json"))
	tuner.Budget = time.Hour
	for _, option := range []Option{WithTuner(tuner), WithConvDType(dtypes.BFloat16)} {
		if _, err := runAll(Wrap(b, WithTuner(tuner), option), tunedCases[:1], dtypes.Float32); err != nil {
			t.Fatal(err)
		}
	}
	all, err := readForms(tuner.file)
	if err != nil || len(all[machine(b)]) != 2 {
		t.Errorf("the file holds %v, %v; want two convolutions of %s", all, err, machine(b))
	}
	if name := machine(b); strings.Contains(name, "/xla/") || !strings.Contains(name, "cores") || !strings.Contains(name, "PJRT") {
		t.Errorf("the machine is %q", name)
	}
}
