// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/blocks"
)

// A Family is the networks of one kind of block. All that lists families reads [Families]: a new block is its file in package
// blocks, and a row there.
type Family struct {
	Name     string     // what the networks are called by: "residual" in half-residual-56
	Merge    string     // y of a block, out of x
	Compared bool       // by the course, which trains it where no network is named
	Settings []Setting  // of its options, which the experiment on depth tries
	Color    color.RGBA // in figures, of the colour-blind safe palette of Okabe and Ito (2008)
	Sketch   Sketch     // how a block is drawn
	Emblem   Sketch     // the same, small: its layers are one box

	// A family has a block, and with it a network of every one of [Shapes], or networks of its own.
	block   func(n values, perStage int) Block                  // perStage is the number of blocks in a stage of a stack; 0 in other shapes
	variant func(v Variant, perStage int) Block                 // the block with what a Variant changes, if it has that
	article func(scope *model.Scope, x *graph.Node) *graph.Node // a group of five units in the article's program, if it has one
	numbers []Number                                            // in the names of networks of its own, or options in all names
	build   func(n values, classes int) (Model, error)
	known   []string // networks of its own that are worth knowing, by their numbers
}

// A Setting is an option in a family's names, such as "b3", and what it does.
type Setting struct{ Option, Title string }

// The families that have variants.
const (
	PlainMerge    = "plain"
	ResidualMerge = "residual"
	HighwayMerge  = "highway"
	DenseMerge    = "dense"
)

// Families is every family there is, those that the course compares in its order.
var Families = []Family{
	{
		Name: PlainMerge, Merge: "F(x)", Compared: true, Color: color.RGBA{0x66, 0x66, 0x66, 0xff}, Sketch: plainSketch, Emblem: plainEmblem,
		block: always(blocks.Plain), variant: Variant.plainBlock, article: repeat(articlePlain),
	},
	{
		Name: ResidualMerge, Merge: "F(x) + x", Compared: true, Color: color.RGBA{0x00, 0x72, 0xb2, 0xff}, Sketch: residualSketch, Emblem: residualEmblem,
		block: always(blocks.Residual), variant: Variant.residualBlock, article: repeat(articleResidual),
	},
	{
		Name: HighwayMerge, Merge: "H(x)·T(x) + x·(1 − T(x))", Compared: true, Color: color.RGBA{0xd5, 0x5e, 0x00, 0xff}, Sketch: highwaySketch, Emblem: highwayEmblem,
		Settings: []Setting{{"b3", "gates start further shut"}}, numbers: []Number{bias},
		block: func(n values, _ int) Block { return Highway(-float64(n[bias])) }, variant: Variant.highwayBlock, article: repeat(articleHighway),
	},
	{
		Name: DenseMerge, Merge: "[x, F(x)]", Compared: true, Color: color.RGBA{0x00, 0x9e, 0x73, 0xff}, Sketch: denseSketch, Emblem: denseEmblem,
		block: func(_ values, perStage int) Block { return matchedDense(perStage) }, variant: Variant.denseBlock, article: articleDense,
	},
	{
		Name: "preact", Merge: "F(x) + x, norm and ReLU before each convolution", Color: color.RGBA{0xcc, 0x79, 0xa7, 0xff},
		numbers: []Number{depth}, known: []string{"20", "56"},
		build: func(n values, classes int) (Model, error) { return StackPreActivation(n[depth], classes) },
	},
	{
		Name: "bottleneck", Merge: "F(x) + x, F of 1×1, 3×3 and 1×1 convolutions", Color: color.RGBA{0x56, 0xb4, 0xe9, 0xff},
		numbers: []Number{depth}, known: []string{"29", "56"},
		build: func(n values, classes int) (Model, error) { return StackBottleneck(n[depth], classes) },
	},
	{
		Name: "densenet", Merge: "[x, F(x)], as in the paper",
		numbers: []Number{depth, growthRate}, known: []string{"40-k12"},
		build: func(n values, classes int) (Model, error) { return DenseNet(n[depth], n[growthRate], classes) },
	},
	{
		Name: "densenet-bc", Merge: "[x, F(x)], with bottlenecks and compression",
		numbers: []Number{depth, growthRate}, known: []string{"100-k12"},
		build: func(n values, classes int) (Model, error) { return DenseNetBC(n[depth], n[growthRate], classes) },
	},
}

// always is a block without options.
func always(block Block) func(values, int) Block { return func(values, int) Block { return block } }

// A Shape is how blocks make a network. A family with a block has networks of every shape.
type Shape struct {
	Prefix string // of the names: "half-"
	Means  string

	numbers []Number
	known   []string // networks that are worth knowing, by their numbers
	fits    func(f Family) bool
	bare    bool // the families' own options have no place in it
	build   func(f Family, n values, classes int) (Model, error)
}

// Shapes is every shape there is.
var Shapes = []Shape{
	{
		Prefix: "compact-", Means: "few wide layers, for short trainings: 8×8, 4×4 and 4×4 pixels of a 32×32 image",
		numbers: []Number{width}, known: []string{"w24"}, fits: hasBlock,
		build: func(f Family, n values, classes int) (Model, error) {
			return Compact(f.block(n, 0), doubling(n[width]), classes)
		},
	},
	{
		Prefix: "wide-", Means: "the same at 16×16, 8×8 and 4×4 pixels",
		numbers: []Number{width}, known: []string{"w24"}, fits: hasBlock,
		build: func(f Family, n values, classes int) (Model, error) {
			return Wide(f.block(n, 0), doubling(n[width]), classes)
		},
	},
	{
		Prefix: "half-", Means: "the stack below at half the resolution: a quarter of the work, for experiments on depth",
		numbers: []Number{depth}, known: []string{"56"}, fits: hasBlock,
		build: func(f Family, n values, classes int) (Model, error) { return thin(f, n, 2, classes) },
	},
	{
		Prefix: "", Means: "the stack of He et al. 2015: three stages 16, 32 and 64 channels wide",
		numbers: []Number{depth}, known: []string{"20", "56"}, fits: hasBlock,
		build: func(f Family, n values, classes int) (Model, error) { return thin(f, n, 1, classes) },
	},
	{
		Prefix: "article-", Means: "as in the article's program",
		known: []string{""}, bare: true, fits: func(f Family) bool { return f.article != nil },
		build: func(f Family, _ values, classes int) (Model, error) { return Article(f.Name, classes) },
	},
}

func hasBlock(f Family) bool { return f.block != nil }

// thin is a stack of a family's blocks, which may depend on how many there are.
func thin(f Family, n values, stemStride, classes int) (Model, error) {
	return stack(n[depth], 6, func(perStage int) Block { return f.block(n, perStage) }, stem(stemStride), asIs, classes)
}

// doubling are the widths of a stem and three stages.
func doubling(width int) []int { return []int{width, 2 * width, 4 * width, 8 * width} }

// Depths are those at which the course compares the families.
var Depths = []int{8, 20, 32, 56}

// Compared lists the families that the course compares.
func Compared() (families []Family) {
	for _, f := range Families {
		if f.Compared {
			families = append(families, f)
		}
	}
	return families
}

// find is the family of that name among those for which has is true. The error calls them by their kind.
func find(name, kind string, has func(Family) bool) (Family, error) {
	var known []string
	for _, f := range Families {
		if !has(f) {
			continue
		}
		if f.Name == name {
			return f, nil
		}
		known = append(known, f.Name)
	}
	return Family{}, fmt.Errorf("nets: no %s %q; there are %s", kind, name, strings.Join(known, ", "))
}
