#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/reliability/fuzz.sh [N [FOLDER…]] gives every fuzz test of the repository, or in the folders, N mutated inputs (10,000),
# and prints a table. What a test finds is kept in the package's testdata/fuzz, where the ordinary tests try it from then on.
set -euo pipefail
cd "$(dirname "$0")/../.."
inputs=${1:-10000}
shift || true
export GOMLX_BACKEND=go # the readers need no XLA
status=0
printf '| package | fuzz test | inputs | found |\n|---|---|--:|---|\n'
while IFS=: read -r file target; do
	package=./$(dirname "$file")
	log=$(mktemp)
	if go test -run '^$' -fuzz "^$target\$" -fuzztime "${inputs}x" -parallel 2 "$package" >"$log" 2>&1; then
		found=nothing
	else
		found=$(grep -m 1 -oE 'testdata/fuzz/[^ ]+' "$log" || echo 'no input: see below') status=1
		grep -vE '^fuzz: elapsed' "$log" >&2
	fi
	done=$(grep -oE 'execs: [0-9]+' "$log" | tail -1 | tr -dc 0-9 || true)
	printf '| %s | %s | %s | %s |\n' "${package#./}" "$target" "${done:-0}" "$found"
	rm "$log"
done < <(git ls-files --cached --others --exclude-standard -- "${@:-.}" | grep '_test\.go$' | xargs grep -oE '^func Fuzz[A-Za-z0-9]+' | sed 's/func //' | sort)
exit $status
