// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// content is what the test servers serve, and sum its sha256.
var (
	content = bytes.Repeat([]byte("the same sixteen"), 1<<16)
	sum     = hexSum(content)
)

func hexSum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// A server serves content, and breaks the line after limit bytes if that is not 0.
type server struct {
	*httptest.Server
	limit  int
	ranges []string // what was asked for
}

func serve(t *testing.T, limit int) *server {
	s := &server{limit: limit}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ranges = append(s.ranges, r.Header.Get("Range"))
		if s.limit > 0 {
			w = &breaking{w, s.limit}
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}))
	t.Cleanup(s.Close)
	return s
}

type breaking struct {
	http.ResponseWriter
	left int
}

func (w *breaking) Write(p []byte) (int, error) {
	if len(p) > w.left {
		_, _ = w.ResponseWriter.Write(p[:w.left])
		w.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	w.left -= len(p)
	return w.ResponseWriter.Write(p)
}

// fetch downloads from the server and checks that file is whole or not there.
func fetch(t *testing.T, s *Setup, url, want string) error {
	t.Helper()
	file := s.path("downloads", "file")
	err := s.download(t.Context(), url, want, file)
	got, readErr := os.ReadFile(file)
	switch {
	case err == nil && !bytes.Equal(got, content):
		t.Errorf("the file is not what was served: %d bytes, %v", len(got), readErr)
	case err != nil && readErr == nil:
		t.Error("a failed download has left a file")
	}
	return err
}

func TestDownload(t *testing.T) {
	s, _ := newTest(t, Options{})
	server := serve(t, 0)
	for range 2 { // the second time it is there
		if err := fetch(t, s, server.URL, sum); err != nil {
			t.Fatal(err)
		}
	}
	if len(server.ranges) != 1 {
		t.Errorf("%d requests, want 1", len(server.ranges))
	}
}

func TestDownloadGoesOnWhereItBroke(t *testing.T) {
	s, _ := newTest(t, Options{})
	server := serve(t, 400_000)
	if err := fetch(t, s, server.URL, sum); err != nil {
		t.Fatal(err)
	}
	if len(server.ranges) < 3 || server.ranges[0] != "" || !strings.HasPrefix(server.ranges[1], "bytes=") {
		t.Errorf("asked for %q, want the whole and then what was missing", server.ranges)
	}
}

func TestDownloadWithoutRanges(t *testing.T) {
	s, _ := newTest(t, Options{})
	half(t, s, content[:1000])
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(content) }))
	defer server.Close()
	if err := fetch(t, s, server.URL, sum); err != nil {
		t.Fatal(err)
	}
}

// A filter between here and the server that knows no ranges and breaks every download off at the same byte.
func TestDownloadWithoutRangesThatBreaks(t *testing.T) {
	s, _ := newTest(t, Options{})
	tries := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		tries++
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content[:500_000])
	}))
	defer server.Close()
	wantError(t, fetch(t, s, server.URL, sum), "broke off after 500000 bytes")
	if tries != 2 {
		t.Errorf("%d tries, want 2: the second shows that the first was no use", tries)
	}
}

func TestDownloadOfWhatIsComplete(t *testing.T) { // killed between the last byte and the rename
	s, _ := newTest(t, Options{})
	half(t, s, content)
	if err := fetch(t, s, serve(t, 0).URL, sum); err != nil {
		t.Fatal(err)
	}
}

func TestDownloadTampered(t *testing.T) {
	s, _ := newTest(t, Options{})
	server := serve(t, 0)
	wantError(t, fetch(t, s, server.URL, strings.Repeat("0", 64)), "not the published one", sum)
	if _, err := os.Stat(s.path("downloads", "file.part")); err == nil {
		t.Error("the tampered part is kept and would spoil the next try")
	}
	half(t, s, []byte("not the beginning"))
	wantError(t, fetch(t, s, server.URL, sum), "not the published one")
	if err := fetch(t, s, server.URL, sum); err != nil {
		t.Errorf("the next try: %v", err)
	}
}

func TestDownloadFailures(t *testing.T) {
	s, _ := newTest(t, Options{})
	missing := httptest.NewServer(http.NotFoundHandler())
	defer missing.Close()
	wantError(t, fetch(t, s, missing.URL, sum), "404")
	start := time.Now()
	wantError(t, fetch(t, s, "http://published.invalid/file", sum), "127.0.0.1:9") // through the proxy that is away
	if waited := time.Since(start); waited > patienceToConnect {
		t.Errorf("gave up after %v only", waited)
	}
}

func TestDownloadFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	s, _ := newTest(t, Options{})
	if err := os.MkdirAll(s.path("downloads"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/full", s.path("downloads", "file.part")); err != nil {
		t.Fatal(err)
	}
	wantError(t, fetch(t, s, serve(t, 0).URL, sum), syscall.ENOSPC.Error())
}

func half(t *testing.T, s *Setup, part []byte) {
	t.Helper()
	if err := os.MkdirAll(s.path("downloads"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path("downloads", "file.part"), part, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestDownloadKilled kills a process with -9 in the middle of a download, and has this one finish it.
func TestDownloadKilled(t *testing.T) {
	s, _ := newTest(t, Options{})
	arrived := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(content[:500_000])
		w.(http.Flusher).Flush()
		close(arrived)
		<-r.Context().Done()
	}))
	defer slow.Close()
	child := startChild(t, s, "CHILD_URL="+slow.URL)
	<-arrived
	part := s.path("downloads", "file.part")
	for info, err := os.Stat(part); err != nil || info.Size() == 0; info, err = os.Stat(part) {
		time.Sleep(10 * time.Millisecond)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	server := serve(t, 0)
	if err := fetch(t, s, server.URL, sum); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(server.ranges[0], "bytes=") {
		t.Errorf("asked for %q, want only what was missing", server.ranges)
	}
	noLeftovers(t, s)
}

func TestCheckSum(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := checkSum(file, strings.ToUpper(sum)); err != nil {
		t.Error(err)
	}
	wantError(t, checkSum(file+"x", sum), "no such file")
}
