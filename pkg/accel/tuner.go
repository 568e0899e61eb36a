// SPDX-License-Identifier: Apache-2.0

package accel

import (
	"cmp"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/gomlx/compute"

	"github.com/skipnets/skipnets/internal/home"
)

// Forms tells which form of a gradient of a convolution to its kernel is built, by the convolution: its dtype, shapes, stride and
// padding. The names of both are those that a [Tuner] writes.
type Forms map[string]string

// A Tuner finds out which form of a convolution's gradient is the fastest on this machine: it builds the candidates alone, runs each a few
// times, and keeps the winner's name in a file, for the next program. It is for XLA on a CPU; other backends have one form.
//
//	backend := accel.Wrap(backend, accel.WithTuner(accel.NewTuner("")))
//
// The forms differ by rounding. A training that must give the same bits again needs the forms that it began with: Used has them,
// and [FixedForms] takes them.
type Tuner struct {
	// Budget is how long one Tuner may measure; when no time is left for one more, what is still unknown is built in the usual form.
	// 0 means 3 s.
	Budget time.Duration
	// Report is called before a convolution is measured, when it is not nil.
	Report func(convolution string)

	file  string
	fixed bool

	mu    sync.Mutex
	begun Forms // what was built in an earlier process
	known Forms // nil until it was read
	used  Forms

	spent   time.Duration // on measurements
	longest time.Duration // of them
}

// NewTuner keeps what it measures in a file, beside what it holds of other machines; with "" in
// $SKIPNETS_HOME/forms.json (default: skipnets/forms.json in [os.UserCacheDir]). A file that cannot be read or written only means that the next program measures again.
func NewTuner(file string) *Tuner {
	if file == "" {
		file, _ = home.Path("forms.json") // "" where there is no home: nothing is kept
	}
	return &Tuner{file: file, used: Forms{}}
}

// Fix makes these the forms of their convolutions, whatever is measured.
func (t *Tuner) Fix(forms Forms) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begun = maps.Clone(forms)
	maps.Copy(t.used, forms)
}

// FixedForms is a Tuner that measures nothing: what is not among the forms is built in the usual one.
func FixedForms(forms Forms) *Tuner {
	t := &Tuner{fixed: true, known: Forms{}, used: Forms{}}
	t.Fix(forms)
	return t
}

// Used are the forms in which everything was built so far with this Tuner, the usual ones and those of Fix included.
func (t *Tuner) Used() Forms {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.used)
}

// WithTuner builds gradients of convolutions to their kernels in the forms that t finds.
func WithTuner(t *Tuner) Option {
	return func(r *rewrites) { r.tuner = t }
}

// kernelGradientForm is the form in which c is built.
func (r rewrites) kernelGradientForm(o *ops, c conv) form {
	if r.tuner == nil {
		return usualForm(c)
	}
	return r.tuner.form(r.raw, c)
}

// form is the known form of c, or the one found now.
func (t *Tuner) form(b compute.Backend, c conv) form {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.known = t.read(b)
	}
	key := c.String()
	chosen, known := formNamed(cmp.Or(t.begun[key], t.known[key]), c)
	if !known {
		chosen = usualForm(c)
		if found, ok := t.measure(b, c, key); ok {
			chosen = found
			t.known[key] = found.name
			t.write(b)
		}
	}
	t.used[key] = chosen.name
	return chosen
}

// String names the convolution: all that its form may depend on.
func (c conv) String() string {
	return fmt.Sprintf("%s x%v v%v stride%v pad%v", c.dtype, c.inputDims, c.kernelDims, c.kernelDilations, c.paddings)
}
