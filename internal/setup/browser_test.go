// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/skipnets/skipnets/internal/chromium"
)

// inBrowser is the name of the notebook that the browser runs, with these cells: the course's own way to train, and one cell after it.
const inBrowser = "training.ipynb"

var cellsInBrowser = []string{`import (
	"context"
	"os"

	"github.com/janpfeifer/must"
	"github.com/skipnets/skipnets/pkg/lesson"
)

%%
watch := lesson.NewWatch("a small network", os.Stdout)
must.M1(lesson.Train(context.Background(), "compact-residual-w8", watch))
must.M(watch.Done())`, "%%\nfmt.Println(6 * 7)"}

// TestBrowser opens a notebook in JupyterLab in a real browser, runs all of its cells, as a reader would,
// and watches: while a network trains, the bar moves and the curve changes in place; at the end nothing has failed.
// With -artifacts the screenshots are kept. (That the course's own notebooks run is tested without a browser.)
func TestBrowser(t *testing.T) {
	if chromium.Path() == "" {
		t.Skip("there is no Chromium here")
	}
	s := realSetup(t)
	ctx, sign, done := watchdog(t.Context(), 4*time.Minute)
	defer done()
	address := serveLab(t, ctx, copyOf(t, s))
	// The window is high enough for the whole notebook: JupyterLab draws only what is in sight.
	ctx, stop := chromium.New(ctx, chromedp.WindowSize(1200, 2400))
	defer stop()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	cells := len(cellsInBrowser) + 1 // with the one that copyOf adds
	runCells(t, ctx, cells)
	seen := watch(t, ctx, cells, sign)
	shoot(t, ctx, "end.png")
	t.Logf("%d cells have run, %d states of the bar, %d of the curve", seen.last.Done, len(seen.bars), len(seen.curves))
	if len(seen.bars) < 2 {
		t.Errorf("the progress bar showed %d states: it does not move", len(seen.bars))
	}
	if len(seen.curves) < 2 { // more are drawn, but a busy browser does not show them all
		t.Errorf("the live curve showed %d states: it does not change", len(seen.curves))
	}
	if seen.last.Done != cells {
		t.Errorf("%d of %d cells have run", seen.last.Done, cells)
	}
	if seen.last.Errors != 0 {
		t.Errorf("%d cells failed", seen.last.Errors)
	}
}

// copyOf is the checkout with a notebook folder of its own, which holds the notebook for the browser.
func copyOf(t *testing.T, s *Setup) *Setup {
	t.Helper()
	there := *s
	there.Source = t.TempDir()
	link(t, s.Source, there.Source, "notebooks")
	// Without earlier runs: else they would be loaded, and there would be nothing to watch.
	home := t.TempDir()
	link(t, s.Home, home, "runs")
	cells := append([]string{"%env " + EnvHome + " " + home}, cellsInBrowser...)
	if err := os.Mkdir(filepath.Join(there.Source, "notebooks"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(write(t, cells...), filepath.Join(there.Source, "notebooks", inBrowser)); err != nil {
		t.Fatal(err)
	}
	return &there
}

// link makes everything that is in one folder, but for one name, appear in another.
func link(t *testing.T, from, to, except string) {
	t.Helper()
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Name() == except {
			continue
		}
		if err := os.Symlink(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

// serveLab starts JupyterLab and returns the notebook's address. The server ends before the test does.
func serveLab(t *testing.T, ctx context.Context, s *Setup) string {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	parts, ended := startLab(t, ctx, s)
	t.Cleanup(func() { cancel(); <-ended })
	return parts[1] + "/lab/tree/" + inBrowser + "?token=" + parts[2]
}

// runCells waits until the notebook has its kernel and is drawn with all its cells, and presses the button "Run this cell and
// advance" once for each of them.
func runCells(t *testing.T, ctx context.Context, cells int) {
	t.Helper()
	for drawn := 0; drawn < cells; time.Sleep(time.Second) {
		drawn = evaluate[int](t, ctx, `/gonb/.test(document.querySelector('.jp-Toolbar-kernelName')?.textContent) ? document.querySelectorAll('.jp-Notebook-cell').length : 0`)
	}
	for range cells {
		press(t, ctx)
	}
}

// press presses the button "Run this cell and advance".
func press(t *testing.T, ctx context.Context) {
	t.Helper()
	evaluate[bool](t, ctx, `document.querySelector('[data-command="notebook:run-cell-and-select-next"]').dispatchEvent(new MouseEvent('mousedown', {button: 0, bubbles: true}))`)
}

func evaluate[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatal(err, context.Cause(ctx))
	}
	return value
}

// state is what the page shows at one moment.
type state struct {
	Running int      // cells that are running or wait for it
	Errors  int      // outputs that are errors
	Done    int      // cells that have run
	Bar     string   // the line of the progress bar, if there is one
	Curves  []string // the pictures that a running cell shows in HTML
}

// look reads the state from the page.
const look = `(() => {
	const all = selector => [...document.querySelectorAll(selector)];
	const prompts = all('.jp-CodeCell .jp-InputPrompt').map(p => p.textContent);
	const bar = all('.jp-OutputArea-output pre').flatMap(p => p.textContent.split('\n')).filter(line => /epoch \d+\/\d+  loss .*\d+\/\d+/.test(line));
	return {
		Running: prompts.filter(p => p === '[*]:').length,
		Done: prompts.filter(p => /^\[\d+\]:$/.test(p)).length,
		Errors: all('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]').length,
		Bar: bar.join('\n'),
		Curves: all('.jp-RenderedHTMLCommon img[src^="data:image/png"]').map(img => img.src),
	};
})()`

// sights are all different states that were seen.
type sights struct {
	bars, curves map[string]bool
	last         state
}

// watch looks at the page until all cells have run. What is new on the page is a sign of progress. When nothing has run for a
// while, a slow page has lost one of the presses: it gets another one.
func watch(t *testing.T, ctx context.Context, cells int, sign func()) sights {
	t.Helper()
	seen := sights{bars: map[string]bool{}, curves: map[string]bool{}}
	shot := false
	for busy := time.Now(); seen.last.Done < cells || time.Since(busy) < time.Second; time.Sleep(50 * time.Millisecond) {
		now := evaluate[state](t, ctx, look)
		if !reflect.DeepEqual(now, seen.last) {
			sign()
		}
		seen.last = now
		if seen.last.Done == 0 || seen.last.Running > 0 {
			busy = time.Now()
		} else if time.Since(busy) > 5*time.Second && seen.last.Done < cells {
			press(t, ctx)
			busy = time.Now()
		}
		if seen.last.Bar != "" {
			seen.bars[strings.TrimSpace(seen.last.Bar)] = true
		}
		for _, curve := range seen.last.Curves {
			seen.curves[curve] = true
		}
		if !shot && len(seen.curves) >= 2 && seen.last.Bar != "" {
			shot = true
			shoot(t, ctx, "training.png")
		}
	}
	return seen
}

// shoot keeps what the browser shows.
func shoot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}
