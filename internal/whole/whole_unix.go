// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package whole

import (
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

func create(name string, mode os.FileMode) (Pending, error) {
	return renameio.NewPendingFile(name, renameio.WithTempDir(filepath.Dir(name)), renameio.WithPermissions(mode), renameio.WithExistingPermissions())
}
