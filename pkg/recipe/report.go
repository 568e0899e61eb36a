// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/skipnets/skipnets/internal/whole"
)

// ReportFile stands beside a run's checkpoints and history and holds its [Report].
const ReportFile = "result.json"

// Report is what came of a run in one line, and where it was made.
type Report struct {
	Network         string  `json:"network"`
	Dataset         string  `json:"dataset,omitempty"`       // its name; this and the next three are not in older reports
	Images          string  `json:"images,omitempty"`        // height × width × channels
	Classes         int     `json:"classes,omitempty"`       // how many
	Normalisation   string  `json:"normalisation,omitempty"` // mean and standard deviation of each channel
	Recipe          string  `json:"recipe"`
	Seed            int64   `json:"seed"`
	Precision       string  `json:"precision"`         // of the convolutions in training: fp32 or bf16; the test images are measured in fp32
	Epoch           int     `json:"epoch"`             // the best on the held-out images
	HeldOutAccuracy float64 `json:"held_out_accuracy"` // 0 to 1
	TestAccuracy    float64 `json:"test_accuracy"`     // 0 to 1
	TestImages      int     `json:"test_images"`
	// MirroredAccuracy is that on the test images with each answer averaged over an image and its mirror image
	// (images.Mirrored): the same weights, twice the time. 0 in older reports.
	MirroredAccuracy float64 `json:"mirrored_accuracy,omitempty"`
	Seconds          float64 `json:"seconds"`            // training and held-out evaluation, without compiling the training step and without saving
	SamplesPerSecond float64 `json:"samples_per_second"` // of the last epoch's training
	Parameters       int64   `json:"parameters"`
	PeakMemory       int64   `json:"peak_memory"` // resident bytes of the process in training, images and what earlier networks left included; 0 where unknown
	Machine          string  `json:"machine"`
	Backend          string  `json:"backend"`
	Commit           string  `json:"commit"` // of the program that trained, where its build knows it: go build does, go run does not
}

// Save writes the report to a run's folder; it replaces an older one whole or not at all. It removes what a process that was killed
// while it wrote the report has left.
func (r Report) Save(dir string) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	file := filepath.Join(dir, ReportFile)
	if err := whole.RemoveUnfinished(file); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := whole.WriteFile(file, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// LoadReport reads the report in a run's folder.
func LoadReport(dir string) (Report, error) {
	file := filepath.Join(dir, ReportFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return Report{}, fmt.Errorf("report: %s is damaged (%w). Remove it, and train again: the network is only measured anew", file, err)
	}
	isPart := func(x float64) bool { return 0 <= x && x <= 1 }
	if r.Network == "" || !isPart(r.HeldOutAccuracy) || !isPart(r.TestAccuracy) || r.TestImages < 0 {
		return Report{}, fmt.Errorf("report: %s is not one that a training wrote, or was changed: network %q, accuracies %g held out and %g on %d test images. Remove it, and train again: the network is only measured anew",
			file, r.Network, r.HeldOutAccuracy, r.TestAccuracy, r.TestImages)
	}
	return r, nil
}
