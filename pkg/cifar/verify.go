// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// ErrDigest is wrapped by the errors of [Verify], [Verify100] and [Open] when the records are well formed but are not
// those that the authors published.
var ErrDigest = errors.New("content is not the official one")

// Verify reads the folder or tar.gz archive as [Load] does and compares the sha256 of each file with that of the
// official file. The error names the file, and the record if that is malformed.
func Verify(dir string) error {
	_, _, err := cifar10.load(dir, true)
	return err
}

// Verify100 does for CIFAR-100 what [Verify] does for CIFAR-10.
func Verify100(dir string) error {
	_, _, err := cifar100.load(dir, true)
	return err
}

// loadPart decodes one file from r and, if asked, compares its digest. name is for errors.
func (f *format) loadPart(r io.Reader, name string, part part, verify bool) error {
	if !verify {
		return f.decode(r, name, part.into)
	}
	digest := sha256.New()
	if err := f.decode(io.TeeReader(r, digest), name, part.into); err != nil {
		return err
	}
	if got := hex.EncodeToString(digest.Sum(nil)); got != part.sha256 {
		return fmt.Errorf("%s: %w: sha256 is %s, want %s", name, ErrDigest, got, part.sha256)
	}
	return nil
}
