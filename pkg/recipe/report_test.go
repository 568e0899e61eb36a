// SPDX-License-Identifier: Apache-2.0

package recipe_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/recipe"
)

func TestReport(t *testing.T) {
	dir := t.TempDir()
	want := recipe.Report{Network: "residual-20", Seed: 3, TestAccuracy: 0.9161, Seconds: 995.2, Commit: "4f2aa64"}
	if err := os.WriteFile(filepath.Join(dir, "."+recipe.ReportFile+"123"), []byte("{"), 0o644); err != nil { // of a killed process
		t.Fatal(err)
	}
	if err := want.Save(dir); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("the folder holds %v, %v", files, err)
	}
	if got, err := recipe.LoadReport(dir); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if err := (recipe.Report{Seconds: math.NaN()}).Save(dir); err == nil {
		t.Error("no error for a number that JSON cannot hold")
	}
	if got, err := recipe.LoadReport(dir); err != nil || got != want {
		t.Errorf("after a failed save: %+v, %v; want %+v", got, err, want)
	}
}

func TestReportErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := recipe.LoadReport(dir); err == nil || !strings.Contains(err.Error(), recipe.ReportFile) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, recipe.ReportFile), []byte(`{"seed": "one"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := recipe.LoadReport(dir); err == nil || !strings.Contains(err.Error(), "seed") || !strings.Contains(err.Error(), "Remove it") {
		t.Errorf("a word for the seed: %v", err)
	}
	if err := (recipe.Report{}).Save(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("no error for a folder that is not there")
	}
}

func ExampleScore_Confusion() {
	score := recipe.Score{Labels: []int32{0, 0, 1, 1}, Predictions: []int32{0, 1, 1, 1}}
	for label, row := range score.Confusion(2) {
		fmt.Println("class", label, "was taken for", row)
	}
	// Output:
	// class 0 was taken for [1 1]
	// class 1 was taken for [0 2]
}
