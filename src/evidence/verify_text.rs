//! `meta/VERIFY.txt`: the commands by which anyone checks a bundle without this program.
//!
//! Between the marks stand commands for a Unix shell and for `PowerShell`; they are run by the
//! tests as they are written. The reader brings the trust anchors; the time of judgement comes
//! from the token, because the authority's certificate may have ended since.
//! Source: SPEC "Bundle", decision 12; FINDINGS "Container" (`-attime`).

/// Path of the text in a bundle.
pub const VERIFY_PATH: &str = "meta/VERIFY.txt";

/// Mark before the commands for a Unix shell.
pub const SHELL_BEGINS: &str = "#--- sh ---";
/// Mark after them.
pub const SHELL_ENDS: &str = "#--- end ---";

const INTRODUCTION: &str = "\
校验本证据包 / HOW TO CHECK THIS BUNDLE

本文件夹同时是 BagIt 1.0 包与 ASiC-E 容器。校验只需通用工具，不需要制作者的软件。
This is a BagIt 1.0 bag and an ASiC-E container at once. Common tools check it; the software that
made it is not needed.

1. 根证书须由您自行取得并核对指纹，不可取自本包。签发机构与时间戳机构的根证书合存为一个 PEM 文件。
   The trust anchors are yours: get the root certificates of the signer's authority and of the
   timestamp authority from their owners, confirm the fingerprints, put them into one PEM file.
2. 命令全部执行完毕并输出 VERIFIED，即：内容完整、签名成立、时间戳成立。任何一步出错即未通过。
   The bundle passes when every command succeeds and VERIFIED is printed: nothing was changed,
   added or removed, the signature and the timestamp hold. Any error means it does not pass.
3. 签名证书的指纹会打印出来，请与登记簿或存档证书核对。
   The signer's fingerprint is printed; compare it with the register or the archive certificate.
";

const AUTHORITY_TIME: &str = "
时间 / TIME: 时间戳由独立时间戳机构签发。 The time is the word of an outside authority.
";

const OWN_TIME: &str = "
时间 / TIME: 时间戳由本机构自行签发，不能对抗本机构自身（自证时间）。
The time is the office's own word (self-asserted); against the office itself it proves nothing.
";

const SHELL: &str = r#"
Unix (sh, unzip, sha256sum, openssl):
  BUNDLE=/path/to/bundle.asice ANCHORS=/path/to/anchors.pem; export BUNDLE ANCHORS
  unzip -p "$BUNDLE" meta/VERIFY.txt | sed -n '/^#--- sh ---$/,/^#--- end ---$/p' | sh

#--- sh ---
set -eu
: "${BUNDLE:?}" "${ANCHORS:?}"
unzip -tq "$BUNDLE"
W=$(mktemp -d)
trap 'rm -rf "$W"' EXIT
unzip -q "$BUNDLE" -d "$W"
# BagIt: every payload and tag file, and no payload file besides
(cd "$W" && sha256sum --quiet --strict -c manifest-sha256.txt)
(cd "$W" && sha256sum --quiet --strict -c tagmanifest-sha256.txt)
test "$(find "$W/data" -type f | wc -l)" -eq "$(wc -l < "$W/manifest-sha256.txt")"
if command -v bagit.py > /dev/null; then bagit.py --validate "$W"; fi
# ASiC: what signature and timestamp cover. A bundle sealed while the authority was absent holds no
# token: name the one that came later (TOKEN=/path/to/bundle.tst), which is over the whole bundle
LAST=ASiCManifest002 TST="$W/META-INF/timestamp002.tst" STAMPED="$W/META-INF/ASiCManifest002.xml"
if test ! -f "$TST" && test ! -f "$STAMPED"; then
  LAST=ASiCManifest001 TST=${TOKEN:?the timestamp came later: name it as TOKEN} STAMPED=$BUNDLE
fi
for M in ASiCManifest001 $LAST; do
  sed -n 's|.*URI="\([^"]*\)">.*<ds:DigestValue>\([^<]*\)<.*|\2 \1|p' "$W/META-INF/$M.xml" |
  while read -r D F; do
    test "$(openssl dgst -sha256 -binary "$W/$F" | openssl base64 -A)" = "$D" ||
      { echo "CHANGED: $F"; exit 1; }
  done
done
test "$(find "$W" -type f | wc -l)" -eq "$(($(grep -c DataObjectReference "$W/META-INF/$LAST.xml") + 3))"
# Timestamp, judged at its own time (macOS: date -j -u -f '%b %e %T %Y %Z' "$T" +%s)
T=$(openssl ts -reply -token_in -in "$TST" -text 2> /dev/null |
  sed -n 's/^Time stamp: //p' | sed 's/\(:[0-9]*\)\.[0-9]*/\1/')
AT=$(date -u -d "$T" +%s)
openssl ts -verify -data "$STAMPED" -token_in \
  -in "$TST" -CAfile "$ANCHORS" -attime "$AT"
# Signature, judged at the time of the timestamp
openssl cms -verify -cades -binary -inform DER -in "$W/META-INF/signature001.p7s" \
  -content "$W/META-INF/ASiCManifest001.xml" -CAfile "$ANCHORS" -purpose any -attime "$AT" \
  -signer "$W/signer.pem" -out /dev/null
openssl x509 -in "$W/signer.pem" -noout -subject -fingerprint -sha256
# Chain of custody: each line holds the hash of the one before
P=$(printf '%064d' 0)
while IFS= read -r L; do
  case "$L" in *"\"previous\":\"$P\""*) ;; *) echo "CUSTODY BROKEN"; exit 1 ;; esac
  P=$(printf %s "$L" | sha256sum | cut -d ' ' -f 1)
done < "$W/meta/custody.jsonl"
echo "VERIFIED at $T"
#--- end ---
"#;

const POWERSHELL: &str = r#"
Windows (PowerShell 5.1 or later, openssl.exe). One file by hand: certutil -hashfile FILE SHA256
(it cannot read an empty file, whose SHA-256 is e3b0c442...7852b855; Get-FileHash can).
Paths stand in single quotes; a single quote inside a path is doubled.

#--- powershell ---
$Bundle = 'C:\path\to\bundle.asice'; $Anchors = 'C:\path\to\anchors.pem'
$ErrorActionPreference = 'Stop'; $W = Join-Path $env:TEMP ([guid]::NewGuid())
function Hash($Path) { (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash }
function Lines($Path) { @(Get-Content -LiteralPath $Path -Encoding UTF8) }
function Files($Path) { @(Get-ChildItem -LiteralPath $Path -Recurse -File -Force).Count }
Copy-Item -LiteralPath $Bundle -Destination "$W.zip"
Expand-Archive -LiteralPath "$W.zip" -DestinationPath $W
# BagIt: every payload and tag file, and no payload file besides
foreach ($M in 'manifest-sha256.txt', 'tagmanifest-sha256.txt') {
  foreach ($L in Lines "$W\$M") {
    $H, $F = $L -split '  ', 2
    if ((Hash "$W\$F") -ne $H) { throw "CHANGED: $F" }
  }
}
if ((Files "$W\data") -ne (Lines "$W\manifest-sha256.txt").Count) { throw 'ADDED' }
# ASiC. A bundle sealed without a token: set $Token to the file of the one that came later
$Last = 'ASiCManifest002'; $Tst = "$W\META-INF\timestamp002.tst"
$Stamped = "$W\META-INF\ASiCManifest002.xml"
if (-not (Test-Path -LiteralPath $Tst) -and -not (Test-Path -LiteralPath $Stamped)) {
  $Last = 'ASiCManifest001'; $Tst = $Token; $Stamped = $Bundle
}
foreach ($M in 'ASiCManifest001', $Last) {
  $N = 0
  foreach ($L in Lines "$W\META-INF\$M.xml") {
    if ($L -match 'URI="([^"]*)">.*<ds:DigestValue>([^<]*)<') {
      $F = $Matches[1]; $D = [Convert]::FromBase64String($Matches[2])
      $H = -join ($D | ForEach-Object { $_.ToString('x2') })
      if ((Hash "$W\$F") -ne $H) { throw "CHANGED: $F" }
      $N++
    }
  }
}
if ((Files $W) -ne $N + 3) { throw 'ADDED' }
# Timestamp, judged at its own time
$T = (openssl ts -reply -token_in -in "$Tst" -text |
  Select-String '^Time stamp: (.*) GMT$').Matches[0].Groups[1].Value -replace '(:\d+)\.\d+', '$1'
$At = [DateTimeOffset]::ParseExact(($T -replace '\s+', ' ') + ' +0', 'MMM d HH:mm:ss yyyy z',
  [Globalization.CultureInfo]::InvariantCulture).ToUnixTimeSeconds()
openssl ts -verify -data "$Stamped" -token_in `
  -in "$Tst" -CAfile "$Anchors" -attime $At
if ($LASTEXITCODE) { throw 'TIMESTAMP' }
# Signature, judged at the time of the timestamp
openssl cms -verify -cades -binary -inform DER -in "$W\META-INF\signature001.p7s" `
  -content "$W\META-INF\ASiCManifest001.xml" -CAfile "$Anchors" -purpose any -attime $At `
  -signer "$W\signer.pem" -out NUL
if ($LASTEXITCODE) { throw 'SIGNATURE' }
openssl x509 -in "$W\signer.pem" -noout -subject -fingerprint -sha256
# Chain of custody: each line holds the hash of the one before
$P = '0' * 64; $Sha = [Security.Cryptography.SHA256]::Create()
foreach ($L in Lines "$W\meta\custody.jsonl") {
  if (-not $L.Contains('"previous":"' + $P + '"')) { throw 'CUSTODY BROKEN' }
  $P = -join ($Sha.ComputeHash([Text.Encoding]::UTF8.GetBytes($L)) |
    ForEach-Object { $_.ToString('x2') })
}
"VERIFIED at $T GMT"
#--- end ---
"#;

/// Writes the text; `self_asserted` says whose word the time is.
#[must_use]
pub fn write(self_asserted: bool) -> String {
    let time = if self_asserted { OWN_TIME } else { AUTHORITY_TIME };
    [INTRODUCTION, time, SHELL, POWERSHELL].concat()
}
