// SPDX-License-Identifier: Apache-2.0

package site

import (
	"fmt"
	"net/http"
	"path"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"
)

// phoneInTheDark reads pages on a phone whose owner likes them dark: none is wider than the phone, and axe finds no fault.
func (v *visit) phoneInTheDark() {
	call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	for _, name := range []string{"index.html", "05_compare.html", "09_under_the_hood.html", "figures.html", "quiz.html", "licences.html", "playground.html"} {
		v.open(name, 360)
		if name == "playground.html" {
			v.until("four networks have looked", `document.body.dataset.looked && document.getElementById("now").dataset.at > 0`)
		}
		v.until("all is there", `document.readyState === "complete"`)
		if wide := ask[[]string](v, `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + "." + e.className).slice(0, 5)`); len(wide) > 0 {
			v.Errorf("%s is wider than a phone, by %q", name, wide)
		}
		if !ask[bool](v, `matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(document.body).backgroundColor === "rgb(22, 24, 28)"`) {
			v.Errorf("%s is not dark", name)
		}
		if hidden := ask[int](v, `[...document.querySelectorAll(".katex svg")].filter(e => getComputedStyle(e).backgroundColor !== "rgba(0, 0, 0, 0)").length`); hidden > 0 {
			v.Errorf("%s: %d roots and braces of formulas are hidden behind boxes", name, hidden)
		}
		v.faults("on a phone in the dark")
		v.shoot("phone-dark-" + path.Base(name))
	}
}

// parts has scripts and stylesheets of pages missing. The page names what did not arrive, and the rest of it is there.
func (v *visit) parts() {
	for _, test := range []struct{ page, part, there string }{
		{"figures.html", "measurements.js", `document.querySelectorAll(".chart img").length === document.querySelectorAll(".chart").length`},
		{"figures.html", "uPlot.iife.min.js", `document.querySelector("#depth-chart img") && document.querySelector(".hills canvas")`},
		{"figures.html", "surfaces.js", `document.querySelector("#surfaces-chart img") && document.querySelector("#depth-chart canvas")`},
		{"quiz.html", "quiz.js", `document.querySelectorAll("#quiz fieldset").length === 10`},
		{"playground.html", "playground.js", `document.querySelector("h1")`},
		{"01_plain.html", "auto-render.min.js", `document.querySelector("article p")`},
		{"01_plain.html", "style.css", `document.querySelector("article p")`},
		{"index.html", "site.js", `document.querySelector(".chapters a")`},
	} {
		v.breaks("/"+test.part, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
		v.open(test.page, 1200)
		v.until(test.part+" is named", fmt.Sprintf(`document.getElementById("lost").checkVisibility() && document.getElementById("lost").textContent.includes(%q)`, test.part))
		if text := ask[string](v, `document.getElementById("lost").textContent`); !sentence(text) {
			v.Errorf("without %s the page says %q", test.part, text)
		}
		if !ask[bool](v, "Boolean("+test.there+")") {
			v.Errorf("without %s the rest of %s is not there", test.part, test.page)
		}
		if test.part == "measurements.js" && ask[bool](v, `[...document.querySelectorAll("main input")].some(e => e.checkVisibility())`) {
			v.Error("sliders that do nothing are shown")
		}
	}
	v.breaks("/none", http.NotFound)
	v.open("figures.html", 1200)
	v.until("the figures are drawn", `document.querySelector("#depth-chart canvas") !== null`)
	if ask[bool](v, `document.getElementById("lost").checkVisibility()`) {
		v.Error("a page that is whole says that something is missing")
	}
}

// charts uses those of uPlot by keys: the arrows go through the points, and Enter hides a curve.
func (v *visit) charts() {
	const value, label = `document.querySelector("#depth-chart .u-legend .u-value").textContent`, `document.querySelectorAll("#depth-chart .u-label")[1]`
	v.open("figures.html", 1200)
	v.until("the chart is drawn", `document.querySelector("#depth-chart canvas") !== null`)
	v.do(`document.getElementById("depth-chart").focus()`)
	for _, want := range []struct{ key, value string }{{kb.ArrowRight, "8"}, {kb.ArrowRight, "20"}, {kb.ArrowLeft, "8"}, {kb.ArrowLeft, "8"}} {
		v.press(want.key)
		v.until("the legend says "+want.value, value+` === "`+want.value+`"`)
	}
	v.do(label + `.focus()`)
	for _, want := range []string{"false", "true"} {
		v.press(kb.Enter)
		if got := ask[string](v, label+`.getAttribute("aria-pressed")`); got != want {
			v.Errorf("after Enter the curve's button is pressed: %s, want %s", got, want)
		}
	}
	v.press(kb.Enter)
	v.until("the curve is hidden", label+`.closest(".u-series").classList.contains("u-off")`)
}
