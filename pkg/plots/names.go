// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"slices"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// nameGap is the distance from a line's end to its name.
const nameGap = 6 * vg.Length(1)

// placeNames writes the name of each line at its end: in the margin where the line ends at the edge, else beside its end, where
// it covers least.
func placeNames(canvas draw.Canvas, area vg.Rectangle, c *chart, paths [][]vg.Point) {
	var margin, inside []int
	for i := range c.series {
		switch {
		case !c.named(i):
		case c.endsAtEdge(i):
			margin = append(margin, i)
		default:
			inside = append(inside, i)
		}
	}
	end := func(i int) vg.Point { return paths[i][len(paths[i])-1] }
	slices.SortStableFunc(margin, func(i, j int) int { // from below
		if end(i).Y < end(j).Y {
			return -1
		}
		return 1
	})
	line := 1.15 * textStyle(sans(c.size), ink).FontExtents().Height
	var heights, sizes []vg.Length
	for _, i := range margin {
		heights, sizes = append(heights, end(i).Y), append(sizes, line)
	}
	heights = spreadOut(heights, sizes, area.Min.Y-line/2, canvas.Max.Y)
	var taken []vg.Rectangle
	for k, i := range margin {
		style := c.nameStyle(i)
		at := vg.Point{X: area.Max.X + nameGap + 2, Y: heights[k]}
		if shift := at.Y - end(i).Y; shift > line/3 || shift < -line/3 { // show where it belongs
			canvas.StrokeLine2(draw.LineStyle{Color: style.Color, Width: vg.Points(0.6)}, end(i).X+3, end(i).Y, at.X-1, at.Y)
		}
		canvas.FillText(style, at, c.series[i].Name)
	}
	for _, i := range inside {
		style := c.nameStyle(i)
		box := best(end(i), style.Width(c.series[i].Name), line, area, paths, taken)
		taken = append(taken, box)
		from, to := end(i).Y, max(box.Min.Y, min(end(i).Y, box.Max.Y))
		if apart := max(to-from, from-to); apart > line {
			canvas.StrokeLine2(draw.LineStyle{Color: style.Color, Width: vg.Points(0.6)}, end(i).X, from, end(i).X, to)
		}
		canvas.FillText(style, vg.Point{X: box.Min.X, Y: (box.Min.Y + box.Max.Y) / 2}, c.series[i].Name)
	}
}

func (c *chart) nameStyle(i int) text.Style {
	style := textStyle(sans(c.size), written(c.colors[i]))
	style.YAlign = text.YCenter
	return style
}

// spreadOut moves the middles of things, which rise, as little as needed apart, so that none covers another and all lie between low
// and high. Sizes are how high the things are.
func spreadOut(middles, sizes []vg.Length, low, high vg.Length) []vg.Length {
	out, last := slices.Clone(middles), len(middles)-1
	for range 200 { // push neighbours apart until they are
		moved := false
		for i := 1; i < len(out); i++ {
			if overlap := (sizes[i]+sizes[i-1])/2 - out[i] + out[i-1]; overlap > 0.01 {
				out[i-1], out[i], moved = out[i-1]-overlap/2, out[i]+overlap/2, true
			}
		}
		if last >= 0 {
			out[0], out[last] = max(out[0], low+sizes[0]/2), min(out[last], high-sizes[last]/2)
		}
		if !moved {
			break
		}
	}
	return out
}

// crowded is how much a name may cover before a place further away, with a line to it, is better.
const crowded = 60

// best is the place for a name beside a line's end that lies within the area and covers the fewest points of lines and no other name.
// Where there is none it is above or below the end, as near as there is room.
func best(end vg.Point, width, height vg.Length, area vg.Rectangle, paths [][]vg.Point, taken []vg.Rectangle) (box vg.Rectangle) {
	near := []vg.Point{
		{X: end.X + nameGap, Y: end.Y - height/2}, {X: end.X - width/2, Y: end.Y + 4}, {X: end.X - width/2, Y: end.Y - height - 4},
		{X: end.X + 3, Y: end.Y + 3}, {X: end.X + 3, Y: end.Y - height - 3}, {X: end.X - width - 3, Y: end.Y + 3}, {X: end.X - width - 3, Y: end.Y - height - 3},
		{X: end.X + 3, Y: end.Y - 1.7*height}, {X: end.X - width/2, Y: end.Y - 1.7*height},
	}
	box, least := cheapest(near, end, width, height, area, paths, taken)
	if least < crowded {
		return box
	}
	var far []vg.Point
	x := max(area.Min.X, min(end.X-width/2, area.Max.X-width))
	for rows := vg.Length(1.5); rows < 6; rows += 0.5 {
		for _, left := range []vg.Length{x, end.X + 3} {
			far = append(far, vg.Point{X: left, Y: end.Y + rows*height}, vg.Point{X: left, Y: end.Y - (rows+1)*height})
		}
	}
	if further, cost := cheapest(far, end, width, height, area, paths, taken); cost < least {
		return further
	}
	return box
}

// cheapest is the first of the places for a name, given by their lower left corners, where it covers least, and how much it covers there.
// An upright line between the place and the line's end counts, too.
func cheapest(corners []vg.Point, end vg.Point, width, height vg.Length, area vg.Rectangle, paths [][]vg.Point, taken []vg.Rectangle) (box vg.Rectangle, least int) {
	least = -1
	for _, corner := range corners {
		place := vg.Rectangle{Min: corner, Max: corner.Add(vg.Point{X: width, Y: height})}
		cost := 0
		if place.Min.X < area.Min.X || place.Min.Y < area.Min.Y || place.Max.X > area.Max.X+4 || place.Max.Y > area.Max.Y {
			cost += 1000
		}
		leader := vg.Rectangle{Min: vg.Point{X: end.X - 1, Y: min(end.Y, place.Max.Y)}, Max: vg.Point{X: end.X + 1, Y: max(end.Y, place.Min.Y)}}
		for _, other := range taken {
			if overlap(place, other) || overlap(leader, other) {
				cost += 100
			}
		}
		for _, path := range paths {
			cost += covered(path, place)
		}
		if least < 0 || cost < least {
			least, box = cost, place
		}
	}
	return box, least
}

func overlap(a, b vg.Rectangle) bool {
	return a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y
}

// covered counts how much of a path lies in a rectangle, in points of a fine division.
func covered(path []vg.Point, r vg.Rectangle) (n int) {
	const pieces = 40
	if within(path[len(path)-1].X, r.Min.X-3, r.Max.X+3) && within(path[len(path)-1].Y, r.Min.Y-3, r.Max.Y+3) {
		n = pieces // the mark of its last point, which may be its only one
	}
	for i := 1; i < len(path); i++ {
		for k := range pieces {
			p := path[i-1].Add(path[i].Sub(path[i-1]).Scale(vg.Length(k) / pieces))
			if within(p.X, r.Min.X, r.Max.X) && within(p.Y, r.Min.Y, r.Max.Y) {
				n++
			}
		}
	}
	return n
}

func within(v, low, high vg.Length) bool { return low < v && v < high }
