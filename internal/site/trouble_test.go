// SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	pages "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// play opens the playground and waits until the four networks have looked.
func (v *visit) play() {
	v.Helper()
	v.open("playground.html", 1200)
	v.until("four networks have looked", `document.body.dataset.looked && document.getElementById("now").dataset.at > 0`)
}

// file writes a file into a folder of the test.
func (v *visit) file(name string, data []byte) string {
	v.Helper()
	path := filepath.Join(v.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		v.Fatal(err)
	}
	return path
}

// noWebAssembly has a browser that lacks it: the page says so, offers nothing that would not answer, and the search works.
func (v *visit) noWebAssembly() {
	call(v, pages.AddScriptToEvaluateOnNewDocument, pages.AddScriptToEvaluateOnNewDocumentParams{Source: "delete globalThis.WebAssembly"})
	v.open("playground.html", 1200)
	v.troubled("no WebAssembly")
	if n := ask[int](v, `[...document.querySelectorAll("main button, main input, main select")].filter(e => e.checkVisibility()).length`); n > 0 {
		v.Errorf("%d controls that do nothing", n)
	}
	v.searches()
}

// searches looks for a word by the search of the page.
func (v *visit) searches() {
	v.Helper()
	v.finds("degradation", "01_plain.html#The-finished-result:-degradation")
}

// finds looks for words: the first that is found leads there.
func (v *visit) finds(words, there string) {
	v.Helper()
	v.do(fmt.Sprintf(`const f = document.getElementById("search"); f.focus(); f.value = %q; f.dispatchEvent(new Event("input"))`, words))
	v.until("the search finds "+words, fmt.Sprintf(`document.querySelector("#found a")?.getAttribute("href") === %q`, there))
}

// withoutJavaScript reads the pages with scripts switched off: the course is there, and so are still pictures in place of the figures.
func (v *visit) withoutJavaScript() {
	call(v, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	v.open("playground.html", 1200)
	if got := ask[string](v, `document.querySelector("noscript").innerText`); !sentence(got) {
		v.Errorf("without JavaScript the playground says %q", got)
	}
	v.open("figures.html", 1200)
	if missing := ask[[]string](v, `[...document.querySelectorAll("main h2")].filter(h => !(document.getElementById(h.id + "-chart")?.querySelector("img, noscript"))).map(h => h.id)`); len(missing) > 0 {
		v.Errorf("figures without a still picture: %q", missing)
	}
	if n := ask[int](v, `[...document.querySelectorAll("main input")].filter(e => e.checkVisibility()).length`); n > 0 {
		v.Errorf("without JavaScript there are %d sliders that do nothing", n)
	}
	v.shoot("figures-without-javascript")
	v.open("quiz.html", 390)
	if n := ask[int](v, `document.querySelectorAll("#quiz noscript").length`); n != len(quiz) {
		v.Errorf("without JavaScript the quiz shows %d answers of %d", n, len(quiz))
	}
	v.open("02_residual.html", 390)
	if ask[int](v, `document.querySelector("article").innerText.length`) < 1000 || !ask[bool](v, `document.querySelector(".contents a").checkVisibility()`) {
		v.Error("without JavaScript the chapter is not there")
	}
}

// damaged answers with a file of the site, and one byte of it changed, or without its end.
func damaged(site http.Handler, path string, change func([]byte) []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, whole := &kept{header: http.Header{}}, r.Clone(r.Context())
		whole.Header.Del("If-Modified-Since") // the browser may have it whole
		site.ServeHTTP(answer, whole)
		for _, name := range []string{"Content-Encoding", "Last-Modified", "Cache-Control"} { // so that the browser keeps it, damaged as it is
			if value := answer.header.Get(name); value != "" {
				w.Header().Set(name, value)
			}
		}
		if r.Method == http.MethodHead {
			return
		}
		if _, err := w.Write(change(answer.body.Bytes())); err != nil {
			http.Error(w, path, http.StatusInternalServerError)
		}
	}
}

// kept is an answer that is not sent.
type kept struct {
	header http.Header
	body   bytes.Buffer
}

func (k *kept) Header() http.Header            { return k.header }
func (k *kept) Write(data []byte) (int, error) { return k.body.Write(data) }
func (k *kept) WriteHeader(int)                {}

func flipped(data []byte) []byte { data[len(data)/2] ^= 4; return data }
func halved(data []byte) []byte  { return data[:len(data)/2] }
func page404([]byte) []byte      { return []byte("<!DOCTYPE html><title>Sign in to this network</title>") }

// weights has those of one network missing or damaged. The others look, the page says what is wrong, and another try succeeds.
func (v *visit) weights() {
	const file = "weights/wide-highway-w24-seed1.safetensors"
	card := fmt.Sprintf("document.getElementById(%q)?", "card-"+file)
	for what, answer := range map[string]http.HandlerFunc{
		"missing": http.NotFound, "flipped": v.damages(file, flipped), "cut": v.damages(file, halved), "another page": v.damages(file, page404), "broken off": brokenOff,
	} {
		v.breaks("/"+file, answer)
		v.open("playground.html", 1200)
		v.until(what+": the card says what is wrong", card+`.querySelector(".trouble") !== null`)
		v.until("the others have looked", `document.body.dataset.looked && document.getElementById("now").dataset.at > 0`)
		if got := ask[string](v, card+`.querySelector(".trouble").textContent`); !sentence(got) || !strings.Contains(got, "ry again") {
			v.Errorf("of weights that are %s the page says %q", what, got)
		}
		if got := ask[string](v, `document.getElementById("status").textContent`); got == "" {
			v.Error("the page says nothing of the others")
		}
		v.do(`const s = document.getElementById("network"); s.selectedIndex = 2; s.dispatchEvent(new Event("change"))`)
		v.troubled("ry again")
		v.breaks("/"+file, nil)
		v.do(card + `.querySelector("button").click()`)
		v.until(what+": the second try succeeds", card+`.querySelectorAll("tr").length === 5`)
		v.until("so does the chosen network", `document.querySelectorAll("#maps canvas").length === 3 && document.getElementById("trouble").hidden`)
	}
}

func (v *visit) damages(path string, change func([]byte) []byte) http.HandlerFunc {
	return damaged(v.site, path, change)
}

// brokenOff promises more than it sends.
func brokenOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000000")
	if _, err := w.Write(make([]byte, 1000)); err != nil || http.NewResponseController(w).Flush() != nil {
		return
	}
	panic(http.ErrAbortHandler)
}

// uncompressed is a server that compresses nothing, as most that one starts in a folder.
func uncompressed(site http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.Header.Del("Accept-Encoding")
		site.ServeHTTP(w, r)
	}
}

// compressed has a server that sends the program compressed: the browser takes it as it comes, and half of it is no program.
func (v *visit) compressed() {
	taken := make(chan string, 10)
	v.breaks("/playground.wasm", func(w http.ResponseWriter, r *http.Request) {
		answer := &kept{header: http.Header{}}
		v.site.ServeHTTP(answer, r)
		taken <- fmt.Sprintf("%s %s, under 3.5 MB: %t", r.Method, answer.header.Get("Content-Encoding"), answer.body.Len() < 3_500_000)
		v.site.ServeHTTP(w, r)
	})
	v.play()
	for _, want := range []string{"HEAD br, under 3.5 MB: true", "GET br, under 3.5 MB: true"} {
		if got := <-taken; got != want {
			v.Errorf("the program is asked for and sent as %q, want %q", got, want)
		}
	}
	v.breaks("/playground.wasm", v.damages("", halved))
	v.open("playground.html", 1200)
	v.troubled("rogram")
	v.breaks("/playground.wasm", http.NotFound) // then the copy is taken
	v.play()
}

// program has other files missing or damaged, one after the other.
func (v *visit) program() {
	const packed = "/playground.wasm.gz"
	v.compressed()
	v.lock.Lock()
	v.site = uncompressed(v.site)
	v.lock.Unlock()
	for _, test := range []struct {
		path   string
		answer http.HandlerFunc
		says   string
	}{
		{packed, http.NotFound, "did not arrive"},
		{packed, v.damages("", flipped), "did not arrive whole"},
		{packed, v.damages("", halved), "did not arrive whole"},
		{packed, v.damages("", page404), "did not arrive whole"},
		{packed, brokenOff, "broke off"},
		{"/worker.js", http.NotFound, "did not arrive"},
		{"/wasm_exec.js", http.NotFound, "did not arrive"},
		{"/playground.json", http.NotFound, "did not arrive"},
		{"/playground.json", v.damages("", page404), "did not arrive"},
	} {
		v.breaks(test.path, test.answer)
		v.open("playground.html", 1200)
		v.troubled(test.says)
		if !ask[bool](v, `document.getElementById("progress").hidden`) {
			v.Errorf("%s: the page still shows progress", test.path)
		}
		v.searches()
	}
	v.breaks("/pictures.png", http.NotFound)
	v.open("playground.html", 1200)
	v.until("the page says that there are no pictures", `/did not arrive/.test(document.getElementById("samples-title").textContent)`)
	v.looked("a picture of one's own", func() {
		if err := chromedp.Do(v.ctx, chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{v.photo("lossy.webp")})); err != nil {
			v.Fatal(err)
		}
	})
}
