// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image/png"

	"github.com/janpfeifer/gonb/gonbui"
)

// ErrNoNotebook is returned by [Show] and [Live] in a program that no GoNB kernel runs.
var ErrNoNotebook = errors.New("plots: not in a GoNB notebook")

// Show displays a PNG as the output of the notebook cell that is running, and waits until the kernel has it.
func Show(figure []byte) error {
	if err := check(figure); err != nil {
		return err
	}
	gonbui.DisplayPng(figure)
	gonbui.Sync()
	return gonbui.Error()
}

// Live is a figure that changes in place while a cell runs. Create it with [NewLive].
type Live struct {
	id    string
	shown bool
}

// NewLive returns a figure that is not shown yet.
func NewLive() *Live {
	return &Live{id: "skipnets-" + gonbui.UniqueId()}
}

// Update shows the PNG in place of the one before. It needs neither script nor network in the browser.
func (l *Live) Update(figure []byte) error {
	if err := check(figure); err != nil {
		return err
	}
	l.shown = true
	gonbui.UpdateHTML(l.id, `<img src="data:image/png;base64,`+base64.StdEncoding.EncodeToString(figure)+`">`)
	gonbui.Sync()
	return gonbui.Error()
}

// Clear takes the figure away.
func (l *Live) Clear() error {
	if !l.shown {
		return nil
	}
	l.shown = false
	gonbui.UpdateHTML(l.id, "")
	gonbui.Sync()
	return gonbui.Error()
}

func check(figure []byte) error {
	if _, err := png.DecodeConfig(bytes.NewReader(figure)); err != nil {
		return fmt.Errorf("plots: not a PNG: %w", err)
	}
	if !gonbui.IsNotebook {
		return ErrNoNotebook
	}
	return nil
}
