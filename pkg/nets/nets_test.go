// SPDX-License-Identifier: Apache-2.0

package nets_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

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
		"article kind":       {func() (nets.Model, error) { return nets.Article("recurrent", 10) }, "plain, residual, highway, dense"},
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
		"residual-2000000":        "a depth of 2000000 is too large: at most 1202",
		"half-dense-2000006":      "a depth of 2000006",
		"bottleneck-1208":         "a depth of 1208",
		"densenet-bc-2000002-k12": "a depth of 2000002",
		"densenet-40-k2000000":    "growth rate times layers in a block of 24000000",
		"densenet-1000-k1000":     "growth rate times layers",
		"wide-plain-w2000000":     "a width of 16000000 is too large: at most 4096",
		"compact-dense-w1000":     "a width of 8000",
		"highway-20-b1000":        "a gate bias of 1000 is too large: at most 20",
		"residual-1202":           "",
		"compact-plain-w512":      "",
		"densenet-bc-250-k24":     "",
		"half-highway-56-b20":     "",
	} {
		_, err := nets.Parse(name, 10)
		checkError(t, err, want)
	}
	_, err := nets.Parse("residual-20", 1<<40)
	checkError(t, err, "number of classes")
}

// Updates of 1% would be rounded away from running averages of low precision.
func TestStatisticsAreFloat32(t *testing.T) {
	for _, name := range []string{"residual-8", "preact-8", "compact-highway-w8", "densenet-10-k4"} {
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

// The number b of a highway net is how far its gates are shut.
func TestGateBiasByName(t *testing.T) {
	for name, want := range map[string]float32{"highway-8": -1, "highway-8-b3": -3, "half-highway-8": -1, "half-highway-8-b4": -4, "compact-highway-w8-b2": -2, "highway-8-b0": 0} {
		net, err := nets.Parse(name, 10)
		if err != nil {
			t.Fatal(err)
		}
		store := model.NewStore()
		if _, err := model.CallOnce(goBackend(t), store, func(scope *model.Scope, images *graph.Node) *graph.Node {
			return net(scope, images)
		}, tensors.FromShape(shapes.Make(dtypes.Float32, 1, 8, 8, 3))); err != nil {
			t.Fatal(err)
		}
		path := "/stage1/block1/gate/biases"
		if strings.HasPrefix(name, "compact") {
			path = "/stage1/block/gate/biases"
		}
		biases := store.GetVariable(path).MustValue()
		for _, got := range tensors.MustCopyFlatData[float32](biases) {
			if got != want {
				t.Errorf("%s: a gate starts at %g, want %g", name, got, want)
			}
		}
	}
}

// Names as they were before numbers had letters: in older files they are understood, from a user they are an error that says
// the new one.
func TestRenamed(t *testing.T) {
	for old, now := range map[string]string{
		"compact-residual-24": "compact-residual-w24",
		"wide-dense-64":       "wide-dense-w64",
		"half-highway-56-3":   "half-highway-56-b3",
		"densenet-40-12":      "densenet-40-k12",
		"densenet-bc-100-12":  "densenet-bc-100-k12",
	} {
		if got := nets.Renamed(old); got != now {
			t.Errorf("%s is renamed %s, want %s", old, got, now)
		}
		if _, err := nets.Parse(now, 10); err != nil {
			t.Error(err)
		}
		_, err := nets.Parse(old, 10)
		checkError(t, err, "it is called "+now)
	}
	for _, name := range []string{"residual-56", "half-plain-8", "article-dense", "wide-residual-w24", "highway-56-b3", "resnet-20", "plain-20-3", "", "-", "densenet-40"} {
		if got := nets.Renamed(name); got != name {
			t.Errorf("%q is renamed %q", name, got)
		}
	}
}

// Letters are not guessed at: a number of another kind is no number of this one.
func TestWrongLetters(t *testing.T) {
	for _, name := range []string{"residual-w56", "residual-d56", "wide-plain-k24", "highway-56-k3", "highway-b3-56", "densenet-k12-40", "article-highway-b3", "plain-20-b3", "residual-W24", "wide-residual-w24w", "wide-residual-ww24"} {
		_, err := nets.Parse(name, 10)
		checkError(t, err, "no net")
	}
}

// What lists families lists no name twice, and each has what its readers need.
func TestFamilies(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range nets.Families {
		if seen[f.Name] || f.Name == "" || f.Merge == "" {
			t.Errorf("family %+v", f)
		}
		seen[f.Name] = true
		if f.Compared && (f.Color.A == 0 || len(f.Sketch.Boxes) == 0) {
			t.Errorf("%s is compared, but has no colour or no sketch", f.Name)
		}
	}
	if len(nets.Compared()) < 2 {
		t.Errorf("%d families are compared", len(nets.Compared()))
	}
	forms := nets.Forms()
	for i, form := range forms {
		if slices.Contains(forms[:i], form) {
			t.Errorf("%s is there twice", form)
		}
	}
	for _, want := range []string{"half-highway-DEPTH[-bN]", "wide-residual-wWIDTH", "densenet-bc-DEPTH-kGROWTH", "article-dense"} {
		if !slices.Contains(forms, want) {
			t.Errorf("no %s among %q", want, forms)
		}
	}
}

// Every network takes pictures of other sizes, channels and classes than CIFAR-10's.
func TestOtherImages(t *testing.T) {
	for _, name := range []string{"plain-8", "residual-8", "highway-8", "preact-8", "bottleneck-11", "half-residual-8",
		"compact-plain-w4", "wide-highway-w4", "wide-dense-w4", "article-plain", "article-dense", "dense-8", "half-dense-8", "densenet-10-k4", "densenet-bc-10-k4"} {
		net, err := nets.Parse(name, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, dims := range [][]int{{2, 28, 28, 1}, {1, 33, 47, 3}, {1, 64, 96, 4}, {1, 8, 8, 2}} {
			store, images := build(t, dims...)
			if got := net(store.RootScope(), images).Shape(); !got.Equal(shapes.Make(dtypes.Float32, dims[0], 3)) {
				t.Errorf("%s: %v gives logits %s", name, dims, got)
			}
		}
	}
}

// Where a dense block halves an image of odd height and width, it averages at the far edges over the pixels that are left, as
// PyTorch's avg_pool2d(x, 2, ceil_mode=True) does, which gave these numbers.
func TestDenseHalvesOddImages(t *testing.T) {
	x := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}
	outputs, err := model.CallOnceN(backend(), model.NewStore(), func(scope *model.Scope, x *graph.Node) []*graph.Node {
		scope.Store().SetTraining(x.Graph(), true)
		y := nets.Dense(2)(scope, x, 16, 2) // [1, 2, 2, 1 + 2]
		kept := graph.Slice(y, graph.AxisRange().Spacer(), graph.AxisRange(0, 1))
		weights := graph.Const(x.Graph(), []float32{1, 10, 100, 1000})
		return []*graph.Node{kept, graph.Gradient(graph.ReduceAllSum(graph.Mul(graph.Reshape(kept, 4), weights)), x)[0]}
	}, tensors.FromFlatDataAndDimensions(x, 1, 3, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float32{{3, 4.5, 7.5, 9}, {0.25, 0.25, 5, 0.25, 0.25, 5, 50, 50, 1000}} {
		if got := tensors.MustCopyFlatData[float32](outputs[i]); !slices.Equal(got, want) {
			t.Errorf("%s %v, want %v", []string{"values", "gradients"}[i], got, want)
		}
	}
}

// A program that builds networks gets no C and no XLA with them.
func TestNoCgo(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}} {{.CgoFiles}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasSuffix(line, " []\n") || strings.Contains(line, "go-xla") {
			t.Errorf("it imports %s", line)
		}
	}
}
