//! The manifests of an ASiC-E container with `CAdES`: what a signature or a timestamp covers.
//!
//! One form is written: the declaration, the root with its two namespaces, the reference to the
//! signature, one reference a line sorted by path. Only that form is read, so no entity, comment
//! or second reading of the XML can hide anything. Paths are plain ASCII and need no escaping.
//! Source: EN 319 162-1 annex A.4 (`ASiCManifest`), XML Signature (`DigestMethod`, `DigestValue`).

use std::io::{self, Write};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    alike::Alike,
    bag::{Listed, Manifest, listed},
};
use crate::digest::Digest;

/// Media type of the container.
pub const MIMETYPE: &str = "application/vnd.etsi.asic-e+zip";
/// Path of the media type, the first entry.
pub const MIMETYPE_PATH: &str = "mimetype";
/// Manifest of what the signature covers.
pub const SIGNED_PATH: &str = "META-INF/ASiCManifest001.xml";
/// The signature.
pub const SIGNATURE_PATH: &str = "META-INF/signature001.p7s";
/// Manifest of what the timestamp covers.
pub const STAMPED_PATH: &str = "META-INF/ASiCManifest002.xml";
/// The timestamp.
pub const TIMESTAMP_PATH: &str = "META-INF/timestamp002.tst";

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<asic:ASiCManifest \
    xmlns:asic=\"http://uri.etsi.org/02918/v1.2.1#\" \
    xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\n";
const FOOT: &str = "</asic:ASiCManifest>\n";
const BEFORE_PATH: &str = "<asic:DataObjectReference URI=\"";
const BEFORE_DIGEST: &str = "\"><ds:DigestMethod \
    Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>";
const AFTER_DIGEST: &str = "</ds:DigestValue></asic:DataObjectReference>";

/// What the manifest is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cover {
    /// What the signature covers.
    Signature,
    /// What the timestamp covers.
    Timestamp,
}

impl Cover {
    /// Path of the manifest.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Signature => SIGNED_PATH,
            Self::Timestamp => STAMPED_PATH,
        }
    }

    fn reference(self) -> String {
        let (path, media_type) = match self {
            Self::Signature => (SIGNATURE_PATH, "application/pkcs7-signature"),
            Self::Timestamp => (TIMESTAMP_PATH, "application/vnd.etsi.timestamp-token"),
        };
        format!("<asic:SigReference URI=\"{path}\" MimeType=\"{media_type}\"/>\n")
    }
}

/// Writes the manifest of `objects`, sorted by path, whose paths are safe ASCII.
///
/// # Errors
/// Whatever `out` returns.
pub fn write<'a>(
    cover: Cover,
    objects: impl Iterator<Item = Listed<'a>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "{HEAD}{}", cover.reference())?;
    for (path, digest) in objects {
        let digest = STANDARD.encode(digest.as_bytes());
        writeln!(out, "{BEFORE_PATH}{path}{BEFORE_DIGEST}{digest}{AFTER_DIGEST}")?;
    }
    out.write_all(FOOT.as_bytes())
}

/// Reads a manifest in the one form it is written in.
#[must_use]
pub fn read(cover: Cover, bytes: &[u8]) -> Option<Manifest> {
    let text = std::str::from_utf8(bytes).ok()?;
    let body = text.strip_prefix(HEAD)?.strip_prefix(&cover.reference())?.strip_suffix(FOOT)?;
    let objects: Manifest = body.lines().map(object).collect::<Option<_>>()?;
    // Order, repetition and every byte between are settled by writing it again.
    let mut alike = Alike::to(bytes);
    let written = write(cover, listed(&objects), &mut alike);
    (written.is_ok() && alike.holds()).then_some(objects)
}

/// Whether `path` can stand in a manifest as it is.
pub(super) fn is_plain(path: &str) -> bool {
    path.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/'))
}

fn object(line: &str) -> Option<(String, Digest)> {
    let line = line.strip_prefix(BEFORE_PATH)?.strip_suffix(AFTER_DIGEST)?;
    let (path, digest) = line.split_once(BEFORE_DIGEST)?;
    let digest: [u8; 32] = STANDARD.decode(digest).ok()?.try_into().ok()?;
    is_plain(path).then(|| (path.to_owned(), Digest::from_bytes(digest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_is_read_and_every_changed_byte_shows() {
        let objects: Manifest =
            [("data/a.jpg".into(), Digest::of("1")), ("bagit.txt".into(), Digest::of("2"))].into();
        let mut text = Vec::new();
        write(Cover::Signature, listed(&objects), &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(read(Cover::Signature, text.as_bytes()), Some(objects.clone()));
        assert_eq!(read(Cover::Timestamp, text.as_bytes()), None);
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            assert_ne!(read(Cover::Signature, &bytes), Some(objects.clone()), "byte {at}");
        }
        let commented = text.replace(FOOT, &format!("<!-- -->\n{FOOT}"));
        assert_eq!(read(Cover::Signature, commented.as_bytes()), None);
    }
}
