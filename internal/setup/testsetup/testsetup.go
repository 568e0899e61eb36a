// SPDX-License-Identifier: Apache-2.0

// Package testsetup lets `go test ./...` make ready what tests need on a new machine, by the same code as `skipnets lab`.
//
// A package whose tests open a backend has
//
//	func TestMain(m *testing.M) { testsetup.Main(m) }
package testsetup

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
)

// Main makes the XLA plugin ready, unless GOMLX_BACKEND chooses a backend, and runs the tests with it. Where no plugin
// can be had the tests run on the pure-Go backend, after a warning. Main does not return.
func Main(m *testing.M) {
	pjrt.Serve()
	if os.Getenv(setup.EnvBackend) == "" {
		if err := choose(); err != nil {
			fmt.Fprintln(os.Stderr, "testsetup:", err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func choose() error {
	s, err := setup.New(setup.Options{Quick: true, Helper: pjrt.Command()})
	if err != nil {
		return err
	}
	if err := s.Ready(context.Background(), s.Compiler(), s.Plugin()); err != nil {
		return err
	}
	return os.Setenv(setup.EnvBackend, s.UseBackend())
}
