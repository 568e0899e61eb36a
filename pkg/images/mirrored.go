// SPDX-License-Identifier: Apache-2.0

package images

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Mirrored makes a network answer with the mean of its logits for an image and for its mirror image. It costs twice the time and
// is right a little more often (test-time augmentation: Krizhevsky et al. 2012, section 4.1; Jordan 2024, arXiv:2404.00498,
// section 3.5). Records are often given with it. Images are [batch, height, width, channels] of any type.
func Mirrored(net func(scope *model.Scope, images *graph.Node) *graph.Node) func(*model.Scope, *graph.Node) *graph.Node {
	return func(scope *model.Scope, images *graph.Node) *graph.Node {
		both := graph.Concatenate([]*graph.Node{images, graph.Reverse(images, 2)}, 0) // [2·batch, height, width, channels]
		logits := net(scope, both)                                                    // [2·batch, classes]
		batch, classes := images.Shape().Dim(0), logits.Shape().Dim(-1)
		return graph.ReduceMean(graph.Reshape(logits, 2, batch, classes), 0) // [batch, classes]
	}
}
