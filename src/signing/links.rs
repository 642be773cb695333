//! Links between certificates that were proved: a thousand bundles of one office prove each once.
//!
//! Whether one certificate signed another follows from the bytes of both and nothing else, so
//! what was true once stays true. Kept is the digest of both, never a refusal; when many are
//! kept, all are forgotten. Validity, purpose and trust are judged anew each time, elsewhere.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use crate::digest::{Digest, Hasher};

const MOST: usize = 4096;

static PROVED: Mutex<BTreeSet<Digest>> = Mutex::new(BTreeSet::new());

/// Whether `subject` was signed by `issuer`, both DER: as was proved before, or by `prove`.
pub(super) fn proved(subject: &[u8], issuer: &[u8], prove: impl FnOnce() -> bool) -> bool {
    let mut hasher = Hasher::default();
    hasher.update(&u64::try_from(subject.len()).unwrap_or(u64::MAX).to_be_bytes());
    hasher.update(subject);
    hasher.update(issuer);
    let link = hasher.finish();
    let known = || PROVED.lock().unwrap_or_else(PoisonError::into_inner);
    if known().contains(&link) {
        return true;
    }
    let holds = prove();
    if holds {
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(link);
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_proved_of_the_same_bytes_is_remembered() {
        assert!(!proved(b"ab", b"c", || false));
        assert!(proved(b"ab", b"c", || true));
        assert!(proved(b"ab", b"c", || false));
        for (subject, issuer) in [("a", "bc"), ("ab", "d"), ("c", "ab"), ("abc", "")] {
            assert!(!proved(subject.as_bytes(), issuer.as_bytes(), || false));
        }
    }
}
