// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// crossEntropy of logits [batch, classes] against labels [batch, 1], one number an image: [batch]. With smoothing s,
// the target is 1−s for the label and s spread evenly over all classes (Szegedy et al. 2016, section 7).
func crossEntropy(logits, labels *Node, smoothing float64) *Node {
	classes := logits.Shape().Dimensions[1]
	target := OneHot(Squeeze(labels, -1), classes, logits.DType()) // [batch, classes]
	if smoothing > 0 {
		target = AddScalar(MulScalar(target, 1-smoothing), smoothing/float64(classes))
	}
	return Neg(ReduceSum(Mul(target, LogSoftmax(logits)), -1)) // [batch]
}

// predictions are the classes with the largest logits: int32 [batch].
func predictions(logits *Node) *Node { return ArgMax(logits, -1, dtypes.Int32) }

// correct counts the images whose label is predicted: a float32 scalar.
func correct(logits, labels *Node) *Node {
	hit := Equal(predictions(logits), ConvertDType(Squeeze(labels, -1), dtypes.Int32))
	return ReduceAllSum(ConvertDType(hit, dtypes.Float32))
}
