// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"maps"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/images"
)

// A run that is there is not taken for one on other data, not even when it has ended: its result would be another's.
func TestOtherData(t *testing.T) {
	format := images.Format{Height: 8, Width: 8, Channels: 1, Classes: []string{"cup", "lamp"}, Moments: images.Moments{Mean: []float64{0.5}, Std: []float64{0.1}}}
	noted := func(dataset string, format images.Format, digest string) map[string]string {
		notes, err := DataNotes(dataset, format, "")
		if err != nil {
			t.Fatal(err)
		}
		notes[DigestNote] = digest
		return notes
	}
	other := func(change func(*images.Format)) images.Format {
		f := format
		change(&f)
		return f
	}
	for want, notes := range map[string]map[string]string{
		"data set: folder there, flowers asked": noted("flowers", format, "one"),
		"of 8×8×1 there, of 9×8×1 asked":        noted("folder", other(func(f *images.Format) { f.Height = 9 }), "two"),
		"cup, lamp there, cup, lump asked":      noted("folder", other(func(f *images.Format) { f.Classes = []string{"cup", "lump"} }), "two"),
		"added, removed or changed":             noted("folder", other(func(f *images.Format) { f.Moments.Std = []float64{0.2} }), "two"),
	} {
		job := toyJob(t)
		job.Recipe.Epochs, job.Notes = 1, noted("folder", format, "one")
		fitOnce(t, job)
		fitOnce(t, job) // the same again
		job.Notes = notes
		if _, err := Fit(t.Context(), job); err == nil || !strings.Contains(err.Error(), "holds another run. It differs in:\n  ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		job.Notes = maps.Clone(notes)
		maps.DeleteFunc(job.Notes, func(string, string) bool { return true }) // an older program's
		fitOnce(t, job)
	}
}
