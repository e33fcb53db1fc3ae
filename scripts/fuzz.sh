#!/usr/bin/env bash
# Runs native fuzz targets, each for a time. Usage:
#
#     scripts/fuzz.sh GO TIME NAME=PACKAGE...
#
# `go test -fuzz` passes when its pattern matches nothing, so that a renamed
# target would never run again: each name has to be in the list of its package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
go=$1
time=$2
shift 2

for target in "$@"; do
	name=${target%%=*}
	package=${target#*=}
	listed=$("$go" test "$package" -list "^$name\$")
	if ! grep -qx "$name" <<<"$listed"; then
		printf 'error: %s has no fuzz target %s\n' "$package" "$name" >&2
		exit 1
	fi
	"$go" test "$package" -run '^$' -fuzz "^$name\$" -fuzztime "$time"
done
