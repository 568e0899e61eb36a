// SPDX-License-Identifier: Apache-2.0

// Package home says where everything is kept that is downloaded or trained, and how a notebook learns what was chosen when
// it was started.
package home

import (
	"fmt"
	"os"
	"path/filepath"
)

// The environment variables through which programs and notebooks learn what was chosen.
const (
	EnvHome  = "SKIPNETS_HOME"  // the folder that keeps everything
	EnvData  = "SKIPNETS_DATA"  // another folder with CIFAR-10, or its archive
	EnvQuick = "SKIPNETS_QUICK" // not empty: use the small embedded sample, train for seconds
	EnvBrief = "SKIPNETS_BRIEF" // not empty: let notebooks train for one epoch, as their tests do
)

// Path is a path in the folder that keeps everything: $SKIPNETS_HOME, else the folder skipnets of [os.UserCacheDir]. It is
// absolute, because programs run in other folders, and need not exist.
func Path(elements ...string) (string, error) {
	dir := os.Getenv(EnvHome)
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("there is no cache folder: set %s to a folder that you may write: %w", EnvHome, err)
		}
		dir = filepath.Join(cache, "skipnets")
	}
	return filepath.Abs(filepath.Join(append([]string{dir}, elements...)...))
}
