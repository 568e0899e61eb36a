// SPDX-License-Identifier: Apache-2.0

package site

import (
	"fmt"
	"slices"

	"github.com/chromedp/chromedp/kb"
)

// Numbers for what one can reach on the page, in its order, and which of them has the focus: -1 for none, or the page itself.
const (
	numbered = `[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")].filter(e => e.checkVisibility({ visibilityProperty: true }) && !e.disabled)
		.filter(e => e.type !== "radio" || e === document.querySelector('input[name="' + e.name + '"]')).map((e, i) => (e.dataset.stop = i, e.id || e.getAttribute("aria-label") || e.textContent.trim() || e.value))`
	focused = `document.activeElement === document.body ? -1 : Number(document.activeElement.dataset.stop ?? -2)`
)

// keyboard goes through the pages by Tab alone: it reaches everything, in the order in which it stands there. Then it uses the
// playground without a mouse.
func (v *visit) keyboard() {
	v.play()
	v.do(`const s = document.getElementById("network"); s.selectedIndex = 7; s.dispatchEvent(new Event("change"))`)
	v.until("the dense network is shown", `document.querySelectorAll("#sources input").length > 0 && document.getElementById("trouble").hidden`)
	v.tabs("the playground")
	v.do(`const s = document.getElementById("network"); s.selectedIndex = 1; s.dispatchEvent(new Event("change"))`)
	v.until("the residual network is shown", `document.getElementById("sources").childElementCount === 0 && document.querySelectorAll("#blocks input").length > 0`)
	v.looked("a picture chosen by keys", func() { v.do(`document.querySelectorAll("#samples button")[7].focus()`); v.press(kb.Enter) })
	for _, use := range []struct{ what, selector, key string }{
		{"a block", "#blocks input", " "}, {"the branch", "#branch", kb.ArrowLeft}, {"the shortcut", "#shortcut", kb.End}, {"undo", "#reset", kb.Enter},
	} {
		if before, after := v.changed(use.what+" is changed by a key", fmt.Sprintf(`document.querySelector(%q).focus()`, use.selector), use.key); before == after {
			v.Errorf("%s: the network says the same: %s", use.what, after)
		}
	}
	for _, name := range []string{"index.html", "quiz.html", "figures.html", "01_plain.html", "licences.html"} {
		v.open(name, 1200)
		v.tabs(name)
	}
	v.searches()
	v.press(kb.Enter)
	v.until("Enter leads to the first that was found", `document.activeElement.closest("#found") !== null`)
	v.open("index.html", 1200)
	v.press(kb.Tab)
	v.press(kb.Enter)
	v.press(kb.Tab)
	if !ask[bool](v, `document.activeElement.closest("main") !== null`) {
		v.Error("the first link does not skip to the text")
	}
}

// tabs presses Tab from the beginning of the page until its end.
func (v *visit) tabs(what string) {
	v.Helper()
	v.do(`document.activeElement.blur(); getSelection().removeAllRanges(); window.scrollTo(0, 0)`)
	names := ask[[]string](v, numbered)
	var reached []int
	for range len(names) + 2 {
		v.press(kb.Tab)
		at := ask[int](v, focused)
		if at == -1 {
			break
		}
		reached = append(reached, at)
	}
	want := make([]int, len(names))
	for i := range want {
		want[i] = i
	}
	if !slices.Equal(reached, want) {
		v.Errorf("%s: Tab reaches %v of %d stops %q", what, reached, len(names), names)
	}
}
