// SPDX-License-Identifier: Apache-2.0

package slides

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/skipnets/skipnets/internal/chromium"
	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
	"github.com/skipnets/skipnets/internal/setup/testsetup"
)

func TestMain(m *testing.M) { testsetup.Main(m) }

func ask[R any](t *testing.T, ctx context.Context, expression string) R {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[R](expression))
	if err != nil {
		t.Fatal(err, context.Cause(ctx), " in ", expression)
	}
	return value
}

// TestBrowser shows two decks as a teacher does, from a file, and looks whether each slide holds what is on it.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out what needs a browser")
	}
	if chromium.Path() == "" {
		t.Skip("there is no Chromium here")
	}
	s, err := setup.New(setup.Options{Quick: true, Helper: pjrt.Command()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context(), s.Folders(), s.Python(), s.Jupyter()); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "slides")
	names := []string{"02_residual", "05_compare"}
	var notebooks []string
	for _, name := range names {
		notebooks = append(notebooks, filepath.Join(s.Source, "notebooks", name+".ipynb"))
	}
	if err := Write(t.Context(), s, notebooks, dir, io.Discard); err != nil {
		t.Fatal(err)
	}
	ctx, stop := chromium.New(t.Context(), chromedp.WindowSize(1280, 720))
	defer stop()
	for _, name := range names {
		page := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(dir, name+".html"))}
		if err := chromedp.Do(ctx, chromedp.Navigate(page.String())); err != nil {
			t.Fatal(err)
		}
		deck(t, ctx, name)
	}
}

func deck(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ask[bool](t, ctx, `Boolean(globalThis.Reveal?.isReady?.())`); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(name, ": the deck does not begin")
		}
	}
	if n := ask[int](t, ctx, `document.querySelectorAll(".katex-error").length`); n > 0 {
		t.Errorf("%s: %d formulas are not understood", name, n)
	}
	if others := ask[[]string](t, ctx, `performance.getEntriesByType("resource").map(r => r.name).filter(n => !n.startsWith("file:") && !n.startsWith("data:"))`); len(others) > 0 {
		t.Errorf("%s: the deck asks for %q", name, others)
	}
	notes(t, ctx, name)
	for {
		if ask[bool](t, ctx, `Reveal.getCurrentSlide().scrollHeight > 725`) {
			t.Errorf("%s: slide %q is higher than the screen", name, ask[string](t, ctx, `Reveal.getCurrentSlide().innerText.slice(0, 200)`))
		}
		if ask[bool](t, ctx, `(() => { const i = Reveal.getCurrentSlide().querySelector("img"); return i !== null && i.clientHeight < 150; })()`) {
			t.Errorf("%s: the figure of %q has no room", name, ask[string](t, ctx, `Reveal.getCurrentSlide().innerText.slice(0, 200)`))
		}
		if ask[bool](t, ctx, `Reveal.isLastSlide() && !Reveal.availableFragments().next`) {
			break
		}
		ask[bool](t, ctx, `Reveal.next() || true`)
	}
	if title := ask[string](t, ctx, `document.title`); !strings.Contains(title, " · ") {
		t.Errorf("%s: the title is %q", name, title)
	}
}

// notes opens the speaker's window with the key S, on a slide that has notes, and reads it.
func notes(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	ask[bool](t, ctx, `Reveal.next() || true`)
	want := strings.Join(strings.Fields(ask[string](t, ctx, `Reveal.getCurrentSlide().querySelector("aside.notes p").textContent`)), " ")
	if err := chromedp.Do(ctx, chromedp.KeyEvent("s")); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		targets, err := chromedp.Targets(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, window := range targets {
			if window.Type != "page" || window.TargetID == chromedp.FromContext(ctx).Target.TargetID {
				continue
			}
			speaker, closed := chromedp.NewContext(ctx, chromedp.WithTargetID(window.TargetID))
			defer closed()
			for ; time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
				shown := ask[string](t, speaker, `document.body.innerText`)
				if strings.Contains(strings.Join(strings.Fields(shown), " "), want[:min(40, len(want))]) {
					return
				}
			}
		}
	}
	t.Errorf("%s: the speaker's window does not show %q", name, want)
}

// A folder with other things in it is left alone, and two notebooks of one name do not overwrite each other.
func TestWriteRefuses(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "thesis.tex")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	notebook := "../../notebooks/00_start.ipynb"
	if err := Write(t.Context(), nil, []string{notebook}, dir, io.Discard); err == nil || !strings.Contains(err.Error(), "holds other files than slides") {
		t.Errorf("a folder with something else in it: %v", err)
	}
	if err := Write(t.Context(), nil, []string{notebook, "./" + notebook}, filepath.Join(dir, "new"), io.Discard); err == nil || !strings.Contains(err.Error(), "the same page") {
		t.Errorf("two notebooks of one name: %v", err)
	}
	if err := Write(t.Context(), nil, []string{other}, filepath.Join(dir, "new"), io.Discard); err == nil || !strings.Contains(err.Error(), "thesis.tex: not a notebook") {
		t.Errorf("not a notebook: %v", err)
	}
}

// Slides that are stopped leave nothing that would keep another try from the folder.
func TestWriteStopped(t *testing.T) {
	s, err := setup.New(setup.Options{Home: t.TempDir(), Source: filepath.Join("..", "..")})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	dir := filepath.Join(t.TempDir(), "slides")
	if err := Write(ctx, s, []string{filepath.Join("..", "..", "notebooks", "01_plain.ipynb")}, dir, io.Discard); err == nil {
		t.Error("no error")
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder: %v", err)
	}
}
