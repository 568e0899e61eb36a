// SPDX-License-Identifier: Apache-2.0

// Package trained holds the weights of the network that programs use when no other is named.
package trained

import _ "embed"

// Name is the network's folder here.
const Name = "hour/wide-residual-w24-seed1"

// Residual is the network's weights file.
//
//go:embed hour/wide-residual-w24-seed1/best.safetensors
var Residual []byte
