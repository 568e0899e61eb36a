// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/google/renameio/v2"
)

// tryPlugin opens a backend and computes with it, in a process of its own because a bad plugin may abort it.
func (s *Setup) tryPlugin(ctx context.Context, backend string) (about string, err error) {
	about, err = s.helper(ctx, os.Environ(), "trying "+backend, "try", backend)
	if err == nil || ctx.Err() != nil {
		return about, err
	}
	if flags := os.Getenv("XLA_FLAGS"); flags != "" {
		if _, without := s.helper(ctx, append(os.Environ(), "XLA_FLAGS="), "trying it without XLA_FLAGS", "try", backend); without == nil {
			return "", explained{flagsError{flags}}
		}
	}
	reason := err.Error()
	for _, said := range []string{fmt.Sprintf("backend %q: ", backend), "plugin " + strings.TrimPrefix(backend, "xla:") + " does not load: ", `backend "xla":: `} {
		reason = strings.TrimPrefix(reason, said)
	}
	return "", fmt.Errorf("%s does not work: %s", backend, reason)
}

// A flagsError means that a plugin works, but not with the user's flags.
type flagsError struct{ flags string }

func (e flagsError) Error() string {
	return fmt.Sprintf("XLA does not accept XLA_FLAGS=%q: a flag is misspelt or unknown to this version, and XLA ends the program. Set others, or type: unset XLA_FLAGS", e.flags)
}

// A trial says with which plugin and under which circumstances a backend worked.
type trial struct{ Seal, About string }

// tried tries a backend, unless it is known to have worked as it is now: the same file, the same flags and libraries.
func (s *Setup) tried(ctx context.Context, backend string) (about string, err error) {
	seal := seal(backend)
	trials := s.loadTrials()
	if last := trials[backend]; seal != "" && last.Seal == seal && !s.insists {
		return last.About, nil
	}
	if about, err = s.tryPlugin(ctx, backend); err != nil {
		return "", err
	}
	trials[backend] = trial{seal, about}
	if content, err := json.Marshal(trials); err == nil && seal != "" {
		_ = renameio.WriteFile(s.trials(), content, 0o644) // where it cannot be written the next command tries again
	}
	return about, nil
}

// loadTrials reads what has been noted. A file that cannot be read is as good as none.
func (s *Setup) loadTrials() map[string]trial {
	var trials map[string]trial
	content, err := os.ReadFile(s.trials())
	if err != nil || json.Unmarshal(content, &trials) != nil || trials == nil { // it holds null
		return map[string]trial{}
	}
	return trials
}

func (s *Setup) trials() string { return s.path("xla", "tried.json") }

// seal changes with all on which it depends whether a backend works, as far as one can tell without trying; "" if one cannot.
func seal(backend string) string {
	path, _, _ := strings.Cut(strings.TrimPrefix(backend, "xla:"), ",")
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	circumstances := []any{path, info.Size(), info.ModTime().Unix()} // seconds: a container's layers keep no fractions
	for _, name := range []string{"XLA_FLAGS", "LD_LIBRARY_PATH", "LD_PRELOAD"} {
		circumstances = append(circumstances, os.Getenv(name))
	}
	return fmt.Sprintf("%#v", circumstances)
}

// helper runs this program as what package pjrt makes of it, which is bound to XLA. Its last line of output is the answer.
func (s *Setup) helper(ctx context.Context, environment []string, what string, args ...string) (string, error) {
	if len(s.Helper) == 0 {
		return "", errors.New("this program cannot try plugins: its main function does not call pjrt.Serve")
	}
	cmd := s.command(ctx, s.Helper[0], append(s.Helper[1:len(s.Helper):len(s.Helper)], args...)...)
	cmd.Env = append(environment, EnvHome+"="+s.Home, "GOMLX_NO_AUTO_INSTALL=1", "GOTRACEBACK=none")
	output, err := s.run(cmd, what)
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if err == nil {
		return lines[len(lines)-1], nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	for _, line := range lines { // its own last words, or the runtime's, say more than all that was printed
		if reason, ok := strings.CutPrefix(line, "pjrt: "); ok {
			return "", errors.New(reason)
		}
		if strings.HasPrefix(line, "SIG") || strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return "", fmt.Errorf("it takes down the process that loads it: %s", line)
		}
	}
	return "", err
}
