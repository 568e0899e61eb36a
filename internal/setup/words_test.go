// SPDX-License-Identifier: Apache-2.0

package setup

import "testing"

func TestForUsers(t *testing.T) {
	for name, test := range map[string]struct{ output, want string }{
		"nothing to leave out": {"one\n  two\n\nthree", "one\n  two\n\nthree"},
		"a traceback": {
			"before\nTraceback (most recent call last):\n  File \"x.py\", line 1, in <module>\n    import nbformat\nImportError: no such thing\nafter",
			"before\nImportError: no such thing\nafter",
		},
		"tracebacks, one for the other": {
			"Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\n" +
				"Traceback (most recent call last):\n  File \"x.py\", line 3\n\n    f()\nValueError: no b",
			"KeyError: 'a'\n\n\nValueError: no b",
		},
		"a panic": {
			"panic: on purpose\n\ngoroutine 1 [running]:\nmain.main()\n\t/tmp/x.go:4 +0x1\n\ngoroutine 7 gp=0xc000 m=3 mp=0x1 [select]:\nmain.f()\n\t/tmp/x.go:9\n\nexit status 2",
			"panic: on purpose\n\nexit status 2",
		},
		"a signal": {
			"SIGABRT: abort\nPC=0x7f m=0 sigcode=18446744073709551610\n\ngoroutine 0 gp=0x1 [idle]:\nruntime.x()\n\t/y.go:1\n\nrax    0x0\nr10    0x7ffd\nrflags 0x246\nfs     0x0\nexit status 2",
			"SIGABRT: abort\n\nexit status 2",
		},
		"a failed check": {
			"F0000 x.cc:1] Check failed: flag\n*** Check failure stack trace: ***\n    @     0x7f5  absl::Log()\nend", "F0000 x.cc:1] Check failed: flag\nend",
		},
	} {
		if got := forUsers(test.output); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
