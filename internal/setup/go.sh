#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The go command that GoNB sees. GoNB starts each notebook as a new, empty module, with "go mod init NAME". This makes
# that module a neighbour of the course's: it requires the same versions, and sees the packages in the checkout.
PATH=$(printf %s "$PATH" | sed "s|^{kernel}:||")
if [ "$1 $2" != "mod init" ]; then
	exec go "$@"
fi
source=${SKIPNETS_SOURCE:-{source}}
module=github.com/skipnets/skipnets
cp "$source/go.mod" "$source/go.sum" . && chmod u+w go.mod go.sum &&
	go mod edit -module="$3" -require="$module@v0.0.0" -replace="$module=$source"
