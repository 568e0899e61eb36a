// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// lock waits until no other process works on the same thing. The system drops the lock when the last process that holds
// the file open ends. Programs started with the returned context are among these: if this process is killed while, say,
// pip goes on, nobody gets in pip's way.
//
// (A lock of gofrs/flock cannot be handed on, so this one is made of its two system calls.)
func (s *Setup) lock(ctx context.Context, name string) (locked context.Context, unlock func(), err error) {
	if err := os.MkdirAll(s.path("locks"), 0o755); err != nil {
		return nil, nil, s.unwritable(err)
	}
	file, err := os.OpenFile(s.path("locks", strings.ReplaceAll(name, " ", "-")+".lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, s.unwritable(err)
	}
	if err := s.await(ctx, file); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return context.WithValue(ctx, lockKey{}, file), func() {
		_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
		_ = file.Close()
	}, nil
}

// lockKey is the key of the locked file in a context.
type lockKey struct{}

func (s *Setup) await(ctx context.Context, file *os.File) error {
	for first := true; ; first = false {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if first {
			s.say("  another skipnets is at it, waiting")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (s *Setup) unwritable(err error) error {
	return explained{fmt.Errorf("cannot write in %s, set %s to a folder that may be written: %w", s.Home, EnvHome, err)}
}
