// SPDX-License-Identifier: Apache-2.0

package site

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSections(t *testing.T) {
	got := sections(`<h1 id="A">A &amp; B<a class="anchor-link" href="#A">¶</a></h1><p>one <b>two</b></p><style>x{}</style>
<h3 id="C">C<a class="anchor-link" href="#C">¶</a></h3><pre>x := 1</pre>`)
	if len(got) != 2 || got[0] != (section{1, "A", "A & B", "one two"}) || got[1] != (section{3, "C", "C", "x := 1"}) {
		t.Errorf("%+v", got)
	}
}

// Who searches for a name in the code, or for a formula's letter, finds it, and reads no TeX.
func TestReadAloud(t *testing.T) {
	for piece, want := range map[string]string{
		`$y = \mathrm{ReLU}(\lambda\,x + F(x))$.`:                                                        "y = ReLU(lambda x + F(x)).",
		`$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$`:                                                         "p_k = e^z_k / sum _j e^z_j",
		`$$\frac{\partial L}{\partial x}$$`:                                                              "partial L / partial x",
		`<pre><span>blocks</span><span>.</span><span>Residual</span><span class="w"> </span>$A $B</pre>`: "blocks.Residual $A $B",
		`$\begin{cases} 1 & i = j \\ 0 \end{cases}$`:                                                     "1 i = j 0",
		`They called it <strong>degradation</strong>.`:                                                   "They called it degradation.",
		`<td>a</td><td>b</td>`:                                                                           "a b",
	} {
		if got := words(readAloud(piece)); got != want {
			t.Errorf("%s is %q, want %q", piece, got, want)
		}
	}
}

// The search finds the sections of the chapters and of their solutions.
func TestIndex(t *testing.T) {
	b := &builder{dir: t.TempDir()}
	c := chapter{File: "01.html", Title: "One", Sections: []section{{1, "A", "A", "text"}}, Solved: []section{{2, "solution-A", "A", "solved"}}}
	if err := b.index([]chapter{c}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(b.dir, "search.js"))
	if err != nil {
		t.Fatal(err)
	}
	var got [][4]string
	if err := json.Unmarshal([]byte(strings.TrimPrefix(string(data), "globalThis.searchIndex = ")), &got); err != nil {
		t.Fatal(err)
	}
	if want := [][4]string{{"01.html#A", "One", "A", "text"}, {"01.html#solution-A", "One, solutions", "A", "solved"}}; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%q, want %q", got, want)
	}
}
