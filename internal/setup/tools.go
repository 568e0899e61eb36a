// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// Tools are the programs that run notebooks: the GoNB kernel and goimports as go.mod pins them, and gopls.
func (s *Setup) Tools() Step {
	return Step{
		Name:  "GoNB",
		Check: s.checkTools,
		Try:   s.tryTools,
		Make:  s.makeTools,
		aside: []string{"bin"},
		Mend:  "It comes through the go command: try again with a network connection, and see the output above.",
	}
}

const (
	goplsModule  = "golang.org/x/tools/gopls"
	goplsVersion = "v0.21.1"
)

func (s *Setup) checkTools(context.Context) (string, error) {
	pins, err := s.pins()
	if err != nil {
		return "", err
	}
	var have []string
	for _, tool := range []struct{ program, module string }{
		{"gonb", "github.com/janpfeifer/gonb"},
		{"goimports", "golang.org/x/tools"},
		{"gopls", goplsModule},
	} {
		info, err := buildinfo.ReadFile(s.path("bin", tool.program))
		if err != nil {
			return "", fmt.Errorf("%s is not here yet", tool.program)
		}
		if info.Main.Version != pins[tool.module] {
			return "", fmt.Errorf("%s is %s, want %s", tool.program, info.Main.Version, pins[tool.module])
		}
		have = append(have, tool.program+" "+info.Main.Version)
	}
	return strings.Join(have, ", "), nil
}

// pins are the versions of modules that go.mod and this file ask for.
func (s *Setup) pins() (map[string]string, error) {
	name := filepath.Join(s.Source, "go.mod")
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	file, err := modfile.ParseLax(name, content, nil)
	if err != nil {
		return nil, err
	}
	pins := map[string]string{goplsModule: goplsVersion}
	for _, require := range file.Require {
		pins[require.Mod.Path] = require.Mod.Version
	}
	return pins, nil
}

func (s *Setup) makeTools(ctx context.Context) error {
	dir, err := s.temporary("bin")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, what := range []string{"tool", goplsModule + "@" + goplsVersion} { // tool: those that go.mod names
		cmd := s.command(ctx, "go", "install", what)
		cmd.Dir = s.Source
		cmd.Env = append(cmd.Env, "GOBIN="+dir)
		if _, err := s.run(cmd, "go install "+what); err != nil {
			return err
		}
	}
	// GoNB resolves imports with go get, which reads the go.mod of every module there is in the graph, also of those that no
	// build needs. Read them now, so that notebooks need no network.
	graph := s.command(ctx, "go", "mod", "graph")
	graph.Dir = s.Source
	if _, err := s.run(graph, "go mod graph"); err != nil {
		return err
	}
	if err := os.MkdirAll(s.path("bin"), 0o755); err != nil {
		return s.unwritable(err)
	}
	programs, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, program := range programs {
		if err := os.Rename(filepath.Join(dir, program.Name()), s.path("bin", program.Name())); err != nil {
			return err
		}
	}
	return nil
}
