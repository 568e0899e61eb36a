// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"slices"
	"strings"

	"github.com/skipnets/skipnets/pkg/images"
)

// otherData lists in what the data of a run that is there differ from those that are asked for, as far as the notes of both tell.
// Older runs have no notes.
func otherData(there, asked map[string]string) (lines []string) {
	differ := func(note string) bool {
		was, noted := there[note]
		is, known := asked[note]
		return noted && known && was != is
	}
	if differ(DatasetNote) {
		lines = append(lines, "data set: "+there[DatasetNote]+" there, "+asked[DatasetNote]+" asked (-dataset, -images)")
	}
	if differ(ImagesNote) {
		lines = append(lines, otherFormat(there, asked)...)
	}
	if differ(DigestNote) && len(lines) == 0 {
		lines = append(lines, "pictures: since that run began some were added, removed or changed, or they are others altogether (-images)")
	}
	return lines
}

// otherFormat compares two notes on pictures that differ.
func otherFormat(there, asked map[string]string) (lines []string) {
	was, err := NotedFormat(there, images.Format{})
	is, err2 := NotedFormat(asked, images.Format{})
	switch {
	case err != nil || err2 != nil:
		return []string{"pictures: what is noted of them cannot be read"}
	case was.String() != is.String():
		return []string{"pictures: of " + was.String() + " there, of " + is.String() + " asked (-size, -grey)"}
	case !slices.Equal(was.Classes, is.Classes):
		return []string{"classes: " + strings.Join(was.Classes, ", ") + " there, " + strings.Join(is.Classes, ", ") + " asked (-images)"}
	}
	return nil // the same in another form, or other pictures, which the digest tells
}
