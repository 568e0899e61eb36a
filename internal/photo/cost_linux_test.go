// SPDX-License-Identifier: Apache-2.0

package photo

import (
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const pictureToRead = "SKIPNETS_TEST_PICTURE"

// The largest pictures that are read take under 300 MB and two seconds of processor time, in a process of their own.
func TestLargestPictures(t *testing.T) {
	if file := os.Getenv(pictureToRead); file != "" { // that process
		if _, err := Read(file, 32); err != nil {
			t.Fatal(err)
		}
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		_, peak, _ := strings.Cut(string(status), "VmHWM:")
		fmt.Println("peak", strings.Fields(peak)[0])
		return
	}
	photo := image.NewYCbCr(image.Rect(0, 0, 8190, 8190), image.YCbCrSubsampleRatio420)
	for i := range photo.Y {
		photo.Y[i] = uint8(i>>8) + uint8(uint32(i)*2654435761>>28)
	}
	drawing := image.NewNRGBA(image.Rect(0, 0, 6700, 6700))
	for i := range drawing.Pix {
		drawing.Pix[i] = uint8(i >> 7)
	}
	for name, write := range map[string]func(*os.File) error{
		"photo.jpg":   func(f *os.File) error { return jpeg.Encode(f, photo, nil) },
		"drawing.png": func(f *os.File) error { return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, drawing) },
	} {
		file, err := os.Create(filepath.Join(t.TempDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		if err := write(file); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLargestPictures$")
		child.Env = append(os.Environ(), pictureToRead+"="+file.Name())
		out, err := child.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		processor := child.ProcessState.UserTime() + child.ProcessState.SystemTime()
		var peak int
		if _, err := fmt.Sscanf(string(out), "peak %d", &peak); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		t.Logf("%s: %d MB, %v", name, peak>>10, processor.Round(10*time.Millisecond))
		if peak > 300<<10 || processor > 2*time.Second {
			t.Errorf("%s took %d MB and %v of processor time, more than 300 MB or 2 s", name, peak>>10, processor)
		}
	}
}

// A pipe that nobody writes to must not be waited for.
func TestPipesAndDevices(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.png")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, "/dev/zero"} {
		if _, err := Read(path, 32); err == nil {
			t.Errorf("no error for %s", path)
		}
	}
}
