// SPDX-License-Identifier: Apache-2.0

package blocks_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The promise of the package: each file is complete by itself.
func TestEachFileBuildsAlone(t *testing.T) {
	for _, file := range sourceFiles(t) {
		t.Run(file, func(t *testing.T) { goTool(t, ".", "vet", file) })
	}
}

// A copied file builds in another module that requires the same GoMLX.
func TestCopiedFileBuildsElsewhere(t *testing.T) {
	dir := t.TempDir()
	for from, to := range map[string]string{"residual.go": "residual.go", "../../go.sum": "go.sum", "../../go.mod": "go.mod"} {
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.Replace(data, []byte("module github.com/skipnets/skipnets"), []byte("module example.com/copied"), 1)
		if err := os.WriteFile(filepath.Join(dir, to), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	goTool(t, dir, "vet", ".")
}

// A file imports GoMLX and the standard library only, and says what it is and where it comes from.
func TestFilesAreFitForCopying(t *testing.T) {
	for _, file := range sourceFiles(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head := "// SPDX-License-Identifier: Apache-2.0\n" +
			"// Source: https://github.com/skipnets/skipnets/blob/main/pkg/blocks/" + file + "\n\npackage blocks\n"
		if file != "doc.go" && !strings.HasPrefix(string(data), head) {
			t.Errorf("%s does not begin with\n%s", file, head)
		}
		for _, path := range strings.Fields(goTool(t, ".", "list", "-f", `{{join .Imports "\n"}}`, file)) {
			if strings.Contains(path, ".") && !strings.HasPrefix(path, "github.com/gomlx/") {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}

// sourceFiles lists the package's files but tests.
func sourceFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var sources []string
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			sources = append(sources, file)
		}
	}
	if len(sources) < 7 {
		t.Fatalf("found only %v", sources)
	}
	return sources
}

// goTool runs the go command in dir, on what is already downloaded, and returns its output.
func goTool(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=readonly", "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s in %s: %v\n%s", strings.Join(args, " "), dir, err, stderr.String())
	}
	return string(out)
}
