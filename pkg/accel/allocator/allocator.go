// SPDX-License-Identifier: Apache-2.0

// Package allocator makes training with XLA on a CPU faster, in a program that imports it for that:
//
//	import _ "github.com/skipnets/skipnets/pkg/accel/allocator"
//
// XLA on a CPU allocates the temporaries of a whole training step, hundreds of megabytes, anew in each step. glibc takes
// such blocks from the system and gives them back, so that every page is faulted in and cleared in every step
// (docs/upstream.md, "XLA's temporaries are faulted in anew at every step"). This package tells glibc to keep freed memory
// and to hand it out again, for the whole process: memory that was used once stays with it.
//
// That has to happen before Go starts threads, because a thread keeps the arena of its first allocation, and only the main
// arena can hold large blocks. So it cannot wait until a backend is opened, and importing the package is all there is to do.
// Any variable MALLOC_… or GLIBC_TUNABLES in the environment switches it off, for example MALLOC_ARENA_MAX=0, which changes
// nothing itself. Where there is no glibc or no C compiler, the package does nothing.
package allocator
