// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package whole

import (
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Create begins a file beside the name that it will take. It has the mode of the file that it replaces, if any.
func Create(name string, mode os.FileMode) (Pending, error) {
	return renameio.NewPendingFile(name, renameio.WithTempDir(filepath.Dir(name)), renameio.WithPermissions(mode), renameio.WithExistingPermissions())
}
