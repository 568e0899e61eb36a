// SPDX-License-Identifier: Apache-2.0

package whole

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestExplain(t *testing.T) {
	full := fmt.Errorf("write weights: %w", &os.PathError{Op: "write", Path: "file", Err: syscall.ENOSPC})
	once := Explain(full)
	for _, want := range []string{"the disk is full", "type the same again", "write weights: write file"} {
		if !strings.Contains(once.Error(), want) {
			t.Errorf("%q does not say %q", once, want)
		}
	}
	if twice := Explain(fmt.Errorf("train: %w", once)); strings.Count(twice.Error(), "Make room") != 1 || !errors.Is(twice, syscall.ENOSPC) {
		t.Errorf("explained twice: %q", twice)
	}
	if quota := Explain(syscall.EDQUOT); !strings.Contains(quota.Error(), "quota") {
		t.Errorf("a quota: %q", quota)
	}
	for _, other := range []error{nil, fs.ErrNotExist} {
		if got := Explain(other); !errors.Is(got, other) || got != nil && got.Error() != other.Error() {
			t.Errorf("%v is explained as %v", other, Explain(other))
		}
	}
}

// A failing file of the kind that Create returns.
type failing struct{ Pending }

func (failing) Write([]byte) (int, error)     { return 0, syscall.ENOSPC }
func (failing) CloseAtomicallyReplace() error { return syscall.ENOSPC }

func TestFilesExplain(t *testing.T) {
	file := explained{failing{}}
	_, err := file.Write(nil)
	for _, err := range []error{err, file.CloseAtomicallyReplace()} {
		if err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("error %v", err)
		}
	}
}
