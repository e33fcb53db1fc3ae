#!/usr/bin/env bash
# Drills every real snapshot of testdata/node on every target that works here,
# and fails unless each drill ends with status 0. Needs bin/redrill.
#
#     scripts/drill-all.sh [TARGET...]        default: process docker embedded
#
# The image is $IMAGE, else the local one of `make redis-image` if there is one,
# else what redrill takes by itself. A target that cannot be reached is named and
# left out, unless REDIS_REQUIRED=1 (process) or DOCKER_REQUIRED=1 (docker).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
redrill=${REDRILL:-bin/redrill}
targets=("$@")
if ((${#targets[@]} == 0)); then targets=(process docker embedded); fi

image=${IMAGE:-${REDRILL_TEST_IMAGE:-}}
if [[ -z $image ]] && docker image inspect redrill-redis:local >/dev/null 2>&1; then
	image=redrill-redis:local
fi

out=$(mktemp)
trap 'rm -f "$out"' EXIT
failed=0

# required says whether a target must be there.
required() {
	case $1 in
	process) [[ ${REDIS_REQUIRED:-} == 1 ]] ;;
	docker) [[ ${DOCKER_REQUIRED:-} == 1 ]] ;;
	embedded) true ;;
	*) false ;;
	esac
}

# drill runs one drill, wants a status and prints a line. It returns 5 if the
# target cannot be reached and need not be.
drill() {
	local target=$1 snapshot=$2 want=$3 status=0
	shift 3
	local flags=(--target "$target" "$@")
	if [[ $target == docker && -n $image ]]; then flags+=(--image "$image"); fi
	"$redrill" drill "$snapshot" "${flags[@]}" >"$out" 2>&1 || status=$?
	if ((status == 5)) && [[ $reached == no ]] && ! required "$target"; then return 5; fi
	reached=yes
	if ((status == want)); then
		printf '%-9s %-16s status %d  %s\n' "$target" "$(basename "$snapshot")" "$status" "$(tail -n 1 "$out")"
		return
	fi
	printf '%-9s %-16s status %d, want %d\n' "$target" "$(basename "$snapshot")" "$status" "$want"
	cat "$out"
	failed=1
}

for target in "${targets[@]}"; do
	reached=no
	for snapshot in testdata/node/*/; do
		snapshot=${snapshot%/}
		allow=()
		# It holds a score that is not a number, which no Redis can hold.
		if [[ $snapshot == */quirks ]]; then
			drill "$target" "$snapshot" 1 || true
			allow=(--allow-unrepresentable)
		fi
		if ! drill "$target" "$snapshot" 0 "${allow[@]}"; then
			printf '%-9s is not here: %s\n' "$target" "$(head -n 1 "$out")"
			break
		fi
	done
done
exit "$failed"
