// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/plots"
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
		drawing, err := PictureSVG(block)
		if err != nil || !bytes.Contains(drawing, []byte("<svg")) {
			t.Errorf("%s as SVG: %v, %d bytes", block, err, len(drawing))
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

func TestShowPanicsWithTheError(t *testing.T) {
	for name, test := range map[string]struct {
		figure []byte
		err    error
		want   string
	}{
		"not drawn":         {nil, errors.New("nothing to draw"), "nothing to draw"},
		"not in a notebook": {encoded(t), nil, plots.ErrNoNotebook.Error()},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, test.want) {
					t.Errorf("%s: panics with %q, want %q", name, got, test.want)
				}
			}()
			Show(test.figure, test.err)
		}()
	}
}

func encoded(t *testing.T) []byte {
	t.Helper()
	figure, err := Picture("plain")
	if err != nil {
		t.Fatal(err)
	}
	return figure
}
