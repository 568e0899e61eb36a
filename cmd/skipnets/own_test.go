// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// ownHome gives the test a home of its own, with the user's plugin in it: decoded pictures, which are kept in the home, come and
// go with the test.
func ownHome(t *testing.T) (dir string) {
	t.Helper()
	plugin, err := home.Path("xla")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.Symlink(plugin, filepath.Join(dir, "xla")); err != nil {
		t.Fatal(err)
	}
	t.Setenv(home.EnvHome, dir)
	return dir
}

// ownPictures makes a folder with a folder of n pictures for each class. Every class has a brightness of its own.
func ownPictures(t *testing.T, n int, classes ...string) string {
	t.Helper()
	dir := t.TempDir()
	for c, class := range classes {
		if err := os.Mkdir(filepath.Join(dir, class), 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			picture := image.NewRGBA(image.Rect(0, 0, 40, 36))
			for p := range picture.Pix {
				picture.Pix[p] = uint8(200*c/len(classes) + (p*(i+1))%50)
			}
			picture.Set(0, 0, color.White)
			file, err := os.Create(filepath.Join(dir, class, fmt.Sprintf("%03d.png", i)))
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(file, picture); err != nil {
				t.Fatal(err)
			}
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// Your own pictures, from training over eval to predict, as a user would go.
func TestOwnPictures(t *testing.T) {
	kept := ownHome(t)
	pictures, runs := ownPictures(t, 20, "cup", "lamp", "spoon"), t.TempDir()
	out, err := printed(t, "train", "-images", pictures, "-size", "16", "-preset", "quick", "-epochs", "2", "-dir", runs, "-seeds", "1,2", "residual-8")
	if err != nil || !strings.Contains(out, "| residual-8 | 1, 2 |") || !strings.Contains(out, " ± ") {
		t.Fatalf("%v\n%s", err, out)
	}
	if decoded, err := os.ReadDir(filepath.Join(kept, "pictures")); err != nil || len(decoded) != 1 {
		t.Errorf("decoded pictures are kept as %v, %v", decoded, err)
	}
	run := filepath.Join(runs, "residual-8-seed2")
	r, err := recipe.LoadReport(run)
	if err != nil || r.Dataset != "folder" || r.Classes != 3 || r.Images != "16×16×3" {
		t.Errorf("%v, the report is %+v", err, r)
	}
	var measured evaluation
	if out, err = printed(t, "eval", "-json", "-images", pictures, run); err == nil {
		err = json.Unmarshal([]byte(out), &measured)
	}
	if err != nil || measured.Accuracy != r.TestAccuracy || measured.Images != r.TestImages || measured.Dataset != "folder" {
		t.Errorf("eval: %v, %+v, the report is %+v", err, measured, r)
	}
	again := []string{"train", "-images", pictures, "-preset", "quick", "-epochs", "2", "-dir", runs, "-seed", "2"}
	for flags, want := range map[string]string{"-size 16 -grey": "16×16×3 there, of 16×16×1 asked", "-size 24": "16×16×3 there, of 24×24×3 asked"} {
		if _, err := printed(t, append(append(again, strings.Fields(flags)...), "residual-8")...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("train %s where another run is: %v, want %q", flags, err, want)
		}
	}
	if err := os.Rename(filepath.Join(pictures, "cup", "003.png"), filepath.Join(pictures, "lamp", "cup.png")); err != nil {
		t.Fatal(err)
	}
	if _, err := printed(t, append(again, "-size", "16", "residual-8")...); err == nil || !strings.Contains(err.Error(), "holds another run") {
		t.Errorf("train with a picture in another class: %v", err)
	}
	files := []string{filepath.Join(pictures, "cup", "000.png"), filepath.Join(pictures, "lamp", "001.png")}
	out, err = printed(t, append([]string{"predict", "-json", "-weights", run}, files...)...)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(out))
	for _, file := range files {
		var p prediction
		if err := decoder.Decode(&p); err != nil || p.Picture != file || len(p.Classes) != 3 || p.Classes[0].Probability < p.Classes[2].Probability {
			t.Errorf("%v, %s is %+v", err, file, p)
		}
	}
	for args, want := range map[string]string{
		"eval " + run:                         "give their folder as -images DIR",
		"eval -dataset cifar10 " + run:        "16×16×3",
		"predict -weights " + run + " nosuch": "nosuch",
	} {
		if _, err := printed(t, strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

func TestOwnPicturesRefused(t *testing.T) {
	ownHome(t)
	few := ownPictures(t, 2, "cup", "lamp")
	for args, want := range map[string]string{
		"-images " + few:                              "too few",
		"-images " + ownPictures(t, 4, "cup"):         "one class only",
		"-images " + ownPictures(t, 0, "cup", "lamp"): "the class cup is empty",
		"-images nosuch":                              "no such file",
		"-images " + few + " -dataset cifar10":        "leave -dataset",
		"-images " + few + " -quick":                  "-quick",
		"-images " + few + " -size 4":                 "from 8 to 1024",
		"-dataset folder":                             "give that as -data",
		"-dataset flowers":                            "cifar10, cifar100, folder",
		"-seeds 1,1":                                  "names 1 twice",
		"-seeds 1,2 -seed 3":                          "leave -seed away",
	} {
		_, err := printed(t, append(strings.Fields("train -preset quick -dir "+t.TempDir()+" "+args), "residual-8")...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("train %s: %v, want %q", args, err, want)
		}
	}
}

// However many pictures there are, a preset makes as many steps as on CIFAR-10, in batches that they fill.
func TestRecipeForOwnPictures(t *testing.T) {
	class, err := recipe.Preset("class")
	if err != nil {
		t.Fatal(err)
	}
	steps := class.TotalSteps(cifarImages / class.BatchSize)
	for n, batch := range map[int]int{6: 6, 300: 300, 100_000: class.BatchSize} {
		r := forFew(asLong(class), n)
		if r.BatchSize != batch || r.TotalSteps(n/batch) != steps || r.Validate() != nil || (batch < class.BatchSize) != (r.LearningRate < class.LearningRate) {
			t.Errorf("%d pictures: %v", n, r)
		}
	}
}
