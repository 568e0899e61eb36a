#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Proves that the image can be built and that the course runs in it: a notebook, the short tests and JupyterLab, as a
# user who is not root and without a network; also that it does what VS Code, Codespaces and Binder make of it. No Docker
# daemon is needed:
#
#	sudo apt-get install buildah debootstrap iproute2
#	sudo docker/prove.sh [BASE]
#
# BASE is an image to build on. By default one is made of Debian bookworm and the Go in /usr/local/go, so that no
# registry is asked. What the host has set for the way out (proxy, certificates, package indexes) holds for the build,
# too. All is made in a folder of its own under TMPDIR (default: /var/tmp; it takes 10 GB) and removed in the end.
# Where the system cannot mount overlays, as inside a container, set STORAGE_DRIVER=vfs: that takes 25 GB.
set -euo pipefail
cd "$(dirname "$0")/.."
begin=$SECONDS
work=$(mktemp --directory "${TMPDIR:-/var/tmp}/skipnets-prove.XXXXXX")
export work TMPDIR=$work/tmp BUILDAH_ISOLATION=chroot
mkdir "$TMPDIR"
trap 'umount --recursive --lazy "$work/store/overlay" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT # buildah leaves mounts

say() { echo "=== $*"; }
die() { echo "NOT PROVED: $*" >&2; exit 1; }
store() { buildah --root "$work/store" --runroot "$work/run" --storage-driver "${STORAGE_DRIVER:-overlay}" "$@"; }

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

# devcontainer prints what .devcontainer/devcontainer.json says under a name, or under a name in another.
devcontainer() {
	sed 's|^[[:space:]]*//.*||' .devcontainer/devcontainer.json |
		python3 -c 'import functools, json, sys; print(functools.reduce(dict.get, sys.argv[1:], json.load(sys.stdin)))' "$@"
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
inside() { store run "${container:-proof}" -- "$@"; }

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

# start starts a server in the container, and waits until a check of it passes.
start() {
	local check=$1 second
	shift
	inside sh -c 'echo $$ >/tmp/server.pid && exec "$@"' sh "$@" >"$work/server.log" 2>&1 &
	for ((second = 0; second < 300; second++)); do
		if $check; then break; fi
		sleep 1
	done
	cat "$work/server.log"
	$check || die "it does not answer within five minutes: $*"
}

# stop ends it, as "docker stop" does.
stop() {
	inside sh -c 'kill "$(cat /tmp/server.pid)"'
	wait || die "the server does not end well"
}

# The image's own command, asked as by a browser.
prove_lab() {
	local command token
	mapfile -t command < <(config Cmd | sed '/^$/d')
	! healthy || die "the health check passes before JupyterLab runs"
	start healthy "${command[@]}"
	token=$(sed -n 's/.*\(token=[0-9a-f]*\).*/\1/p;T;q' "$work/server.log")
	answers 403 /api/contents
	answers 403 "/api/contents?token=wrong"
	answers 200 "/api/contents?$token"
	answers 200 "/lab?$token"
	[[ $(inside curl --silent "http://127.0.0.2:8888/api/kernelspecs?$token") == *'"default": "gonb"'* ]] ||
		die "JupyterLab does not know the kernel"
	stop
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

# prove_devcontainer does in the container what VS Code and Codespaces do in one of theirs: the user gets the number of the
# user outside, the checkout lies in /workspaces, and shells are those of a login.
prove_devcontainer() {
	local root id=1234 folder=/workspaces/skipnets kernels
	root=$(store mount proof)
	sed -i "s/^student:x:1000:/student:x:$id:/; s/^\(student:x:$id:\)1000:/\1$id:/" "$root/etc/passwd" "$root/etc/group"
	chown --recursive --no-dereference $id:$id "$root/home/student"
	mkdir -p "$root$folder"
	tar --create --exclude=.git . | tar --extract --directory "$root$folder"
	chown --recursive $id:$id "$root$folder"
	kernels=$(devcontainer containerEnv JUPYTER_PATH)/kernels
	in_workspace() {
		store run --user "$(devcontainer remoteUser)" --workingdir $folder proof -- bash -euo pipefail -lc "$1"
	}
	[ "$(in_workspace 'id --user')" = $id ] || die "the user of the devcontainer is $(in_workspace id)"
	in_workspace "$(devcontainer postCreateCommand)"
	in_workspace 'skipnets doctor' | tee "$work/doctor.log"
	grep --quiet "seeing the packages in $folder" "$work/doctor.log" || die "the kernel sees another checkout than the devcontainer's"
	in_workspace "grep --quiet gonb $kernels/gonb/kernel.json" || die "VS Code does not find the kernel in $kernels"
	in_workspace 'skipnets run -quick notebooks/02_residual.ipynb && test -s ~/.cache/skipnets/runs/notebooks/02_residual.ipynb'
}

# prove_binder starts the server for one user as BinderHub does, and runs a notebook beside it.
prove_binder() {
	local container=binder base=/user/skipnets-1 token=0123456789abcdef option arguments=(--ip=0.0.0.0 --port=8888)
	for option in "base_url=$base/" "token=$token" trust_xheaders=True default_url=/lab/tree/notebooks/00_start.ipynb; do
		arguments+=("--NotebookApp.$option" "--ServerApp.$option")
	done
	[ "$(inside id --user)" = 1000 ] || die "Binder runs its images as user 1000, not $(inside id)"
	inside jupyterhub-singleuser --version
	# shellcheck disable=SC2329
	binder_up() { inside curl --silent --fail --output /dev/null "http://127.0.0.2:8888$base/api"; }
	start binder_up python3 -c 'import os, sys, jupyterlab; os.execvp("jupyter-lab", sys.argv)' "${arguments[@]}"
	answers 403 "$base/api/contents"
	answers 200 "$base/lab/tree/notebooks/00_start.ipynb?token=$token"
	answers 200 "$base/api/contents/notebooks/00_start.ipynb?token=$token"
	[[ $(inside curl --silent "http://127.0.0.2:8888$base/api/kernelspecs?token=$token") == *'"gonb"'* ]] || die "Binder's server does not know the kernel"
	inside env SKIPNETS_QUICK=1 jupyter nbconvert --execute --to notebook --output-dir /tmp notebooks/solutions/00_start_solutions.ipynb
	inside test -s /tmp/00_start_solutions.ipynb || die "no notebook ran on Binder's image"
	stop
}

# prove checks the containers. It runs without a network.
prove() {
	ip link set lo up
	[ "$(inside id --user --name)" = student ] || die "the image's user is $(inside id)"
	say "everything is there, for a shell at login, too"
	inside skipnets doctor
	inside bash -lc 'go version && skipnets --version'
	say "JupyterLab, without a network"
	prove_lab
	say "Binder's server, without a network"
	prove_binder
	say "a notebook, without a network"
	inside skipnets run -quick notebooks/01_plain.ipynb
	inside grep --quiet '"image/png":' /home/student/.cache/skipnets/runs/notebooks/01_plain.ipynb || die "the executed notebook has no figure"
	say "a notebook, on a read-only root file system"
	prove_read_only
	say "the short tests, without a network"
	inside go test -short -timeout 60m ./...
	say "the devcontainer, without a network"
	prove_devcontainer
}

base=${1:-localhost/base}
if [ $# -eq 0 ]; then
	say "making a base image"
	make_base
fi
say "building the image, as .devcontainer/devcontainer.json says"
store build --format docker --build-arg BASE="$base" --tag localhost/skipnets --target "$(devcontainer build target)" \
	--file ".devcontainer/$(devcontainer build dockerfile)" ".devcontainer/$(devcontainer build context)"
size=$(store images --format '{{.Size}}' localhost/skipnets)
store from --name proof localhost/skipnets
say "building the image for Binder, on what is built already"
cp -r .binder/. "$work/binder" # as BuildKit, which is given the folder of the Dockerfile and nothing around it
store build --format docker --build-context course=container-image://localhost/skipnets --tag localhost/skipnets-binder --file "$work/binder/Dockerfile" .
store from --name binder localhost/skipnets-binder
export -f say die store devcontainer inside config healthy answers start stop prove_lab prove_read_only prove_devcontainer prove_binder prove
unshare --net --mount --pid --fork --kill-child --mount-proc bash -euo pipefail -c prove
say "PROVED: built ($size), and run without a network, in $((SECONDS - begin)) s"
