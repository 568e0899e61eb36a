// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Folders are the folder that keeps everything and the one for temporary files: both must let us write, and run what we wrote.
func (s *Setup) Folders() Step {
	return Step{Name: "folders", Check: s.checkFolders}
}

func (s *Setup) checkFolders(ctx context.Context) (string, error) {
	home, err := existing(s.Home)
	if err != nil {
		return "", err
	}
	if err := s.tryFolder(ctx, home, EnvHome); err != nil {
		return "", err
	}
	if err := s.tryFolder(ctx, os.TempDir(), "TMPDIR"); err != nil {
		return "", err
	}
	if dir := os.Getenv("GOTMPDIR"); dir != "" { // where Go compiles, in the place of TMPDIR
		if err := s.tryFolder(ctx, dir, "GOTMPDIR"); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%s (%s free), %s", s.Home, freeSpace(home), os.TempDir()), nil
}

// tryFolder writes a program into a folder and runs it. variable is where another folder can be named.
func (s *Setup) tryFolder(ctx context.Context, dir, variable string) error {
	other := fmt.Sprintf("set %s to another folder", variable)
	removeProbes(dir)
	probe, err := os.CreateTemp(dir, probePrefix)
	if err != nil {
		return explained{fmt.Errorf("cannot write in %s, %s: %w", dir, other, err)}
	}
	defer os.Remove(probe.Name())
	_, err = probe.WriteString(s.sources.probe)
	if err := errors.Join(err, probe.Chmod(0o700), probe.Close()); err != nil {
		return s.fullDisk(err)
	}
	if err := quietly(s.command(ctx, probe.Name())); err != nil {
		return explained{fmt.Errorf("programs in %s cannot be run, perhaps since its disk is mounted with noexec; %s: %w", dir, other, err)}
	}
	return nil
}

// Probes are in use for a moment. An older one was left by a process that was killed.
const (
	probePrefix = "skipnets-probe-"
	probeAge    = time.Minute
)

func removeProbes(dir string) {
	entries, _ := os.ReadDir(dir) // if it cannot be read, writing will say why
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), probePrefix) {
			continue
		}
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > probeAge {
			_ = os.Remove(filepath.Join(dir, entry.Name())) // it takes no room
		}
	}
}

// existing is the folder itself or, if it is not there yet, the one in which it will be made.
func existing(dir string) (string, error) {
	for {
		info, err := os.Stat(dir)
		switch {
		case err != nil && isLink(dir):
			return "", explained{fmt.Errorf("%s is a symbolic link to a folder that is not there: make it, or set %s to another folder: %w", dir, EnvHome, err)}
		case err == nil && !info.IsDir():
			return "", explained{fmt.Errorf("%s is a file, but %s must be a folder", dir, EnvHome)}
		case err == nil:
			return dir, nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return "", err
		}
		dir = filepath.Dir(dir)
	}
}

func isLink(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// fullDisk tells whether something failed because a disk is full, which Python's programs do not always say, and then says so.
func (s *Setup) fullDisk(err error) error {
	home, missing := existing(s.Home)
	if missing != nil {
		return err
	}
	said := strings.ToLower(err.Error())
	quota := strings.Contains(said, "quota exceeded")
	if !quota && !strings.Contains(said, "no space left") && !strings.Contains(said, "enospc") && free(home) > nearlyNothing && free(os.TempDir()) > nearlyNothing {
		return err
	}
	why := "the disk is full"
	if quota {
		why = "your disk quota is used up"
	}
	return explained{fmt.Errorf("%s: %s free in %s, %s in %s. Make room and type the same again: the set-up takes about 0.8 GB. "+
		"Or set %s, or TMPDIR, to a folder on another disk. It was noticed here: %w", why, freeSpace(home), s.Home, freeSpace(os.TempDir()), os.TempDir(), EnvHome, err)}
}

// nearlyNothing is so little room that whatever fails may have failed for want of more.
const nearlyNothing = 10 << 20

// free is the room on a folder's disk in bytes, very much if the system does not tell.
func free(dir string) uint64 {
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err != nil {
		return 1 << 62
	}
	return uint64(disk.Bavail) * uint64(disk.Bsize)
}

func freeSpace(dir string) string { return fmt.Sprintf("%.1f GB", float64(free(dir))/1e9) }
