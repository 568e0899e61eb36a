// SPDX-License-Identifier: Apache-2.0

package nets_test

import (
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/blocks"
	"github.com/skipnets/skipnets/pkg/nets"
)

func TestStackDepth(t *testing.T) {
	for _, test := range []struct {
		depth int
		want  string // part of the error, "" for none
	}{
		{8, ""},
		{20, ""},
		{110, ""},
		{21, "nearest are 20 and 26"},
		{25, "nearest are 20 and 26"},
		{2, "smallest is 8"},
		{0, "smallest is 8"},
		{-4, "smallest is 8"},
	} {
		_, err := nets.Stack(test.depth, blocks.Plain, 10)
		checkError(t, err, test.want)
	}
}

func TestBadArguments(t *testing.T) {
	for name, test := range map[string]struct {
		build func() (nets.Model, error)
		want  string
	}{
		"one class":          {func() (nets.Model, error) { return nets.Stack(20, blocks.Plain, 1) }, "at least 2 classes"},
		"bottleneck depth":   {func() (nets.Model, error) { return nets.StackBottleneck(30, 10) }, "nearest are 29 and 38"},
		"preact depth":       {func() (nets.Model, error) { return nets.StackPreActivation(30, 10) }, "nearest are 26 and 32"},
		"dense depth":        {func() (nets.Model, error) { return nets.StackDense(7, 10) }, "smallest is 8"},
		"densenet depth":     {func() (nets.Model, error) { return nets.DenseNet(41, 12, 10) }, "nearest are 40 and 43"},
		"densenet-bc depth":  {func() (nets.Model, error) { return nets.DenseNetBC(99, 12, 10) }, "nearest are 94 and 100"},
		"growth rate":        {func() (nets.Model, error) { return nets.DenseNet(40, 0, 10) }, "growth rate of at least 1"},
		"no stage":           {func() (nets.Model, error) { return nets.Compact(blocks.Plain, []int{32}, 10) }, "widths"},
		"width of zero":      {func() (nets.Model, error) { return nets.Compact(blocks.Plain, []int{32, 0}, 10) }, "widths"},
		"article kind":       {func() (nets.Model, error) { return nets.Article("recurrent", 10) }, "dense, highway, plain, residual"},
		"unknown name":       {func() (nets.Model, error) { return nets.Parse("resnet-20", 10) }, "residual-DEPTH"},
		"name without depth": {func() (nets.Model, error) { return nets.Parse("plain", 10) }, "plain-DEPTH"},
		"name with sign":     {func() (nets.Model, error) { return nets.Parse("plain--20", 10) }, "plain-DEPTH"},
		"empty name":         {func() (nets.Model, error) { return nets.Parse("", 10) }, "no net"},
		"named depth":        {func() (nets.Model, error) { return nets.Parse("residual-21", 10) }, "nearest are 20 and 26"},
		"huge depth":         {func() (nets.Model, error) { return nets.Parse("plain-99999999999999999999", 10) }, "no net"},
	} {
		t.Run(name, func(t *testing.T) {
			net, err := test.build()
			if net != nil {
				t.Error("got a net beside the error")
			}
			checkError(t, err, test.want)
		})
	}
}

// A slip of the keyboard must not build for hours: all of these answer at once.
func TestAbsurdNumbers(t *testing.T) {
	for name, want := range map[string]string{
		"residual-2000000":       "a depth of 2000000 is too large: at most 1202",
		"half-dense-2000006":     "a depth of 2000006",
		"bottleneck-1208":        "a depth of 1208",
		"densenet-bc-2000002-12": "a depth of 2000002",
		"densenet-40-2000000":    "growth rate times layers in a block of 24000000",
		"densenet-1000-1000":     "growth rate times layers",
		"wide-plain-2000000":     "a width of 16000000 is too large: at most 4096",
		"compact-dense-1000":     "a width of 8000",
		"highway-20-1000":        "a gate bias of 1000 is too large: at most 20",
		"residual-1202":          "",
		"compact-plain-512":      "",
		"densenet-bc-250-24":     "",
		"half-highway-56-20":     "",
	} {
		_, err := nets.Parse(name, 10)
		checkError(t, err, want)
	}
	_, err := nets.Parse("residual-20", 1<<40)
	checkError(t, err, "number of classes")
}

// Updates of 1% would be rounded away from running averages of low precision.
func TestStatisticsAreFloat32(t *testing.T) {
	for _, name := range []string{"residual-8", "preact-8", "compact-highway-8", "densenet-10-4"} {
		net, err := nets.Parse(name, 10)
		if err != nil {
			t.Fatal(err)
		}
		store, images := build(t, 2, 32, 32, 3)
		logits := net(store.RootScope(), graph.ConvertDType(images, dtypes.BFloat16))
		if logits.DType() != dtypes.BFloat16 {
			t.Errorf("%s: the logits of bfloat16 images are %s", name, logits.DType())
		}
		for v := range store.IterVariables() {
			if strings.HasSuffix(v.Path(), "/mean") && v.DType() != dtypes.Float32 {
				t.Errorf("%s: %s is %s, want float32", name, v.Path(), v.DType())
			}
		}
	}
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("got error %v", err)
	case want != "" && err == nil:
		t.Errorf("got no error, want one with %q", want)
	case want != "" && !strings.Contains(err.Error(), want):
		t.Errorf("got error %q, want it to say %q", err, want)
	}
}

// The second number of a highway net is how far its gates are shut.
func TestGateBiasByName(t *testing.T) {
	for name, want := range map[string]float32{"highway-8": -1, "highway-8-3": -3, "half-highway-8": -1, "half-highway-8-4": -4} {
		net, err := nets.Parse(name, 10)
		if err != nil {
			t.Fatal(err)
		}
		store := model.NewStore()
		if _, err := model.CallOnce(accel.MustNew(""), store, func(scope *model.Scope, images *graph.Node) *graph.Node {
			return net(scope, images)
		}, tensors.FromShape(shapes.Make(dtypes.Float32, 1, 32, 32, 3))); err != nil {
			t.Fatal(err)
		}
		biases := store.GetVariable("/stage1/block1/gate/biases").MustValue()
		for _, got := range tensors.MustCopyFlatData[float32](biases) {
			if got != want {
				t.Errorf("%s: a gate starts at %g, want %g", name, got, want)
			}
		}
	}
}
