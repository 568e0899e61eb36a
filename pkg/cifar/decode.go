// SPDX-License-Identifier: Apache-2.0

package cifar

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/skipnets/skipnets/pkg/images"
)

const planeBytes = Size * Size

// decode reads exactly as many records as into has room for. name is the file's, for errors.
func (v *Version) decode(r io.Reader, name string, into images.Set) error {
	buffered := bufio.NewReaderSize(r, 1<<20)
	record := make([]byte, v.recordBytes())
	for i := range into.Len() {
		if n, err := io.ReadFull(buffered, record); err != nil {
			return fmt.Errorf("%s: record %d of %d: read %d of %d bytes: %w", name, i, into.Len(), n, len(record), noEOF(err))
		}
		label, err := v.label(record)
		if err != nil {
			return fmt.Errorf("%s: record %d: %w", name, i, err)
		}
		into.Labels[i] = label
		interleave(into.Pixels(i), record[v.labelBytes():])
	}
	switch _, err := buffered.ReadByte(); err {
	case io.EOF:
		return nil
	case nil:
		return fmt.Errorf("%s: goes on after record %d, its last", name, into.Len()-1)
	default:
		return fmt.Errorf("%s: after the last record: %w", name, err)
	}
}

// noEOF makes an end of file the error that it is in the middle of records.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// label reads a record's label and checks it.
func (v *Version) label(record []byte) (int32, error) {
	label := record[v.labelBytes()-1]
	if int(label) >= len(v.Classes) {
		return 0, fmt.Errorf("label %d, want 0 to %d", label, len(v.Classes)-1)
	}
	if v.coarse != nil && record[0] != v.coarse[label] {
		return 0, fmt.Errorf("superclass %d with label %d (%s), want %d", record[0], label, v.Classes[label], v.coarse[label])
	}
	return int32(label), nil
}

// interleave turns three colour planes into pixels.
func interleave(pixels, planes []uint8) {
	red, green, blue := planes[:planeBytes], planes[planeBytes:2*planeBytes], planes[2*planeBytes:3*planeBytes]
	pixels = pixels[:imageBytes]
	for p := range planeBytes {
		pixels[3*p], pixels[3*p+1], pixels[3*p+2] = red[p], green[p], blue[p]
	}
}

// encode writes the records of s: the inverse of decode.
func (v *Version) encode(w io.Writer, s images.Set) error {
	if err := s.Check(); err != nil {
		return err
	}
	record := make([]byte, v.recordBytes())
	for i, label := range s.Labels {
		if v.coarse != nil {
			record[0] = v.coarse[label]
		}
		record[v.labelBytes()-1] = uint8(label)
		planes := record[v.labelBytes():]
		for p, value := range s.Pixels(i) {
			planes[p%Channels*planeBytes+p/Channels] = value
		}
		if _, err := w.Write(record); err != nil {
			return fmt.Errorf("cifar: record %d: %w", i, err)
		}
	}
	return nil
}
