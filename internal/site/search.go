// SPDX-License-Identifier: Apache-2.0

package site

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
)

var (
	heading = regexp.MustCompile(`(?s)<h([1-4]) id="([^"]+)">(.*?)<a class="anchor-link"[^>]*>.*?</a></h[1-4]>`)
	inline  = regexp.MustCompile(`</?(a|b|code|em|i|span|strong|sub|sup)( [^>]*)?>`) // tags within a word: colours of code, too
	tag     = regexp.MustCompile(`(?s)<(style|script).*?</(style|script)>|<[^>]*>`)
)

// sections are those of a page, in their order.
func sections(body string) (all []section) {
	found := heading.FindAllStringSubmatchIndex(body, -1)
	for i, at := range found {
		end := len(body)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		all = append(all, section{
			Level: int(body[at[2]] - '0'), ID: html.UnescapeString(body[at[4]:at[5]]), Title: words(body[at[6]:at[7]]), Text: words(readAloud(body[at[1]:end])),
		})
	}
	return all
}

// words is what a reader reads of a piece of HTML.
func words(piece string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(inline.ReplaceAllString(piece, ""), " "))), " ")
}

var (
	formula  = regexp.MustCompile(`(?s)<pre.*?</pre>|\$\$?[^$]+\$\$?`)
	fraction = regexp.MustCompile(`\\frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}`)
	space    = regexp.MustCompile(`\\[,;:!\\]`)
	silent   = regexp.MustCompile(`\\(left|right|[bB]ig[lr]?|mathrm|mathbf|mathbb|mathcal|text|operatorname)\b|\\(begin|end)\{\w+\}|[{}$&]`)
	named    = regexp.MustCompile(`\\([A-Za-z]+) ?`)
)

// readAloud writes formulas as one says them on the telephone, for the search: y = ReLU(lambda x + F(x)). Code may hold a dollar sign, and stays.
func readAloud(piece string) string {
	return formula.ReplaceAllStringFunc(piece, func(f string) string {
		if f[0] == '<' {
			return f
		}
		return named.ReplaceAllString(silent.ReplaceAllString(space.ReplaceAllString(fraction.ReplaceAllString(f, "$1 / $2"), " "), ""), "$1 ")
	})
}

// index writes what the search reads: a script, because a page that is opened as a file may not fetch others.
func (b *builder) index(chapters []chapter) error {
	var entries [][4]string // address, chapter, section, text
	for _, c := range chapters {
		for _, s := range c.Sections {
			entries = append(entries, [4]string{c.File + "#" + s.ID, c.Title, s.Title, s.Text})
		}
		for _, s := range c.Solved {
			entries = append(entries, [4]string{c.File + "#" + s.ID, c.Title + ", solutions", s.Title, s.Text})
		}
	}
	data, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	return b.write("search.js", append([]byte("globalThis.searchIndex = "), data...))
}
