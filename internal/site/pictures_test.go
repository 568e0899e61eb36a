// SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

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

// cameraTwice presses the button twice before the camera shows anything: no stream stays on unseen.
func (v *visit) cameraTwice() {
	v.play()
	permit(v, "camera", browser.PermissionSettingGranted)
	v.do(`const media = navigator.mediaDevices, give = media.getUserMedia.bind(media); globalThis.streams = []; media.getUserMedia = async (...a) => { const s = await give(...a); streams.push(s); return s; };
		for (const i of [1, 2]) document.getElementById("camera").click()`)
	v.until("the camera shows something", `streams.length === 2 && document.getElementById("video").videoWidth > 0`)
	const on = `streams.filter(s => s.getTracks().some(t => t.readyState === "live")).length`
	if n := ask[int](v, on); n != 1 {
		v.Errorf("%d streams of the camera are on", n)
	}
	v.do(`document.getElementById("stop").click()`)
	if n := ask[int](v, on); n != 0 {
		v.Errorf("%d streams of the camera are on after it was stopped", n)
	}
}

// stale gives a file that cannot be read, and another picture at once: nothing is said of the first.
func (v *visit) stale() {
	v.play()
	v.looked("the second picture", func() {
		v.do(`open(new File(["Dear network"], "letter.png")); document.querySelectorAll("#samples button")[5].click()`)
	})
	if text := ask[string](v, `document.getElementById("trouble").textContent`); text != "" {
		v.Errorf("the page says %q of a picture that was given up", text)
	}
}

// press presses a key, as one who has no mouse.
func (v *visit) press(key string, options ...chromedp.KeyOption) {
	v.Helper()
	if err := chromedp.Do(v.ctx, chromedp.KeyEvent(key, options...)); err != nil {
		v.Fatal(err)
	}
}
