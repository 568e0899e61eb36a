// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// A run that skipnets train has left in its folder is loaded whole: the network, its weights and its history.
func TestTrained(t *testing.T) {
	train, test := cifar.Sample()
	training, heldOut := train.Split(960, 1)
	_, heldOut = heldOut.Split(20, 1)
	tiny := recipe.Recipe{Name: "tiny", Epochs: 1, BatchSize: 20, Optimizer: recipe.SGD, LearningRate: 0.05, Schedule: recipe.Constant}
	dir := t.TempDir()
	want, err := fit(context.Background(), "plain-8", training, heldOut, tiny, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("folders %v, %v", folders, err)
	}
	report := recipe.Report{Network: "plain-8", TestAccuracy: 0.25}
	if err := report.Save(folders[0]); err != nil {
		t.Fatal(err)
	}
	got, err := LoadRun(folders[0])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.History, got.History); diff != "" {
		t.Errorf("the history is another one: %s", diff)
	}
	if got.Report != report {
		t.Errorf("report %+v, want %+v", got.Report, report)
	}
	_, few := test.Split(20, 1)
	wantScore, err1 := want.Test(context.Background(), few)
	gotScore, err2 := got.Test(context.Background(), few)
	if err1 != nil || err2 != nil || wantScore.Loss != gotScore.Loss {
		t.Errorf("%v, %v: loss %v, want %v", err1, err2, gotScore.Loss, wantScore.Loss)
	}
	testTested(t, folders[0], few, gotScore)
	if _, err := got.AccuracyCurves(); err != nil {
		t.Error(err)
	}
	for _, file := range []string{recipe.ReportFile, recipe.HistoryFile, recipe.BestFile} {
		if err := os.Remove(filepath.Join(folders[0], file)); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadRun(folders[0]); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("error %v without %s", err, file)
		}
	}
}

// Other pictures than CIFAR-10's: the weights file says how large they are, and how many classes they have.
func TestTrainedOnOtherPictures(t *testing.T) {
	of := images.Format{Height: 18, Width: 16, Channels: 1, Classes: []string{"a", "b", "c"}, Moments: images.Moments{Mean: []float64{0.4}, Std: []float64{0.2}}}
	training, unseen := images.New(40, of), images.New(20, of)
	for i := range training.Images {
		training.Images[i] = uint8(i * i)
	}
	for i := range unseen.Images {
		unseen.Images[i], unseen.Labels[i%20] = uint8(3*i), int32(i%3)
	}
	dir := t.TempDir()
	want, err := fit(t.Context(), "half-dense-8", training, unseen, tiny, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("folders %v, %v", folders, err)
	}
	if err := (recipe.Report{Network: "half-dense-8"}).Save(folders[0]); err != nil {
		t.Fatal(err)
	}
	wantScore, err := want.Test(t.Context(), unseen)
	if err != nil {
		t.Fatal(err)
	}
	testTested(t, folders[0], unseen, wantScore)
}

// A network is measured once, and again when what was kept is damaged or the images are others.
func testTested(t *testing.T, folder string, unseen images.Set, want recipe.Score) {
	keep := filepath.Join(t.TempDir(), "tested")
	kept := func() []string {
		files, err := filepath.Glob(filepath.Join(keep, "*"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	for range 2 {
		if _, score, err := tested(t.Context(), folder, unseen, keep); err != nil || !cmp.Equal(score, want) {
			t.Errorf("%+v, %v; want %+v", score, err, want)
		}
	}
	if len(kept()) != 1 {
		t.Fatalf("kept: %v", kept())
	}
	for damage, content := range map[string]string{"cut": `{"Loss": 1`, "of other images": `{"Predictions": [1, 2]}`} {
		if err := os.WriteFile(kept()[0], []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, score, err := tested(t.Context(), folder, unseen, keep); err != nil || !cmp.Equal(score, want) {
			t.Errorf("%s: %+v, %v; want %+v", damage, score, err, want)
		}
	}
	told := want // a kept score is believed: that is how one sees that nothing is measured twice
	told.Loss = 7
	text, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept()[0], text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, score, err := tested(t.Context(), folder, unseen, keep); err != nil || score.Loss != 7 {
		t.Errorf("loss %g, %v: measured again", score.Loss, err)
	}
	_, fewer := unseen.Split(10, 1)
	if _, score, err := tested(t.Context(), folder, fewer, keep); err != nil || score.Images != 10 || len(kept()) != 2 {
		t.Errorf("other images: %d, %v, kept %v", score.Images, err, kept())
	}
}
