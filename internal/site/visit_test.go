// SPDX-License-Identifier: Apache-2.0

package site

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"github.com/skipnets/skipnets/internal/chromium"
	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
	"github.com/skipnets/skipnets/internal/setup/testsetup"
)

func TestMain(m *testing.M) { testsetup.Main(m) }

// TestBrowser visits the site as readers do, and listens for errors.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out what needs a browser")
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
	browser, withCamera := start(t), start(t, chromedp.Flag("use-fake-device-for-media-stream", true))
	axe := axeProgram(t, s)
	for name, visiting := range visits {
		t.Run(name, func(t *testing.T) {
			of := browser
			if strings.Contains(name, "with a camera") {
				of = withCamera
			}
			v := newVisit(t, of, axe, Handler(dir))
			visiting(v)
			if errors := v.said(); len(errors) > 0 {
				t.Errorf("the browser's console: %q", errors)
			}
		})
	}
}

// start starts a browser, which ends with the test.
func start(t *testing.T, options ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	if chromium.Path() == "" {
		t.Skip("there is no Chromium here")
	}
	ctx, stop := chromium.New(t.Context(), options...)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// A visit is a page of a browser that looks at the site, and what its console said of errors.
type visit struct {
	*testing.T
	ctx     context.Context
	address string
	axe     string // its program
	site    http.Handler

	lock   sync.Mutex
	broken map[string]http.HandlerFunc // what answers in place of the site, by path
	errors []string
}

// newVisit opens a page of the browser on a server of its own, in which a visit can break things.
func newVisit(t *testing.T, browser context.Context, axe string, site http.Handler) *visit {
	t.Helper()
	v := &visit{T: t, axe: axe, site: site}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.lock.Lock()
		answer := v.broken[r.URL.Path]
		if answer == nil {
			answer = v.site.ServeHTTP
		}
		v.lock.Unlock()
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	v.address = server.URL
	ctx, stop := chromedp.NewContext(browser)
	t.Cleanup(stop)
	v.ctx = ctx
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	go v.listen(chromedp.Console(ctx))
	return v
}

// breaks lets another answer take the place of what the site says there; nil repairs it.
func (v *visit) breaks(path string, answer http.HandlerFunc) {
	v.lock.Lock()
	defer v.lock.Unlock()
	v.broken = map[string]http.HandlerFunc{path: answer}
}

// listen keeps the errors until the browser ends. What it says of a file that a visit has broken is none.
func (v *visit) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for message, err := range messages {
		if err != nil || !message.IsException() && message.Type != chromedp.ConsoleError {
			continue
		}
		v.lock.Lock()
		if len(v.broken) == 0 || message.Source != "network" {
			v.errors = append(v.errors, message.String()+" "+message.URL)
		}
		v.lock.Unlock()
	}
}

func (v *visit) said() []string {
	v.lock.Lock()
	defer v.lock.Unlock()
	return slices.Clone(v.errors)
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

// troubled waits until the page says that something is wrong, in a sentence with these words.
func (v *visit) troubled(words string) {
	v.Helper()
	v.until("the page says "+words, fmt.Sprintf(`!document.getElementById("trouble").hidden && document.getElementById("trouble").textContent.includes(%q)`, words))
	if text := ask[string](v, `document.getElementById("trouble").textContent`); !sentence(text) {
		v.Errorf("this is no plain sentence: %q", text)
	}
}

// plain is how a sentence for readers looks: a capital letter, a full stop, and a reason in brackets at most after it.
var (
	plain          = regexp.MustCompile(`(?s)^[A-Z].*[.?!]( \(.*\))?$`)
	forProgrammers = regexp.MustCompile(`undefined|null|Error|\[object|NaN|goroutine|\n`)
)

func sentence(text string) bool { return plain.MatchString(text) && !forProgrammers.MatchString(text) }

// looked waits until the four networks have looked at another picture than before, which do gives.
func (v *visit) looked(what string, do func()) {
	v.Helper()
	at := ask[string](v, `document.body.dataset.looked ?? "0"`)
	do()
	v.until(what+" is looked at", `document.body.dataset.looked > `+at)
	if text := ask[string](v, `document.getElementById("trouble").textContent`); text != "" {
		v.Errorf("%s: the page says %q", what, text)
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

// ask evaluates an expression on the page, and waits if it is a promise.
func ask[R any](v *visit, expression string) R {
	v.Helper()
	value, err := chromedp.Run(v.ctx, chromedp.Evaluate[R](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		v.Fatal(err, context.Cause(v.ctx), " in ", expression)
	}
	return value
}

// do runs statements on the page.
func (v *visit) do(statements string) {
	v.Helper()
	ask[bool](v, "(() => { "+statements+"; return true; })()")
}

// call gives the browser a command.
func call[P, R any](v *visit, command cdp.Command[P, R], params P) {
	v.Helper()
	if _, err := chromedp.Call(v.ctx, command, params); err != nil {
		v.Fatal(err)
	}
}

// axe looks for faults of accessibility.
var axe = Package{
	Name: "axe-core", Version: "4.14.1", License: "MPL-2.0",
	Integrity: "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
	files:     func(name string) (string, bool) { return "axe.js", name == "package/axe.min.js" },
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

// faults are those that axe finds on the page as it is shown.
func (v *visit) faults(shown string) {
	v.Helper()
	if !ask[bool](v, `typeof axe === "object"`) {
		ask[bool](v, v.axe+"; true")
	}
	for _, fault := range ask[[]string](v, `axe.run().then(r => r.violations.filter(f => f.impact === "serious" || f.impact === "critical").map(f => f.id + ": " + f.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(" … ")))`) {
		v.Errorf("%s, %s: %s", ask[string](v, `location.pathname`), shown, fault)
	}
}

// accessible lets axe look at the page, in the light and in the dark.
func (v *visit) accessible() {
	v.Helper()
	for _, scheme := range []string{"light", "dark"} {
		v.do(fmt.Sprintf(`document.documentElement.style.colorScheme = %q`, scheme))
		v.faults(scheme)
	}
	v.shoot("dark-" + ask[string](v, `location.pathname.slice(1, -5)`))
	ask[bool](v, `document.documentElement.style.colorScheme = "", true`)
}
