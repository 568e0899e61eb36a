// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo && !noxla

package accel

// XLA on a CPU allocates the temporaries of a whole training step, hundreds of megabytes, anew in each step. glibc takes
// such blocks from the system and gives them back, so that every page is faulted in and cleared in every step
// (docs/upstream.md, "XLA's temporaries are faulted in anew at every step"). A program that imports this package tells
// glibc to keep freed memory and hand it out again instead. That has to happen before Go starts threads, because a thread
// keeps the arena of its first allocation, and only the main arena can hold large blocks. MALLOC_… and GLIBC_TUNABLES in
// the environment win.

/*
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
extern char **environ;

__attribute__((constructor)) static void keep_freed_memory(void) {
	for (char **variable = environ; variable && *variable; variable++)
		if (!strncmp(*variable, "MALLOC_", 7) || !strncmp(*variable, "GLIBC_TUNABLES=", 15))
			return;
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, -1);
}
#endif
*/
import "C"
