#!/bin/sh
# Installs what nissl needs beside Go and says what it does: a C compiler, libhdf5 with its
# headers, and the XLA plugin that makes dense algebra fast. Does nothing, quickly, where all
# of it is there. Only the plugin is optional: without it nissl computes in pure Go.
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}

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

need_accelerator() {
  tool=.cache/accelerator
  "$GO" build -o $tool ./scripts/accelerator
  $tool -find && return 0
  say "fetching the CPU accelerator (an XLA plugin, about 60 MB, once per user)"
  $tool -route gomlx && return 0
  if ! python3 -m pip --version >/dev/null 2>&1 && has_apt; then (apt python3-pip) || true; fi
  $tool -route wheel && return 0
  say "no accelerator: nissl will compute in pure Go, which is right but slower; 'make setup' tries again"
}

need_go
need_libraries
need_accelerator
