// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/skipnets/skipnets/internal/whole"

	"github.com/skipnets/skipnets/internal/filekind"
)

// Weights are kept in the safetensors format, which other frameworks read: eight bytes that give the length of a JSON
// header (little endian), the header (for each name its dtype, shape and place), then the values. Our header also
// holds the digest of the values, so that a damaged file is refused. One file, written aside and renamed: what is
// there is whole. GoMLX's own checkpoints are not (docs/upstream.md, "A checkpoint whose Save was interrupted").

// ErrDamaged is wrapped by the error for a weights file that is truncated or whose values were changed after it was written.
var ErrDamaged = errors.New("damaged weights file")

const (
	digestKey       = "sha256"        // of the values
	headerDigestKey = "sha256_header" // of all else in the header; earlier versions wrote none
	metadataKey     = "__metadata__"
	maxHeaderSize   = 16 << 20
	maxTensors      = 1 << 16 // the deepest network that skipnets builds has some 20,000 while it is trained
	maxRank         = 16
)

func writeSafetensors(path string, header map[string]any, values []byte) error {
	text, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("encode the header of %s: %w", path, err)
	}
	for len(text)%8 != 0 { // the format aligns the values
		text = append(text, ' ')
	}
	file, err := whole.Create(path, 0o644)
	if err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	defer file.Cleanup()
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	for _, part := range [][]byte{length, text, values} {
		if _, err := file.Write(part); err != nil {
			return fmt.Errorf("write weights: %w", err)
		}
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	return nil
}

// readSafetensors reads a file that [saveStore] wrote. It reads the header first, and takes memory only for what a file of
// that size can hold.
func readSafetensors(path string) (map[string]*tensors.Tensor, map[string]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe may wait for ever, and a device may have no end
		return nil, nil, fmt.Errorf("%s is not a file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	values, notes, err := parseSafetensors(file, info.Size())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, notes, nil
}

// parseSafetensors reads a file of so many bytes.
func parseSafetensors(file io.ReaderAt, size int64) (map[string]*tensors.Tensor, map[string]string, error) {
	header, err := readHeader(file, size)
	if err != nil {
		return nil, nil, err
	}
	entries, notes, err := parseHeader(header)
	if err != nil {
		return nil, nil, err
	}
	begin := 8 + int64(len(header))
	if err := checkLayout(entries, size-begin); err != nil {
		return nil, nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	values, err := readAt(file, begin, size-begin)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	if digest := sha256.Sum256(values); hex.EncodeToString(digest[:]) != notes[digestKey] {
		return nil, nil, fmt.Errorf("%w: the values do not have the digest in the header. Copy or download the file again", ErrDamaged)
	}
	if digest := notes[headerDigestKey]; digest != "" && digest != headerDigest(entries, notes) {
		return nil, nil, fmt.Errorf("%w: the header does not have the digest that it names. Copy or download the file again", ErrDamaged)
	}
	found := make(map[string]*tensors.Tensor, len(entries))
	for name, entry := range entries {
		if found[name], err = entry.tensor(values); err != nil {
			return nil, nil, fmt.Errorf("the values of %s: %w", name, err)
		}
	}
	return found, notes, nil
}

// headerDigest is that of what a header says, however it is spaced or ordered.
func headerDigest(entries map[string]tensorEntry, notes map[string]string) string {
	notes = maps.Clone(notes)
	delete(notes, headerDigestKey)
	text, err := json.Marshal(struct { // with the keys of a map in order
		Entries map[string]tensorEntry
		Notes   map[string]string
	}{entries, notes})
	if err != nil {
		panic(err) // strings and numbers can be encoded
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}

func readAt(file io.ReaderAt, begin, size int64) ([]byte, error) {
	data := make([]byte, size)
	_, err := io.ReadFull(io.NewSectionReader(file, begin, size), data)
	return data, err
}

// readHeader reads the header's text, or says what else the file is.
func readHeader(file io.ReaderAt, size int64) ([]byte, error) {
	head, err := readAt(file, 0, min(size, filekind.HeadSize))
	if err != nil {
		return nil, err
	}
	if kind := filekind.Of(head); kind != filekind.Safetensors {
		if len(head) > 0 && kind != filekind.Unknown {
			return nil, fmt.Errorf("the file is %s, not weights that skipnets wrote. Give the folder of a run, or the %s in it", kind, BestFile)
		}
		return nil, fmt.Errorf("%w: it is %s", ErrDamaged, kind)
	}
	length := binary.LittleEndian.Uint64(head)
	if length > maxHeaderSize || length > uint64(size-8) {
		return nil, fmt.Errorf("%w: a header of %d bytes does not fit into a file of %d. Copy or download the file again", ErrDamaged, length, size)
	}
	return readAt(file, 8, int64(length))
}

// parseHeader returns what the header says of each tensor, and the notes. It refuses a file without a digest.
func parseHeader(text []byte) (map[string]tensorEntry, map[string]string, error) {
	entries, notes := map[string]tensorEntry{}, map[string]string{}
	object := json.NewDecoder(bytes.NewReader(text))
	if start, err := object.Token(); err != nil || start != json.Delim('{') {
		return nil, nil, fmt.Errorf("%w: the header is no JSON object", ErrDamaged)
	}
	hasNotes := false
	for object.More() { // not all at once: of two equal names, json would take the last and say nothing
		token, err := object.Token()
		if err != nil {
			return nil, nil, fmt.Errorf("%w: header: %v", ErrDamaged, err)
		}
		name, _ := token.(string) // in an object it always is one
		_, twice := entries[name]
		switch {
		case twice || name == metadataKey && hasNotes:
			return nil, nil, fmt.Errorf("%w: the header names %s twice", ErrDamaged, name)
		case len(entries) == maxTensors:
			return nil, nil, fmt.Errorf("%w: the header names more than %d tensors", ErrDamaged, maxTensors)
		case name == metadataKey:
			hasNotes, err = true, object.Decode(&notes)
		default:
			var entry tensorEntry
			err = object.Decode(&entry)
			entries[name] = entry
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%w: header: %s: %v", ErrDamaged, name, err)
		}
	}
	if _, err := object.Token(); err != nil {
		return nil, nil, fmt.Errorf("%w: header: %v", ErrDamaged, err)
	}
	if notes[digestKey] == "" {
		return nil, nil, fmt.Errorf("another program wrote this safetensors file: it has no digest. It holds %s. skipnets reads the weights that it wrote itself, such as the %s of a run", contents(entries), BestFile)
	}
	return entries, notes, nil
}
