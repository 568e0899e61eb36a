// SPDX-License-Identifier: Apache-2.0

package whole

import (
	"errors"
	"fmt"
	"syscall"
)

// A fullError says that a disk is full, and what to do.
type fullError struct {
	why string
	err error
}

func (e fullError) Error() string {
	return fmt.Sprintf("%s. Make room, or choose a folder on another disk, and type the same again (%v)", e.why, e.err)
}

func (e fullError) Unwrap() error { return e.err }

// Explain adds what to do to an error that comes of a full disk, or of a quota that is used up. It returns others as they are.
func Explain(err error) error {
	switch {
	case errors.As(err, new(fullError)):
	case errors.Is(err, syscall.ENOSPC):
		return fullError{"the disk is full", err}
	case errors.Is(err, syscall.EDQUOT):
		return fullError{"your quota of the disk is full", err}
	}
	return err
}

// explained is a pending file whose errors say what to do.
type explained struct{ Pending }

func (e explained) Write(p []byte) (int, error) {
	n, err := e.Pending.Write(p)
	return n, Explain(err)
}

func (e explained) CloseAtomicallyReplace() error { return Explain(e.Pending.CloseAtomicallyReplace()) }
