// SPDX-License-Identifier: Apache-2.0

package site

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
	"github.com/skipnets/skipnets/internal/setup/testsetup"
)

func TestMain(m *testing.M) { testsetup.Main(m) }

// A visit is a browser that looks at the site, and what its console said of errors.
type visit struct {
	*testing.T
	ctx     context.Context
	address string

	axe string // its program

	lock   sync.Mutex
	errors []string
}

// listen keeps the errors until the browser ends.
func (v *visit) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for message, err := range messages {
		if err == nil && (message.IsException() || message.Type == chromedp.ConsoleError) {
			v.lock.Lock()
			v.errors = append(v.errors, message.String()+" "+message.URL)
			v.lock.Unlock()
		}
	}
}

// open goes to a page at the width of a phone or a desktop.
func (v *visit) open(page string, width int64) {
	v.Helper()
	if err := chromedp.Do(v.ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(v.address+"/"+page)); err != nil {
		v.Fatal(err)
	}
}

// until waits for a condition on the page.
func (v *visit) until(what, condition string) {
	v.Helper()
	for end := time.Now().Add(3 * time.Minute); !ask[bool](v, "Boolean("+condition+")"); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			v.shoot("failed")
			v.Fatalf("waited in vain: %s. The page says %q", what, ask[string](v, `document.body.innerText.slice(0, 2000)`))
		}
	}
}

// shoot keeps a picture of the page, with -artifacts.
func (v *visit) shoot(name string) {
	v.Helper()
	picture, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(v.ArtifactDir(), name+".png"), picture, 0o600)
	}
	if err != nil {
		v.Fatal(err)
	}
}

func ask[R any](v *visit, expression string) R {
	v.Helper()
	value, err := chromedp.Run(v.ctx, chromedp.Evaluate[R](expression))
	if err != nil {
		v.Fatal(err, context.Cause(v.ctx), " in ", expression)
	}
	return value
}

// TestBrowser visits the site as a reader does, and listens for errors.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out what needs a browser")
	}
	chromium := ""
	for _, name := range []string{"google-chrome", "chromium-browser", "chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			chromium = path
		}
	}
	if chromium == "" {
		t.Skip("there is no Chromium here")
	}
	s, err := setup.New(setup.Options{Quick: true, Helper: pjrt.Command()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context(), s.Folders(), s.GoCommand(), s.Python(), s.Jupyter()); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "site")
	if err := (Builder{Setup: s, Dir: dir, Out: io.Discard}).Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(Handler(dir))
	defer server.Close()
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(chromium), chromedp.Flag("disable-component-update", true)}
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewContext(t.Context(), chromedp.WithAllocatorOptions(options...))
	defer stop()
	v := &visit{T: t, ctx: ctx, address: server.URL, axe: axeProgram(t, s)}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	go v.listen(chromedp.Console(ctx))
	v.course()
	v.quiz()
	v.figures()
	v.playground()
	v.lock.Lock()
	defer v.lock.Unlock()
	if len(v.errors) > 0 {
		t.Errorf("the browser's console: %q", v.errors)
	}
}

func axeProgram(t *testing.T, s *setup.Setup) string {
	t.Helper()
	data, err := axe.fetch(t.Context(), filepath.Join(s.Home, "npm"))
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{dir: t.TempDir()}
	if err := b.unpack(axe, data); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(filepath.Join(b.dir, "axe.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(program)
}

func (v *visit) course() {
	v.open("index.html", 1200)
	v.shoot("index")
	notebooks, err := filepath.Glob("../../notebooks/*.ipynb")
	if err != nil {
		v.Fatal(err)
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
	v.accessible()
	if ask[bool](v, `document.getElementById("solutions").open`) {
		v.Error("the solutions are not folded away")
	}
	if broken := ask[[]string](v, `[...document.querySelectorAll('a[href^="#"]')].map(a => decodeURIComponent(a.hash.slice(1))).filter(id => !document.getElementById(id))`); len(broken) > 0 {
		v.Errorf("links lead nowhere: %q", broken)
	}
	ask[bool](v, `(() => { const f = document.getElementById("search"); f.focus(); f.value = "degradation"; f.dispatchEvent(new Event("input")); return true; })()`)
	v.until("the search finds something", `document.querySelector("#found a[href^='01_plain']") !== null`)
}

// axe looks for faults of accessibility.
var axe = Package{
	Name: "axe-core", Version: "4.14.1", License: "MPL-2.0",
	Integrity: "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
	files:     func(name string) (string, bool) { return "axe.js", name == "package/axe.min.js" },
}

// accessible lets axe look at the page, in the light and in the dark.
func (v *visit) accessible() {
	v.Helper()
	for _, scheme := range []string{"light", "dark"} {
		ask[bool](v, fmt.Sprintf(`(() => { document.documentElement.style.colorScheme = %q; return true; })()`, scheme))
		if !ask[bool](v, `typeof axe === "object"`) {
			ask[bool](v, v.axe+"; true")
		}
		ask[bool](v, `(() => { globalThis.faults = null; axe.run().then(r => { globalThis.faults = r.violations.filter(f => f.impact === "serious" || f.impact === "critical").map(f => f.id + ": " + f.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(" … ")); }); return true; })()`)
		v.until("axe has looked", `globalThis.faults !== null`)
		for _, fault := range ask[[]string](v, `globalThis.faults`) {
			v.Errorf("%s, %s: %s", ask[string](v, `location.pathname`), scheme, fault)
		}
	}
	v.shoot("dark-" + ask[string](v, `location.pathname.slice(1, -5)`))
	ask[bool](v, `document.documentElement.style.colorScheme = "", true`)
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

func (v *visit) figures() {
	v.open("figures.html", 1200)
	v.until("the figures are drawn", `document.querySelectorAll(".u-wrap canvas").length === 2`)
	v.shoot("figures")
	v.accessible()
	ask[bool](v, `(() => { const r = document.getElementById("epoch"); r.value = 1; r.dispatchEvent(new Event("input")); return true; })()`)
	if got := ask[string](v, `document.getElementById("epoch-is").textContent`); got != "1" {
		v.Errorf("the slider says %q", got)
	}
}

// bars are the classes and probabilities that an element shows.
func (v *visit) bars(id string) string {
	return ask[string](v, fmt.Sprintf(`[...document.getElementById(%q).querySelectorAll("tr")].map(r => r.cells[0].textContent + r.cells[2].textContent).join()`, id))
}

// changed does something on the page and waits until the chosen network has answered.
func (v *visit) changed(what, do string) (before, after string) {
	v.Helper()
	before = v.bars("now")
	at := ask[string](v, `document.getElementById("now").dataset.at ?? "0"`)
	ask[bool](v, `(() => { `+do+`; return true; })()`)
	v.until(what, fmt.Sprintf(`document.getElementById("now").dataset.at > %s`, at))
	return before, v.bars("now")
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
	if before, after := v.changed("the branch is scaled", `const r = document.getElementById("branch"); r.value = 0.25; r.dispatchEvent(new Event("input"))`); before == after {
		v.Errorf("with a weaker branch the network says the same: %s", after)
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
	if before, after := v.changed("the gates are shut", `const r = document.getElementById("gates"); r.value = -6; r.dispatchEvent(new Event("input"))`); before == after {
		v.Errorf("with its gates shut the network says the same: %s", after)
	}
	v.changed("the deep plain network has looked", choose(4))
	if n := ask[int](v, `document.querySelectorAll("#blocks input").length`); n != 27 {
		v.Errorf("%d blocks of 56 layers", n)
	}
	v.changed("the dense network of 20 layers has looked", choose(7))
	if before, after := v.changed("the stem is silent", `document.querySelector("#sources input").click()`); before == after {
		v.Errorf("without its stem the network says the same: %s", after)
	}
	v.files()
	ask[bool](v, `document.getElementById("camera").click() || true`)
	v.until("the page says that there is no camera", `!document.getElementById("trouble").hidden && /camera/.test(document.getElementById("trouble").textContent)`)
	v.open("playground.html", 390)
	v.until("four networks have looked, on a phone", `document.body.dataset.looked && document.getElementById("now").dataset.at > 0`)
	if ask[bool](v, `document.documentElement.scrollWidth > innerWidth`) {
		v.Error("on a phone the playground is wider than the window")
	}
	v.shoot("playground-phone")
}

// files gives the playground files of all kinds.
func (v *visit) files() {
	photos := filepath.Join("..", "photo", "testdata")
	folder := v.TempDir()
	text := filepath.Join(folder, "letter.txt")
	if err := os.WriteFile(text, []byte("Dear network"), 0o600); err != nil {
		v.Fatal(err)
	}
	for _, test := range []struct{ file, says string }{
		{text, "PNG, JPEG and WebP"}, {filepath.Join(photos, "animated.webp"), "animated"}, {filepath.Join(photos, "cmyk.jpg"), ""}, {filepath.Join(photos, "lossy.webp"), ""},
	} {
		at := ask[string](v, `document.body.dataset.looked ?? "0"`)
		path, err := filepath.Abs(test.file)
		if err != nil {
			v.Fatal(err)
		}
		if err := chromedp.Do(v.ctx, chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{path})); err != nil {
			v.Fatal(err)
		}
		if test.says == "" {
			v.until(test.file+" is looked at", `document.body.dataset.looked > `+at)
			continue
		}
		v.until(test.file+" is refused", fmt.Sprintf(`!document.getElementById("trouble").hidden && document.getElementById("trouble").textContent.includes(%q)`, test.says))
	}
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
