// SPDX-License-Identifier: Apache-2.0

package nets_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/blocks"
	"github.com/skipnets/skipnets/pkg/nets"
)

func Example() {
	residual, err := nets.Stack(8, blocks.Residual, 10)
	if err != nil {
		fmt.Println(err)
		return
	}
	backend, err := accel.New("go") // any will do: nothing is executed
	if err != nil {
		fmt.Println(err)
		return
	}
	summary, err := nets.Summarize(backend, residual, 1, 32, 32, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(summary.Group(1).Markdown())
	// Output:
	// | layer | output | parameters | multiply-adds | activations | held |
	// | --- | ---: | ---: | ---: | ---: | ---: |
	// | stem | 1×32×32×16 | 464 | 442 k | 192 KiB | 192 KiB |
	// | stage1 | 1×32×32×16 | 4,672 | 4.7 M | 448 KiB | 384 KiB |
	// | stage2 | 1×16×16×32 | 13,952 | 3.5 M | 272 KiB | 192 KiB |
	// | stage3 | 1×8×8×64 | 55,552 | 3.5 M | 136 KiB | 80.2 KiB |
	// | head | 1×10 | 650 | 640 | 40 B | 0 B |
	// | total | 1×10 | 75,290 | 12.2 M | 1.0 MiB | 848 KiB |
}

// A net at half the resolution has the same weights and a quarter of the work.
func TestHalf(t *testing.T) {
	for _, name := range []string{"plain-56", "residual-20", "highway-8", "dense-32"} {
		full, half := summarize(t, name, 1).Total(), summarize(t, "half-"+name, 1).Total()
		if half.Params != full.Params {
			t.Errorf("half-%s has %d parameters, %s has %d", name, half.Params, name, full.Params)
		}
		if ratio := float64(full.MultiplyAdds) / float64(half.MultiplyAdds); ratio < 3.9 || ratio > 4.1 {
			t.Errorf("half-%s does %.2f times less work than %s, want 4", name, ratio, name)
		}
	}
}

// The sizes that the papers and their authors' programs give.
func TestPublishedSizes(t *testing.T) {
	for _, test := range []struct {
		name         string
		params       int
		multiplyAdds int64 // a multiple of a million; 0 where no source gives it
	}{
		{"residual-20", 269_722, 41}, // He et al. 2015, Table 6: 0.27M, and for the deeper ones 0.46, 0.66, 0.85 and 1.7M
		{"residual-32", 464_154, 69},
		{"residual-44", 658_586, 97},
		{"residual-56", 853_018, 125},
		{"residual-110", 1_727_962, 253},
		{"plain-20", 269_722, 41},
		{"preact-20", 269_722, 41},
		{"preact-110", 1_727_962, 253},                                          // He et al. 2016: 1.7M
		{"densenet-40-k12", 1_019_722, 0},                                       // Huang et al. 2016, Table 2: 1.0M
		{"densenet-100-k12", 6_979_642, 0},                                      // 7.0M
		{"densenet-bc-100-k12", 769_162, 0},                                     // 0.8M
		{"article-plain", 31*(9*64*64+64) - 9*64*64 + 9*3*64 + 9*64*10 + 10, 0}, // by hand from the article's program
		{"article-residual", 1_792 + 25*(2*(9*64*64+64)+2*64) + 5*(9*64*64+64) + 5_770, 0},
		{"article-highway", 1_792 + 25*2*(9*64*64+64) + 5*(9*64*64+64) + 5_770, 0},
		{"article-dense", 1_792 + 5*((1+1+2+3+4+5)*9*64*64+6*64) + 5*(9*64*64+64) + 5_770, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			total := summarize(t, test.name, 1).Total()
			if total.Params != test.params {
				t.Errorf("%d parameters, want %d", total.Params, test.params)
			}
			if got := (total.MultiplyAdds + 500_000) / 1_000_000; test.multiplyAdds != 0 && got != test.multiplyAdds {
				t.Errorf("%d million multiply-adds, want %d", got, test.multiplyAdds)
			}
		})
	}
}

// Only the merge differs: plain and residual nets are of equal size, the dense stack about as large.
func TestStacksAreComparable(t *testing.T) {
	for _, depth := range []int{8, 20, 32, 44, 56, 110} {
		residual := summarize(t, fmt.Sprintf("residual-%d", depth), 1).Total().Params
		if plain := summarize(t, fmt.Sprintf("plain-%d", depth), 1).Total().Params; plain != residual {
			t.Errorf("depth %d: plain has %d parameters, residual %d", depth, plain, residual)
		}
		dense := summarize(t, fmt.Sprintf("dense-%d", depth), 1).Total().Params
		if ratio := float64(dense) / float64(residual); !(ratio > 0.9 && ratio < 1.05) {
			t.Errorf("depth %d: dense has %d parameters, residual %d", depth, dense, residual)
		}
	}
}

// Every named net takes images to logits, and its summary adds up to what it stores.
func TestNames(t *testing.T) {
	for _, name := range nets.Names() {
		net, err := nets.Parse(name, 7)
		if err != nil {
			t.Error(err)
			continue
		}
		store, images := build(t, 2, 32, 32, 3)
		if got := net(store.RootScope(), images).Shape(); !got.Equal(shapes.Make(dtypes.Float32, 2, 7)) {
			t.Errorf("%s: logits are %s", name, got)
		}
		params := 0
		for v := range store.IterVariables() {
			if v.Trainable {
				params += v.Shape().Size()
			}
		}
		summary, err := nets.Summarize(goBackend(t), net, 2, 32, 32, 3)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := summary.Total().Params; got != params {
			t.Errorf("%s: summary counts %d parameters, the store has %d", name, got, params)
		}
		for _, layer := range summary.Layers {
			if layer.Output[0] != 2 || layer.HeldBytes > layer.ActivationBytes {
				t.Errorf("%s: impossible layer %+v", name, layer)
			}
		}
	}
}

// A layer's figures, counted by hand.
func TestSummaryOfOneLayer(t *testing.T) {
	net := func(scope *model.Scope, images *graph.Node) *graph.Node {
		x := layers.Convolution(scope.In("first"), images).CurrentScope().Channels(4).KernelSize(3).Strides(2).PadSame().Done()
		x = graph.Square(x)
		x = graph.ReduceMean(x, 1, 2)
		return layers.Dense(scope.In("last"), x, false, 10)
	}
	summary, err := nets.Summarize(goBackend(t), net, 5, 32, 32, 3)
	if err != nil {
		t.Fatal(err)
	}
	const values = 5 * 16 * 16 * 4
	want := []nets.Layer{{
		Name: "first", Output: []int{5, 16, 16, 4}, Params: 9*3*4 + 4, MultiplyAdds: values * 9 * 3,
		ActivationBytes: 4 * (3*values + 2*5*4), // convolution, bias, square; sum and mean
		HeldBytes:       4 * (values + 5*4),     // what is squared; what the last layer multiplies
	}, {
		Name: "last", Output: []int{5, 10}, Params: 40, MultiplyAdds: 5 * 4 * 10, ActivationBytes: 4 * 5 * 10,
	}}
	if got := fmt.Sprintf("%+v", summary.Layers); got != fmt.Sprintf("%+v", want) {
		t.Errorf("got  %s\nwant %+v", got, want)
	}
}

func TestSummaryTable(t *testing.T) {
	summary := summarize(t, "residual-8", 1)
	lines := strings.Split(strings.TrimRight(summary.String(), "\n"), "\n")
	if len(lines) != len(summary.Layers)+2 {
		t.Fatalf("%d lines for %d layers:\n%s", len(lines), len(summary.Layers), summary)
	}
	for _, line := range lines {
		if len([]rune(line)) != len([]rune(lines[0])) {
			t.Errorf("not aligned:\n%s", summary)
			break
		}
	}
	var names []string
	for _, layer := range summary.Group(2).Layers {
		names = append(names, layer.Name)
	}
	if want := []string{"stem", "stage1/block1", "stage2/block1", "stage3/block1", "head"}; !slices.Equal(names, want) {
		t.Errorf("blocks are %v, want %v", names, want)
	}
	if got, want := fmt.Sprint(summary.Group(1).Total()), fmt.Sprint(summary.Total()); got != want {
		t.Errorf("grouping changes the total from %s to %s", want, got)
	}
	if one, four := summary.Total(), summarize(t, "residual-8", 4).Total(); four.MultiplyAdds != 4*one.MultiplyAdds {
		t.Errorf("%d multiply-adds for 4 images, %d for one", four.MultiplyAdds, one.MultiplyAdds)
	}
}

func TestSummarizeReportsErrors(t *testing.T) {
	net, err := nets.Stack(8, blocks.Plain, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, shape := range [][]int{{0, 32, 32, 3}, {1, 32, 32}, {1, 32, 32, 3, 1}, nil} {
		_, err = nets.Summarize(goBackend(t), net, shape...)
		checkError(t, err, fmt.Sprint(shape))
	}
	broken := func(scope *model.Scope, images *graph.Node) *graph.Node {
		return net(scope, graph.ReduceMean(images, 1))
	}
	_, err = nets.Summarize(goBackend(t), broken, 1, 32, 32, 3)
	checkError(t, err, "[1, 32, 3]")
}

func TestImagesOfAnotherShapePanic(t *testing.T) {
	for _, name := range []string{"residual-8", "preact-8", "compact-plain-w8", "densenet-10-k4", "article-plain"} {
		net, err := nets.Parse(name, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, dims := range [][]int{{2, 3072}, {2, 32, 32}} {
			store, images := build(t, dims...)
			err := exceptions.TryCatch[error](func() { net(store.RootScope(), images) })
			checkError(t, err, images.Shape().String())
		}
	}
}

func summarize(t *testing.T, name string, batch int) nets.Summary {
	t.Helper()
	net, err := nets.Parse(name, 10)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := nets.Summarize(goBackend(t), net, batch, 32, 32, 3)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

// build returns a store and images in a graph that is never compiled.
func build(t *testing.T, dims ...int) (*model.Store, *graph.Node) {
	t.Helper()
	g := graph.NewGraph(goBackend(t), t.Name())
	t.Cleanup(g.Finalize)
	return model.NewStore(), graph.Parameter(g, "images", shapes.Make(dtypes.Float32, dims...))
}

func goBackend(t *testing.T) compute.Backend {
	t.Helper()
	backend, err := accel.New("go")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}

// Weights and arithmetic of a network are the same for every backend; what is held depends on what it fuses.
func TestSummaryOnBackends(t *testing.T) {
	other := accel.MustNew("")
	for _, name := range []string{"residual-8", "compact-dense-w8"} {
		net, err := nets.Parse(name, 10)
		if err != nil {
			t.Fatal(err)
		}
		summary, err := nets.Summarize(other, net, 1, 32, 32, 3)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range summarize(t, name, 1).Layers {
			got := summary.Layers[i]
			if got.Name != want.Name || got.Params != want.Params || got.MultiplyAdds != want.MultiplyAdds || !slices.Equal(got.Output, want.Output) {
				t.Errorf("%s on %s: layer %+v, on the pure-Go backend %+v", name, other.Description(), got, want)
			}
		}
	}
}
