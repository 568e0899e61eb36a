// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/skipnets/skipnets/pkg/blocks"
)

// A family makes nets out of the numbers in their names.
type family struct {
	name    string   // "densenet"
	numbers []string // what the numbers after it are: "DEPTH", "GROWTH"
	build   func(numbers []int, classes int) (Model, error)
}

var families = []family{
	{"compact-plain", []string{"WIDTH"}, compact(blocks.Plain)},
	{"compact-residual", []string{"WIDTH"}, compact(blocks.Residual)},
	{"compact-highway", []string{"WIDTH"}, compact(Highway(gateBias))},
	{"compact-dense", []string{"WIDTH"}, compact(Dense(0))},
	{"wide-plain", []string{"WIDTH"}, wide(blocks.Plain)},
	{"wide-residual", []string{"WIDTH"}, wide(blocks.Residual)},
	{"wide-highway", []string{"WIDTH"}, wide(Highway(gateBias))},
	{"wide-dense", []string{"WIDTH"}, wide(Dense(0))},
	{"half-plain", []string{"DEPTH"}, halfStackOf(blocks.Plain)},
	{"half-residual", []string{"DEPTH"}, halfStackOf(blocks.Residual)},
	{"half-highway", []string{"DEPTH"}, halfStackOf(Highway(gateBias))},
	{"half-highway", []string{"DEPTH", "SHUT"}, func(n []int, classes int) (Model, error) {
		return HalfStack(n[0], Highway(-float64(n[1])), classes)
	}},
	{"half-dense", []string{"DEPTH"}, func(n []int, classes int) (Model, error) { return HalfStackDense(n[0], classes) }},
	{"plain", []string{"DEPTH"}, stackOf(blocks.Plain)},
	{"residual", []string{"DEPTH"}, stackOf(blocks.Residual)},
	{"highway", []string{"DEPTH"}, stackOf(Highway(gateBias))},
	{"highway", []string{"DEPTH", "SHUT"}, func(n []int, classes int) (Model, error) {
		return Stack(n[0], Highway(-float64(n[1])), classes)
	}},
	{"dense", []string{"DEPTH"}, func(n []int, classes int) (Model, error) { return StackDense(n[0], classes) }},
	{"preact", []string{"DEPTH"}, func(n []int, classes int) (Model, error) { return StackPreActivation(n[0], classes) }},
	{"bottleneck", []string{"DEPTH"}, func(n []int, classes int) (Model, error) { return StackBottleneck(n[0], classes) }},
	{"densenet", []string{"DEPTH", "GROWTH"}, func(n []int, classes int) (Model, error) { return DenseNet(n[0], n[1], classes) }},
	{"densenet-bc", []string{"DEPTH", "GROWTH"}, func(n []int, classes int) (Model, error) { return DenseNetBC(n[0], n[1], classes) }},
	{"article-plain", nil, article("plain")},
	{"article-residual", nil, article("residual")},
	{"article-highway", nil, article("highway")},
	{"article-dense", nil, article("dense")},
}

// gateBias is where the gates of the highway nets that Parse makes start, unless their name says otherwise: highway-56-3
// starts its gates at −3.
const gateBias = -1

// Names returns the names of nets that are worth knowing. Parse understands other numbers besides.
func Names() []string {
	return []string{
		"compact-plain-24", "compact-residual-24", "compact-highway-24", "compact-dense-24",
		"wide-plain-24", "wide-residual-24", "wide-highway-24", "wide-dense-24",
		"half-plain-56", "half-residual-56", "half-highway-56", "half-dense-56",
		"plain-20", "residual-20", "highway-20", "dense-20", "preact-20", "bottleneck-29",
		"plain-56", "residual-56", "highway-56", "dense-56", "preact-56", "bottleneck-56",
		"densenet-40-12", "densenet-bc-100-12",
		"article-plain", "article-residual", "article-highway", "article-dense",
	}
}

// Parse returns the net of that name for so many classes: a family, then its depth and growth rate, or the width of its
// stem, as in Names. A compact or wide net of width w has three stages of 2w, 4w and 8w channels. Gates start with a bias of
// −1, those of highway-56-3 with −3: the deeper the net, the further shut they should be. The error for an unknown name
// lists the families, that for an impossible depth the nearest possible ones.
func Parse(name string, classes int) (Model, error) {
	base, numbers := splitName(name)
	for _, f := range families {
		if f.name != base || len(f.numbers) != len(numbers) {
			continue
		}
		net, err := f.checked(numbers, classes)
		if err != nil {
			return nil, fmt.Errorf("net %q: %w", name, err)
		}
		return net, nil
	}
	var forms []string
	for _, f := range families {
		forms = append(forms, strings.Join(append([]string{f.name}, f.numbers...), "-"))
	}
	return nil, fmt.Errorf("nets: no net %q; there are %s", name, strings.Join(forms, ", "))
}

// checked builds the net if none of its numbers is absurd; those that are not here are looked at where the net is built.
func (f family) checked(numbers []int, classes int) (Model, error) {
	for i, number := range f.numbers {
		if number != "SHUT" {
			continue
		}
		if err := shutLimit.check(numbers[i]); err != nil {
			return nil, err
		}
	}
	return f.build(numbers, classes)
}

// splitName splits "densenet-bc-100-12" into "densenet-bc" and 100, 12.
func splitName(name string) (base string, numbers []int) {
	parts := strings.Split(name, "-")
	n := len(parts)
	for n > 0 {
		number, err := strconv.ParseUint(parts[n-1], 10, 31)
		if err != nil {
			break
		}
		numbers = append([]int{int(number)}, numbers...)
		n--
	}
	return strings.Join(parts[:n], "-"), numbers
}

func stackOf(block Block) func([]int, int) (Model, error) {
	return func(n []int, classes int) (Model, error) { return Stack(n[0], block, classes) }
}

func halfStackOf(block Block) func([]int, int) (Model, error) {
	return func(n []int, classes int) (Model, error) { return HalfStack(n[0], block, classes) }
}

func compact(block Block) func([]int, int) (Model, error) {
	return func(n []int, classes int) (Model, error) {
		return Compact(block, doubling(n[0]), classes)
	}
}

func wide(block Block) func([]int, int) (Model, error) {
	return func(n []int, classes int) (Model, error) { return Wide(block, doubling(n[0]), classes) }
}

// doubling are the widths of a stem and three stages.
func doubling(width int) []int { return []int{width, 2 * width, 4 * width, 8 * width} }

func article(kind string) func([]int, int) (Model, error) {
	return func(_ []int, classes int) (Model, error) { return Article(kind, classes) }
}
