// SPDX-License-Identifier: Apache-2.0

package insight

import (
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
)

// gateScope is what the scope of a gate's weights is called, in pkg/blocks.Highway and in networks of your own.
const gateScope = "gate"

// gatesOf lists the gates of a graph in the order in which they were built: sigmoids over feature maps [batch, height, width,
// channels] whose sum comes from weights in a scope called "gate". A sigmoid alone is no gate: that of a SiLU or of a
// squeeze-and-excitation block has other weights, or none.
func gatesOf(g *Graph) []*Node {
	var gates []*Node
	for _, node := range g.Nodes() {
		if node.Type() == NodeTypeLogistic && node.Rank() == 4 && slices.ContainsFunc(weightsOf(node.Inputs()[0]), inGate) {
			gates = append(gates, node)
		}
	}
	return gates
}

// inGate tells whether a parameter's path has an element called "gate".
func inGate(parameter *Node) bool {
	return slices.Contains(strings.Split(parameter.GetParameterName(), "/"), gateScope)
}

// weightsOf are the parameters that a node is an affine function of: those of the nearest convolution or matrix product and
// of what is added, scaled or normalised after it. What lies before, as a convolution's input or as that of an activation, is another
// layer's.
func weightsOf(node *Node) []*Node {
	switch node.Type() {
	case NodeTypeParameter:
		return []*Node{node}
	case NodeTypeConvGeneral, NodeTypeDotGeneral, NodeTypeFusedDense:
		return slices.Concat(allWeightsOf(node.Inputs()[1:])...)
	case NodeTypeAdd, NodeTypeSub, NodeTypeMul, NodeTypeDiv, NodeTypeNeg, NodeTypeConvertDType, NodeTypeReshape, NodeTypeIdentity,
		NodeTypeSlice, NodeTypeConcatenate, NodeTypeBroadcastInDim, NodeTypeTranspose, NodeTypeSplitNode,
		NodeTypeBatchNormForTraining, NodeTypeBatchNormForInference:
		return slices.Concat(allWeightsOf(node.Inputs())...)
	}
	return nil
}

func allWeightsOf(nodes []*Node) (lists [][]*Node) {
	for _, node := range nodes {
		lists = append(lists, weightsOf(node))
	}
	return lists
}
