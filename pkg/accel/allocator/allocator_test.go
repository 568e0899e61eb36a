// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo

package allocator

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A large block comes from what malloc keeps, unless the environment says otherwise.
func TestAllocator(t *testing.T) {
	if err := exec.Command("getconf", "GNU_LIBC_VERSION").Run(); err != nil {
		t.Skip("there is no glibc here")
	}
	probe := filepath.Join(t.TempDir(), "probe")
	if out, err := exec.Command("go", "build", "-o", probe, "./testdata/probe").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for variable, want := range map[string]string{"NOTHING=1": "0", "MALLOC_ARENA_MAX=0": "1", "GLIBC_TUNABLES=glibc.malloc.arena_max=8": "1"} {
		cmd := exec.Command(probe)
		cmd.Env = []string{variable}
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(string(out)); got != want {
			t.Errorf("with %s in the environment %s blocks are mapped, want %s", variable, got, want)
		}
	}
}

// A program that imports pkg/accel for its backends gets no settings with it.
func TestAccelDoesNotImportThis(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "..").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "accel/allocator") {
		t.Error("pkg/accel imports it")
	}
}
