// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/loss"
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

// CrossEntropy is the recipe's loss for GoMLX's own train.Trainer: the mean over the images, with label smoothing, of logits
// multiplied by scale; labels are int32 [batch, 1]. A scale of 0 is one of 1.
func CrossEntropy(smoothing, scale float64) loss.LossFn {
	return func(labels, logits []*Node) *Node {
		return ReduceAllMean(crossEntropy(scaled(logits[0], scale), labels[0], smoothing))
	}
}

func scaled(logits *Node, scale float64) *Node {
	if scale == 0 {
		return logits
	}
	return MulScalar(logits, scale)
}

// foldLogitScale multiplies the network's last layer by the scale, so that its logits are those of the loss. The last layer
// is the one matrix with a column for each class, and the bias beside it.
func foldLogitScale(store *model.Store, classes int, scale float64) error {
	if scale == 0 {
		return nil
	}
	var scope string
	found := 0
	for v := range store.IterVariables() {
		if v.Shape().Rank() == 2 && v.Shape().Dim(1) == classes {
			scope, _ = model.SplitPath(v.Path())
			found++
		}
	}
	if found != 1 {
		return fmt.Errorf("logit scale: the last layer should be the only matrix with %d columns, but there are %d; set LogitScale to 0", classes, found)
	}
	for v := range store.IterVariables() {
		if in, _ := model.SplitPath(v.Path()); in == scope {
			if err := multiply(v, float32(scale)); err != nil {
				return fmt.Errorf("logit scale: %w", err)
			}
		}
	}
	return nil
}

func multiply(v *model.Variable, factor float32) error {
	values, err := floats(v)
	if err != nil {
		return err
	}
	for i := range values {
		values[i] *= factor
	}
	return v.SetValue(tensors.FromFlatDataAndDimensions(values, v.Shape().Dimensions...))
}
