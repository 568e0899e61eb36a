// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// How long a server may be silent: a classroom should not wait for one that is away.
const (
	patienceToConnect = 10 * time.Second
	patienceForData   = 30 * time.Second
)

var errWrongSum = errors.New("the file is not the published one")

// download fetches url into file, continues where an earlier try broke off, and accepts only a file with that sha256.
func (s *Setup) download(ctx context.Context, url, sum, file string) error {
	if checkSum(file, sum) == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return s.unwritable(err)
	}
	part := file + ".part"
	if !s.terminal() {
		s.say("  downloading %s", url)
	}
	for {
		gained, err := s.continueDownload(ctx, url, part)
		if err == nil {
			break
		}
		if gained <= 0 || ctx.Err() != nil { // else the line broke, and another try goes on from there
			return err
		}
	}
	if err := checkSum(part, sum); err != nil {
		_ = os.Remove(part) // keeping it would spoil every later try
		return fmt.Errorf("%s: %w", url, err)
	}
	return os.Rename(part, file)
}

// continueDownload appends to part what is still missing, and tells by how many bytes that made it longer.
func (s *Setup) continueDownload(ctx context.Context, url, part string) (gained int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return 0, s.unwritable(err)
	}
	defer out.Close()
	info, err := out.Stat()
	if err != nil {
		return 0, err
	}
	response, err := request(ctx, url, info.Size())
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	done := info.Size()
	switch response.StatusCode {
	case http.StatusPartialContent:
	case http.StatusRequestedRangeNotSatisfiable:
		return 0, nil // nothing is missing: the checksum has the last word
	case http.StatusOK: // the server sends all of it again
		done = 0
		if info.Mode().IsRegular() {
			if err := out.Truncate(0); err != nil {
				return 0, err
			}
		}
	default:
		return 0, fmt.Errorf("%s: the server answers %s", url, response.Status)
	}
	size := response.ContentLength
	if size >= 0 {
		size += done
	}
	bar := s.bar("downloading "+filepath.Base(url), size, done)
	defer bar.Exit()
	silence := time.AfterFunc(patienceForData, func() {
		cancel(fmt.Errorf("no data for %v", patienceForData))
	})
	defer silence.Stop()
	body := readFunc(func(p []byte) (int, error) {
		silence.Reset(patienceForData)
		return response.Body.Read(p)
	})
	copied, err := io.Copy(io.MultiWriter(out, bar), body)
	gained = done + copied - info.Size()
	if err != nil {
		if errors.Is(err, context.Canceled) {
			err = context.Cause(ctx)
		}
		return gained, fmt.Errorf("%s: broke off after %d bytes: %w", url, done+copied, err)
	}
	return gained, out.Sync()
}

// request asks for the content of url from byte start on.
func request(ctx context.Context, url string, start int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if start > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", start))
	}
	return client.Do(request)
}

var client = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: patienceToConnect}).DialContext,
	TLSHandshakeTimeout:   patienceToConnect,
	ResponseHeaderTimeout: patienceForData,
}}

type readFunc func(p []byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// checkSum compares the sha256 of a file, in hexadecimal.
func checkSum(file, want string) error {
	got, err := fileSum(file)
	if err != nil {
		return err
	}
	if !strings.EqualFold(got, want) {
		return fmt.Errorf("%s: %w: sha256 is %s, want %s", filepath.Base(file), errWrongSum, got, want)
	}
	return nil
}

// fileSum is the sha256 of a file, in hexadecimal.
func fileSum(file string) (string, error) {
	in, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer in.Close()
	digest := sha256.New()
	if _, err := io.Copy(digest, in); err != nil {
		return "", err
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}
