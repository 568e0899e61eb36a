// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"os/exec"
	"syscall"
)

// endWithParent has the system kill the program when the thread that started it ends, be it by kill -9: nothing may go
// on working on a step whose lock is free again.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
