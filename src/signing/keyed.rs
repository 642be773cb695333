//! Keyed look-ups and check codes: what can be found again only by who holds the index key.
//!
//! A bare hash of a card or identity number is undone by trying all numbers; an HMAC is not.
//! Every input is framed by its length and domain, so that two lists of parts never meet.
//! Sources: FIPS 198-1, RFC 2104; Crockford's base 32 (no I, L, O, U).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::key::SecretKey32;

/// Answers which keyed value stands for a raw one, within a domain.
#[derive(Clone, Debug)]
pub struct KeyedIndex {
    key: SecretKey32,
}

impl KeyedIndex {
    /// An index under `key`.
    #[must_use]
    pub const fn new(key: SecretKey32) -> Self {
        Self { key }
    }

    /// The keyed value of `value` in `domain` (such as `card`): 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn value(&self, domain: &str, value: &str) -> String {
        hex::encode(mac(&self.key, "chancery/index", &[domain, value]))
    }

    /// The key, for [`check_code`].
    #[must_use]
    pub const fn key(&self) -> &SecretKey32 {
        &self.key
    }
}

/// A check code over `parts`, as printed on a letter: eight characters, `ABCD-EFGH`.
///
/// Forty bits: enough against a guess that must be asked for at the office, not against one that
/// can be tried offline. The key keeps it from being computed by others.
#[must_use]
pub fn check_code(key: &SecretKey32, parts: &[&str]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = mac(key, "chancery/check-code", parts)
        .iter()
        .take(5)
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mut code = String::with_capacity(9);
    for position in 0..8_u32 {
        if position == 4 {
            code.push('-');
        }
        let digit = usize::try_from(bits >> (35 - 5 * position) & 31).unwrap_or_default();
        code.extend(ALPHABET.get(digit).map(|letter| char::from(*letter)));
    }
    code
}

fn mac(key: &SecretKey32, domain: &str, parts: &[&str]) -> [u8; 32] {
    // HMAC pads a key with zeros to its block of 64 bytes; given so, it cannot be refused.
    let mut block = Zeroizing::new([0_u8; 64]);
    for (place, byte) in block.iter_mut().zip(key.as_bytes()) {
        *place = *byte;
    }
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    for part in [domain].iter().chain(parts) {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(byte: u8) -> SecretKey32 {
        SecretKey32::from_bytes([byte; 32])
    }

    #[test]
    fn the_same_value_differs_by_domain_and_by_key() {
        let index = KeyedIndex::new(key(1));
        assert_eq!(index.value("card", "x"), index.value("card", "x"));
        assert_ne!(index.value("card", "x"), index.value("identity", "x"));
        assert_ne!(index.value("card", "x"), KeyedIndex::new(key(2)).value("card", "x"));
    }

    #[test]
    fn a_check_code_is_stable_across_releases() {
        let code = check_code(&key(7), &["2026-000001", "demand_letter"]);
        assert_eq!(code, check_code(&key(7), &["2026-000001", "demand_letter"]));
        assert_ne!(code, check_code(&key(7), &["2026-000001demand_letter"]));
        // Computed apart, by another implementation of HMAC.
        assert_eq!(code, "5VFY-JP8T");
    }

    proptest! {
        #[test]
        fn moving_a_boundary_between_parts_changes_the_code(text in "[a-z]{2,12}", cut in 1_usize..12) {
            let cut = cut.min(text.len() - 1);
            let whole = check_code(&key(3), &[&text]);
            let parted = check_code(&key(3), &[&text[..cut], &text[cut..]]);
            prop_assert_ne!(&whole, &parted);
            prop_assert_eq!(whole.len(), 9);
            prop_assert!(whole.bytes().all(|byte| !b"ILOU".contains(&byte)));
        }
    }
}
