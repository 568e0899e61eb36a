// SPDX-License-Identifier: Apache-2.0

// Package chromium starts a browser without a window, for tests of pages and for pictures of them.
package chromium

import (
	"context"
	"os"
	"os/exec"

	"github.com/chromedp/chromedp"
)

// Path is where Chromium or Chrome is on this machine, or empty where there is none.
func Path() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// New is a context for chromedp with a browser of its own, which starts at the first action and ends with the context or by
// the function returned. Root may not use Chromium's sandbox, so it runs without.
func New(ctx context.Context, options ...chromedp.ExecAllocatorOption) (context.Context, context.CancelFunc) {
	options = append(options, chromedp.ExecPath(Path()), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	return chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(options...))
}
