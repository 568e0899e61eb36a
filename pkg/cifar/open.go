// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The environment variables that [Open] reads.
const (
	EnvQuick = "SKIPNETS_QUICK" // not empty: use the embedded sample
	EnvData  = "SKIPNETS_DATA"  // the folder or tar.gz archive of CIFAR-10
	EnvHome  = "SKIPNETS_HOME"  // where all that is downloaded is kept; by default skipnets in the user's cache folder
)

// Open returns CIFAR-10, by what the environment says: [Sample] if SKIPNETS_QUICK is not empty, else the 50,000 and
// 10,000 images in [Dir]. They are compared with the official digests while they are read, as [Verify] does.
func Open() (train, test Set, err error) {
	if os.Getenv(EnvQuick) != "" {
		train, test = Sample()
		return train, test, nil
	}
	dir, err := Dir()
	if err != nil {
		return Set{}, Set{}, err
	}
	train, test, err = cifar10.load(dir, true)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w\nTo get CIFAR-10 run `go run ./cmd/skipnets lab`, or set %s to a folder or tar.gz archive "+
			"of its binary version, or set %s=1 to use the small embedded sample", err, EnvData, EnvQuick)
	}
	return train, test, err
}

// Dir is where [Open] expects CIFAR-10: $SKIPNETS_DATA, else cifar-10-batches-bin in $SKIPNETS_HOME, else in the
// folder skipnets of [os.UserCacheDir]. It need not exist.
func Dir() (string, error) {
	if dir := os.Getenv(EnvData); dir != "" {
		return dir, nil
	}
	home, err := Home()
	return filepath.Join(home, folder10), err
}

// Home is where all that is downloaded or trained is kept: $SKIPNETS_HOME, else the folder skipnets of
// [os.UserCacheDir]. It need not exist.
func Home() (string, error) {
	if home := os.Getenv(EnvHome); home != "" {
		return home, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder, set %s to a folder that may be written: %w", EnvHome, err)
	}
	return filepath.Join(cache, "skipnets"), nil
}

const folder10 = "cifar-10-batches-bin" // the name that the official archive has for it
