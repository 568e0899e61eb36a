// SPDX-License-Identifier: Apache-2.0

// Playground measures in Chromium how long a reader waits for the site, and how much there is to download, beside what we want to
// reach, and prints a table. It can also renew the picture of the playground that README shows. Nothing else should run meanwhile.
//
//	go run ./cmd/skipnets site DIR
//	go run ./docs/bench/playground [-visits 5] [-picture docs/playground.png] DIR
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/skipnets/skipnets/internal/about"
	"github.com/skipnets/skipnets/internal/chromium"
	"github.com/skipnets/skipnets/internal/site"
)

func main() {
	log.SetFlags(0)
	visits := flag.Int("visits", 5, "visits, each by a browser that has seen nothing before; the median counts")
	picture := flag.String("picture", "", "also write a picture of the playground into this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flag.Args(), *visits, *picture); err != nil {
		log.Fatal("playground: ", err)
	}
}

func run(ctx context.Context, args []string, visits int, picture string) error {
	if len(args) != 1 || visits < 1 {
		return errors.New("give the folder of a site, which skipnets site writes, and at least one visit")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: site.Handler(args[0]), ReadHeaderTimeout: 10 * time.Second}
	defer server.Close()
	go func() { _ = server.Serve(listener) }() // until it is closed
	address := "http://" + listener.Addr().String()
	var all []map[string]float64
	for range visits {
		figures, err := visit(ctx, address, picture)
		if err != nil {
			return err
		}
		all = append(all, figures)
	}
	fmt.Printf("| | measured | wanted |\n|---|--:|--:|\n")
	for _, m := range measurements {
		var values []float64
		for _, figures := range all {
			values = append(values, figures[m.what])
		}
		slices.Sort(values)
		fmt.Printf("| %s | %.*f %s | under %g %s |\n", m.what, m.digits, values[len(values)/2], m.unit, m.wanted, m.unit)
	}
	fmt.Printf("\nMedian of %d visits, commit %s, %s\n", visits, cmp.Or(about.Commit(), "unknown (build this program to know it)"), about.Machine())
	return nil
}

// A measurement is a row of the table.
type measurement struct {
	what   string
	digits int
	unit   string
	wanted float64
	script string // that measures it on the page, a promise of a number
}

// The page is asked one after the other. looked waits for the four networks, and times is what their cards say.
const (
	chapter    = "02_residual.html"
	playground = "playground.html"

	helpers = `
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const until = async (f) => { while (!f()) await sleep(5); return performance.now(); };
const looked = () => Number(document.body.dataset.looked ?? 0);
const cards = () => [...document.querySelectorAll("#four .time")].map((e) => parseFloat(e.textContent));
const sample = async (i) => { const at = looked(), begin = performance.now(); document.querySelectorAll("#samples button")[i].click(); return (await until(() => looked() > at)) - begin; };
`
	loaded = `[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]`
)

var pages = map[string][]measurement{
	chapter: {
		{"a chapter can be read", 2, "s", 1, `until(() => document.readyState === "complete").then(() => performance.getEntriesByType("navigation")[0].loadEventEnd / 1000)`},
		{"a chapter, downloaded", 0, "kB", 500, `until(() => document.readyState === "complete").then(() => ` + loaded + `.reduce((sum, e) => sum + e.transferSize, 0) / 1000)`},
	},
	playground: {
		{"first visit until a picture is classified", 2, "s", 10, `until(() => cards().length > 0).then((t) => t / 1000)`},
		{"first visit until all four networks have looked", 2, "s", 10, `until(() => looked() > 0).then((t) => t / 1000)`},
		{"the program, compressed", 2, "MB", 4, `fetch("playground.wasm").then((a) => a.blob()).then(() => ` + loaded + `.find((e) => e.name.endsWith("playground.wasm")).encodedBodySize / 1e6)`},
		{"a second picture, the slowest of the four networks", 2, "s", 0.4, `until(() => document.getElementById("now").dataset.at > 0).then(() => sample(5)).then(() => Math.max(...cards()))`},
		{"a third picture, all four networks", 2, "s", 2, `sample(8).then((ms) => ms / 1000)`},
	},
}

var measurements = append(slices.Clone(pages[chapter]), pages[playground]...)

// visit starts a browser, looks at both pages, and measures.
func visit(ctx context.Context, address, picture string) (map[string]float64, error) {
	ctx, stop := chromium.New(ctx)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1200, 900), chromedp.Navigate("about:blank")); err != nil {
		return nil, err
	}
	figures := map[string]float64{}
	for _, page := range []string{chapter, playground} {
		if err := chromedp.Do(ctx, chromedp.Navigate(address+"/"+page)); err != nil {
			return nil, err
		}
		for _, m := range pages[page] {
			value, err := chromedp.Run(ctx, chromedp.Evaluate[float64]("(async () => {"+helpers+"return "+m.script+"})()", chromedp.EvalAwaitPromise))
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", page, m.what, err)
			}
			figures[m.what] = value
		}
	}
	if picture != "" {
		return figures, shoot(ctx, picture)
	}
	return figures, nil
}

// shoot writes a picture of the playground down to what the highway network says, which has most to show.
func shoot(ctx context.Context, file string) error {
	const highway = `(async () => {` + helpers + `
		const at = Number(document.getElementById("now").dataset.at), select = document.getElementById("network");
		await sample(3);
		select.selectedIndex = 2;
		select.dispatchEvent(new Event("change"));
		await until(() => Number(document.getElementById("now").dataset.at) > at && document.querySelectorAll("#maps canvas").length > 0);
		document.activeElement.blur();
		return true;
	})()`
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](highway, chromedp.EvalAwaitPromise)); err != nil {
		return err
	}
	height, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`Math.ceil(scrollY + document.querySelector(".inside").getBoundingClientRect().bottom)`))
	if err != nil {
		return err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1200, height)); err != nil {
		return err
	}
	data, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
