// SPDX-License-Identifier: Apache-2.0

// Ablation measures what each ingredient of a preset's recipe is worth: it trains a network with the whole recipe and
// with each ingredient left out, a few seeds each, and prints a table of accuracies on the held-out images. The test images
// are left alone. What is done already, wholly or in part, is not done again: the same command goes on where it stopped.
//
//	go run ./docs/bench/ablation [-preset class] [-net wide-residual-w24] [-seeds 3] [-dir runs/ablation]
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"github.com/skipnets/skipnets/pkg/recipe"
)

// published is what the sources say of an ingredient: epochs of airbench94's network to 94%, one ingredient added after the
// other (Jordan 2024, arXiv:2404.00498; Muon's is of the repository cifar10-airbench).
var published = map[string]string{
	"whiten":           "34 → 21 epochs to 94%",
	"identity":         "21 → 18",
	"offset-rate":      "18 → 13.5",
	"lookahead":        "13.5 → 12",
	"alternating-flip": "10.8 → 9.9",
	"muon":             "9.9 → 8",
}

// A study is what the command line asks for.
type study struct {
	preset, net, dir string
	seeds            int
	epochs           int // 0: the preset's
	quick            bool
}

func main() {
	log.SetFlags(0)
	var s study
	flag.StringVar(&s.preset, "preset", "class", "whose recipe")
	flag.StringVar(&s.net, "net", "wide-residual-w24", "the network to train")
	flag.StringVar(&s.dir, "dir", filepath.Join("runs", "ablation"), "where the runs are kept")
	flag.IntVar(&s.seeds, "seeds", 3, "seeds of each recipe")
	flag.IntVar(&s.epochs, "epochs", 0, "instead of the preset's")
	flag.BoolVar(&s.quick, "quick", false, "on the embedded sample, to see that all works")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	table, err := s.run(ctx)
	fmt.Print(table)
	if err != nil {
		log.Fatal(err)
	}
}

// run trains what is missing and returns the table of all that is there, also when it is interrupted.
func (s study) run(ctx context.Context) (table string, err error) {
	whole, err := recipe.Preset(s.preset)
	if err != nil {
		return "", err
	}
	left := append([]string{""}, whole.Ingredients()...) // "" leaves nothing out
	program := filepath.Join(s.dir, "skipnets")
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return "", err
	}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/skipnets").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build skipnets (start this at the root of the repository): %w\n%s", err, out)
	}
	for seed := 1; seed <= s.seeds; seed++ { // so that one seed of all is there early
		for _, ingredient := range left {
			if err := s.train(ctx, program, ingredient, seed); err != nil {
				return s.table(left), err
			}
		}
	}
	return s.table(left), nil
}

func (s study) train(ctx context.Context, program, without string, seed int) error {
	if _, done := s.accuracy(without, seed); done {
		return nil
	}
	args := []string{"train", "-held-out", "-preset", s.preset, "-seed", strconv.Itoa(seed), "-dir", s.of(without)}
	if without != "" {
		args = append(args, "-without", without)
	}
	if s.epochs > 0 {
		args = append(args, "-epochs", strconv.Itoa(s.epochs))
	}
	if s.quick {
		args = append(args, "-quick")
	}
	command := exec.CommandContext(ctx, program, append(args, s.net)...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) } // so that it saves
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("train without %q, seed %d: %w", without, seed, err)
	}
	return nil
}

// of is the folder of the runs without an ingredient.
func (s study) of(without string) string {
	if without == "" {
		without = "whole"
	}
	return filepath.Join(s.dir, without)
}

// table has a row for each recipe that has been trained to its end with at least one seed.
func (s study) table(left []string) string {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| without | held-out accuracy, % | worth | seeds | published |\n|---|--:|--:|--:|---|")
	whole := s.accuracies("")
	for _, ingredient := range left {
		of := s.accuracies(ingredient)
		if len(of) == 0 {
			continue
		}
		name, worth := "nothing", ""
		if ingredient != "" {
			name = ingredient
			if len(whole) > 0 {
				worth = fmt.Sprintf("%+.2f", stat.Mean(whole, nil)-stat.Mean(of, nil))
			}
		}
		fmt.Fprintf(w, "| %s | %s | %s | %d | %s |\n", name, spread(of), worth, len(of), published[ingredient])
	}
	return w.String()
}

func (s study) accuracies(without string) []float64 {
	var of []float64
	for seed := 1; seed <= s.seeds; seed++ {
		if a, done := s.accuracy(without, seed); done {
			of = append(of, a)
		}
	}
	return of
}

// accuracy is that of the last epoch, in percent, so that no choice among epochs flatters it. It is there when the run is
// done.
func (s study) accuracy(without string, seed int) (percent float64, done bool) {
	run := filepath.Join(s.of(without), fmt.Sprintf("%s-seed%d", s.net, seed))
	history, err := recipe.LoadHistory(filepath.Join(run, recipe.HistoryFile))
	last, ok := history.Last()
	return 100 * last.HeldOutAccuracy, err == nil && ok && last.Epoch == s.length()
}

// length is how many epochs a finished run has.
func (s study) length() int {
	r, err := recipe.Preset(s.preset)
	if err != nil || s.epochs > 0 {
		return s.epochs
	}
	return r.Epochs
}

func spread(values []float64) string {
	if len(values) == 1 {
		return fmt.Sprintf("%.2f", values[0])
	}
	mean, deviation := stat.MeanStdDev(values, nil)
	return fmt.Sprintf("%.2f ± %.2f", mean, deviation)
}
