// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
)

// Check tells whether JupyterLab could listen where it is asked to. A port that is taken is no obstacle: the next one is tried.
func (o LabOptions) Check() error {
	if o.Port < 1 || o.Port > 65535 {
		return fmt.Errorf("port %d: a port is a number from 1 to 65535. Leave -port away for 8888", o.Port)
	}
	if o.Address == "" {
		return errors.New("-ip is empty: leave it away for 127.0.0.1, which is reached from this machine alone")
	}
	if err := listen(o.Address, 0); err != nil {
		return fmt.Errorf("-ip %s is not an address of this machine (%w). Leave it away for 127.0.0.1, or give 0.0.0.0 for all of this machine's", o.Address, err)
	}
	if err := listen(o.Address, o.Port); errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("port %d is kept for the system's own services: choose one above 1023", o.Port)
	}
	return nil
}

// listen tries to, on that port or (0) on any.
func listen(address string, port int) error {
	listener, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return listener.Close()
}
