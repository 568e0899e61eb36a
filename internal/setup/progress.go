// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar shows a download of size bytes (-1: unknown) of which done are here already. Without a terminal it shows nothing.
func (s *Setup) bar(what string, size, done int64) *progressbar.ProgressBar {
	bar := progressbar.NewOptions64(size, append(s.barOptions(what), progressbar.OptionShowBytes(true))...)
	_ = bar.Add64(done) // fails only beyond size, which the server's answer excludes
	return bar
}

// spin says what is going on, and turns until stop is called.
func (s *Setup) spin(what string) (stop func()) {
	if !s.terminal() {
		s.say("  %s", what)
		return func() {}
	}
	bar := progressbar.NewOptions(-1, append(s.barOptions(what), progressbar.OptionShowElapsedTimeOnFinish())...)
	ticker, done, ended := time.NewTicker(200*time.Millisecond), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticker.C:
				_ = bar.Add(1)
			case <-done:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
		<-ended
		_ = bar.Finish()
	}
}

// steps shows that of a number of steps the next one has begun.
func (s *Setup) steps(what string) (begin func(number, of int)) {
	if !s.terminal() {
		s.say("  %s", what)
		return func(int, int) {}
	}
	bar := progressbar.NewOptions(1, append(s.barOptions(what), progressbar.OptionShowCount())...)
	return func(number, of int) {
		bar.ChangeMax(of + 1) // so that it stays while the last one is under way
		_ = bar.Set(number)
	}
}

func (s *Setup) barOptions(what string) []progressbar.Option {
	return []progressbar.Option{
		progressbar.OptionSetDescription("  " + what),
		progressbar.OptionSetWriter(s.Out),
		progressbar.OptionSetVisibility(s.terminal()),
		progressbar.OptionThrottle(100 * time.Millisecond),
		progressbar.OptionFullWidth(),
		progressbar.OptionClearOnFinish(),
	}
}

func (s *Setup) terminal() bool {
	file, ok := s.Out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
