#!/usr/bin/env bash
# Everything that has to hold before a change goes in: formatting, tidy modules,
# vet, lint, known vulnerabilities, the tests, those of packages with goroutines with the race detector
# too, and a workspace that all of this left as it was.
# Usage: scripts/check.sh [MAKE [GO]]
#
# Right after `make test` the tests cost nothing: go test remembers results.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
make=${1:-make}
go=${2:-go}

# workspace prints what differs from the last commit, with its content.
workspace() {
	git status --porcelain --untracked-files=all
	git diff HEAD | git hash-object --stdin
}

step() { printf '== %s\n' "$*"; }

before=$(workspace)

step gofmt
unformatted=$(git ls-files --cached --others --exclude-standard -z '*.go' |
	while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done |
	xargs -0 gofmt -l)
if [[ -n $unformatted ]]; then
	printf 'error: not formatted:\n%s\nhint: gofmt -w on these files\n' "$unformatted" >&2
	exit 1
fi

step 'go mod tidy'
if ! "$go" mod tidy -diff; then
	printf 'error: go.mod or go.sum is not tidy\nhint: go mod tidy\n' >&2
	exit 1
fi

step 'go mod verify'
"$go" mod verify

step 'go vet'
"$go" vet ./...

step 'go vet elsewhere: darwin, windows, 32 bits'
"$make" --no-print-directory cross

step 'golangci-lint'
"$make" --no-print-directory lint

step 'known vulnerabilities'
"$make" --no-print-directory vuln

step 'docs/GUARANTEES.md names tests that exist'
grep -oE '\b(Test|Fuzz)[A-Z][A-Za-z0-9]+' docs/GUARANTEES.md | sort -u | while read -r name; do
	if ! git grep -q --untracked "^func $name(" -- '*_test.go'; then
		printf 'error: docs/GUARANTEES.md: no test %s\n' "$name" >&2
		exit 1
	fi
done

step 'tests'
"$make" --no-print-directory test

step 'tests with the race detector'
if ! command -v "$("$go" env CC)" >/dev/null; then
	printf 'error: the race detector needs a C compiler\nhint: apt-get install gcc libc6-dev\n' >&2
	exit 1
fi
"$make" --no-print-directory race

step 'clean workspace'
after=$(workspace)
if [[ $before != "$after" ]]; then
	printf 'error: the checks changed the workspace:\n' >&2
	diff <(printf '%s\n' "$before") <(printf '%s\n' "$after") >&2 || true
	exit 1
fi
step 'all checks passed'
