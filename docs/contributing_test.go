// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The worked recipes of CONTRIBUTING.md are carried out in a copy of the repository, word for word: a block, a data set and a
// measurement are added, and then used as the text says.
func TestContributing(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles the program")
	}
	root, text := copyOfRepository(t), read(t, "../CONTRIBUTING.md")
	files := recipeFiles(t, text)
	for name, content := range files {
		if lines := strings.Count(content, "\n"); lines >= 20 {
			t.Errorf("%s has %d lines, fewer than 20 are promised", name, lines)
		}
		write(t, filepath.Join(root, name), content)
	}
	rows := recipeRows(t, text)
	insert(t, filepath.Join(root, "pkg/nets/families.go"), "var Families = []Family{\n", rows["pkg/nets/families.go"])
	insert(t, filepath.Join(root, "internal/setup/datasets.go"), "var datasets = []dataset{\n", rows["internal/setup/datasets.go"])
	insert(t, filepath.Join(root, "internal/setup/datasets.go"), "pkg/cifar\"\n", "\t\"github.com/skipnets/skipnets/pkg/greys\"\n")
	write(t, filepath.Join(root, "pkg/insight/sparsity_test.go"), sparsityTest)

	run(t, root, "go", "test", "-vet=off", "-run", "BuildsAlone/excite|Copying|Sparsity", "./pkg/blocks", "./pkg/insight")
	program := filepath.Join(t.TempDir(), "skipnets")
	run(t, root, "go", "build", "-buildvcs=false", "-o", program, "./cmd/skipnets")
	if out := run(t, root, program, "nets"); !strings.Contains(out, "half-excite-56") || !strings.Contains(out, "F(x)·s(F(x))") {
		t.Errorf("skipnets nets does not list the new block:\n%s", out)
	}
	out := run(t, root, program, "train", "-backend", "go", "-preset", "quick", "-epochs", "1", "-dir", t.TempDir(),
		"-dataset", "greys", "-data", greyPictures(t), "half-excite-8")
	if !strings.Contains(out, "| half-excite-8 |") {
		t.Errorf("training the new block on the new data set gives\n%s", out)
	}
}

const sparsityTest = `package insight

import (
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/nets"
)

func TestSparsity(t *testing.T) {
	net, err := nets.Parse("half-excite-8", 2)
	if err != nil {
		t.Fatal(err)
	}
	backend, store := accel.MustNew(""), model.NewStore()
	images := tensors.FromFlatDataAndDimensions(make([]float32, 8*8*3), 1, 8, 8, 3) // all zeros, so every block's result is, too
	parts, err := Sparsity(backend, net, store, images)
	if err != nil || len(parts) != 3 {
		t.Fatal(parts, err)
	}
	for i, part := range parts {
		if got := tensors.ToScalar[float32](part); got != 1 {
			t.Errorf("block %d: %g", i, got)
		}
	}
}
`

// copyOfRepository copies the files that git knows, and new ones, without what only weighs.
func copyOfRepository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name := range strings.Lines(run(t, "..", "git", "ls-files", "--cached", "--others", "--exclude-standard")) {
		name = strings.TrimSpace(name)
		if strings.HasSuffix(name, ".ipynb") {
			continue
		}
		if content, err := os.ReadFile(filepath.Join("..", name)); err == nil { // else it is deleted, and git does not know yet
			write(t, filepath.Join(root, name), string(content))
		}
	}
	return root
}

var (
	newFile = regexp.MustCompile("`(pkg/[a-z/]+\\.go)`:\n\n```go\n((?s:.*?))```")
	newRow  = regexp.MustCompile("At the top of `\\w+` in `([a-z/]+\\.go)`[^\n]*:\n\n```go\n((?s:.*?))```")
)

func recipeFiles(t *testing.T, text string) map[string]string { return blocksOf(t, newFile, text, 3) }
func recipeRows(t *testing.T, text string) map[string]string  { return blocksOf(t, newRow, text, 2) }

func blocksOf(t *testing.T, form *regexp.Regexp, text string, want int) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, match := range form.FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(match[0], "At") && strings.Contains(match[2], "Name:") {
			continue // a row's
		}
		found[match[1]] = match[2]
	}
	if len(found) != want {
		t.Fatalf("CONTRIBUTING.md has %d of the %d blocks of code: %v", len(found), want, found)
	}
	return found
}

func insert(t *testing.T, file, after, text string) {
	t.Helper()
	content := read(t, file)
	if strings.Count(content, after) != 1 {
		t.Fatalf("%s has %q %d times", file, after, strings.Count(content, after))
	}
	write(t, file, strings.Replace(content, after, after+text, 1))
}

// greyPictures makes a folder of two classes, dark and bright.
func greyPictures(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for class, level := range map[string]uint8{"dark": 40, "bright": 200} {
		for i := range 120 {
			picture := image.NewGray(image.Rect(0, 0, 30, 34))
			for p := range picture.Pix {
				picture.Pix[p] = level + uint8((p*i)%50)
			}
			picture.SetGray(0, 0, color.Gray{Y: uint8(i)})
			name := filepath.Join(dir, class, fmt.Sprintf("%d.png", i))
			var out strings.Builder
			if err := png.Encode(&out, picture); err != nil {
				t.Fatal(err)
			}
			write(t, name, out.String())
		}
	}
	return dir
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a program in dir and returns what it printed.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
