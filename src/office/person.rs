//! Finding what concerns a person again, without ever having kept who it is.
//!
//! Owns the keyed value that stands for an identity number in the register: an HMAC under the
//! office's index key, which nobody without that key can compute or try out. The older form of 15
//! digits and the present one of 18 give the same value. Source: SPEC decision 9; GB 11643.

use zeroize::Zeroizing;

use crate::{
    masking::{IdentityNumber, check_gb11643},
    signing::KeyedIndex,
};

/// Domain of the keyed values.
const DOMAIN: &str = "person";

/// The keyed value of whoever has the identity number `number`.
#[must_use]
pub fn person_key(index: &KeyedIndex, number: &IdentityNumber) -> String {
    index.value(DOMAIN, &present(number.characters()))
}

/// The number in its present form: 18 characters, the last one in capitals.
fn present(number: &str) -> Zeroizing<String> {
    let mut present = Zeroizing::new(number.to_ascii_uppercase());
    if present.len() == 15 {
        // GB 11643: the century was left out and there was no check digit.
        let (place, rest) = present.split_at(6);
        let mut long = Zeroizing::new(format!("{place}19{rest}"));
        for check in "0123456789X".chars() {
            long.push(check);
            if check_gb11643(&long).is_ok() {
                return long;
            }
            long.pop();
        }
    }
    std::mem::take(&mut present)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::SecretKey32;

    fn key(number: &str) -> String {
        let index = KeyedIndex::new(SecretKey32::from_bytes([7; 32]));
        person_key(&index, &IdentityNumber::parse(number).unwrap())
    }

    #[test]
    fn one_person_has_one_key_in_either_form_of_the_number() {
        // Of an area code that was never assigned.
        let short = "110199900101001";
        let long = present(short);
        assert_eq!(long.len(), 18);
        assert_eq!(key(short), key(&long));
        assert_eq!(key(&long.to_lowercase()), key(&long));
        assert_ne!(key("110199900101002"), key(short));
        assert!(!key(short).contains("110199"));
    }
}
