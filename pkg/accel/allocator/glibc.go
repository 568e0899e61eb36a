// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo && !noxla

package allocator

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
