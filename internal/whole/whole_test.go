// SPDX-License-Identifier: Apache-2.0

package whole

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestWriteFileReplaces(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	for _, content := range []string{"first", "2"} {
		if err := WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		want(t, name, content)
		if content == "first" { // the user's choice, which the next file keeps
			if err := os.Chmod(name, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// Until the new file is complete the old one stays, and nothing is left of a new one that never is.
func TestUnfinishedFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := WriteFile(name, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := Create(name, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(filepath.Dir(name)); err != nil || len(entries) != 2 {
		t.Errorf("beside each other while one is written: %v, %v", entries, err)
	}
	if err := file.Cleanup(); err != nil {
		t.Error(err)
	}
	want(t, name, "old")
}

// What a killed process was writing goes; what has a name of its own stays.
func TestRemoveUnfinished(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	left, err := Create(name, 0o644) // and never closed, as if killed
	if err != nil {
		t.Fatal(err)
	}
	defer left.Cleanup()
	for _, other := range []string{"file", ".file", ".file2.bak", ".filed", ".other12"} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(name), other), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveUnfinished(name); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(filepath.Dir(name)); err != nil || len(entries) != 5 {
		t.Errorf("left are %v, %v", entries, err)
	}
}

// want checks a file, and that its folder holds nothing else.
func want(t *testing.T, name, content string) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil || string(got) != content {
		t.Errorf("it holds %q, %v, want %q", got, err, content)
	}
	if entries, err := os.ReadDir(filepath.Dir(name)); err != nil || len(entries) != 1 {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
}

// A link stays one: what it leads to is replaced, as where results are kept on another disk.
func TestWriteFileBehindLink(t *testing.T) {
	there, here := t.TempDir(), t.TempDir()
	file, link := filepath.Join(there, "file"), filepath.Join(here, "link")
	if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(link, []byte("new"), 0o644); err != nil {
		t.Fatal(err)
	}
	want(t, file, "new")
	want(t, link, "new")
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v now, %v", info.Mode(), err)
	}
}
