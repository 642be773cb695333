//! Checkpoints: the register's size and root as a signed note.
//!
//! Owns the text (`origin`, size, root, extension lines), its Ed25519 signature lines, and the
//! form of a log's public key. Reading is strict: one byte more or less is refused. Lines of
//! signers nobody named are kept and not judged, so that a witness may add its own.
//! Source: C2SP signed-note, C2SP tlog-checkpoint, RFC 8032.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, FixedOffset};

use super::{
    error::{RegisterError, Result},
    time,
};
use crate::{
    digest::{Digest, Hasher},
    signing::{LogKey, LogPublicKey},
};

/// Most bytes of a note.
pub const MAX_NOTE: usize = 16 * 1024;
/// Most signature lines of a note.
const MAX_SIGNATURES: usize = 32;
/// Leads the extension line that tells when the checkpoint was signed.
const TIME: &str = "time ";
/// Signature type of Ed25519 in key hashes.
const ED25519: u8 = 1;

/// What a checkpoint says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Entries in the register.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
    /// Further lines, each without its line break. One may be `time` and when it was signed.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint that tells when it is signed.
    ///
    /// # Errors
    /// [`RegisterError::BadTime`] for a time that cannot be written.
    pub fn at(origin: &str, size: u64, root: Digest, now: DateTime<FixedOffset>) -> Result<Self> {
        let line = format!("{TIME}{}", time::format(&time::whole(now)?)?);
        Ok(Self { origin: origin.to_owned(), size, root, extensions: vec![line] })
    }

    /// When it was signed, if it says so.
    #[must_use]
    pub fn signed_at(&self) -> Option<DateTime<FixedOffset>> {
        self.extensions.iter().find_map(|line| time::parse(line.strip_prefix(TIME)?))
    }

    fn text(&self) -> String {
        let root = STANDARD.encode(self.root.as_bytes());
        let mut text = format!("{}\n{}\n{root}\n", self.origin, self.size);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
        let digits = lines.next()?;
        let size: u64 = digits.parse().ok().filter(|size: &u64| size.to_string() == digits)?;
        let root = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        let whole = extensions.iter().all(|line| !line.is_empty());
        whole.then_some(Self { origin, size, root: Digest::from_bytes(root), extensions })
    }
}

/// When `checkpoint` was signed, as findings tell it.
#[must_use]
pub fn when_signed(checkpoint: &Checkpoint) -> String {
    let at = checkpoint.signed_at().map(|at| at.format("%Y-%m-%d %H:%M:%S %:z").to_string());
    at.unwrap_or_else(|| "?".to_owned())
}

/// The log's private key and name.
pub struct LogSigner {
    name: String,
    key: LogKey,
}

impl LogSigner {
    /// Names `key`. The name is also the origin of its checkpoints.
    ///
    /// # Errors
    /// [`RegisterError::BadKeyName`].
    pub fn new(name: impl Into<String>, key: LogKey) -> Result<Self> {
        let name = name.into();
        if is_key_name(&name) { Ok(Self { name, key }) } else { Err(RegisterError::BadKeyName) }
    }

    /// Name of the log.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> LogVerifier {
        LogVerifier { name: self.name.clone(), key: self.key.public() }
    }

    /// Signs `checkpoint` under its own origin's name.
    ///
    /// # Errors
    /// [`RegisterError::NotACheckpoint`] if the text would not be read back as the same checkpoint,
    /// or its origin is not this log.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<Note> {
        let text = checkpoint.text();
        let mut blob = self.verifier().hash().to_vec();
        blob.extend_from_slice(&self.key.sign(text.as_bytes()));
        let note = Note::parse(&format!("{text}\n— {} {}\n", self.name, STANDARD.encode(blob)))?;
        if note.checkpoint == *checkpoint && self.verifier().admits(&note) {
            Ok(note)
        } else {
            Err(RegisterError::NotACheckpoint { reason: "its lines or its origin are unfit" })
        }
    }
}

impl fmt::Debug for LogSigner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "LogSigner({})", self.name)
    }
}

/// A log's public key and name, written `name+hash+base64`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogVerifier {
    name: String,
    key: LogPublicKey,
}

impl LogVerifier {
    /// Names a log's public key.
    ///
    /// # Errors
    /// [`RegisterError::BadKeyName`].
    pub fn new(name: impl Into<String>, key: LogPublicKey) -> Result<Self> {
        let name = name.into();
        if is_key_name(&name) { Ok(Self { name, key }) } else { Err(RegisterError::BadKeyName) }
    }

    /// Reads `name+hash+base64`.
    ///
    /// # Errors
    /// [`RegisterError::NotAVerifierKey`], also for a key of small order.
    pub fn parse(text: &str) -> Result<Self> {
        Self::read(text).ok_or(RegisterError::NotAVerifierKey)
    }

    fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (hash, key) = rest.split_once('+')?;
        let key = STANDARD.decode(key).ok()?;
        let (kind, key) = key.split_first()?;
        let key = LogPublicKey::from_bytes(key.try_into().ok()?).ok()?;
        let read = Self { name: name.to_owned(), key };
        let good = *kind == ED25519 && is_key_name(name);
        (good && hex::encode(read.hash()) == hash).then_some(read)
    }

    /// Name of the log.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether `note` is a checkpoint of this log: its origin, signed with this very key.
    #[must_use]
    pub fn admits(&self, note: &Note) -> bool {
        let mine = |line: &&SignatureLine| line.name == self.name && line.hash == self.hash();
        let mut lines = note.signatures.iter().filter(mine).peekable();
        note.checkpoint.origin == self.name
            && lines.peek().is_some()
            && lines.all(|line| {
                line.signature
                    .as_slice()
                    .try_into()
                    .is_ok_and(|signature| self.key.verifies(note.signed.as_bytes(), signature))
            })
    }

    /// First four bytes of SHA-256 over name, line break, type and key.
    fn hash(&self) -> [u8; 4] {
        let mut hasher = Hasher::default();
        hasher.update(self.name.as_bytes());
        hasher.update(&[b'\n', ED25519]);
        hasher.update(&self.key.to_bytes());
        let [a, b, c, d, ..] = *hasher.finish().as_bytes();
        [a, b, c, d]
    }
}

impl fmt::Display for LogVerifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend_from_slice(&self.key.to_bytes());
        write!(out, "{}+{}+{}", self.name, hex::encode(self.hash()), STANDARD.encode(key))
    }
}

impl std::str::FromStr for LogVerifier {
    type Err = RegisterError;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct SignatureLine {
    name: String,
    hash: [u8; 4],
    signature: Vec<u8>,
}

/// A signed checkpoint as it was read; whether it is genuine, [`LogVerifier::admits`] tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    text: String,
    signed: String,
    checkpoint: Checkpoint,
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// [`RegisterError::NotACheckpoint`].
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = |reason| RegisterError::NotACheckpoint { reason };
        if text.len() > MAX_NOTE {
            return Err(refuse("it is too long"));
        }
        if text.chars().any(|character| character < ' ' && character != '\n') {
            return Err(refuse("it holds control characters"));
        }
        let (signed, lines) = text
            .rsplit_once("\n\n")
            .and_then(|(signed, lines)| Some((signed, lines.strip_suffix('\n')?)))
            .ok_or_else(|| refuse("it has no signature lines"))?;
        let signed = format!("{signed}\n");
        let checkpoint = Checkpoint::parse(&signed)
            .ok_or_else(|| refuse("its origin, size, root or extension lines are badly written"))?;
        let signatures: Vec<_> = lines
            .split('\n')
            .take(MAX_SIGNATURES + 1)
            .map(signature_line)
            .collect::<Option<_>>()
            .filter(|lines: &Vec<_>| lines.len() <= MAX_SIGNATURES)
            .ok_or_else(|| refuse("a signature line is badly written, or there are too many"))?;
        Ok(Self { text: text.to_owned(), signed, checkpoint, signatures })
    }

    /// The note, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it says.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

fn signature_line(line: &str) -> Option<SignatureLine> {
    let (name, blob) = line.strip_prefix("— ")?.split_once(' ')?;
    let blob = STANDARD.decode(blob).ok()?;
    let (hash, signature) = blob.split_first_chunk::<4>()?;
    let good = is_key_name(name) && !signature.is_empty();
    good.then(|| SignatureLine {
        name: name.to_owned(),
        hash: *hash,
        signature: signature.to_vec(),
    })
}

fn is_key_name(name: &str) -> bool {
    let bad =
        |character: char| character.is_whitespace() || character.is_control() || character == '+';
    !name.is_empty() && name.len() <= 200 && !name.chars().any(bad)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::register::testing::{log_key, moment};

    fn signer() -> LogSigner {
        LogSigner::new("example.cn/register", log_key(7)).unwrap()
    }

    fn note() -> Note {
        let root = Digest::of("root");
        let checkpoint = Checkpoint::at("example.cn/register", 42, root, moment(5)).unwrap();
        signer().sign(&checkpoint).unwrap()
    }

    #[test]
    fn a_checkpoint_is_a_signed_note_that_reads_back() {
        let note = note();
        let mut lines = note.as_str().lines();
        assert_eq!(lines.next(), Some("example.cn/register"));
        assert_eq!(lines.next(), Some("42"));
        assert_eq!(lines.next(), Some("SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I="));
        assert_eq!(lines.next(), Some("time 2026-11-03T09:00:05.000+08:00"));
        assert_eq!(lines.next(), Some(""));
        assert!(lines.next().unwrap().starts_with("— example.cn/register "));
        assert_eq!(lines.next(), None);
        assert_eq!(Note::parse(note.as_str()).unwrap(), note);
        assert_eq!(note.checkpoint().signed_at(), Some(moment(5)));
        assert!(signer().verifier().admits(&note));
    }

    #[test]
    fn the_published_key_and_note_of_the_signed_note_package_are_read() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let verifier = LogVerifier::parse(key).unwrap();
        assert_eq!(verifier.to_string(), key);
        assert_eq!(verifier.name(), "PeterNeumann");
        let text = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
        let blob = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
        let signature: [u8; 64] = STANDARD.decode(blob).unwrap()[4..].try_into().unwrap();
        assert!(verifier.key.verifies(text.as_bytes(), &signature));
    }

    #[test]
    fn keys_with_another_name_hash_or_type_are_refused() {
        let key = signer().verifier().to_string();
        assert_eq!(LogVerifier::parse(&key).unwrap(), signer().verifier());
        for bad in [
            key.replacen("example", "exampla", 1),
            key.replacen('+', "++", 1),
            key.replacen('+', " +", 1),
            format!("{key}A"),
            "name+00000000+AQ==".to_owned(),
            String::new(),
        ] {
            assert!(matches!(LogVerifier::parse(&bad), Err(RegisterError::NotAVerifierKey)));
        }
        let spaced = LogSigner::new("a b", log_key(7));
        assert!(matches!(spaced, Err(RegisterError::BadKeyName)));
    }

    #[test]
    fn badly_written_notes_are_refused() {
        let text = note().as_str().to_owned();
        for (from, to) in [
            ("\n42\n", "\n042\n"),
            ("\n42\n", "\n+42\n"),
            ("\n42\n", "\n-1\n"),
            ("\n42\n", "\n\n"),
            ("— ", "- "),
            ("\n\n", "\n"),
            ("time", "\ntime"),
            ("time", "\ttime"),
            ("d7I=\n", "d7I\n"),
            ("SBNJ", "SBN*"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text);
            assert!(Note::parse(&changed).is_err(), "{to:?}");
        }
        assert!(Note::parse(text.trim_end()).is_err());
        assert!(Note::parse(&format!("{text}\n")).is_err());
        assert!(Note::parse("").is_err());
    }

    #[test]
    fn a_witness_may_add_a_line_but_not_speak_for_the_log() {
        let text = note().as_str().to_owned();
        let witness = format!("{text}— witness.example AAAAAAA=\n");
        assert!(signer().verifier().admits(&Note::parse(&witness).unwrap()));
        let twice = format!("{text}{}\n", text.lines().last().unwrap());
        assert!(signer().verifier().admits(&Note::parse(&twice).unwrap()));
        let forged = format!(
            "{text}— example.cn/register {}\n",
            STANDARD.encode({
                let mut blob = signer().verifier().hash().to_vec();
                blob.extend([0; 64]);
                blob
            })
        );
        assert!(!signer().verifier().admits(&Note::parse(&forged).unwrap()));
        let stranger = LogSigner::new("example.cn/register", log_key(8));
        assert!(!stranger.unwrap().verifier().admits(&note()));
        let renamed = LogSigner::new("other.cn", log_key(7)).unwrap();
        assert!(renamed.sign(note().checkpoint()).is_err());
    }

    proptest! {
        #[test]
        fn a_note_with_any_byte_changed_is_not_admitted(at in any::<usize>(), flip in 1_u8..=255) {
            let mut bytes = note().as_str().as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            let admitted = std::str::from_utf8(&bytes)
                .ok()
                .and_then(|text| Note::parse(text).ok())
                .is_some_and(|note| signer().verifier().admits(&note));
            prop_assert!(!admitted);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in any::<String>()) {
            let _ = Note::parse(&text);
            let _ = LogVerifier::parse(&text);
        }
    }
}
