//! Certificates that were read: those of a thousand bundles of one office are read once.
//!
//! What a certificate says follows from its bytes and nothing else. Kept is what was read, by the
//! bytes themselves, never a refusal; when many are kept, all are forgotten. Whether one is
//! trusted is judged anew each time, elsewhere.

use std::{
    collections::HashMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use super::certificate::Certificate;

const MOST: usize = 64;
/// Bytes of the longest that is kept.
const LONGEST: usize = 8 << 10;

static READ: OnceLock<Mutex<HashMap<Vec<u8>, Certificate>>> = OnceLock::new();

/// The certificate of the bytes `der`: as it was read before, or by `read`.
pub(super) fn certificate<E>(
    der: &[u8],
    read: impl FnOnce() -> Result<Certificate, E>,
) -> Result<Certificate, E> {
    let known = || READ.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(certificate) = known().get(der) {
        return Ok(certificate.clone());
    }
    let certificate = read()?;
    if der.len() > LONGEST {
        return Ok(certificate);
    }
    let mut known = known();
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(der.to_vec(), certificate.clone());
    Ok(certificate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::testing::sample_authority;

    #[test]
    fn what_was_read_of_the_same_bytes_is_remembered_and_no_refusal_is() {
        let genuine = sample_authority().certificate().clone();
        let bytes = b"known by its bytes";
        assert_eq!(certificate(bytes, || Err("unread")), Err("unread"));
        assert_eq!(certificate(bytes, || Ok::<_, &str>(genuine.clone())), Ok(genuine.clone()));
        assert_eq!(certificate(bytes, || Err("unread")), Ok(genuine));
        assert_eq!(certificate(b"known by its byte", || Err("unread")), Err("unread"));
    }
}
