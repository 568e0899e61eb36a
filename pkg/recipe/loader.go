// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// ErrOtherNetwork is wrapped by the error for weights that are those of another network than the one that is to use them.
var ErrOtherNetwork = errors.New("another network")

// loader hands out copies of the values, so that every clone of a store, which shares it, has them too. A variable that is
// deleted in one of them is gone for all that have not asked for it yet.
type loader struct {
	file   string
	notes  map[string]string
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

// Names lists the variables that the file holds, for those who want them all: a store has a variable only once it was asked for it.
func (l *loader) Names() []string { return slices.Sorted(maps.Keys(l.values)) }

// DeleteVariable implements model.Loader.
func (l *loader) DeleteVariable(_ *model.Store, path string) error {
	delete(l.values, path)
	return nil
}

// CompileLoaded calls compile, which builds the network's graph. If the network and the file that its store was loaded
// from do not hold the same variables, the error says which differ: GoMLX would begin with random values for those that
// it does not find, and panic at others.
func CompileLoaded(backend compute.Backend, net Model, store *model.Store, images shapes.Shape, compile func() error) error {
	err := compile()
	l, loaded := store.Loader().(*loader)
	if !loaded {
		return err
	}
	used := map[string]shapes.Shape{}
	if err == nil {
		for v := range store.IterVariables() {
			if v.HasValue() { // else it is not in the file
				used[v.Path()] = v.Shape()
			} else {
				used[v.Path()] = shapes.Invalid()
			}
		}
		return l.differs(used)
	}
	if wanted := variables(backend, net, images); wanted != nil {
		if different := l.differs(wanted); different != nil {
			return different
		}
	}
	return err
}

// variables are the shapes of the variables that the network makes for images of the given shape; nil if it makes none of
// such images.
func variables(backend compute.Backend, net Model, images shapes.Shape) map[string]shapes.Shape {
	g := NewGraph(backend, "variables")
	defer g.Finalize()
	store := model.NewStore()
	err := exceptions.TryCatch[error](func() {
		store.SetTraining(g, false)
		net(store.RootScope(), Parameter(g, "images", images))
	})
	if err != nil {
		return nil
	}
	found := map[string]shapes.Shape{}
	for v := range store.IterVariables() {
		if ofNetwork(v.Path()) {
			found[v.Path()] = v.Shape()
		}
	}
	return found
}

// differs returns an error if the file does not hold the wanted variables of the network, or others besides.
func (l *loader) differs(wanted map[string]shapes.Shape) error {
	other := func(format string, args ...any) error {
		was := ""
		if name := l.notes[NetworkNote]; name != "" {
			was = fmt.Sprintf(" (its own note says %s)", name)
		}
		return fmt.Errorf("%s holds %w than the one asked for%s: %s", l.file, ErrOtherNetwork, was, fmt.Sprintf(format, args...))
	}
	for _, path := range slices.Sorted(maps.Keys(wanted)) {
		value, found := l.values[path]
		switch {
		case !found:
			return other("it has no value for %s", path)
		case wanted[path].Ok() && !wanted[path].Equal(value.Shape()):
			return other("%s is %v there, and would be %v here", path, value.Shape().Dimensions, wanted[path].Dimensions)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(l.values)) {
		if _, found := wanted[path]; ofNetwork(path) && !found {
			return other("it has a value for %s, which is not in the one asked for", path)
		}
	}
	return nil
}

// ofNetwork tells the variables of the network from those of its training and of the random generator that initial
// weights come from.
func ofNetwork(path string) bool {
	return !strings.HasPrefix(path, optimizerScope+"/") && path != "/"+model.RNGStateVariableName
}
