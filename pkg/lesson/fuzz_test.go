// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/internal/fuzztest"
)

// Trainings that are accepted are of an arm, with losses that can be, and written again they are read as the same.
func FuzzReadTried(f *testing.F) {
	whole := `{"experiment":"dial","arm":"a","depth":20,"images":1000,"recipe":"r","seed":1,"losses":[2.3,1.5]}`
	for _, seed := range []string{whole, whole + "\n" + whole + "\n", "", "\n", "null", "{}", "[]", whole[:40], strings.Replace(whole, "2.3", "-1", 1), strings.Replace(whole, "2.3", "null", 1), strings.Replace(whole, "20", "-20", 1)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		file := filepath.Join(dir, "losses.jsonl")
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
		var all []Tried
		var err error
		fuzztest.Read(t, func() { all, err = ReadTried(file) })
		if err != nil {
			return
		}
		copied := filepath.Join(dir, "copied.jsonl")
		for _, tried := range all {
			if tried.Experiment == "" || tried.Arm == "" || tried.Depth < 1 {
				t.Errorf("it accepted %+v", tried)
			}
			for _, loss := range tried.Losses {
				if loss < 0 {
					t.Errorf("it accepted a loss of %g", loss)
				}
			}
			if err := AppendTried(copied, tried); err != nil {
				t.Fatal(err)
			}
		}
		again, err := ReadTried(copied)
		if err != nil || len(again) != len(all) {
			t.Errorf("%d trainings written again are %d: %v", len(all), len(again), err)
		}
	})
}

// A kept score that is accepted is of the wanted labels, and agrees with itself.
func FuzzLoadScore(f *testing.F) {
	labels := []int32{1, 2}
	whole := `{"Loss":1.5,"Accuracy":0.5,"Images":2,"Predictions":[1,0],"Labels":[1,2],"Logits":[[0,1,0],[1,0,0]]}`
	for _, change := range [][2]string{{}, {"0.5", "0.75"}, {"[1,0]", "[1,-3]"}, {"[1,0]", "[1,3]"}, {"[1,0]", "[1]"}, {"[1,2]", "[1,1]"}, {"[1,0,0]", "null"}, {`"Images":2`, `"Images":3`}} {
		f.Add([]byte(strings.Replace(whole, change[0], change[1], 1)))
	}
	for _, seed := range []string{"", "null", "{}", "[]", whole[:30]} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file := filepath.Join(t.TempDir(), "score.json")
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
		fuzztest.Read(t, func() {
			score, found := loadScore(file, labels, 3)
			if !found {
				return
			}
			counts := score.Confusion(3) // panics at a class that is none
			if hits := float64(counts[0][0] + counts[1][1] + counts[2][2]); hits/2 != score.Accuracy {
				t.Errorf("%g of 2 are right, and it accepted an accuracy of %g", hits, score.Accuracy)
			}
		})
	})
}
