// SPDX-License-Identifier: Apache-2.0

package site

import (
	"html"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/internal/fuzztest"
)

// A link of a notebook leads to a page of the site, to a file of the repository, or where it led before.
func FuzzLinks(f *testing.F) {
	for _, link := range []string{
		"01_plain.ipynb", "a/01_plain.ipynb#x", "https://e.org/01_plain.ipynb", "01%5Fplain.ipynb", "../..", "", "#a", "solutions/01_plain_solutions.ipynb", "//e.org/01_plain.ipynb",
		"01_plain.ipynb?&amp;x", "..ipynb", "%zz.ipynb", "\x00.ipynb", "../../../../../elsewhere", "javascript:alert(1)", "a.ipynb/..", ".ipynb", "a&quot;b.go",
	} {
		f.Add(link)
	}
	f.Fuzz(func(t *testing.T, link string) {
		if strings.Contains(link, `"`) {
			return // ends the attribute
		}
		const before, after = `<a href="`, `">`
		fuzztest.Read(t, func() {
			got := links("/notebooks", before+link+after)
			inner := strings.TrimSuffix(strings.TrimPrefix(got, before), after)
			if inner == link {
				return
			}
			to, err := url.Parse(html.UnescapeString(inner))
			if err != nil || strings.Contains(inner, `"`) {
				t.Fatalf("%q becomes %q: %v", link, got, err)
			}
			within := strings.HasPrefix(inner, repository) && !strings.Contains(path.Clean(to.Path)+"/", "/../") && strings.HasPrefix(path.Clean(to.Path), "/skipnets/skipnets/blob/main")
			name := strings.TrimPrefix(to.Path, "./") // without which a colon in a name would end a scheme
			page := to.Scheme == "" && to.Host == "" && path.Ext(name) == ".html" && !strings.Contains(name, "/")
			if !within && !page {
				t.Errorf("%q leads to %q", link, inner)
			}
		})
	})
}
