// SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/andybalholm/brotli"
)

// bits flips one bit of the program in each form in which it is sent, such that it can still be unpacked and run if that is
// possible. The page says that it is damaged, and after that it is not kept in the browser.
func (v *visit) bits() {
	site := v.site
	for _, test := range []struct {
		what, path, lacks string // what a browser lacks, in a worker
		site              http.Handler
		flip              func([]byte) []byte
	}{
		{"Brotli", "/playground.wasm", "", site, flippedBrotli(v.sent("/playground.wasm", "br"), len(v.sent("/playground.wasm", "")))},
		{"gzip", "/playground.wasm.gz", "", uncompressed(site), flipped},
		{"plain", "/playground.wasm", "DecompressionStream", uncompressed(site), flippedWord},
		{"Brotli, without digests", "/playground.wasm.gz", "Crypto.prototype.subtle", site, flipped},
	} {
		v.lock.Lock()
		v.site = lacking(test.site, test.lacks)
		v.lock.Unlock()
		v.breaks(test.path, v.damages(test.path, test.flip))
		v.open("playground.html", 1200)
		v.until(test.what+": the page says that the program is damaged", `document.getElementById("trouble").textContent.includes("The program did not arrive whole.")`)
		v.searches()
		v.breaks(test.path, nil)
		v.play()
	}
}

// sent is a file as a client gets it that can read that coding.
func (v *visit) sent(path, coding string) []byte {
	v.Helper()
	request := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
	request.Header.Set("Accept-Encoding", coding)
	answer := httptest.NewRecorder()
	v.site.ServeHTTP(answer, request)
	if answer.Header().Get("Content-Encoding") != coding || answer.Code != http.StatusOK {
		v.Fatalf("%s is sent as %q, %d", path, answer.Header(), answer.Code)
	}
	return answer.Body.Bytes()
}

// lacking is a site for a browser whose workers lack something.
func lacking(site http.Handler, what string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if what == "" || r.URL.Path != "/worker.js" {
			site.ServeHTTP(w, r)
			return
		}
		r = r.Clone(r.Context())
		r.Header.Del("If-Modified-Since") // it is changed
		answer := &kept{header: http.Header{}}
		uncompressed(site)(answer, r)
		w.Header().Set("Content-Type", "text/javascript")
		if _, err := io.WriteString(w, strings.Replace(answer.body.String(), `"use strict";`, "delete "+what+";", 1)); err != nil {
			panic(http.ErrAbortHandler)
		}
	})
}

// flippedWord flips a bit in a sentence of the program, which then says something else.
func flippedWord(data []byte) []byte {
	data[bytes.Index(data, []byte("PNG, JPEG"))] ^= 4
	return data
}

// flippedBrotli flips the last bit of packed that leaves what can be unpacked to the same length: some byte of the program's data differs.
func flippedBrotli(packed []byte, length int) func([]byte) []byte {
	at := len(packed) - 100 // what follows is too short to hold more than the end
	for ; ; at-- {
		data := bytes.Clone(packed)
		data[at] ^= 4
		if got, err := io.ReadAll(brotli.NewReader(bytes.NewReader(data))); err == nil && len(got) == length {
			return func(data []byte) []byte { data[at] ^= 4; return data }
		}
	}
}
