// SPDX-License-Identifier: Apache-2.0

// Tables renews the tables in docs/results.md and README.md, the diagrams of the blocks in docs/blocks, docs/growth.png from the table in
// docs/performance.md, and the figure of the experiment on depth, docs/depth.png, from
// the runs that are kept in notebooks/trained.
//
//	go run ./docs/bench/tables
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"

	"github.com/google/renameio/v2"
	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/lesson"
	"github.com/skipnets/skipnets/pkg/nets"
)

func main() {
	log.SetFlags(0)
	if err := write(); err != nil {
		log.Fatal(err)
	}
}

func write() error {
	renewed, err := renew(".")
	if err != nil {
		return err
	}
	for file, content := range renewed {
		if err := renameio.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// renew gives the files that hold results their content, from the runs below the repository's root.
func renew(root string) (map[string][]byte, error) {
	runs, err := read(filepath.Join(root, "notebooks", "trained"))
	if err != nil {
		return nil, err
	}
	ten := on(runs, cifar.CIFAR10)
	figure, err := depthFigure(ten)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{filepath.Join(root, "docs", "depth.png"): figure}
	if files[filepath.Join(root, "docs", "accuracy.png")], err = accuracyFigure(ten); err != nil {
		return nil, err
	}
	performance, err := os.ReadFile(filepath.Join(root, "docs", "performance.md"))
	if err != nil {
		return nil, err
	}
	if files[filepath.Join(root, "docs", "growth.png")], err = growthFigure(string(performance)); err != nil {
		return nil, err
	}
	for _, family := range nets.Compared() {
		picture, err := lesson.PictureSVG(family.Name)
		if err != nil {
			return nil, err
		}
		files[filepath.Join(root, "docs", "blocks", family.Name+".svg")] = picture
	}
	short, err := shortTables(ten)
	if err != nil {
		return nil, err
	}
	results := tables(runs)
	if results["attempts"], err = attempts(root); err != nil {
		return nil, err
	}
	for name, tables := range map[string]map[string]string{"docs/results.md": results, "README.md": short} {
		file := filepath.Join(root, filepath.FromSlash(name))
		page, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		renewed, err := rewrite(string(page), tables)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		files[file] = []byte(renewed)
	}
	return files, nil
}

// rewrite puts the tables below their comments, in place of what is there.
func rewrite(page string, tables map[string]string) (string, error) {
	for name, table := range tables {
		place := regexp.MustCompile(`(?m)^<!-- table ` + regexp.QuoteMeta(name) + ` -->\n(\|.*\n)*`)
		if !place.MatchString(page) {
			return "", fmt.Errorf("no place for table %q", name)
		}
		page = place.ReplaceAllLiteralString(page, "<!-- table "+name+" -->\n"+table)
	}
	return page, nil
}
