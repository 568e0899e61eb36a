// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The other ways to the image, .devcontainer and .binder, lead to docker/Dockerfile and to stages that it has.
func TestOneDockerfile(t *testing.T) {
	root := ".."
	file, err := os.ReadFile(filepath.Join(root, "docker", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var stages []string
	for _, match := range regexp.MustCompile(`(?m)^FROM \S+ AS (\S+)$`).FindAllStringSubmatch(string(file), -1) {
		stages = append(stages, match[1])
	}
	if len(stages) == 0 || stages[len(stages)-1] != "binder" {
		t.Fatalf("stages %q: Binder builds the last one", stages)
	}
	// The folder is the link: BuildKit, with which Binder builds, is given a Dockerfile's folder, and sees no file outside of it.
	if linked, err := os.Readlink(filepath.Join(root, ".binder")); err != nil || linked != "docker" {
		t.Errorf(".binder leads to %q, %v", linked, err)
	}
	content, err := os.ReadFile(filepath.Join(root, ".devcontainer", "devcontainer.json"))
	if err != nil {
		t.Fatal(err)
	}
	var container struct {
		Build      struct{ Dockerfile, Context, Target string }
		RemoteUser string
	}
	if err := json.Unmarshal(regexp.MustCompile(`(?m)^\s*//.*$`).ReplaceAll(content, nil), &container); err != nil {
		t.Fatal(err)
	}
	if at := filepath.Join(".devcontainer", container.Build.Dockerfile); at != filepath.Join("docker", "Dockerfile") || filepath.Join(".devcontainer", container.Build.Context) != "." {
		t.Errorf("the devcontainer builds %s in %s", at, container.Build.Context)
	}
	if !slices.Contains(stages, container.Build.Target) {
		t.Errorf("the devcontainer's target %q is none of %q", container.Build.Target, stages)
	}
	if !strings.Contains(string(file), "USER "+container.RemoteUser+"\n") {
		t.Errorf("no user %s in the image", container.RemoteUser)
	}
}
