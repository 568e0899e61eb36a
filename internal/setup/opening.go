// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"path/filepath"
	"strings"
)

// Opening reads a notebook's first cell: its title, and the paragraph in italics that follows. A notebook that begins
// otherwise goes by its file's name.
func Opening(notebook string) (title, promise string, err error) {
	n, err := readNotebook(notebook)
	if err != nil {
		return "", "", err
	}
	title = filepath.Base(notebook)
	if len(n.Cells) == 0 {
		return title, "", nil
	}
	for _, paragraph := range strings.Split(joined(n.Cells[0].Source), "\n\n") {
		paragraph = strings.TrimSpace(paragraph)
		if heading, ok := strings.CutPrefix(paragraph, "# "); ok {
			title = heading
		} else if inner := strings.Trim(paragraph, "*"); promise == "" && paragraph == "*"+inner+"*" {
			promise = strings.Join(strings.Fields(inner), " ")
		}
	}
	return title, promise, nil
}

func joined(source any) string {
	lines, ok := source.([]any)
	if !ok {
		text, _ := source.(string)
		return text
	}
	var all strings.Builder
	for _, line := range lines {
		text, _ := line.(string)
		all.WriteString(text)
	}
	return all.String()
}
