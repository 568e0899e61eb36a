// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Number is one of those that end a network's name: a letter that says what it is, then digits. A bare number is the
// depth, as in ResNet-56.
type Number struct {
	Letter   string
	Means    string
	Default  int // of one that a name may leave out
	Optional bool
}

var (
	depth      = Number{Letter: "", Means: "depth: layers with weights, one after another"}
	width      = Number{Letter: "w", Means: "width of the stem in channels; the three stages have two, four and eight times as many"}
	growthRate = Number{Letter: "k", Means: "growth rate: channels that each layer adds"}
	bias       = Number{Letter: "b", Means: "gates start with a bias of −N, with −1 if the name says nothing", Default: -gateBias, Optional: true}
)

// Numbers is every kind there is.
var Numbers = []Number{depth, width, growthRate, bias}

// String is the number as a placeholder in a name: DEPTH, wWIDTH.
func (n Number) String() string {
	word := strings.ToUpper(strings.Trim(strings.Fields(n.Means)[0], ":"))
	if n.Optional {
		return "[-" + n.Letter + "N]"
	}
	return n.Letter + word
}

// gateBias is where the gates of a highway net start unless its name says otherwise.
const gateBias = -1

// values are the numbers in a name.
type values map[Number]int

// A form is a kind of name with what it stands for.
type form struct {
	base    string // "half-highway"
	numbers []Number
	known   []string
	build   func(n values, classes int) (Model, error)
}

// forms are those of every shape and family.
func forms() (all []form) {
	for _, s := range Shapes {
		for _, f := range Families {
			if s.fits(f) {
				numbers := s.numbers
				if !s.bare {
					numbers = slices.Concat(numbers, f.numbers)
				}
				build := func(n values, classes int) (Model, error) { return s.build(f, n, classes) }
				all = append(all, form{s.Prefix + f.Name, numbers, s.known, build})
			}
		}
	}
	for _, f := range Families {
		if f.build != nil {
			all = append(all, form{f.Name, f.numbers, f.known, f.build})
		}
	}
	return all
}

// String is the form with placeholders: "densenet-DEPTH-kGROWTH".
func (f form) String() string {
	name := f.base
	for _, n := range f.numbers {
		if n.Optional {
			name += n.String()
		} else {
			name += "-" + n.String()
		}
	}
	return name
}

// Forms lists what names there are, with placeholders for their numbers.
func Forms() (names []string) {
	for _, f := range forms() {
		names = append(names, f.String())
	}
	return names
}

// Names lists networks that are worth knowing. Parse understands other numbers besides.
func Names() (names []string) {
	for _, f := range forms() {
		for _, numbers := range f.known {
			names = append(names, strings.TrimSuffix(f.base+"-"+numbers, "-"))
		}
	}
	return names
}

// Parse returns the network of that name for so many classes: a family, in one of the shapes, then its numbers, as in
// Names. A compact or wide net of width w has three stages of 2w, 4w and 8w channels. Gates start with a bias of −1, those
// of highway-56-b3 with −3: the deeper the net, the further shut they should be. The error for an unknown name lists the
// forms of names, that for an impossible depth the nearest possible ones, that for a name as it was before numbers had
// letters the name it has now.
func Parse(name string, classes int) (Model, error) {
	base, given := splitName(name)
	for _, f := range forms() {
		if n, fits := f.match(given); fits && f.base == base {
			if err := shutLimit.check(n[bias]); err != nil {
				return nil, fmt.Errorf("net %q: %w", name, err)
			}
			net, err := f.build(n, classes)
			if err != nil {
				return nil, fmt.Errorf("net %q: %w", name, err)
			}
			return net, nil
		}
	}
	if now := Renamed(name); now != name {
		return nil, fmt.Errorf("nets: no net %q: it is called %s, because a number without a letter is a depth", name, now)
	}
	return nil, fmt.Errorf("nets: no net %q; there are %s", name, strings.Join(Forms(), ", "))
}

// Renamed is the name that a network has now, for one that may come from an older file: weights of compact-residual-w24 may
// call it compact-residual-24, those of highway-56-b3 highway-56-3. Every other name is returned as it is.
func Renamed(name string) string {
	base, given := splitName(name)
	for _, f := range forms() {
		if _, fits := f.match(given); f.base != base || fits || len(given) > len(f.numbers) {
			continue
		}
		for i, part := range given {
			if part.letter == "" {
				given[i].letter = f.numbers[i].Letter
			}
		}
		if _, fits := f.match(given); fits {
			for _, part := range given {
				base += "-" + part.String()
			}
			return base
		}
	}
	return name
}

// part is a number as it stands in a name.
type part struct {
	letter string
	value  int
}

func (p part) String() string { return p.letter + strconv.Itoa(p.value) }

// splitName splits "densenet-bc-100-k12" into "densenet-bc" and 100, k12.
func splitName(name string) (base string, numbers []part) {
	elements := strings.Split(name, "-")
	n := len(elements)
	for ; n > 0; n-- {
		digits := strings.TrimLeft(elements[n-1], "abcdefghijklmnopqrstuvwxyz")
		letter := strings.TrimSuffix(elements[n-1], digits)
		value, err := strconv.ParseUint(digits, 10, 31)
		number := part{letter, int(value)}
		if err != nil || len(letter) > 1 || number.String() != elements[n-1] { // residual-08 is no other name of residual-8
			break
		}
		numbers = append([]part{number}, numbers...)
	}
	return strings.Join(elements[:n], "-"), numbers
}

// match gives the numbers of a name of this form, defaults included.
func (f form) match(given []part) (n values, fits bool) {
	n = values{}
	for _, number := range f.numbers {
		switch {
		case len(given) > 0 && given[0].letter == number.Letter:
			n[number], given = given[0].value, given[1:]
		case number.Optional:
			n[number] = number.Default
		default:
			return nil, false
		}
	}
	return n, len(given) == 0
}
