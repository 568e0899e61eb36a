// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// checkOutput returns an error if the file that the flag names cannot be written, or is one of the inputs, by whatever
// name: it would be replaced. It is for before the work.
func checkOutput(flag, file string, inputs ...string) error {
	if file == "" {
		return nil
	}
	if parent, err := os.Stat(filepath.Dir(file)); err != nil || !parent.IsDir() {
		return fmt.Errorf("%s %s: there is no folder %s: make it first", flag, file, filepath.Dir(file))
	}
	info, err := os.Stat(file)
	if err != nil { // not there yet
		return nil
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s %s is not a file that can be replaced: give the name of a file", flag, file)
	}
	for _, input := range inputs {
		if best, err := weightsFile(input); err == nil { // of a run's folder
			input = best
		}
		if other, err := os.Stat(input); err == nil && os.SameFile(info, other) {
			return fmt.Errorf("%s %s is %s itself, which would be replaced: choose another name", flag, file, input)
		}
	}
	return nil
}
