// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// Plugin is the PJRT plugin for the backend that was asked for. With nothing asked it is the one for the CPU. If none can be
// had, everything runs on the pure-Go backend, and a warning says so; for a while no command but doctor -mend looks for one
// again. A backend that was asked for by name is that one or an error.
func (s *Setup) Plugin() Step {
	step := Step{Name: "XLA plugin", Check: s.checkPlugin, Make: s.makePlugin, Mend: pluginHelp, note: s.pluginNote, aside: []string{"xla"}}
	switch s.Backend {
	case "go":
		step.Check = func(context.Context) (string, error) { return "not needed by backend go", nil }
	case "xla": // whichever comes first: a GPU's needs none for the CPU beside it
		step.Check = func(ctx context.Context) (string, error) { return s.tried(ctx, s.Backend) }
	case "xla:cpu":
	case "":
		step.Check = func(ctx context.Context) (string, error) {
			if s.missing == nil {
				s.missing = s.recall()
			}
			if s.missing != nil {
				return "none, so the pure-Go backend", nil
			}
			return s.checkPlugin(ctx)
		}
		step.Make = func(ctx context.Context) error {
			err := s.makePlugin(ctx)
			if err == nil || ctx.Err() != nil {
				return err
			}
			if err = s.fullDisk(err); errors.As(err, new(explained)) { // the pure-Go backend is no answer to that
				return err
			}
			s.missing = err
			return renameio.WriteFile(s.path("xla", unavailable), []byte(err.Error()), 0o644)
		}
	default: // another plugin, which the user provides
		step.Check = func(ctx context.Context) (string, error) { return s.tried(ctx, s.Backend) }
		step.Make = nil
		step.Mend = "give the path of a PJRT plugin as -backend xla:/path/plugin.so, or put it where GoMLX looks: ~/.local/lib/go-xla.\n" +
			"  Without -backend and " + EnvBackend + " the CPU's plugin is used"
	}
	return step
}

const (
	pluginHelp = "try again with a network connection: skipnets doctor -mend. Or put pjrt_c_api_cpu_plugin.so into\n" +
		"  ~/.local/lib/go-xla: see https://github.com/gomlx/pjrt-cpu-binaries/releases"
	pluginName = "pjrt_c_api_cpu_plugin.so"
	wheel      = "lammps-jax-pjrt-cpu==0.11.2"
	fromWheel  = "the wheel " + wheel

	patienceForPlugin = time.Hour // so long we remember that no plugin could be had
)

// UseBackend is the GoMLX backend that what was made ready allows: the value for GOMLX_BACKEND.
func (s *Setup) UseBackend() string {
	switch s.Backend {
	case "", "xla:cpu":
		if s.Backend == "" && s.missing != nil {
			return "go"
		}
		if _, err := os.Stat(s.path("xla", pluginName)); err == nil {
			return "xla:" + s.path("xla", pluginName)
		}
		return firstOf(s.Backend, "go")
	}
	return s.Backend
}

func (s *Setup) checkPlugin(ctx context.Context) (string, error) {
	plugin := s.path("xla", pluginName)
	if _, err := os.Stat(plugin); err != nil {
		return "", errors.New("not here yet")
	}
	source, sum := s.pluginSource()
	if sum != "" && s.insists { // reading all of it takes longer than a start may
		if now, err := fileSum(plugin); err != nil {
			return "", err
		} else if now != sum {
			return "", fmt.Errorf("%s has changed since it was put there: its sha256 was %s, and is %s now", plugin, sum, now)
		}
	}
	about, err := s.tried(ctx, "xla:"+plugin)
	if err == nil && source != "" {
		about += ", from " + source
	}
	if err == nil && s.insists && sum == "" && isRegular(plugin) {
		about += ". An earlier version put it there and noted no digest, so that a later change would go unseen: doctor -mend notes it"
	}
	return about, err
}

// pluginNote is what a successful check still has to say. doctor -mend notes the digest that an earlier version did not.
func (s *Setup) pluginNote() (warning string) {
	plugin := s.path("xla", pluginName)
	source, sum := s.pluginSource()
	if !s.insists || s.missing != nil || sum != "" || !isRegular(plugin) {
		return s.noPlugin()
	}
	sum, err := fileSum(plugin)
	if err == nil {
		err = s.notePluginSource(firstOf(source, "an earlier version"), sum)
	}
	if err != nil {
		return fmt.Sprintf("the plugin's digest could not be noted: %v", err)
	}
	return "the plugin works, and its digest is noted now: sha256 " + sum
}

// isRegular tells a plugin of our own from a link to somebody else's.
func isRegular(file string) bool {
	info, err := os.Lstat(file)
	return err == nil && info.Mode().IsRegular()
}

// notePluginSource notes where the plugin comes from that is put in place next, and its digest unless it is "".
func (s *Setup) notePluginSource(source, sum string) error {
	return renameio.WriteFile(s.path("xla", "about.txt"), []byte("from "+source+"\nsha256 "+sum+"\n"), 0o644)
}

// pluginSource reads what has been noted of the plugin. Earlier versions noted no digest, and the source behind the version. What
// came from the wheel has the digest of the plugin in it.
func (s *Setup) pluginSource() (source, sum string) {
	content, _ := os.ReadFile(s.path("xla", "about.txt")) // one of which nothing is known may be as good
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		switch key, value, _ := strings.Cut(line, " "); key {
		case "from":
			source = value
		case "sha256":
			sum = value
		default:
			_, source, _ = strings.Cut(line, ", from ")
		}
	}
	if sum == "" && source == fromWheel {
		sum = s.sources.pluginSum
	}
	return source, sum
}

// unavailable is the file that remembers why there is no plugin.
const unavailable = "unavailable.txt"

// recall returns why there was no plugin a short while ago, unless it is to be looked for again.
func (s *Setup) recall() error {
	info, err := os.Stat(s.path("xla", unavailable))
	if err != nil || s.insists || time.Since(info.ModTime()) > patienceForPlugin {
		return nil
	}
	return recalled{info.ModTime()}
}

type recalled struct{ when time.Time }

func (r recalled) Error() string {
	return "none could be had at " + r.when.Format(time.TimeOnly)
}

func (s *Setup) noPlugin() (warning string) {
	switch {
	case errors.As(s.missing, new(recalled)):
		return fmt.Sprintf("no XLA plugin (%v): GoMLX's pure-Go backend, at least twenty times slower. To try again: skipnets doctor -mend", s.missing)
	case s.missing != nil:
		return fmt.Sprintf("XLA's plugin could not be had: the lines above say why.\n  To mend it, %s\n"+
			"  Until then everything runs on GoMLX's pure-Go backend, at least twenty times slower.", pluginHelp)
	}
	return ""
}
