// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/skipnets/skipnets/internal/whole"
)

// lockFile is locked by the process that trains in a directory, and holds its number and the name of its machine.
const lockFile = "lock"

// lock keeps a second process out of the directory; the lock ends with the process. With wait it waits for the other one.
func lock(ctx context.Context, dir string, wait bool) (unlock func(), err error) {
	if dir == "" {
		return func() {}, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("directory of the run: %w", whole.Explain(err))
	}
	file := filepath.Join(dir, lockFile)
	l := flock.New(file)
	locked, err := l.TryLock()
	if err == nil && !locked && wait {
		locked, err = l.TryLockContext(ctx, 200*time.Millisecond)
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, whole.Explain(err))
	}
	if !locked {
		return nil, fmt.Errorf("%s is in use by another training%s", dir, holder(file))
	}
	_ = os.WriteFile(file, fmt.Appendf(nil, "%d %s\n", os.Getpid(), machine()), 0o644) // for the message only
	return func() {
		_ = os.Truncate(file, 0)
		_ = l.Unlock()
	}, nil
}

// removeUnfinished removes what a killed training was writing in the directory. The caller holds the lock.
func removeUnfinished(dir string) error {
	if dir == "" {
		return nil
	}
	for _, file := range []string{LatestFile, BestFile, HistoryFile} {
		if err := whole.RemoveUnfinished(filepath.Join(dir, file)); err != nil {
			return fmt.Errorf("directory of the run: %w", err)
		}
	}
	return nil
}

// holder says which process holds the lock, and how to stop it. It is empty where the file does not tell.
func holder(file string) string {
	content, err := os.ReadFile(file)
	if err != nil || len(content) > 300 { // host names are shorter
		return ""
	}
	var pid int
	var where string
	if n, _ := fmt.Sscan(string(content), &pid, &where); n < 2 || pid <= 1 { // kill -1 would end every process of the user's
		return ""
	}
	if where != machine() {
		return fmt.Sprintf(", process %d on %s: stop it there with kill %d, or choose another directory", pid, where, pid)
	}
	return fmt.Sprintf(", process %d: stop it with kill %d, or choose another directory", pid, pid)
}

func machine() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}
