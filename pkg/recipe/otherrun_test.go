// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOtherRun(t *testing.T) {
	const there = `residual-20, seed 1, 45000 images of training, 5000 held out, recipe {"name":"class","epochs":12,"batch_size":256,"learning_rate":0.4,"bfloat16":true}`
	for name, test := range map[string]struct{ from, to, want string }{
		"precision": {`,"bfloat16":true`, ``, "\n  precision of convolutions: bf16 there, fp32 asked (-precision bf16 goes on with it)\n"},
		"rate":      {`0.4`, `0.8`, "\n  learning rate: 0.4 there, 0.8 asked (-rate 0.4 goes on with it)\n"},
		"epochs":    {`12`, `16`, "\n  epochs: 12 there, 16 asked (-epochs 12 goes on with it)\n"},
		"seed":      {`seed 1`, `seed 2`, "\n  seed: 1 there, 2 asked (-seed 1 goes on with it)\n"},
		"images":    {`45000`, `900`, "\n  training images: 45000 there, 900 asked (-quick, -data)\n"},
		"batch":     {`256`, `512`, "\n  batch size: 256 there, 512 asked\n"},
		"decay":     {`}`, `,"weight_decay":1}`, "\n  weight decay: none there, 1 asked\n"},
		"network":   {`residual-20`, `plain-20`, "\n  network: residual-20 there, plain-20 asked\n"},
		"recipe":    {`"class"`, `"mine"`, "\n  recipe: class there, mine asked\n"},
		"renamed":   {`"class","epochs":12`, `"class-epochs16","epochs":16`, "\n  epochs: 12 there, 16 asked (-epochs 12 goes on with it)\n"},
		"order":     {`"epochs":12,"batch_size":256`, `"batch_size":256,"epochs":12`, ""},
	} {
		err := otherRun("DIR", there, strings.Replace(there, test.from, test.to, 1), nil)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), "DIR holds another run. It differs in:"+test.want+"Ask for what is there, train into another directory (-dir)")):
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		}
	}
	if err := otherRun("DIR", "an older program's words", there, nil); err == nil || !strings.Contains(err.Error(), "holds another run (an older program's words)") {
		t.Errorf("error %v", err)
	}
	job := toyJob(t)
	if err := otherRun("DIR", job.identity(), job.identity()+" ", nil); err == nil { // no longer an identity
		t.Error("no error for another text")
	}
	if parts(job.identity()) == nil {
		t.Errorf("%s does not have the form of an identity", job.identity())
	}
}

// A checkpoint that is lost: what is left, and what to do.
func TestLostCheckpoint(t *testing.T) {
	for name, test := range map[string]struct {
		damage func(t *testing.T, dir string)
		want   []string
	}{
		"latest damaged": {damage(LatestFile), []string{"damaged weights file", "best.safetensors beside it is whole, of epoch 1: skipnets eval ", "remove "}},
		"both damaged": {func(t *testing.T, dir string) {
			damage(LatestFile)(t, dir)
			damage(BestFile)(t, dir)
		}, []string{"best.safetensors beside it is damaged, too; remove "}},
		"latest alone": {func(t *testing.T, dir string) {
			damage(LatestFile)(t, dir)
			if err := os.Remove(filepath.Join(dir, BestFile)); err != nil {
				t.Fatal(err)
			}
		}, []string{"damaged weights file", "to train from the beginning"}},
		"history gone": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, HistoryFile)); err != nil {
				t.Fatal(err)
			}
		}, []string{"history", "is whole, of epoch 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			job := toyJob(t)
			job.Recipe.Epochs = 1
			fitOnce(t, job)
			test.damage(t, job.Dir)
			_, err := Fit(t.Context(), job)
			for _, want := range append(test.want, job.Dir) {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want one with %q", err, want)
				}
			}
		})
	}
}

func damage(file string) func(t *testing.T, dir string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		path := filepath.Join(dir, file)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)-3] ^= 1
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A note of steps that cannot be must not be believed: the digest is that of the values alone.
func TestImpossibleState(t *testing.T) {
	job := toyJob(t)
	job.Recipe.Epochs = 1
	fitOnce(t, job)
	path := filepath.Join(job.Dir, LatestFile)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(content), `\"Epoch\":1`, `\"Epoch\":-`, 1)
	for _, state := range []string{changed, strings.Replace(string(content), `\"Epoch\":1,\"Step\":0`, `\"Epoch\":0,\"Step\":-`, 1), strings.Replace(string(content), `\"Total\":7`, `\"Total\":9`, 1)} {
		if state == string(content) {
			t.Fatal("the state is written in another form")
		}
		if err := os.WriteFile(path, []byte(state), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Fit(t.Context(), job); !errors.Is(err, ErrDamaged) {
			t.Errorf("error %v, want ErrDamaged", err)
		}
	}
}
