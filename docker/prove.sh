#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Proves that the image can be built and that the course runs in it: a notebook, the short tests and JupyterLab, as a
# user who is not root and without a network. No Docker daemon is needed:
#
#	sudo apt-get install buildah debootstrap iproute2
#	sudo docker/prove.sh [BASE]
#
# BASE is an image to build on. By default one is made of Debian bookworm and the Go in /usr/local/go, so that no
# registry is asked. What the host has set for the way out (proxy, certificates, package indexes) holds for the build,
# too. All is made in a folder of its own under TMPDIR (default: /var/tmp; it takes 20 GB) and removed in the end.
set -euo pipefail
cd "$(dirname "$0")/.."
begin=$SECONDS
work=$(mktemp --directory "${TMPDIR:-/var/tmp}/skipnets-prove.XXXXXX")
export work TMPDIR=$work/tmp BUILDAH_ISOLATION=chroot
mkdir "$TMPDIR"
trap 'rm -rf --one-file-system "$work"' EXIT

say() { echo "=== $*"; }
die() { echo "NOT PROVED: $*" >&2; exit 1; }
store() { buildah --root "$work/store" --runroot "$work/run" --storage-driver vfs "$@"; }

# way_out prints, as Dockerfile instructions, what the host has set for the way to packages.
way_out() {
	local name value
	for name in GOPROXY GONOSUMDB GOSUMDB; do
		value=$(/usr/local/go/bin/go env $name)
		if [ -n "$value" ]; then echo "ENV $name=\"$value\""; fi
	done
	value=$(pip config get global.index-url 2>/dev/null) && echo "ENV PIP_INDEX_URL=\"$value\""
	value=$(npm config get registry 2>/dev/null) && echo "ENV npm_config_registry=\"$value\""
	for name in PIP_CERT NODE_EXTRA_CA_CERTS; do # these two do not look at the system's
		echo "ENV $name=/etc/ssl/certs/ca-certificates.crt"
	done
}

# devcontainer prints what .devcontainer/devcontainer.json says of the build, or of itself.
devcontainer() {
	sed 's|^[[:space:]]*//.*||' .devcontainer/devcontainer.json |
		python3 -c 'import json, sys; all = json.load(sys.stdin); print({**all, **all["build"]}[sys.argv[1]])' "$1"
}

# make_base makes the image localhost/base.
make_base() {
	local root=$work/base mirror
	mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' | awk '$1 == "bookworm" && !uri { uri = $2 } END { print uri }')
	debootstrap --variant=minbase --include=ca-certificates bookworm "$root" ${mirror:+"$mirror"} >"$work/debootstrap.log" ||
		{ tail "$work/debootstrap.log"; return 1; }
	cp -a /usr/local/go "$root/usr/local/"
	cp -a /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
	if [ -f "${SSL_CERT_FILE:-}" ]; then cp "$SSL_CERT_FILE" "$root/usr/local/share/ca-certificates/host.crt"; fi
	env --unset=TMPDIR chroot "$root" update-ca-certificates >/dev/null 2>&1
	{ printf 'FROM scratch\nCOPY . /\n'; way_out; } >"$work/Dockerfile"
	store build --quiet --tag localhost/base --file "$work/Dockerfile" "$root" >/dev/null
	rm -rf --one-file-system "$root"
}

# inside runs a command in the container, as the image's user and with the image's environment.
inside() { store run proof -- "$@"; }

# config prints a part of the image's configuration, a line for each word.
config() { store inspect --type image --format "{{range .Docker.Config.$1}}{{println .}}{{end}}" localhost/skipnets; }

# healthy runs the image's own health check.
healthy() { inside sh -c "$(config Healthcheck.Test | tail -n +2)" 2>/dev/null; }

# answers says whether JupyterLab answers with that status. 127.0.0.2 because the outside does not come by 127.0.0.1.
answers() {
	local got
	got=$(inside curl --silent --output /dev/null --write-out '%{http_code}' "http://127.0.0.2:8888$2") || true
	[ "$got" = "$1" ] || die "JupyterLab answers $2 with status $got, not $1"
}

# The image's own command, asked as by a browser, and ended as by "docker stop".
prove_lab() {
	local log=$work/lab.log command token second
	mapfile -t command < <(config Cmd | sed '/^$/d')
	! healthy || die "the health check passes before JupyterLab runs"
	inside sh -c 'echo $$ >/tmp/lab.pid && exec "$@"' sh "${command[@]}" >"$log" 2>&1 &
	for ((second = 0; second < 120; second++)); do
		if healthy; then break; fi
		sleep 1
	done
	cat "$log"
	healthy || die "the health check does not pass within two minutes"
	token=$(sed -n 's/.*\(token=[0-9a-f]*\).*/\1/p;T;q' "$log")
	answers 403 /api/contents
	answers 403 "/api/contents?token=wrong"
	answers 200 "/api/contents?$token"
	answers 200 "/lab?$token"
	[[ $(inside curl --silent "http://127.0.0.2:8888/api/kernelspecs?$token") == *'"default": "gonb"'* ]] ||
		die "JupyterLab does not know the kernel"
	inside sh -c 'kill "$(cat /tmp/lab.pid)"'
	wait || die "JupyterLab does not end well"
	! healthy || die "the health check passes without JupyterLab"
}

# prove_read_only runs a notebook where only /tmp and the cache folder can be written, as with docker run --read-only.
prove_read_only() {
	local root read_only=$work/read-only home=home/student folder variables
	root=$(store mount proof)
	mkdir "$read_only"
	mount --bind "$root" "$read_only"
	mount -o remount,bind,ro "$read_only"
	for folder in tmp "$home/.cache"; do mount --bind "$root/$folder" "$read_only/$folder"; done
	mount -t proc proc "$read_only/proc"
	mount --rbind /dev "$read_only/dev"
	mapfile -t variables < <(config Env | sed '/^$/d')
	# shellcheck disable=SC2016
	chroot --userspec=student:student "$read_only" env -i "HOME=/$home" "${variables[@]}" bash -euo pipefail -c '
		cd ~/skipnets
		if touch x 2>/dev/null || touch ~/x 2>/dev/null; then echo "the root file system can be written"; exit 1; fi
		skipnets run -quick notebooks/solutions/00_start_solutions.ipynb
		test -s ~/.cache/skipnets/runs/notebooks/00_start_solutions.ipynb'
	umount --recursive "$read_only"
}

# prove checks the container. It runs without a network.
prove() {
	ip link set lo up
	[ "$(inside id --user --name)" = student ] || die "the image's user is $(inside id)"
	say "everything is there"
	inside skipnets doctor
	say "JupyterLab, without a network"
	prove_lab
	say "a notebook, without a network"
	inside skipnets run -quick notebooks/01_plain.ipynb
	inside grep --quiet '"image/png":' /home/student/.cache/skipnets/runs/notebooks/01_plain.ipynb || die "the executed notebook has no figure"
	say "a notebook, on a read-only root file system"
	prove_read_only
	say "the short tests, without a network"
	inside go test -short ./...
}

base=${1:-localhost/base}
if [ $# -eq 0 ]; then
	say "making a base image"
	make_base
fi
say "building the image, as .devcontainer/devcontainer.json says"
store build --format docker --build-arg BASE="$base" --tag localhost/skipnets --target "$(devcontainer target)" \
	--file ".devcontainer/$(devcontainer dockerfile)" ".devcontainer/$(devcontainer context)"
size=$(store images --format '{{.Size}}' localhost/skipnets)
store from --name proof localhost/skipnets
[ "$(devcontainer remoteUser)" = student ] || die "the devcontainer's user is not the image's"
say "building the image for Binder, and starting its server"
store build --format docker --build-arg BASE="$base" --tag localhost/skipnets-binder --file .binder/Dockerfile .
store from --name binder localhost/skipnets-binder
store run binder -- jupyterhub-singleuser --version
store run binder -- jupyter kernelspec list | grep --quiet gonb || die "Binder's server does not know the kernel"
store rm binder >/dev/null
export -f say die store inside config healthy answers prove_lab prove_read_only prove
unshare --net --mount --pid --fork --kill-child bash -euo pipefail -c prove
say "PROVED: built ($size), and run without a network, in $((SECONDS - begin)) s"
