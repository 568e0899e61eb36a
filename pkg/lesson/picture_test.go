// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPicture(t *testing.T) {
	for _, block := range []string{"plain", "residual", "highway", "dense"} {
		figure, err := Picture(block)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(figure)); err != nil {
			t.Errorf("%s: %v", block, err)
		}
		if dir := os.Getenv("PLOTS_DIR"); dir != "" { // to look at
			if err := os.WriteFile(filepath.Join(dir, "picture_"+block+".png"), figure, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := Picture("recurrent"); err == nil || !strings.Contains(err.Error(), "highway") {
		t.Errorf("error %v, want one that lists the pictures", err)
	}
}
