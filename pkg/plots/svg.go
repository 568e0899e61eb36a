// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
)

// A text in what gonum writes: its tag up to the style, the rest of it, the size of the letters, and the text itself.
var svgText = regexp.MustCompile(`(?s)<text ([^>]*?)font-size:([\d.]+)px([^>]*)>([^<]*)</text>`)

// fitted gives each text of an SVG the width that it has in our font, and lets a reader without that font take another: its letters are
// then squeezed into the width.
func fitted(svg []byte) ([]byte, error) {
	var failed error
	replaced := svgText.ReplaceAllStringFunc(string(svg), func(tag string) string {
		part := svgText.FindStringSubmatch(tag)
		size, err := strconv.ParseFloat(part[2], 64)
		if err != nil {
			failed = fmt.Errorf("plots: diagram: %w", err)
			return tag
		}
		width := textStyle(sans(vg.Length(size)), ink).Width(html.UnescapeString(part[4]))
		return fmt.Sprintf(`<text textLength="%.1f" lengthAdjust="spacingAndGlyphs" %sfont-size:%spx%s>%s</text>`, float64(width), part[1], part[2], part[3], part[4])
	})
	return []byte(strings.ReplaceAll(replaced, "font-family:Liberation Sans", "font-family:Liberation Sans,Arial,Helvetica,sans-serif")), failed
}
