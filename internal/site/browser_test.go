// SPDX-License-Identifier: Apache-2.0

package site

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// visits are what TestBrowser does, each on a page of its own.
var visits = map[string]func(*visit){
	"course": (*visit).course, "quiz": (*visit).quiz, "figures": (*visit).figures, "playground": (*visit).playground,
	"without JavaScript": (*visit).withoutJavaScript, "keyboard": (*visit).keyboard, "sizes": (*visit).sizes,
	"files": (*visit).files, "drop": (*visit).drop, "paste": (*visit).paste,
	"no camera": (*visit).noCamera, "with a camera": (*visit).camera, "with a camera, refused": (*visit).cameraRefused,
	"no WebAssembly": (*visit).noWebAssembly, "weights": (*visit).weights, "program": (*visit).program, "bits": (*visit).bits,
	"phone in the dark": (*visit).phoneInTheDark, "parts": (*visit).parts, "charts": (*visit).charts,
	"with a camera, twice": (*visit).cameraTwice, "stale trouble": (*visit).stale,
}

func (v *visit) course() {
	v.open("index.html", 1200)
	v.shoot("index")
	var notebooks []string
	for _, folder := range []string{"notebooks", "notebooks/exercises"} {
		found, err := filepath.Glob(filepath.Join("../..", folder, "*.ipynb"))
		if err != nil {
			v.Fatal(err)
		}
		notebooks = append(notebooks, found...)
	}
	if n := ask[int](v, `document.querySelectorAll(".chapters li").length`); n != len(notebooks) || n == 0 {
		v.Errorf("%d chapters of %d notebooks", n, len(notebooks))
	}
	for _, width := range []int64{390, 1200} {
		v.open("02_residual.html", width)
		v.until("formulas are set", `document.querySelectorAll(".katex").length > 10`)
		if n := ask[int](v, `document.querySelectorAll(".katex-error").length`); n > 0 {
			v.Errorf("%d formulas are not understood", n)
		}
		if ask[bool](v, `document.documentElement.scrollWidth > innerWidth`) {
			v.Errorf("at %d pixels the page is wider than the window", width)
		}
		v.shoot(fmt.Sprint("chapter-", width))
	}
	if !ask[bool](v, `[...document.querySelectorAll(".highlight .kd")].some(e => e.textContent === "func")`) {
		v.Error("the code is not coloured as Go")
	}
	v.accessible()
	if bad := ask[[]string](v, `[...document.images].map(i => i.alt).filter(alt => !/^Figure 2\.\d+, described below$|^Drawn by the code above$/.test(alt))`); len(bad) > 0 {
		v.Errorf("figures are described as %q", bad)
	}
	if ask[bool](v, `document.getElementById("solutions").open`) {
		v.Error("the solutions are not folded away")
	}
	if broken := ask[[]string](v, `[...document.querySelectorAll('a[href^="#"]')].map(a => decodeURIComponent(a.hash.slice(1))).filter(id => !document.getElementById(id))`); len(broken) > 0 {
		v.Errorf("links lead nowhere: %q", broken)
	}
	v.searches()
	v.finds("he et al. (2015) used", "01_plain.html#The-network,-layer-by-layer") // together, before sections that hold the four words somewhere
	v.finds("return graph.Add(f, x) }", "02_residual.html#solution-3")            // code, in a solution
	v.do(`document.querySelector("#found a").click()`)
	v.until("the solution is unfolded", `document.getElementById("solutions").open && Math.abs(document.getElementById("solution-3").getBoundingClientRect().top) < innerHeight`)
}

// quiz answers all questions right, and one wrong before, and follows the links to the places that show why.
func (v *visit) quiz() {
	v.open("quiz.html", 390)
	ask[bool](v, `document.querySelector('#quiz input[value="0"]').click() || true`)
	if got := ask[string](v, `document.querySelector(".verdict").textContent`); !strings.Contains(got, "Not this one") {
		v.Errorf("of a wrong answer the quiz says %q", got)
	}
	for i, q := range quiz {
		ask[bool](v, fmt.Sprintf(`document.querySelector('#quiz input[name="q%d"][value="%d"]').click() || true`, i, q.Right))
	}
	if got := ask[string](v, `document.getElementById("score").textContent`); got != "10 of 10 are right." {
		v.Errorf("of ten right answers the quiz says %q", got)
	}
	v.shoot("quiz")
	v.accessible()
	for _, q := range quiz {
		v.open(string(q.At), 1200)
		if !ask[bool](v, `document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null`) {
			v.Errorf("the quiz leads to %s, which is not there", q.At)
		}
	}
}

// bars are the classes and probabilities that an element shows.
func (v *visit) bars(id string) string {
	return ask[string](v, fmt.Sprintf(`[...document.getElementById(%q).querySelectorAll("tr")].map(r => r.cells[0].textContent + r.cells[2].textContent).join()`, id))
}

// changed does something on the page, presses keys, and waits until the chosen network has answered.
func (v *visit) changed(what, do string, keys ...string) (before, after string) {
	v.Helper()
	before = v.bars("now")
	at := ask[string](v, `document.getElementById("now").dataset.at ?? "0"`)
	v.do(do)
	for _, key := range keys {
		v.press(key)
	}
	v.until(what, fmt.Sprintf(`document.getElementById("now").dataset.at > %s`, at))
	return before, v.bars("now")
}

// sizes are what a reader without the playground downloads for a page, and what the program is: within the bounds that we set.
func (v *visit) sizes() {
	for _, name := range []string{"index.html", "02_residual.html", "07_lesions.html", "08_landscape.html", "figures.html", "quiz.html"} {
		v.open(name, 1200)
		v.until("all is loaded", `document.readyState === "complete" && performance.now() > 1000`)
		const bytes = `[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].reduce((sum, e) => sum + e.transferSize, 0)`
		if got := ask[int](v, bytes); got == 0 || got > 500_000 {
			v.Errorf("%s: a reader downloads %d bytes", name, got)
		}
		if foreign := ask[[]string](v, `performance.getEntriesByType("resource").map(e => e.name).filter(name => !name.startsWith(location.origin) && !name.startsWith("data:"))`); len(foreign) > 0 {
			v.Errorf("%s asks others for %q", name, foreign)
		}
	}
	if got := ask[int](v, `fetch("playground.wasm.gz", { headers: { Range: "bytes=0-0" } }).then(a => Number(a.headers.get("Content-Range").split("/")[1]))`); got == 0 || got > 4_000_000 {
		v.Errorf("the program has %d bytes, compressed", got)
	}
}

func (v *visit) playground() {
	v.open("playground.html", 1200)
	v.until("four networks have looked", `document.body.dataset.looked && document.getElementById("now").dataset.at > 0`)
	for _, n := range networks[:4] {
		if got := v.bars("card-weights/" + filepath.Base(n.Name) + ".safetensors"); strings.Count(got, "%") != 5 {
			v.Errorf("%s says %q", n.Name, got)
		}
	}
	if before, after := v.changed("a block is out", `document.querySelector("#blocks input").click()`); before == after {
		v.Errorf("without a block the network says the same: %s", after)
	}
	if before, after := v.changed("the shortcut of one block is gone", `const s = document.getElementById("which"); s.selectedIndex = 2; s.dispatchEvent(new Event("change")); const r = document.getElementById("shortcut"); r.value = 0; r.dispatchEvent(new Event("input"))`); before == after {
		v.Errorf("without one shortcut the network says the same: %s", after)
	}
	v.do(`const s = document.getElementById("which"); s.selectedIndex = 0; s.dispatchEvent(new Event("change"))`)
	if got := ask[string](v, `document.getElementById("shortcut").value`); got != "1" {
		v.Errorf("the shortcut of all blocks is %s, after one was changed", got)
	}
	if before, after := v.changed("the branch is scaled", `const r = document.getElementById("branch"); r.value = 0.25; r.dispatchEvent(new Event("input"))`); before == after {
		v.Errorf("with a weaker branch the network says the same: %s", after)
	}
	if got := ask[string](v, `[...document.querySelectorAll("#mind td")].map(e => e.checkVisibility() && e.textContent).slice(-3).join()`); !numbers.MatchString(got) {
		v.Errorf("after each block the answers of the last class are %q, without a pointer", got)
	}
	v.shoot("residual")
	choose := func(i int) string {
		return fmt.Sprintf(`const s = document.getElementById("network"); s.selectedIndex = %d; s.dispatchEvent(new Event("change"))`, i)
	}
	v.changed("the highway network has looked", choose(2))
	v.shoot("highway")
	v.accessible()
	if n := ask[int](v, `document.querySelectorAll("#maps canvas").length`); n != 3 {
		v.Errorf("%d gate maps", n)
	}
	const gateMap = `document.querySelector("#maps canvas").toDataURL()`
	alone := ask[string](v, gateMap)
	v.do(`document.getElementById("over").click()`)
	if over := ask[string](v, gateMap); over == alone {
		v.Error("the map over the picture is the same as the map alone")
	}
	v.shoot("highway-over")
	if before, after := v.changed("the gates are shut", `const r = document.getElementById("gates"); r.value = -6; r.dispatchEvent(new Event("input"))`); before == after {
		v.Errorf("with its gates shut the network says the same: %s", after)
	}
	v.lesions()
	v.changed("the deep plain network has looked", choose(4))
	if n := ask[int](v, `document.querySelectorAll("#blocks input").length`); n != 27 {
		v.Errorf("%d blocks of 56 layers", n)
	}
	v.changed("the dense network of 20 layers has looked", choose(7))
	if before, after := v.changed("the stem is silent", `document.querySelector("#sources input").click()`); before == after {
		v.Errorf("without its stem the network says the same: %s", after)
	}
	v.open("playground.html", 390)
	v.until("four networks have looked, on a phone", `document.body.dataset.looked && document.getElementById("now").dataset.at > 0`)
	if ask[bool](v, `document.documentElement.scrollWidth > innerWidth`) {
		v.Error("on a phone the playground is wider than the window")
	}
	v.shoot("playground-phone")
}

// numbers are those of a class after three blocks.
var numbers = regexp.MustCompile(`^(0|\d+\.\d)(,(0|\d+\.\d)){2}$`)

// lesions takes the same block out of two deep networks.
func (v *visit) lesions() {
	v.do(`document.getElementById("both").click()`)
	v.until("both have looked", `document.getElementById("pair").dataset.at > 0`)
	v.do(`const s = document.getElementById("lesion"); s.selectedIndex = 5; s.dispatchEvent(new Event("change"))`)
	v.until("both have looked without a block", `document.getElementById("pair").dataset.at > 1`)
	for _, n := range networks {
		if !n.Pair {
			continue
		}
		if got := v.bars("pair-weights/" + filepath.Base(n.Name) + ".safetensors"); strings.Count(got, "%") != 5 {
			v.Errorf("%s without a block says %q", n.Name, got)
		}
	}
	v.shoot("lesions")
}

// The twenty pictures are two of each class.
func TestPictures(t *testing.T) {
	count := make([]int, 10)
	for _, label := range Pictures().Labels {
		count[label]++
	}
	if !slices.Equal(count, slices.Repeat([]int{2}, 10)) {
		t.Errorf("pictures by class: %v", count)
	}
}
