#!/usr/bin/env bash
# Rewrites the golden files of every package whose tests know the flag -update.
# Usage: scripts/golden.sh [GO]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
go=${1:-go}

mapfile -t packages < <(git grep -lE 'flag\.Bool\("update"' -- '*_test.go' | xargs -rn1 dirname | sort -u)
if ((${#packages[@]} == 0)); then
	echo 'error: no package has a flag -update' >&2
	exit 1
fi
for package in "${packages[@]}"; do
	"$go" test "./$package" -count=1 -update
done
git --no-pager diff --stat
