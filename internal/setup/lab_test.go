// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestLab serves JupyterLab and asks it, as a browser would, for its kernels: with the token and without.
func TestLab(t *testing.T) {
	s := realSetup(t)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	start := time.Now()
	if err := errors.Join(os.MkdirAll(s.path("jupyter", "runtime"), 0o755), os.Chmod(s.path("jupyter", "runtime"), 0o755)); err != nil {
		t.Fatal(err) // open to all, as another umask may have left it
	}
	address, ended := startLab(t, ctx, s)
	t.Logf("JupyterLab is there after %v", time.Since(start))
	if status, kernels := get(t, address[1]+"/api/kernelspecs?token="+address[2]); status != http.StatusOK || !strings.Contains(kernels, `"gonb"`) {
		t.Errorf("with the token: status %d, kernels %s", status, kernels)
	}
	if status, _ := get(t, address[1]+"/api/kernelspecs"); status != http.StatusForbidden {
		t.Errorf("without the token: status %d, want 403", status)
	}
	tokenIsKept(t, s, address[2])
	cancel() // as Ctrl-C does
	if err := <-ended; err != nil {
		t.Errorf("JupyterLab ends with %v", err)
	}
}

// tokenIsKept fails the test if others on this machine can read the token: in the list of processes, or in a file.
func tokenIsKept(t *testing.T, s *Setup, token string) {
	t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline") // none where the system has no such folder
	if err != nil {
		t.Fatal(err)
	}
	for _, process := range processes {
		if line, err := os.ReadFile(process); err == nil && bytes.Contains(line, []byte(token)) {
			t.Errorf("%s shows the token: %q", process, line)
		}
	}
	kept := 0
	err = filepath.WalkDir(s.path("jupyter"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(content, []byte(token)) {
			return err
		}
		kept++
		file, err := entry.Info()
		if err != nil {
			return err
		}
		folder, err := os.Stat(filepath.Dir(path))
		if err == nil && file.Mode().Perm()&0o077 != 0 && folder.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s holds the token, its mode is %v, and that of its folder %v", path, file.Mode(), folder.Mode())
		}
		return err
	})
	if err != nil || kept == 0 {
		t.Errorf("looked for the token in %s and found %d files: %v", s.path("jupyter"), kept, err)
	}
}

// startLab starts JupyterLab and waits until it tells its address, in parts[1], and its token, in parts[2]. What it returned
// when the context has ended comes through ended.
func startLab(t *testing.T, ctx context.Context, s *Setup) (parts []string, ended <-chan error) {
	t.Helper()
	said, out := io.Pipe()
	s.Out = out
	result := make(chan error, 1)
	go func() {
		err := s.Lab(ctx, LabOptions{Address: "127.0.0.1", Port: 18888})
		out.Close()
		result <- err
	}()
	if parts = findAddress(said); parts == nil {
		t.Fatalf("JupyterLab tells no address: %v", <-result)
	}
	return parts, result
}

// findAddress waits for the line with the address and the token, and reads on in the background so that nothing blocks.
func findAddress(said io.Reader) (parts []string) {
	pattern := regexp.MustCompile(`(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)`)
	lines := bufio.NewScanner(said)
	for parts == nil && lines.Scan() {
		parts = pattern.FindStringSubmatch(lines.Text())
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	return parts
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	response, err := http.Get(url)
	for try := 0; err != nil && try < 100; try++ { // Jupyter tells the address a moment before it listens
		time.Sleep(100 * time.Millisecond)
		response, err = http.Get(url)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}
