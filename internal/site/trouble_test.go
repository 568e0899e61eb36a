// SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	pages "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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

// photo is one of internal/photo's test files.
func (v *visit) photo(name string) string {
	v.Helper()
	path, err := filepath.Abs(filepath.Join("..", "photo", "testdata", name))
	if err != nil {
		v.Fatal(err)
	}
	return path
}

// pixels is a PNG file of that size.
func (v *visit) pixels(width, height int) []byte {
	v.Helper()
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&file, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		v.Fatal(err)
	}
	return file.Bytes()
}

// moving is a GIF file of two pictures.
func (v *visit) moving() []byte {
	v.Helper()
	frame := image.NewPaletted(image.Rect(0, 0, 40, 40), color.Palette{color.Black, color.White})
	var file bytes.Buffer
	if err := gif.EncodeAll(&file, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{9, 9}}); err != nil {
		v.Fatal(err)
	}
	return file.Bytes()
}

// files gives the playground files of all kinds. After each that is refused, the page goes on.
func (v *visit) files() {
	v.play()
	cmyk, err := os.ReadFile(v.photo("cmyk.jpg"))
	if err != nil {
		v.Fatal(err)
	}
	for _, test := range []struct{ file, says string }{
		{v.file("letter.txt", []byte("Dear network")), "PNG, JPEG and WebP"},
		{v.file("nothing.png", nil), "PNG, JPEG and WebP"},
		{v.photo("cmyk.jpg"), ""},
		{v.file("half.jpg", cmyk[:len(cmyk)/2]), "cannot be decoded"},
		{v.photo("animated.webp"), "animated"},
		{v.photo("lossy.webp"), ""},
		{v.file("moving.gif", v.moving()), "GIF"},
		{v.file("large.png", v.pixels(6000, 5000)), ""},
		{v.file("vast.png", v.pixels(9000, 8000)), "million that are read"},
		{v.file("small.png", v.pixels(40, 3)), "too few"},
		{v.photo("alpha.webp"), ""},
	} {
		give := func() {
			if err := chromedp.Do(v.ctx, chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{test.file})); err != nil {
				v.Fatal(err)
			}
		}
		if test.says == "" {
			v.looked(test.file, give)
			continue
		}
		give()
		v.troubled(test.says)
	}
}

// drag brings something over the middle of the window, and lets it fall.
func (v *visit) drag(data input.DragData) {
	v.Helper()
	data.DragOperationsMask = 1
	for _, phase := range []input.DispatchDragEventType{input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop} {
		call(v, input.DispatchDragEvent, input.DispatchDragEventParams{Type: phase, X: 400, Y: 450, Data: &data})
	}
}

// drop lets files and other things fall on the page, which must not be left for them.
func (v *visit) drop() {
	v.play()
	v.looked("a picture that is dropped", func() { v.drag(input.DragData{Files: []string{v.photo("lossy.webp")}, Items: []*input.DragDataItem{}}) })
	v.drag(input.DragData{Items: []*input.DragDataItem{{MimeType: "text/plain", Data: "words"}}})
	v.troubled("no file")
	v.drag(input.DragData{Files: []string{v.TempDir()}, Items: []*input.DragDataItem{}})
	v.troubled("is it a folder")
	v.drag(input.DragData{Files: []string{v.file("letter.txt", []byte("Dear network"))}, Items: []*input.DragDataItem{}})
	v.troubled("PNG, JPEG and WebP")
	if got := ask[string](v, `location.pathname`); got != "/playground.html" {
		v.Errorf("after the drops the browser is at %s", got)
	}
}

// paste presses Ctrl-V with a picture and with words in the clipboard.
func (v *visit) paste() {
	v.play()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		permit(v, name, browser.PermissionSettingGranted)
	}
	copied := func(kind, blob string) {
		v.Helper()
		ask[bool](v, fmt.Sprintf(`(async () => { await navigator.clipboard.write([new ClipboardItem({ %q: %s })]); return true; })()`, kind, blob))
	}
	press := func() {
		v.Helper()
		call(v, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "v", Code: "KeyV", WindowsVirtualKeyCode: 86, Modifiers: 2, Commands: []string{"paste"}})
		call(v, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: "v", Code: "KeyV", WindowsVirtualKeyCode: 86, Modifiers: 2})
	}
	copied("image/png", `await new Promise(r => document.getElementById("seen").toBlob(r))`)
	v.looked("a picture that is pasted", press)
	copied("text/plain", `new Blob(["words"], { type: "text/plain" })`)
	press()
	v.troubled("no picture in the clipboard")
	v.do(`document.querySelector("#samples button").click(); document.getElementById("search").focus()`)
	press()
	v.until("the words are in the field of the search", `document.getElementById("search").value === "words"`)
	if got := ask[string](v, `document.getElementById("trouble").textContent`); got != "" {
		v.Errorf("of words that are pasted into the search the page says %q", got)
	}
}

func permit(v *visit, name string, setting browser.PermissionSetting) {
	v.Helper()
	if _, err := chromedp.CallBrowser(v.ctx, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: name}, Setting: setting, Origin: v.address}); err != nil {
		v.Fatal(err)
	}
}

func (v *visit) noCamera() {
	v.play()
	v.do(`document.getElementById("camera").click()`)
	v.troubled("no camera here")
	v.looked("one of the twenty pictures", func() { v.do(`document.querySelector("#samples button").click()`) })
}

func (v *visit) cameraRefused() {
	v.play()
	permit(v, "camera", browser.PermissionSettingDenied)
	v.do(`document.getElementById("camera").click()`)
	v.troubled("may not use the camera")
	v.looked("one of the twenty pictures", func() { v.do(`document.querySelector("#samples button").click()`) })
}

// camera takes a picture with the camera that Chromium pretends to have, by keys alone.
func (v *visit) camera() {
	v.play()
	permit(v, "camera", browser.PermissionSettingGranted)
	v.do(`document.getElementById("camera").focus()`)
	v.press(kb.Enter)
	v.until("the button that takes the picture has the focus", `document.activeElement.id === "shoot"`)
	v.until("the camera shows something", `document.getElementById("video").videoWidth > 0`)
	v.looked("a picture of the camera", func() { v.press(kb.Enter) })
	if !ask[bool](v, `document.getElementById("live").hidden && document.activeElement.id === "camera" && document.getElementById("video").srcObject === null`) {
		v.Error("the camera is still on")
	}
}

// press presses a key, as one who has no mouse.
func (v *visit) press(key string, options ...chromedp.KeyOption) {
	v.Helper()
	if err := chromedp.Do(v.ctx, chromedp.KeyEvent(key, options...)); err != nil {
		v.Fatal(err)
	}
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
	v.do(`const f = document.getElementById("search"); f.focus(); f.value = "degradation"; f.dispatchEvent(new Event("input"))`)
	v.until("the search finds something", `document.querySelector("#found a[href^='01_plain']") !== null`)
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

// program has other files missing or damaged, one after the other.
func (v *visit) program() {
	const packed = "/playground.wasm.gz"
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
