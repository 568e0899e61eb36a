// SPDX-License-Identifier: Apache-2.0

// Command probe prints how many blocks malloc has taken from the system one by one after a large one was asked for.
package main

/*
#include <malloc.h>
#include <stdlib.h>

static int mapped_blocks(void) {
	volatile char *block = malloc(64 << 20);
	block[0] = 1;
	int n = mallinfo().hblks;
	free((void *)block);
	return n;
}
*/
import "C"

import (
	"fmt"

	_ "github.com/skipnets/skipnets/pkg/accel/allocator"
)

func main() { fmt.Println(C.mapped_blocks()) }
