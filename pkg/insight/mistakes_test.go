// SPDX-License-Identifier: Apache-2.0

package insight_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/insight"
)

func ExampleMistakes() {
	labels := []int32{3, 5, 8, 0}
	careful, careless := []int32{3, 5, 8, 1}, []int32{3, 7, 2, 9}
	byCount, err := insight.Mistakes(labels, careful, careless)
	if err != nil {
		fmt.Println(err)
		return
	}
	for wrong, images := range byCount {
		fmt.Println(wrong, "wrong:", images)
	}
	// Output:
	// 0 wrong: [0]
	// 1 wrong: [1 2]
	// 2 wrong: [3]
}

func TestMistakes(t *testing.T) {
	if _, err := insight.Mistakes([]int32{1, 2}, []int32{1, 2}, []int32{1}); err == nil || !strings.Contains(err.Error(), "network 1 has 1 guesses for 2 labels") {
		t.Errorf("error %v", err)
	}
	if byCount, err := insight.Mistakes([]int32{1, 2}); err != nil || len(byCount) != 1 || len(byCount[0]) != 2 {
		t.Errorf("without a network: %v, %v", byCount, err)
	}
}
