// SPDX-License-Identifier: Apache-2.0

//go:build !windows

package recipe

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// A full disk shows as a failed write; the process's limit on file size gives the same without filling a disk. The
// limit holds for every file of the process, the log that go test has it write among them: it is far above those.
func TestFullDiskLeavesTheOldFile(t *testing.T) {
	job := toyJob(t)
	job.Recipe.Epochs = 1
	fitOnce(t, job)
	path := filepath.Join(job.Dir, BestFile)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	if _, err := store.CreateVariable("/w", tensors.FromShape(dtypesShape(4<<20))); err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	small := limit
	small.Cur = 8 << 20 // half of the 16 MB to be saved
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	saveErr := SaveNetwork(path, store, nil)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if saveErr == nil {
		t.Error("no error for a file that does not fit")
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("the old file was changed (%v)", err)
	}
	entries, err := os.ReadDir(job.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}
