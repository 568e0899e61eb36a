// SPDX-License-Identifier: Apache-2.0

//go:build !js

// Command playground is for browsers: GOOS=js GOARCH=wasm. The command "skipnets site" builds it.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "playground runs in a browser. Build the site that it is part of: go run ./cmd/skipnets site DIR")
	os.Exit(1)
}
