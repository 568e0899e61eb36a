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
	"strconv"
	"strings"
	"time"
)

// Listen takes a port on this machine. Port 0 is any that is free.
func Listen(port int) (net.Listener, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, fmt.Errorf("serve the site: %w. Choose another port with -port, or 0 for any that is free", err)
	}
	return listener, nil
}

// Serve answers with the files of a site, on this machine alone, until the context ends.
func Serve(ctx context.Context, dir string, listener net.Listener, out io.Writer) error {
	if _, err := os.Stat(filepath.Join(dir, mark)); err != nil {
		return fmt.Errorf("there is no site in %s: write one first, with skipnets site %s", dir, dir)
	}
	fmt.Fprintf(out, "the site is at http://%s (Ctrl-C ends it)\n", listener.Addr())
	server := &http.Server{Handler: Handler(dir), ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Handler answers with the files in dir, compressed where a compressed copy lies beside a file and the client can read it.
func Handler(dir string) http.Handler {
	files := http.FileServer(http.Dir(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Clean("/" + r.URL.Path)
		if name == "/" {
			name = "/index.html" // as FileServer does
		}
		w.Header().Set("Cache-Control", "no-cache")
		var here []coding
		for _, c := range codings {
			if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name+c.ending))); err == nil {
				here = append(here, c)
			}
		}
		if len(here) > 0 {
			w.Header().Set("Vary", "Accept-Encoding")
		}
		if c := preferred(strings.Join(r.Header.Values("Accept-Encoding"), ","), here); c.name != "" {
			w.Header().Set("Content-Encoding", c.name)
			w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
			r = r.Clone(r.Context())
			r.URL.Path = name + c.ending
		}
		files.ServeHTTP(w, r)
	})
}

// preferred is the coding that a client likes best, and the first of those that it likes equally. It is none where the client
// accepts none of them, or likes the file as it is better.
func preferred(accepts string, offered []coding) (best coding) {
	likes := map[string]float64{} // by the name of a coding; RFC 9110, section 12.5.3
	for part := range strings.SplitSeq(strings.ToLower(accepts), ",") {
		name, weight, weighed := strings.Cut(part, ";")
		like, err := 1.0, error(nil)
		if weighed {
			like, err = strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
		}
		if err == nil && like >= 0 && like <= 1 { // which NaN is not
			likes[strings.TrimSpace(name)] = like
		}
	}
	most := likes["identity"]
	for _, c := range offered {
		like, named := likes[c.name]
		if !named {
			like = likes["*"]
		}
		if like > most || (like == most && like > 0 && best.name == "") {
			best, most = c, like
		}
	}
	return best
}
