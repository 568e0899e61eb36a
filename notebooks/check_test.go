// SPDX-License-Identifier: Apache-2.0

package notebooks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheck gives each fault to the check of committed notebooks.
func TestCheck(t *testing.T) {
	const good = `{"cells": [
		{"cell_type": "markdown", "source": ["# Title"]},
		{"cell_type": "code", "execution_count": 1, "source": ["%%\n", "plot()"], "outputs": [
			{"output_type": "stream", "name": "stdout", "text": "done: 3/4\n"},
			{"output_type": "display_data", "data": {"image/png": "iVBOR"}}]},
		{"cell_type": "code", "execution_count": 2, "source": "last()", "outputs": []}]}`
	for name, test := range map[string]struct{ old, new, want string }{
		"good":         {"", "", ""},
		"not JSON":     {`{"cells"`, `{cells`, "invalid character"},
		"not run":      {`"execution_count": 2`, `"execution_count": null`, "cell 3: not executed in order"},
		"out of order": {`"execution_count": 2`, `"execution_count": 7`, "cell 3: not executed in order"},
		"failed":       {`"display_data"`, `"error"`, "cell 2: failed"},
		"path":         {`done: 3/4`, `saved /home/me/x.png`, "/home/me/x.png"},
		"path in code": {`last()`, `last('/tmp/x')`, "/tmp/x"},
		"no picture":   {`image/png`, `image/gif`, "no image/png"},
		"long":         {`last()`, strings.Repeat(`x()\n`, longest) + "x()", "26 lines of code"},
		"too large":    {`iVBOR`, strings.Repeat("A", largest), "bytes, at most"},
	} {
		file := filepath.Join(t.TempDir(), "00_checked.ipynb") // a chapter: it must have a picture
		if err := os.WriteFile(file, []byte(strings.Replace(good, test.old, test.new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		err := check(file)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
}
