// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// lock waits until no other process works on the same thing. The system drops the lock of a process that dies.
func (s *Setup) lock(ctx context.Context, name string) (unlock func(), err error) {
	if err := os.MkdirAll(s.path("locks"), 0o755); err != nil {
		return nil, s.unwritable(err)
	}
	file := flock.New(s.path("locks", strings.ReplaceAll(name, " ", "-")+".lock"))
	got, err := file.TryLock()
	if err != nil {
		return nil, s.unwritable(err)
	}
	if !got {
		s.say("  another skipnets is at it, waiting")
		if _, err := file.TryLockContext(ctx, 200*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return func() { _ = file.Unlock() }, nil
}

func (s *Setup) unwritable(err error) error {
	return fmt.Errorf("cannot write in %s, set %s to a folder that may be written: %w", s.Home, EnvHome, err)
}
