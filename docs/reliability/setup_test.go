// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A step vouches for its own files, and not for what a later one adds to its folder.
func TestWholeSteps(t *testing.T) {
	home := t.TempDir()
	add := func(name, content string) {
		t.Helper()
		file := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"venv/lib/a.py", "venv/skipnets-jupyter", kernels, settings} {
		add(name, name)
	}
	done, err := homeFiles(home)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, remove, change, fault string }{
		{"complete", "", "", ""},
		{"before the kernel's step", kernels, "", ""},
		{"before the settings", settings, "", ""},
		{"a package lacks a file", "venv/lib/a.py", "", "venv/lib/a.py is not as it should be"},
		{"half a description", "", kernels, "kernel.json is not as it should be"},
		{"packages under way", "venv/skipnets-jupyter", "venv/lib/a.py", ""},
	} {
		for name := range done {
			add(name, name)
		}
		if test.remove != "" {
			if err := os.Remove(filepath.Join(home, test.remove)); err != nil {
				t.Fatal(err)
			}
		}
		if test.change != "" {
			add(test.change, "half")
		}
		err := wholeSteps(home, done)
		if (test.fault == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%s: %v, want %q", test.name, err, test.fault)
		}
	}
}
