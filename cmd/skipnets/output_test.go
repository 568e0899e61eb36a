// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a user gave is never replaced, by whatever name it is called.
func TestOutputIsNoInput(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.png")
	if err := os.WriteFile(own, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	soft, hard, other := filepath.Join(dir, "soft.png"), filepath.Join(dir, "hard.png"), filepath.Join(dir, "other.png")
	if err := os.Symlink(own, soft); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(own, hard); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		own: "would be replaced", soft: "would be replaced", hard: "would be replaced", dir + "/./own.png": "would be replaced",
		dir: "not a file", filepath.Join(dir, "none", "x.png"): "there is no folder",
		other: "", filepath.Join(dir, "new.png"): "", "": "",
	} {
		err := checkOutput("-out", file, figureOutput, own)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("-out %s: error %v, want %q", file, err, want)
		}
	}
	for _, args := range []string{"predict -out " + own + " " + own, "eval -quick -confusion " + own + " " + own} {
		if err := command(t, strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), "would be replaced") {
			t.Errorf("%s: error %v", args, err)
		}
	}
	if content, err := os.ReadFile(own); err != nil || string(content) != "mine" {
		t.Errorf("the picture is %q now (%v)", content, err)
	}
}

// Neither is a file of another kind, nor one that belongs to a run.
func TestOutputIsNothingElse(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"result.json", "photo.jpg", "best.safetensors", "old.safetensors", "old.onnx"} {
		if err := os.WriteFile(file(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	onnx, torch := exportFormats["onnx"].output, exportFormats["torch"].output
	for _, test := range []struct {
		name string
		kind output
		want string
	}{
		{"result.json", onnx, "ends in .onnx"},
		{"result.json", torch, "ends in .safetensors"},
		{"photo.jpg", logitsOutput, "ends in .safetensors"},
		{"new.jpg", figureOutput, "ends in .png"},
		{"best.safetensors", torch, "weights of a run"},
		{"best.safetensors", logitsOutput, "weights of a run"},
		{"old.safetensors", torch, ""},
		{"old.onnx", onnx, ""},
		{"new", onnx, ""},
	} {
		err := checkOutput("-out", file(test.name), test.kind)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s as %v: %v, want %q", test.name, test.kind, err, test.want)
		}
	}
}
