// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"testing"
)

// Programs read what bench says as JSON, one object a network and precision.
func TestBenchJSON(t *testing.T) {
	a, out := app(), &bytes.Buffer{}
	a.Writer, a.ErrWriter = out, &bytes.Buffer{}
	if err := a.Run(t.Context(), []string{"skipnets", "bench", "-json", "-steps", "1", "-batch", "4", "-precision", "fp32,bf16", "compact-plain-w2"}); err != nil {
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
	}
	if decoder.More() {
		t.Error("more is printed")
	}
}
