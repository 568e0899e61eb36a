// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"fmt"
	"os"
	"path/filepath"

	"github.com/skipnets/skipnets/internal/whole"
)

// The pictures of a folder are kept as the digest of what follows, and then both sets as gob. A file's name says of which
// folder it is, and in which state: other options, or a file that came, went or changed, make another name.

// both is what a cache file holds.
type both struct{ Training, Test Set }

// cacheFile is where the sets are kept; "" if the options keep nothing.
func (o FolderOptions) cacheFile(dir string, pictures []picture) (string, error) {
	if o.Cache == "" {
		return "", nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("images: %w", err)
	}
	state := sha256.New()
	fmt.Fprintln(state, 1, o.Size, o.Channels, o.Test) // 1 is the version of what is done to pictures
	for _, p := range pictures {
		fmt.Fprintf(state, "%q %d %d\n", p.path, p.info.Size(), p.info.ModTime().UnixNano())
	}
	name := sha256.Sum256([]byte(dir))
	return filepath.Join(o.Cache, fmt.Sprintf("%x-%x.images", name[:8], state.Sum(nil)[:16])), nil
}

// loadCache gives what is kept; a file that is damaged is none.
func loadCache(file string) (training, test Set, found bool) {
	content, err := os.ReadFile(file)
	if err != nil || len(content) < sha256.Size {
		return Set{}, Set{}, false
	}
	digest, packed := content[:sha256.Size], content[sha256.Size:]
	if sum := sha256.Sum256(packed); !bytes.Equal(sum[:], digest) {
		return Set{}, Set{}, false
	}
	var sets both
	if err := gob.NewDecoder(bytes.NewReader(packed)).Decode(&sets); err != nil || sets.Training.Check() != nil || sets.Test.Check() != nil {
		return Set{}, Set{}, false
	}
	return sets.Training, sets.Test, true
}

// saveCache keeps the sets, whole or not at all, in the place of what was kept of an earlier state of the folder.
func saveCache(file string, training, test Set) error {
	if file == "" {
		return nil
	}
	var packed bytes.Buffer
	if err := gob.NewEncoder(&packed).Encode(both{training, test}); err != nil {
		return fmt.Errorf("images: keep the decoded pictures: %w", err)
	}
	digest := sha256.Sum256(packed.Bytes())
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = whole.WriteFile(file, append(digest[:], packed.Bytes()...), 0o644)
	}
	if err != nil {
		return fmt.Errorf("images: keep the decoded pictures: %w", err)
	}
	earlier, _ := filepath.Glob(filepath.Join(filepath.Dir(file), filepath.Base(file)[:16]+"-*.images")) // the pattern is well formed
	for _, old := range earlier {
		if old != file {
			_ = os.Remove(old) // only room is lost
		}
	}
	return nil
}
