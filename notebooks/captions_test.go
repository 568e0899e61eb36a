// SPDX-License-Identifier: Apache-2.0

package notebooks_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const widest = 2500 // pixels of a figure

var caption = regexp.MustCompile(`\*\*Figure S?\d+\.\d+\.\*\*`)

// uncaptioned lists the figures that are too wide, and those without a caption of their own in the cell below. The captions have the
// notebook's number, with an S before it where figures are those of solutions.
func uncaptioned(n notebook, number string) (faults []string) {
	figures, captions := 0, 0
	for i, cell := range n.Cells {
		if cell.Type == "markdown" {
			captions += len(caption.FindAllString(string(cell.Source), -1))
			continue
		}
		pictures := 0
		for _, output := range cell.Outputs {
			if width, found := output.picture(); found {
				pictures++
				if width > widest {
					faults = append(faults, fmt.Sprintf("cell %d: a figure of %d pixels, at most %d", i+1, width, widest))
				}
			}
		}
		if pictures == 0 {
			continue
		}
		figures++
		want := fmt.Sprintf("**Figure %s.%d.**", number, figures)
		if next := i + 1; pictures > 1 || next == len(n.Cells) || !strings.HasPrefix(string(n.Cells[next].Source), want) {
			faults = append(faults, fmt.Sprintf("cell %d: %d figures, and the next cell does not begin with %s: one figure a cell, and a caption below",
				i+1, pictures, want))
		}
	}
	if captions != figures {
		faults = append(faults, fmt.Sprintf("%d captions for %d figures", captions, figures))
	}
	return faults
}

// picture is the width of a figure, if the output is one.
func (o output) picture() (width int, found bool) {
	var encoded text
	if json.Unmarshal(o.Data["image/png"], &encoded) != nil {
		return 0, false
	}
	config, err := png.DecodeConfig(base64.NewDecoder(base64.StdEncoding, strings.NewReader(string(encoded))))
	if err != nil {
		return widest + 1, true
	}
	return config.Width, true
}

// The figures of the solutions have captions, as those of the lessons have.
func TestSolutionsHaveCaptions(t *testing.T) {
	found := 0
	for _, name := range all(t) {
		number := 0
		if _, err := fmt.Sscanf(filepath.Base(name), "%d", &number); err != nil || filepath.Dir(name) != solutions {
			continue
		}
		found++
		for _, fault := range uncaptioned(read(t, name), fmt.Sprintf("S%d", number)) {
			t.Errorf("%s: %s", name, fault)
		}
	}
	if found == 0 {
		t.Error("no solutions")
	}
}
