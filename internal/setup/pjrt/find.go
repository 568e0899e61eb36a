// SPDX-License-Identifier: Apache-2.0

//go:build ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)) && cgo && !noxla

package pjrt

import (
	"errors"

	"github.com/gomlx/go-xla/pjrt"
)

// Linked tells whether this program can open XLA at all.
const Linked = true

func find() (string, error) {
	if path, ok := pjrt.AvailablePlugins()["cpu"]; ok {
		return path, nil
	}
	return "", errors.New("GoMLX finds none")
}
