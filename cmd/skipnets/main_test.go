// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/skipnets/skipnets/internal/setup/testsetup"
)

func TestMain(m *testing.M) { testsetup.Main(m) }

// A full disk behind the output is a failure, also for what was printed without a look at the error.
func TestOutputNotWritten(t *testing.T) {
	for _, args := range []string{"--help", "--version", "nets", "summary residual-8", "train --help"} {
		err := run(t.Context(), fullDisk{}, strings.Fields("skipnets "+args))
		if err == nil || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", args, err)
		}
	}
	if err := run(t.Context(), io.Discard, []string{"skipnets", "nets"}); err != nil {
		t.Error(err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// The program's own network needs no folder for temporary files.
func TestOwnWeightsWithoutTemporaryFolder(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nosuch"))
	if err := command(t, "predict", "absent.png"); err == nil || !strings.Contains(err.Error(), "absent.png") {
		t.Error(err)
	}
}
