# Sourced by the scripts beside it: where things are, and a few words they all use.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${BROOD_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/brood}
export BROOD_CACHE=$cache

jobs=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
