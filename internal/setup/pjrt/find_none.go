// SPDX-License-Identifier: Apache-2.0

//go:build !(((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)) && cgo && !noxla)

package pjrt

import "errors"

// Linked tells whether this program can open XLA at all: it was built without cgo.
const Linked = false

func find() (string, error) {
	return "", errors.New("this program was built without XLA")
}
