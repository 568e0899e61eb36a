// SPDX-License-Identifier: Apache-2.0

package whole

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Free says whether a folder may hold what a command writes there, such as "a site": it is not there, it is empty, or it holds
// an earlier one, which the file named mark tells. Nobody's other files are mixed with it.
func Free(dir, mark, what string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("a folder for %s: %w", what, err)
	}
	if _, err := os.Stat(filepath.Join(dir, mark)); err != nil {
		return fmt.Errorf("%s holds other files than %s: give a folder that is empty or not there yet", dir, what)
	}
	return nil
}
