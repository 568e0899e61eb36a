// SPDX-License-Identifier: Apache-2.0

//go:build !(((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)) && cgo && !noxla)

package accel

import (
	"errors"

	"github.com/gomlx/compute"
)

// installed lists nothing: this program was built without XLA.
func installed() []plugin { return nil }

func load(plugin, string, int) (compute.Backend, error) {
	return nil, errors.New("this program was built without XLA (it needs cgo, a C compiler and no noxla tag)")
}
