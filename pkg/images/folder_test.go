// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// write makes a file in folders that may not be there yet.
func write(t *testing.T, content []byte, elements ...string) string {
	t.Helper()
	file := filepath.Join(elements...)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// uniform is a picture of one colour; the corner tells it from others.
func uniform(t *testing.T, c color.NRGBA, corner uint8, asJPEG bool) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 40, 50))
	for i := 0; i < len(img.Pix); i += 4 {
		copy(img.Pix[i:], []uint8{c.R, c.G, c.B, 255})
	}
	img.SetNRGBA(0, 0, color.NRGBA{corner, corner, corner, 255})
	var out bytes.Buffer
	err := png.Encode(&out, img)
	if asJPEG {
		out.Reset()
		err = jpeg.Encode(&out, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var red, blue = color.NRGBA{R: 200, A: 255}, color.NRGBA{B: 200, A: 255}

// folder has the classes "blue" and "red", n pictures each.
func folder(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		write(t, uniform(t, red, uint8(i), i%2 == 0), dir, "red", fmt.Sprintf("%d.jpg", i)) // what the name says does not count
		write(t, uniform(t, blue, uint8(i), false), dir, "blue", "more", fmt.Sprintf("%d.png", i))
	}
	return dir
}

func TestFolder(t *testing.T) {
	dir := folder(t, 50)
	write(t, []byte("kept by the system"), dir, "red", ".DS_Store")
	write(t, nil, dir, "red", "Thumbs.db")
	write(t, nil, dir, "blue", "more", "THUMBS.DB")
	write(t, nil, dir, ".git", "config")
	write(t, nil, dir, "__MACOSX", "red", "._0.jpg") // what a Mac adds to an archive
	write(t, nil, dir, "@eaDir", "0.jpg")
	write(t, []byte("what this is"), dir, "README.txt")
	training, test, err := Folder(dir, FolderOptions{Size: 16})
	if err != nil {
		t.Fatal(err)
	}
	if training.Len()+test.Len() != 100 || test.Len() < 8 || test.Len() > 36 { // 20 expected
		t.Errorf("%d for training, %d for the test", training.Len(), test.Len())
	}
	for _, set := range []Set{training, test} {
		if err := set.Check(); err != nil {
			t.Fatal(err)
		}
		if set.Height != 16 || set.Width != 16 || set.Channels != 3 || !slices.Equal(set.Classes, []string{"blue", "red"}) {
			t.Errorf("%d×%d×%d, classes %v", set.Height, set.Width, set.Channels, set.Classes)
		}
		for i, label := range set.Labels {
			pixel := set.Pixels(i)[3*(8*16+8):]
			if got := pixel[0] > pixel[2]; got != (set.Classes[label] == "red") {
				t.Errorf("picture %d is %v, and labelled %s", i, pixel[:3], set.Classes[label])
			}
		}
		if m := set.Moments; len(m.Mean) != 3 || m.Mean[0] != training.Measure().Mean[0] {
			t.Errorf("moments %v", m)
		}
	}
}

func TestFolderGrey(t *testing.T) {
	training, _, err := Folder(folder(t, 3), FolderOptions{Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	if training.Channels != 1 || training.Height != 32 {
		t.Errorf("%d channels, %d pixels", training.Channels, training.Height)
	}
	for i, label := range training.Labels { // 0.114·200 and 0.299·200
		if got, want := int(training.Pixels(i)[500]), []int{23, 60}[label]; got < want-2 || got > want+2 {
			t.Errorf("a %s picture is %d, want %d", training.Classes[label], got, want)
		}
	}
}

// Each class has pictures on both sides, however few there are; a picture stays on its side when others come; copies are
// on the same.
func TestFolderSplit(t *testing.T) {
	for n := 2; n < 6; n++ {
		training, test, err := Folder(folder(t, n), FolderOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, set := range []Set{training, test} {
			if counts := countLabels(set); slices.Min(counts) < 1 {
				t.Errorf("%d pictures a class: %v", n, counts)
			}
		}
	}
	dir := folder(t, 60)
	_, before, err := Folder(dir, FolderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		write(t, uniform(t, blue, uint8(100+i), false), dir, "blue", fmt.Sprintf("a%d.png", i)) // before the others
		write(t, uniform(t, red, uint8(i), i%2 == 0), dir, "red", fmt.Sprintf("copy%d.jpg", i))
	}
	_, after, err := Folder(dir, FolderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	now := map[string]int{}
	for i := range after.Len() {
		now[string(after.Pixels(i))+after.Classes[after.Labels[i]]]++
	}
	for i := range before.Len() {
		class := before.Classes[before.Labels[i]]
		if n := now[string(before.Pixels(i))+class]; n == 0 || class == "red" && n%2 != 0 {
			t.Errorf("a %s picture of the test is there %d times after others came", class, n)
		}
	}
}

func TestFolderErrors(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(dir string)
		options FolderOptions
		want    []string
	}{
		"absent":      {func(dir string) { os.RemoveAll(dir) }, FolderOptions{}, []string{"no such file"}},
		"no classes":  {func(dir string) { os.RemoveAll(filepath.Join(dir, "red")); os.RemoveAll(filepath.Join(dir, "blue")) }, FolderOptions{}, []string{"holds no folders", "for each class"}},
		"one class":   {func(dir string) { os.RemoveAll(filepath.Join(dir, "red")) }, FolderOptions{}, []string{"one class only, blue"}},
		"empty class": {func(dir string) { write(t, nil, dir, "green", ".keep") }, FolderOptions{}, []string{"class green is empty"}},
		"one picture": {func(dir string) { write(t, uniform(t, red, 1, false), dir, "green", "a.png") }, FolderOptions{}, []string{"class green has one picture only"}},
		"divided": {func(dir string) {
			if os.Rename(filepath.Join(dir, "red"), filepath.Join(dir, "train")) != nil || os.Rename(filepath.Join(dir, "blue"), filepath.Join(dir, "Val")) != nil {
				t.Fatal("cannot rename")
			}
		}, FolderOptions{}, []string{"divided into Val and train already"}},
		"divided, and more": {func(dir string) {
			write(t, uniform(t, red, 1, false), dir, "train", "red", "a.png")
			write(t, uniform(t, red, 1, false), dir, "test", "red", "a.png")
		}, FolderOptions{}, []string{"divided into test and train already"}},
		"case":         {func(dir string) { write(t, nil, dir, "Red", "a.png") }, FolderOptions{}, []string{"classes Red and red", "case alone"}},
		"control":      {func(dir string) { write(t, nil, dir, "gr\neen", "a.png") }, FolderOptions{}, []string{`"gr\neen"`, "rename it"}},
		"not UTF-8":    {func(dir string) { write(t, nil, dir, "gr\xfcn", "a.png") }, FolderOptions{}, []string{`"gr\xfcn"`, "rename it"}},
		"broken link":  {func(dir string) { link(t, "nowhere", dir, "red", "a.png") }, FolderOptions{}, []string{"a.png is a link to nowhere"}},
		"broken class": {func(dir string) { link(t, "nowhere", dir, "green") }, FolderOptions{}, []string{"green is a link to nowhere"}},
		"loop":         {func(dir string) { link(t, "..", dir, "red", "up") }, FolderOptions{}, []string{"up is a link to a folder"}},
		"unreadable": {func(dir string) {
			for i := range 7 {
				write(t, []byte("not a picture"), dir, "red", fmt.Sprintf("bad%d.png", i))
			}
			write(t, nil, dir, "red", "empty.png")
		}, FolderOptions{}, []string{"8 files cannot be read", filepath.Join("red", "bad0.png"), filepath.Join("red", "bad4.png")}},
		"tiny":       {func(dir string) { write(t, tiny(t), dir, "red", "dot.png") }, FolderOptions{}, []string{"a file cannot be read", "dot.png", "1×1 pixels"}},
		"small size": {func(string) {}, FolderOptions{Size: 4}, []string{"4×4 pixels", "8 to 1024"}},
		"channels":   {func(string) {}, FolderOptions{Channels: 4}, []string{"4 channels"}},
		"test":       {func(string) {}, FolderOptions{Test: 1}, []string{"between 0 and 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, 2)
			test.change(dir)
			_, _, err := Folder(dir, test.options)
			wantError(t, err, test.want...)
			if name == "unreadable" && strings.Contains(err.Error(), "bad6.png") {
				t.Errorf("the error names all: %v", err)
			}
		})
	}
}

func link(t *testing.T, to string, elements ...string) {
	t.Helper()
	if err := os.Symlink(to, filepath.Join(elements...)); err != nil {
		t.Fatal(err)
	}
}

func tiny(t *testing.T) []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What is kept is used until the folder or the options change, or the file is damaged, and is then replaced.
func TestFolderCache(t *testing.T) {
	dir, cache := folder(t, 4), filepath.Join(t.TempDir(), "cache")
	open := func(options FolderOptions) Set {
		t.Helper()
		options.Cache = cache
		training, test, err := Folder(dir, options)
		if err != nil {
			t.Fatal(err)
		}
		if training.Moments.Mean == nil || test.Len() == 0 {
			t.Errorf("moments %v, %d for the test", training.Moments, test.Len())
		}
		return training
	}
	kept := func() string {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(cache, "*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("kept: %q, %v", files, err)
		}
		return files[0]
	}
	first := open(FolderOptions{})
	file := kept()
	sentinel := first.Clone() // what is kept is believed: that is how one sees that nothing is decoded twice
	clear(sentinel.Images)
	if err := saveCache(file, sentinel, sentinel); err != nil {
		t.Fatal(err)
	}
	if !equalSets(open(FolderOptions{}), sentinel) {
		t.Error("pictures are decoded again")
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, damaged := range [][]byte{nil, content[:len(content)-1], append(content[:len(content)-1:len(content)-1], content[len(content)-1]+1)} {
		write(t, damaged, file)
		if !equalSets(open(FolderOptions{}), first) {
			t.Error("a damaged file is believed")
		}
	}
	if open(FolderOptions{Size: 16}).Height != 16 {
		t.Error("other options give what was kept")
	}
	open(FolderOptions{})
	if kept() != file {
		t.Error("the same state has another name")
	}
	changed := filepath.Join(dir, "red", "0.jpg")
	if err := os.Chtimes(changed, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	open(FolderOptions{})
	if kept() == file {
		t.Error("a file that changed changes nothing")
	}
}
