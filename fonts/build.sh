#!/bin/sh
# Makes the fonts of this folder anew from their published releases, then their digests.
#
#   fonts/build.sh [WORK]
#
# WORK (default: a new temporary folder) keeps what was fetched. A source already there is used if its
# digest is the one below, so a machine without a network can be given the three files by hand.
# Needs: python3 with venv, tar, dpkg-deb, and npm or the files; fonttools comes at the version pinned here.
set -eu

FONTTOOLS=4.68.0
SERIF=expo-google-fonts-noto-serif-sc-0.4.3.tgz
SERIF_SHA256=ff6bcf5ba68d92dfecc05544bb150f9e724741a932354a0dd97e7289c40a3f5e
SANS=expo-google-fonts-noto-sans-sc-0.4.3.tgz
SANS_SHA256=0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59
CJK=fonts-noto-cjk_1%3a20220127+repack1-1_all.deb
CJK_SHA256=4a2515eb6db3978b897fef9709ed0d2b1f4c6c4df4d83d6c4ef65f71f1b1f502

here=$(cd "$(dirname "$0")" && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work"
work=$(cd "$work" && pwd)
cd "$work"

[ -f "$SERIF" ] || npm pack --silent @expo-google-fonts/noto-serif-sc@0.4.3
[ -f "$SANS" ] || npm pack --silent @expo-google-fonts/noto-sans-sc@0.4.3
[ -f "$CJK" ] || apt-get download fonts-noto-cjk=1:20220127+repack1-1

sha256sum -c - <<SUMS
$SERIF_SHA256  $SERIF
$SANS_SHA256  $SANS
$CJK_SHA256  $CJK
SUMS

rm -rf serif sans cjk deb
mkdir serif sans cjk deb
tar xzf "$SERIF" -C serif --strip-components=1
tar xzf "$SANS" -C sans --strip-components=1
dpkg-deb -x "$CJK" deb
mv deb/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc cjk/

[ -x venv/bin/python ] || python3 -m venv venv
venv/bin/pip install --quiet "fonttools==$FONTTOOLS"
venv/bin/python "$here/build.py" "$work" "$here"

cd "$here"
sha256sum ./*.ttf | sed 's|\./||' > SHA256SUMS
cat SHA256SUMS
