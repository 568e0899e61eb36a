// SPDX-License-Identifier: Apache-2.0
// Source: https://github.com/skipnets/skipnets/blob/main/pkg/blocks/doc.go

// Package blocks holds the building blocks of very deep convolutional networks: one block a file, each file complete
// by itself and meant to be copied into your own GoMLX project.
//
//	Plain            y = F(x)                      x is dropped
//	Residual         y = ReLU(F(x) + x)            x is added
//	PreActivation    y = F(x) + x                  x is added, nothing stands in its way
//	Bottleneck       y = ReLU(F(x) + x)            x is added around a narrow F
//	Highway          y = H(x)·T(x) + x·(1 − T(x))  x is gated
//	DenseLayer       y = [x, F(x)]                 x is concatenated
//
// Every block takes and returns feature maps of shape [batch, height, width, channels]. stride divides height and
// width (rounding up); channels is what the block's convolutions write. Convolutions are 3×3 or 1×1, zero padded, have
// no bias (the norm after them has one) and start He-normal: variance 2/fan-in (He et al. 2015, arXiv:1502.01852,
// eq. 10). Norms are batch norms (Ioffe and Szegedy 2015, arXiv:1502.03167) with ε = 1e-5 and running averages of
// momentum 0.9, kept in float32 whatever the type of x.
//
// A block creates its variables in the scope that it is given and panics, naming the bad shape, as all graph building
// functions of GoMLX do. Parameter counts in the comments are of trained values: a norm over c channels has 2c.
package blocks
