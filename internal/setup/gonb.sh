#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Starts the GoNB kernel: gonb CONNECTION_FILE. Jupyter, an editor or a shell may do that, with any environment.
goroot={goroot}
PATH={kernel}:{bin}:${PATH:-/usr/local/bin:/usr/bin:/bin}${goroot:+:$goroot/bin}
SKIPNETS_HOME={home}
GOMODCACHE=${GOMODCACHE:-{gomodcache}}
GOCACHE=${GOCACHE:-{gocache}}
export PATH SKIPNETS_HOME GOMODCACHE GOCACHE
unset GOROOT # perhaps another Go's
export {go} # in place of the user's own: see environment.go
exec {gonb} --kernel "$1" -logtostderr=false -log_dir={log} -stderrthreshold=FATAL
