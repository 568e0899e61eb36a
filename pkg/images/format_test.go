// SPDX-License-Identifier: Apache-2.0

package images

import (
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	good := func() Format {
		return Format{32, 32, 3, []string{"cat", "dog"}, Moments{[]float64{0.5, 0.5, 0.5}, []float64{0.2, 0.2, 0.2}}}
	}
	if err := good().Check(); err != nil {
		t.Error(err)
	}
	if err := good().Fits(good()); err != nil {
		t.Error(err)
	}
	for name, test := range map[string]struct {
		spoil       func(f *Format)
		check, fits string // the errors, "" for none
	}{
		"size":      {func(f *Format) { f.Width = 48 }, "", "takes pictures of 32×32×3, and these are of 32×48×3"},
		"grey":      {func(f *Format) { f.Channels = 1 }, "3 means", "these are of 32×32×1"},
		"classes":   {func(f *Format) { f.Classes = append(f.Classes, "bird") }, "", "knows 2 classes, and here are 3"},
		"order":     {func(f *Format) { f.Classes = []string{"dog", "cat"} }, "", "class 0 is cat to it, and dog here"},
		"one class": {func(f *Format) { f.Classes = f.Classes[:1] }, "1 classes", "knows 2 classes"},
		"no size":   {func(f *Format) { f.Height = 0 }, "pictures of 0×32×3", "these are of 0×32×3"},
		"huge":      {func(f *Format) { f.Height = 1 << 40 }, "pictures of 1099511627776×", "these are of"},
		"deviation": {func(f *Format) { f.Moments.Std[1] = 0 }, "deviations of [0.2 0 0.2]", ""},
	} {
		f := good()
		test.spoil(&f)
		for what, got := range map[string]struct {
			err  error
			want string
		}{"Check": {f.Check(), test.check}, "Fits": {good().Fits(f), test.fits}} {
			if (got.err == nil) != (got.want == "") || got.err != nil && !strings.Contains(got.err.Error(), got.want) {
				t.Errorf("%s: %s: error %v, want %q", name, what, got.err, got.want)
			}
		}
	}
}
