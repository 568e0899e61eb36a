// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// With -v, bench says what the processor has, and in which form each gradient was built.
func TestBenchVerbose(t *testing.T) {
	for _, tune := range []string{"-tune", "-tune=false"} {
		a, words := app(), &bytes.Buffer{}
		a.Writer, a.ErrWriter = &bytes.Buffer{}, words
		if err := a.Run(t.Context(), []string{"skipnets", "bench", "-v", tune, "-steps", "1", "-batch", "4", "compact-plain-w2"}); err != nil {
			t.Fatal(err)
		}
		if said := words.String(); !strings.Contains(said, "compact-plain-w2 in fp32: processor features") || strings.Contains(said, "Float32 x[4 16 16 2]") != (tune == "-tune") {
			t.Errorf("%s: it says %q", tune, said)
		}
	}
}

// Programs read what bench says as JSON, one object a network and precision.
func TestBenchJSON(t *testing.T) {
	a, out := app(), &bytes.Buffer{}
	a.Writer, a.ErrWriter = out, &bytes.Buffer{}
	if err := a.Run(t.Context(), []string{"skipnets", "bench", "-json", "-tune", "-steps", "1", "-batch", "4", "-precision", "fp32,bf16", "compact-plain-w2"}); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(out)
	decoder.DisallowUnknownFields()
	for _, precision := range []string{"fp32", "bf16"} {
		var m measurement
		if err := decoder.Decode(&m); err != nil {
			t.Fatal(err)
		}
		if m.Network != "compact-plain-w2" || m.Precision != precision || m.Batch != 4 || m.Steps != 1 ||
			m.TrainPerSecond <= 0 || m.EvaluatePerSecond <= 0 || m.FirstStep <= 0 || m.Machine == "" || m.Backend == "" {
			t.Errorf("%+v", m)
		}
		if len(m.Forms) < 5 { // convolutions whose kernels have different shapes
			t.Errorf("the forms are %v", m.Forms)
		}
	}
	if decoder.More() {
		t.Error("more is printed")
	}
}
