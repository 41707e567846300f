#!/bin/sh
# Everything a fresh machine needs before `make build`: distribution packages, npm packages, the C
# programs. Run by the Makefile; does nothing when nothing is missing.
# Usage: tools/setup.sh [bench]     with `bench`: also what only the benchmarks need
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
groups='run build test'
[ "${1-}" != bench ] || groups='run build test bench'
# Debian's own apt names Debian's archive; what is only for others is left to them.
system=$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null || true)
[ "$system" = debian ] || groups="$groups other"

say() { printf '%s\n' "$*" >&2; }

# --- Node.js ---------------------------------------------------------------------------------------
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
  say "Node.js 20.19 or newer is needed; found: $(node --version 2>/dev/null || echo none)."
  say 'Install it (with npm), and run make again.'
  exit 3
fi
if ! command -v npm >/dev/null 2>&1; then
  say 'npm is needed, it comes with Node.js. Install it, and run make again.'
  exit 3
fi

# --- distribution packages -------------------------------------------------------------------------
# Installed means to dpkg: installed and unpacked whole.
installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}
# split PACKAGE...: sets `missing` to those that apt can install and `unknown` to the rest; names differ between
# distributions and their releases. Without the distribution's package lists all stay in `missing`.
split() {
  missing='' unknown=''
  lists=$(apt-cache madison dpkg 2>/dev/null || true)
  for package in "$@"; do
    case $(apt-cache policy "$package" 2>/dev/null) in
      *'Candidate: '[!\(]*) missing="$missing $package" ;;
      *) if [ -z "$lists" ]; then missing="$missing $package"; else unknown="$unknown $package"; fi ;;
    esac
  done
}
missing=
while read -r group package _; do
  case " $groups " in *" $group "*) ;; *) continue ;; esac
  installed "$package" || missing="$missing $package"
done <tools/apt-packages.txt

# apt_get COMMAND...: as root, without questions, waiting for another apt for at most two minutes.
apt_get() {
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -q "$@" </dev/null >&2
}

# shellcheck disable=SC2086 # lists of words on purpose
[ -z "$missing" ] || split $missing
# shellcheck disable=SC2086
if [ -n "$missing" ]; then
  sudo=
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      sudo=sudo
    else
      say 'Some distribution packages are missing. Run this, then make again:'
      say ''
      say "    su -c 'apt-get update && apt-get install -y --no-install-recommends$missing'"
      say ''
      exit 3
    fi
  fi
  say "Installing distribution packages:$missing"
  # The package lists of a fresh machine are empty, those of an old one out of date: only then update.
  if ! apt_get install -y --no-install-recommends $missing; then
    attempt=1
    until apt_get update && split $missing $unknown && apt_get install -y --no-install-recommends $missing; do
      attempt=$((attempt + 1))
      if [ "$attempt" -gt 3 ]; then
        say 'The packages could not be installed. Mend apt, or run this yourself, then make again:'
        say "    apt-get update && apt-get install -y --no-install-recommends$missing"
        exit 3
      fi
      say "apt failed; attempt $attempt of 3 in 10 seconds"
      sleep 10
    done
  fi
fi
[ -z "${unknown-}" ] || say "Going on without what this distribution does not have:$unknown"

# --- npm packages ----------------------------------------------------------------------------------
# Installed from exactly this lock file for this Node, or again.
wanted="$(node --version) $(cat package-lock.json package.json packages/*/package.json | sha256sum | cut -d' ' -f1)"
stamp=node_modules/.selfsame-installed
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  say 'Installing npm packages'
  # No package here needs its install script; not running any is one risk less.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || {
    say 'npm ci failed twice. Check the network, proxy and `npm config get registry`, then run make again.'
    exit 3
  }
  printf '%s\n' "$wanted" >"$stamp"
fi

# --- C programs ------------------------------------------------------------------------------------
make -s -C native >&2
