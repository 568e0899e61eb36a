// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
)

// readLines reads a file with one JSON object a line, each of which must be sound. A file that does not exist has none.
func readLines[T any](file string, sound func(T) bool) ([]T, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	defer f.Close()
	var all []T
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var t T
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return nil, fmt.Errorf("lesson: %s, line %d: %w", file, len(all)+1, err)
		}
		if !sound(t) {
			return nil, fmt.Errorf("lesson: %s, line %d is no %T, or was changed: %.200s", file, len(all)+1, t, lines.Bytes())
		}
		all = append(all, t)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("lesson: %s: %w", file, err)
	}
	return all, nil
}

// appendLine adds an object to such a file.
func appendLine(file string, object any) error {
	text, err := json.Marshal(object)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	if err != nil {
		return fmt.Errorf("lesson: %w", err)
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("lesson: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	return errors.Join(err, f.Close())
}

// rounded has four significant digits: more would say nothing, and take room in the repository.
func rounded(x float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	if err != nil { // no finite number
		return x
	}
	return short
}

func finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}
