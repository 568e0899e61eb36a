// SPDX-License-Identifier: Apache-2.0

// Package nets builds whole networks out of the blocks of package blocks, and measures their size.
//
// Families that are compared share stem, stages and head; only the block differs, and with it how a layer's output is merged
// with its input: dropped, added, gated or concatenated.
//
//	plain, err := nets.Stack(20, blocks.Plain, 10)
//	residual, err := nets.Stack(20, blocks.Residual, 10)
//	highway, err := nets.Stack(20, nets.Highway(-1), 10)
//	dense, err := nets.Stack(20, nets.Dense(24), 10)
//
// [Families] is the one table of them: a new block is its file in package blocks, and a row there. [Shapes] is how blocks
// make a network. Parse gives a network by name, Summarize its table of layers. Operate runs a network with blocks of it watched, changed or
// taken out.
package nets
