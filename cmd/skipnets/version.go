// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
	processor "golang.org/x/sys/cpu"

	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
)

// printVersion answers --version with what a report of a fault needs: the program's commit, the modules that compute, the
// plugin that is installed, and the processor.
func printVersion(cmd *cli.Command) { writeVersion(cmd.Root().Writer) }

func writeVersion(w io.Writer) {
	fmt.Fprintf(w, "skipnets %s, %s on %s/%s\n", cmp.Or(about.Commit(), "of an unknown commit"), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, module := range modules("github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla", "github.com/janpfeifer/gonb") {
		fmt.Fprintf(w, "  %s\n", module)
	}
	fmt.Fprintf(w, "  XLA plugin: %s\n", plugin())
	fmt.Fprintf(w, "  processor: %s; %s\n", about.Machine(), cmp.Or(strings.Join(features(), ", "), "none of the features that matter here"))
}

// modules are those of the paths that this program was built with, with their versions.
func modules(paths ...string) (found []string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, dep := range info.Deps {
		if slices.Contains(paths, dep.Path) {
			found = append(found, strings.TrimPrefix(dep.Path, "github.com/")+" "+dep.Version)
		}
	}
	return found
}

// plugin is what XLA's plugin says of itself, or why there is none.
func plugin() string {
	s, err := setup.New(setup.Options{Anywhere: true, Helper: pjrt.Command(), Out: io.Discard})
	if err != nil {
		return err.Error()
	}
	detail, err := s.Plugin().Check(context.Background())
	if err != nil {
		return err.Error()
	}
	return detail
}

// features are the processor's units that decide how fast networks train.
func features() (names []string) {
	for _, feature := range []struct {
		name string
		has  bool
	}{
		{"AVX2", processor.X86.HasAVX2}, {"FMA", processor.X86.HasFMA},
		{"AVX-512", processor.X86.HasAVX512F}, {"AVX-512 BF16", processor.X86.HasAVX512BF16}, {"AMX BF16", processor.X86.HasAMXBF16},
		{"NEON", processor.ARM64.HasASIMD}, {"SVE", processor.ARM64.HasSVE},
	} {
		if feature.has {
			names = append(names, feature.name)
		}
	}
	return names
}
