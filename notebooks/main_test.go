// SPDX-License-Identifier: Apache-2.0

package notebooks_test

import (
	"os"
	"testing"

	"github.com/skipnets/skipnets/internal/setup/pjrt"
)

func TestMain(m *testing.M) {
	pjrt.Serve()
	os.Exit(m.Run())
}
