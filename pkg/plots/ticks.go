// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"image/color"
)

// Number writes a value with so many decimals, a true minus sign, and commas between thousands from 10,000 on.
func Number(v float64, decimals int) string {
	written := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(written, ".")
	if len(whole) > 4 {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if v < 0 && strings.ContainsAny(written, "123456789") {
		return "−" + whole
	}
	return whole
}

// linearTicks labels about four to ten round values, all with the same decimals: multiples of 1, 2 or 5 times a power of ten.
func linearTicks(lo, hi float64) []plot.Tick { return multiples(lo, hi, roundStep(lo, hi)) }

// wholeTicks is linearTicks without fractions.
func wholeTicks(lo, hi float64) []plot.Tick { return multiples(lo, hi, max(1, roundStep(lo, hi))) }

func roundStep(lo, hi float64) float64 {
	step := math.Pow10(int(math.Floor(math.Log10((hi - lo) / 4))))
	for _, factor := range []float64{5, 2} {
		if (hi-lo)/(factor*step) >= 4 {
			return step * factor
		}
	}
	return step
}

func multiples(lo, hi, step float64) []plot.Tick {
	if hi-lo <= 1e-12*math.Max(math.Abs(lo), math.Abs(hi)) { // too near to tell multiples of the step apart
		return []plot.Tick{{Value: lo, Label: strings.Replace(strconv.FormatFloat(lo, 'g', 4, 64), "-", "−", 1)}}
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var ticks []plot.Tick
	first := math.Ceil(lo/step-1e-9) + 0 // -0 + 0 is 0
	for i := first; i*step <= hi+1e-9*step; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: Number(i*step, decimals)})
	}
	return ticks
}

// logTicks labels the powers of ten, and 2 and 5 times them where there are few.
func logTicks(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	few := hi/lo < 200
	for exponent := int(math.Floor(math.Log10(lo))) - 1; exponent <= int(math.Ceil(math.Log10(hi)))+1; exponent++ {
		for digit := 1.0; digit < 10; digit++ {
			value := digit * math.Pow10(exponent)
			if value < lo*(1-1e-9) || value > hi*(1+1e-9) {
				continue
			}
			tick := plot.Tick{Value: value}
			if digit == 1 || few && (digit == 2 || digit == 5) {
				tick.Label = Number(value, max(0, -exponent))
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// widenLog extends a logarithmic axis to 1, 2 or 5 times a power of ten at both ends, and to two such values at least.
func widenLog(axis *plot.Axis) {
	axis.Min, axis.Max = roundLog(axis.Min*(1+1e-9), math.Floor), roundLog(axis.Max*(1-1e-9), math.Ceil)
	if axis.Max/axis.Min < 4 {
		axis.Min, axis.Max = roundLog(axis.Min*0.9, math.Floor), roundLog(axis.Max*1.1, math.Ceil)
	}
}

// roundLog is the next 1, 2 or 5 times a power of ten in a direction.
func roundLog(v float64, direction func(float64) float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for i, digit := range []float64{1, 2, 5, 10} {
		switch {
		case v <= digit*decade && direction(0.5) == 1:
			return digit * decade
		case v < digit*decade:
			return []float64{1, 2, 5}[i-1] * decade
		}
	}
	return decade
}

// lines are drawn at the labelled values of the vertical axis.
type lines struct{ color color.Color }

// Plot draws them.
func (l *lines) Plot(canvas draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&canvas)
	for _, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if at := y(tick.Value); !tick.IsMinor() && at >= canvas.Min.Y-1 && at <= canvas.Max.Y+1 {
			canvas.StrokeLine2(draw.LineStyle{Color: l.color, Width: vg.Points(0.6)}, canvas.Min.X, at, canvas.Max.X, at)
		}
	}
}
