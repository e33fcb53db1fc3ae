#!/bin/sh
# Build a small local Redis image from the redis-server of this machine, for
# places where no registry is reached: FROM scratch, the server binary and the
# libraries it is linked to, about 20 MB.
#
#   scripts/redis-image.sh [TAG]      default: redrill-redis:local
#
# Needs docker, ldd and redis-server (Debian: apt-get install redis-server).
# The image runs the server in the foreground on port 6379 without a password,
# reachable from outside its container, and takes server options as arguments.
set -eu

tag=${1:-redrill-redis:local}

for tool in docker ldd redis-server; do
	if ! command -v "$tool" >/dev/null 2>&1; then
		echo "redis-image: $tool is not on PATH" >&2
		exit 1
	fi
done

# In Debian redis-server is a link to a program that looks at its own name.
server=$(readlink -f "$(command -v redis-server)")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$root"

mkdir -p "$root/usr/local/bin" "$root/data" "$root/tmp" "$root/etc"
chmod 1777 "$root/data" "$root/tmp"
cp "$server" "$root/usr/local/bin/redis-server"
printf 'root:x:0:0:root:/data:/\nredis:x:999:999:redis:/data:/\n' >"$root/etc/passwd"
printf 'root:x:0:\nredis:x:999:\n' >"$root/etc/group"

# ldd prints "name => /path (address)" and, for the loader, "/path (address)".
ldd "$server" | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' |
	while read -r library; do
		mkdir -p "$root$(dirname "$library")"
		cp -L "$library" "$root$library"
	done

# An import needs no builder and no base image: it works with every daemon.
tar -C "$root" -cf - . | docker import \
	--change 'ENV PATH=/usr/local/bin' \
	--change 'WORKDIR /data' \
	--change 'USER 999:999' \
	--change 'EXPOSE 6379' \
	--change 'ENTRYPOINT ["redis-server"]' \
	--change 'CMD ["--protected-mode", "no", "--save", "", "--appendonly", "no"]' \
	--message "redis-server and its libraries" - "$tag" >/dev/null

docker image inspect --format "$tag: {{.Size}} bytes, $(redis-server --version | cut -d' ' -f1-3)" "$tag"
