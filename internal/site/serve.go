// SPDX-License-Identifier: Apache-2.0

package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Serve answers with the files of a site, on this machine alone, until the context ends. Port 0 is any that is free.
func Serve(ctx context.Context, dir string, port int, out io.Writer) error {
	if _, err := os.Stat(filepath.Join(dir, mark)); err != nil {
		return fmt.Errorf("there is no site in %s: write one first, with skipnets site %s", dir, dir)
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return fmt.Errorf("serve the site: %w. Choose another port with -port, or 0 for any that is free", err)
	}
	fmt.Fprintf(out, "the site is at http://%s (Ctrl-C ends it)\n", listener.Addr())
	server := &http.Server{Handler: Handler(dir), ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Handler answers with the files in dir, compressed where a compressed copy lies beside a file.
func Handler(dir string) http.Handler {
	files := http.FileServer(http.Dir(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Clean("/" + r.URL.Path)
		packed := filepath.Join(dir, filepath.FromSlash(name+".gz"))
		w.Header().Set("Cache-Control", "no-cache")
		if _, err := os.Stat(packed); err == nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
			w.Header().Set("Vary", "Accept-Encoding")
			r = r.Clone(r.Context())
			r.URL.Path = name + ".gz"
		}
		files.ServeHTTP(w, r)
	})
}
