// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"encoding/json"
	"fmt"

	"github.com/skipnets/skipnets/pkg/images"
)

// The keys of notes that are kept with a network's weights, so that nobody has to know them by heart. Older files hold the
// first alone.
const (
	NetworkNote = "network" // its name
	DatasetNote = "dataset" // the name of the data set
	ImagesNote  = "images"  // JSON: the pictures' size, classes and normalisation, an images.Format
	DigestNote  = "digest"  // of the pictures themselves, where others may come under the same name
	CommitNote  = "commit"  // of the program that trained
)

// DataNotes are a [Job]'s notes on what it trains on, and by which commit of the program.
func DataNotes(dataset string, format images.Format, commit string) (map[string]string, error) {
	if err := format.Check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(format)
	if err != nil {
		return nil, fmt.Errorf("note the pictures' format: %w", err)
	}
	return map[string]string{DatasetNote: dataset, ImagesNote: string(text), CommitNote: commit}, nil
}

// NotedFormat is that of the pictures that a network was trained on. It is otherwise, an older file's, if the notes do not
// tell.
func NotedFormat(notes map[string]string, otherwise images.Format) (images.Format, error) {
	text, found := notes[ImagesNote]
	if !found {
		return otherwise, nil
	}
	var format images.Format
	err := json.Unmarshal([]byte(text), &format)
	if err == nil {
		err = format.Check()
	}
	if err != nil {
		return images.Format{}, fmt.Errorf("%w: its note on the pictures: %v", ErrDamaged, err)
	}
	return format, nil
}
