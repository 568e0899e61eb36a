// SPDX-License-Identifier: Apache-2.0

package home

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPath(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", "/cache") // where os.UserCacheDir looks on Linux
	t.Setenv("HOME", "/user")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ env, want string }{
		{"", filepath.Join(cache, "skipnets", "runs", "x")},
		{"/kept", filepath.FromSlash("/kept/runs/x")},
		{"kept", filepath.Join(here, "kept", "runs", "x")},
	} {
		t.Setenv(EnvHome, c.env)
		if got, err := Path("runs", "x"); err != nil || got != c.want {
			t.Errorf("with %s=%q the path is %q, %v; want %q", EnvHome, c.env, got, err, c.want)
		}
	}
}

func TestNoCacheFolder(t *testing.T) {
	for _, name := range []string{EnvHome, "XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, "")
	}
	if path, err := Path(); err == nil {
		t.Errorf("a path without any folder to be in: %q", path)
	}
}
