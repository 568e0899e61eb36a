// SPDX-License-Identifier: Apache-2.0

package site

import (
	"fmt"
	"slices"

	"github.com/chromedp/chromedp/kb"
)

// figures moves the sliders of those that have been measured.
func (v *visit) figures() {
	v.open("figures.html", 1200)
	v.until("the figures are drawn", `[...document.querySelectorAll(".chart")].every(c => c.querySelector("canvas") && !c.querySelector("img"))`)
	v.shoot("figures")
	v.accessible()
	for slider, says := range map[string]string{"epoch": "epoch 1", "step": "0 steps"} {
		if !ask[bool](v, fmt.Sprintf(`document.getElementById(%q) !== null`, slider)) {
			continue
		}
		v.do(fmt.Sprintf(`const r = document.getElementById(%q); r.focus(); r.value = 3; r.dispatchEvent(new Event("input"))`, slider))
		v.press(kb.Home)
		if got := ask[string](v, fmt.Sprintf(`document.getElementById("%s-is").textContent`, slider)); got != says {
			v.Errorf("at its beginning the slider says %q, want %q", got, says)
		}
	}
	if ask[bool](v, `document.getElementById("turn") !== null`) {
		const hill = `document.querySelector(".hills canvas").toDataURL()`
		before := ask[string](v, hill)
		v.do(`document.getElementById("turn").focus()`)
		v.press(kb.ArrowRight)
		if ask[string](v, hill) == before {
			v.Error("the hill does not turn")
		}
	}
	v.unfolds()
	for _, width := range []int64{390, 1200} {
		v.open("figures.html", width)
		if ask[bool](v, `document.documentElement.scrollWidth > innerWidth`) {
			v.Errorf("at %d pixels the figures are wider than the window", width)
		}
		v.shoot(fmt.Sprint("figures-", width))
	}
}

// unfolds reads the numbers below the charts, which need no pointer: as many as are drawn, and those of the slider's epoch.
func (v *visit) unfolds() {
	v.do(`document.querySelectorAll(".numbers").forEach(d => { d.open = true; })`)
	v.until("keys can scroll the tables", `[...document.querySelectorAll(".numbers table")].every(t => t.tabIndex === 0 || t.scrollWidth <= t.clientWidth && t.scrollHeight <= t.clientHeight)`)
	const cells = `[...document.querySelectorAll(".numbers")].map(d => d.id + " " + [...d.querySelectorAll("td")].filter(c => c.textContent).length)`
	want := ask[[]string](v, `(() => { const m = measurements, points = all => all.reduce((n, c) => n + c.y[0].length, 0); return [["depth", points(m.depth)], ["gradients", points(m.gradients)],
		...m.surfaces.map(h => [h.name, h.loss.flat().length]), ["minutes", 2 * points(m.minutes)]].map(([name, n]) => name + "-numbers " + n); })()`)
	if got := ask[[]string](v, cells); !slices.Equal(got, want) {
		v.Errorf("numbers to unfold %q, want %q", got, want)
	}
	const first = `document.querySelector("#depth-numbers td").textContent`
	before := ask[string](v, first)
	v.do(`document.getElementById("epoch").focus()`)
	v.press(kb.End)
	if after := ask[string](v, first); after == before || after != ask[string](v, `String(Number(measurements.depth[0].y.at(-1)[0].toPrecision(4)))`) {
		v.Errorf("with the slider at its end the loss is %s, at its beginning %s", after, before)
	}
	v.accessible()
}
