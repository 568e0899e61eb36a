// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	extension = ".ipynb"
	nbformat  = 4 // the version of the notebooks' format, since 2015
)

// A notebookFile is what we read of the file format of notebooks.
type notebookFile struct {
	Format *int `json:"nbformat"`
	Cells  []struct {
		Source any `json:"source"` // a string or a list of lines
	} `json:"cells"`
}

// CheckNotebook says what is wrong with a file that is to be executed, if it is not a notebook.
func CheckNotebook(name string) error {
	_, err := readNotebook(name)
	return err
}

func readNotebook(name string) (notebook notebookFile, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return notebook, err
	}
	if info.IsDir() {
		return notebook, fmt.Errorf("%s is a folder, not a notebook: name a file in it", name)
	}
	if filepath.Ext(name) != extension {
		return notebook, fmt.Errorf("%s is not a notebook: the name of a notebook ends in %s", name, extension)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return notebook, err
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return notebook, fmt.Errorf("%s is an empty file, not a notebook: make one in JupyterLab, or git checkout the file", name)
	}
	if err := json.Unmarshal(content, &notebook); err != nil {
		return notebook, fmt.Errorf("%s is not a notebook, which is written in JSON: %s", name, jsonReason(content, err))
	}
	switch {
	case notebook.Format == nil:
		return notebook, fmt.Errorf("%s is JSON but not a notebook: it has no nbformat", name)
	case *notebook.Format != nbformat:
		return notebook, fmt.Errorf("%s is in version %d of the notebook format, and version %d is wanted: open and save it in JupyterLab",
			name, *notebook.Format, nbformat)
	case notebook.Cells == nil:
		return notebook, fmt.Errorf("%s has no list of cells: it is not a whole notebook", name)
	}
	return notebook, nil
}

// jsonReason says where a file stops being JSON, or that it is of another kind.
func jsonReason(content []byte, err error) string {
	if bytes.Contains(content, []byte("\n<<<<<<< ")) {
		return "it holds the marks of a merge conflict of git, which has to be resolved first"
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line := 1 + strings.Count(string(content[:syntax.Offset]), "\n")
		return fmt.Sprintf("line %d: %v", line, err)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
