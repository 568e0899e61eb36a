// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skipnets/skipnets/pkg/recipe"
)

// output is a kind of file that a command writes: what is said of it, and what its name ends in. No file with another ending is
// replaced, perhaps by a slip.
type output struct{ what, ending string }

var (
	figureOutput = output{"the figure is a PNG file", ".png"}
	logitsOutput = output{"the logits are a safetensors file", ".safetensors"}
)

// checkOutput returns an error if the file that the flag names cannot be written, is of another kind, belongs to a run, or is one of
// the inputs, by whatever name: it would be replaced. It is for before the work.
func checkOutput(flag, file string, kind output, inputs ...string) error {
	if file == "" {
		return nil
	}
	if parent, err := os.Stat(filepath.Dir(file)); err != nil || !parent.IsDir() {
		return fmt.Errorf("%s %s: there is no folder %s: make it first", flag, file, filepath.Dir(file))
	}
	info, err := os.Stat(file)
	there := err == nil
	if there && !info.Mode().IsRegular() {
		return fmt.Errorf("%s %s is not a file that can be replaced: give the name of a file", flag, file)
	}
	if !strings.EqualFold(filepath.Ext(file), kind.ending) && (there || kind == figureOutput) {
		return fmt.Errorf("%s %s: %s: give a name that ends in %s", flag, file, kind.what, kind.ending)
	}
	if !there {
		return nil
	}
	for _, input := range inputs {
		if best, err := weightsFile(input); err == nil { // of a run's folder
			input = best
		}
		if other, err := os.Stat(input); err == nil && os.SameFile(info, other) {
			return fmt.Errorf("%s %s is %s itself, which would be replaced: choose another name", flag, file, input)
		}
	}
	if slices.Contains([]string{recipe.BestFile, recipe.LatestFile}, filepath.Base(file)) {
		return fmt.Errorf("%s %s holds the weights of a run, which would be replaced: choose another name", flag, file)
	}
	return nil
}
