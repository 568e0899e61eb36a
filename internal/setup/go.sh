#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The go command that GoNB sees: go, but for three things that GoNB does with it.
kernel={kernel}
goroot={goroot}
PATH=${PATH#"$kernel:"} # so that go is not this script
[ ! -x "$goroot/bin/go" ] || PATH=$goroot/bin:$PATH
case "$*" in
"mod init "*)
	# Once a notebook, in an empty folder. This makes the new module a neighbour of the course's: it requires the same
	# versions, and sees the packages in the checkout.
	source={source}
	source=${SKIPNETS_SOURCE:-$source}
	module=github.com/skipnets/skipnets
	cp "$source/go.mod" "$source/go.sum" . && chmod u+w go.mod go.sum &&
		go mod edit -module="$3" -require="$module@v0.0.0" -replace="$module=$source"
	;;
get)
	# Before each cell. With a proxy at hand it would also ask whether a module is deprecated, which takes up to a second;
	# what is here already needs no proxy.
	GOPROXY=off go get 2>/dev/null || exec go get
	;;
"build "*)
	# Each cell. Without debugging information, which nobody looks at here, linking takes half as long.
	shift
	exec go build -ldflags=-w "$@"
	;;
*)
	exec go "$@"
	;;
esac
