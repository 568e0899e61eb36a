// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/skipnets/skipnets/internal/setup/testsetup"
)

func TestMain(m *testing.M) { testsetup.Main(m) }
