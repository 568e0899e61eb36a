// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWithFlags(t *testing.T) {
	plugin := filepath.Join(t.TempDir(), "plugin.so")
	if err := os.WriteFile(plugin, []byte("...xla_known..."), 0o644); err != nil {
		t.Fatal(err)
	}
	flags := []string{"xla_known=true", "xla_unknown=true"}
	for _, test := range []struct{ path, before, during string }{
		{plugin, "", "--xla_known=true"},
		{plugin, "--other=1", "--other=1 --xla_known=true"},
		{plugin, "--xla_known=false", "--xla_known=false"},
		{plugin, "/a/file/of/flags", "/a/file/of/flags"},
		{plugin + ".missing", "--other=1", "--other=1"},
	} {
		t.Setenv(xlaFlags, test.before)
		var during string
		withFlags(test.path, flags, func() { during = os.Getenv(xlaFlags) })
		if during != test.during {
			t.Errorf("XLA_FLAGS=%q becomes %q, want %q", test.before, during, test.during)
		}
		if after := os.Getenv(xlaFlags); after != test.before {
			t.Errorf("XLA_FLAGS=%q is %q afterwards", test.before, after)
		}
	}
	os.Unsetenv(xlaFlags)
	withFlags(plugin, flags, func() {})
	if value, found := os.LookupEnv(xlaFlags); found {
		t.Errorf("XLA_FLAGS, unset before, is %q afterwards", value)
	}
}

func TestFileContains(t *testing.T) {
	const needle = "xla_some_flag"
	dir := t.TempDir()
	for name, test := range map[string]struct {
		content string
		want    bool
	}{
		"empty":           {"", false},
		"short":           {"xla", false},
		"start":           {needle, true},
		"across chunks":   {strings.Repeat("x", 1<<20-5) + needle + "y", true},
		"in second chunk": {strings.Repeat("x", 1<<20+7) + needle, true},
		"almost":          {strings.Repeat("x", 1<<20-5) + needle[:len(needle)-1] + "y", false},
	} {
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "_"))
		if err := os.WriteFile(path, []byte(test.content), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := fileContains(path, needle); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
