// SPDX-License-Identifier: Apache-2.0

package images

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/skipnets/skipnets/internal/photo"
)

// FolderOptions say what [Folder] makes of pictures.
type FolderOptions struct {
	Size     int     // of the pictures, in pixels; 32 if 0
	Channels int     // 3, or 1 for grey; 3 if 0
	Test     float64 // the part set aside for the test; 0.2 if 0
	Cache    string  // a folder to keep the decoded pictures in, so that the next call is quick; "" keeps nothing
}

// Folder reads a folder of your own pictures: a folder for each class, named after it, with PNG, JPEG or WebP files in it or
// further down. The middle square of each picture is brought to the size asked for, upright as the camera noted.
//
// A picture's own bytes decide whether it is for training or for the test: that stays so when others come or go, and two
// copies of a picture are never on both sides, but for classes so small that one side would be empty. Files whose names
// begin with a dot are left out. All that cannot be read is one error, which names the first files and counts all.
func Folder(dir string, options FolderOptions) (training, test Set, err error) {
	if options, err = options.filled(); err != nil {
		return Set{}, Set{}, err
	}
	classes, pictures, err := list(dir)
	if err != nil {
		return Set{}, Set{}, err
	}
	kept, err := options.cacheFile(dir, pictures)
	if err != nil {
		return Set{}, Set{}, err
	}
	if training, test, found := loadCache(kept); found {
		return training, test, nil
	}
	all := New(len(pictures), Format{Height: options.Size, Width: options.Size, Channels: options.Channels, Classes: classes})
	if err := readPictures(dir, pictures, all); err != nil {
		return Set{}, Set{}, err
	}
	training, test = divide(all, pictures, options.Test)
	training.Moments = training.Measure()
	test.Moments = training.Moments
	return training, test, saveCache(kept, training, test)
}

func (o FolderOptions) filled() (FolderOptions, error) {
	if o.Size == 0 {
		o.Size = 32
	}
	if o.Channels == 0 {
		o.Channels = 3
	}
	if o.Test == 0 {
		o.Test = 0.2
	}
	switch {
	case o.Size < 8 || o.Size > 1024:
		return o, fmt.Errorf("images: pictures of %d×%d pixels: choose a size from 8 to 1024", o.Size, o.Size)
	case o.Channels != 1 && o.Channels != 3:
		return o, fmt.Errorf("images: pictures of %d channels: choose 3, or 1 for grey", o.Channels)
	case !(o.Test > 0 && o.Test < 1):
		return o, fmt.Errorf("images: %g of the pictures for the test: choose a part between 0 and 1", o.Test)
	}
	return o, nil
}

// picture is a file with what it is and, once it is read, the digest of its bytes.
type picture struct {
	path   string // in the folder
	class  int
	info   fs.FileInfo
	digest [sha256.Size]byte
}

// list finds the classes and the files of each.
func list(dir string) (classes []string, pictures []picture, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("images: %w", err)
	}
	for _, entry := range entries {
		if leftOut(entry.Name()) {
			continue
		}
		info, err := stat(filepath.Join(dir, entry.Name())) // a link to a folder is one
		if err != nil {
			return nil, nil, fmt.Errorf("images: %w", err)
		}
		if info.IsDir() {
			classes = append(classes, entry.Name())
		}
	}
	if err := checkClasses(dir, classes); err != nil {
		return nil, nil, err
	}
	for class, name := range classes {
		before := len(pictures)
		if pictures, err = find(dir, name, class, pictures); err != nil {
			return nil, nil, fmt.Errorf("images: %w", err)
		}
		switch n := len(pictures) - before; n {
		case 0:
			return nil, nil, fmt.Errorf("images: the class %s is empty: put pictures into %s, or remove that folder", name, filepath.Join(dir, name))
		case 1:
			return nil, nil, fmt.Errorf("images: the class %s has one picture only: put more into %s, because one is for training and another for the test", name, filepath.Join(dir, name))
		}
	}
	return classes, pictures, nil
}

// leftOut tells whether a system has put that there, or it is hidden.
func leftOut(name string) bool {
	return strings.HasPrefix(name, ".") || slices.ContainsFunc([]string{"Thumbs.db", "desktop.ini", "__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"},
		func(system string) bool { return strings.EqualFold(name, system) })
}

// stat is os.Stat that says when a link leads nowhere.
func stat(file string) (fs.FileInfo, error) {
	info, err := os.Stat(file)
	if err == nil {
		return info, nil
	}
	if target, linkErr := os.Readlink(file); linkErr == nil {
		return nil, fmt.Errorf("%s is a link to %s, which cannot be read: mend or remove the link", file, target)
	}
	return nil, err
}

func checkClasses(dir string, classes []string) error {
	const how = "make a folder for each class, named after it, and put its pictures there"
	var splits []string
	lower := map[string]string{} // what each class is called
	for _, name := range classes {
		if slices.Contains([]string{"train", "training", "val", "valid", "validation", "test"}, strings.ToLower(name)) {
			splits = append(splits, name)
		}
		if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
			return fmt.Errorf("images: the folder %q in %s has a name that cannot be printed, and a class is named after it: rename it", name, dir)
		}
		if other, found := lower[strings.ToLower(name)]; found {
			return fmt.Errorf("images: the classes %s and %s in %s differ in upper and lower case alone: put their pictures into one folder, or rename one", other, name, dir)
		}
		lower[strings.ToLower(name)] = name
	}
	switch {
	case len(classes) == 0:
		return fmt.Errorf("images: %s holds no folders: %s", dir, how)
	case len(classes) == 1:
		return fmt.Errorf("images: %s holds one class only, %s, and a network needs two to choose from: %s", dir, classes[0], how)
	case len(splits) > 1: // "train" alone may be a class, beside "bus"
		return fmt.Errorf("images: %s is divided into %s already: give one of these folders, with the classes in it", dir, strings.Join(splits, " and "))
	}
	return nil
}

// find adds the files of a class, in whatever folders below its own.
func find(dir, name string, class int, pictures []picture) ([]picture, error) {
	root := os.DirFS(filepath.Join(dir, name)) // so that the class itself may be a link
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		hidden := path != "." && leftOut(entry.Name())
		switch {
		case err != nil:
			return err
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case entry.IsDir() || hidden:
			return nil
		}
		path = filepath.Join(name, filepath.FromSlash(path))
		info, err := stat(filepath.Join(dir, path))
		if err == nil && info.IsDir() { // which may lead back to where it is
			err = fmt.Errorf("%s is a link to a folder; only classes may be links: put the pictures themselves there, or remove the link", filepath.Join(dir, path))
		}
		pictures = append(pictures, picture{path: path, class: class, info: info})
		return err
	})
	return pictures, err
}

// readPictures fills the set, on all processors but no more than four: a large picture takes up to 300 MB for a moment.
func readPictures(dir string, pictures []picture, all Set) error {
	errs := make([]error, len(pictures))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(4, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := range next {
				errs[i] = pictures[i].read(dir, all.Pixels(i), all.Width, all.Channels)
			}
		})
	}
	for i, p := range pictures {
		all.Labels[i] = int32(p.class)
		next <- i
	}
	close(next)
	workers.Wait()
	return unreadable(errs)
}

const named = 5 // files in an error

func unreadable(errs []error) error {
	errs = slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil })
	if len(errs) == 0 {
		return nil
	}
	if len(errs) == 1 {
		return fmt.Errorf("images: a file cannot be read; mend or remove it:\n%w", errs[0])
	}
	return fmt.Errorf("images: %d files cannot be read; mend or remove them. The first:\n%w", len(errs), errors.Join(errs[:min(named, len(errs))]...))
}

func (p *picture) read(dir string, into []uint8, size, channels int) error {
	path := filepath.Join(dir, p.path)
	decoded, err := photo.Read(path, size)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	p.digest = sha256.Sum256(content)
	Fill(into, decoded, channels)
	return nil
}

// Fill writes a picture's pixels, [height, width, channels], as networks take them: in colour, or for one channel as grey.
func Fill(into []uint8, from *image.RGBA, channels int) {
	size := from.Bounds().Size()
	for y := range size.Y {
		row := from.Pix[y*from.Stride:] // which is longer in a part of a larger picture
		for x := range size.X {
			pixel, to := row[4*x:4*x+3], into[(y*size.X+x)*channels:]
			if channels == 3 {
				copy(to, pixel)
			} else { // luminance, ITU-R BT.601
				to[0] = uint8((299*int(pixel[0]) + 587*int(pixel[1]) + 114*int(pixel[2]) + 500) / 1000)
			}
		}
	}
}

// divide sets the part of pictures aside whose digests are smallest, and of each class at least one, but not all.
func divide(all Set, pictures []picture, part float64) (training, test Set) {
	byClass := make([][]int, len(all.Classes))
	for i, p := range pictures {
		byClass[p.class] = append(byClass[p.class], i)
	}
	rank := func(i int) float64 { return float64(binary.BigEndian.Uint64(pictures[i].digest[:8])) / (1 << 64) }
	var chosen []int
	for _, members := range byClass {
		slices.SortStableFunc(members, func(a, b int) int { return slices.Compare(pictures[a].digest[:], pictures[b].digest[:]) })
		n := 0
		for n < len(members) && rank(members[n]) < part {
			n++
		}
		chosen = append(chosen, members[:max(1, min(n, len(members)-1))]...)
	}
	slices.Sort(chosen)
	return all.Subset(others(chosen, all.Len())), all.Subset(chosen)
}
