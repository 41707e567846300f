#!/bin/sh
# Fetches the source packages that the cases need: fetch.sh DIRECTORY. They come from the Debian archive that this
# machine's apt is set up with, at the versions below, and apt checks their signatures; nothing of apt's own state changes.
set -eu
packages='hello=2.10-3 lua5.4=5.4.4-3+deb12u1 zlib=1:1.2.13.dfsg-1 re2=20220601+dfsg-1'
mkdir -p "$1"
cd "$1"
test "$(cat fetched 2>/dev/null)" = "$packages" && exit 0
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Label: Debian' | sort -u >"$state/sources.list"
test -s "$state/sources.list" || { echo "fetch.sh: apt knows no Debian archive (apt-get update)" >&2; exit 1; }
cat >"$state/apt.conf" <<EOF
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::Cache "$state/cache";
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "-";
APT::Sandbox::User "root";
EOF
export APT_CONFIG="$state/apt.conf"
apt-get -qq update
apt-get -qq source --download-only $packages
echo "$packages" >fetched
