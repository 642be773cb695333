//! From BER to DER: what real timestamp authorities send, in the form the reader takes.
//!
//! Takes indefinite and overlong lengths and octet strings in pieces, and gives definite,
//! shortest lengths and whole strings. Values are not touched, so nothing that is signed is
//! altered unless its authority signed BER. Refused: tags of several bytes, other strings in
//! pieces, nesting past 32, anything after the one element. Source: X.690, sections 8 and 10.

const MAX_DEPTH: u8 = 32;
const CONSTRUCTED: u8 = 0x20;
const OCTET_STRING: u8 = 0x04;

/// The one element of `bytes` in DER.
pub(super) fn to_der(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut input = bytes;
    let element = element(&mut input, MAX_DEPTH)?;
    input.is_empty().then_some(element)
}

fn element(input: &mut &[u8], depth: u8) -> Option<Vec<u8>> {
    let depth = depth.checked_sub(1)?;
    let tag = byte(input)?;
    // Several bytes of tag, and the end-of-contents marker where no element ends.
    if tag & 0x1f == 0x1f || tag == 0 {
        return None;
    }
    let is_constructed = tag & CONSTRUCTED != 0;
    let is_universal = tag & 0xc0 == 0;
    let children = match (length(input)?, is_constructed) {
        (Some(length), false) => {
            let (value, rest) = input.split_at_checked(length)?;
            *input = rest;
            return Some(encode(tag, value));
        }
        (Some(length), true) => {
            let (mut value, rest) = input.split_at_checked(length)?;
            *input = rest;
            let mut children = Vec::new();
            while !value.is_empty() {
                children.push(element(&mut value, depth)?);
            }
            children
        }
        (None, true) => {
            let mut children = Vec::new();
            while !input.starts_with(&[0, 0]) {
                children.push(element(input, depth)?);
            }
            *input = input.get(2..)?;
            children
        }
        (None, false) => return None,
    };
    match tag & !CONSTRUCTED {
        OCTET_STRING if is_universal => {
            let mut whole = Vec::new();
            for child in &children {
                whole.extend_from_slice(piece(child)?);
            }
            Some(encode(OCTET_STRING, &whole))
        }
        // SEQUENCE and SET are the only other universal types with parts.
        0x10 | 0x11 => Some(encode(tag, &children.concat())),
        _ if !is_universal => Some(encode(tag, &children.concat())),
        _ => None,
    }
}

/// Value of a string's piece, which is DER by now.
fn piece(mut der: &[u8]) -> Option<&[u8]> {
    if byte(&mut der)? != OCTET_STRING {
        return None;
    }
    length(&mut der)?;
    Some(der)
}

/// A length; `Some(None)` if it is indefinite.
#[expect(clippy::option_option, reason = "unreadable and indefinite are two answers")]
fn length(input: &mut &[u8]) -> Option<Option<usize>> {
    let first = byte(input)?;
    match first {
        0x80 => Some(None),
        0..=0x7f => Some(Some(usize::from(first))),
        0x81..=0x88 => {
            let (bytes, rest) = input.split_at_checked(usize::from(first & 0x7f))?;
            *input = rest;
            let value = bytes.iter().try_fold(0_u32, |value, byte| {
                value.checked_mul(256).map(|value| value | u32::from(*byte))
            })?;
            Some(Some(usize::try_from(value).ok()?))
        }
        _ => None,
    }
}

fn byte(input: &mut &[u8]) -> Option<u8> {
    let (first, rest) = input.split_first()?;
    *input = rest;
    Some(*first)
}

fn encode(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(value.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let bytes = value.len().to_be_bytes();
            let significant = bytes.iter().skip_while(|byte| **byte == 0);
            out.push(0x80 | u8::try_from(significant.clone().count()).unwrap_or(8));
            out.extend(significant);
        }
    }
    out.extend_from_slice(value);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn indefinite_lengths_and_pieces_become_definite_and_whole() {
        let ber = hex::decode("30800201052480040241420401430000a080020107000004820001440000");
        let der = hex::decode("30100201050403414243a003020107040144");
        assert_eq!(to_der(&ber.unwrap()).unwrap(), der.unwrap());
    }

    #[test]
    fn broken_forms_are_refused() {
        for hex in [
            "",                       // nothing
            "3080",                   // no end
            "0480",                   // an indefinite primitive
            "0000",                   // a stray end
            "020105ff",               // trailing byte
            "1f8101",                 // tag of several bytes
            "2380030100",             // a bit string in pieces
            "24030201",               // cut off
            "2403020105",             // an integer as a string's piece
            "3089000000000000000001", // a length of nine bytes
        ] {
            assert_eq!(to_der(&hex::decode(hex).unwrap()), None, "{hex}");
        }
        assert_eq!(to_der(&[0x30, 0x80].repeat(40)), None);
    }

    proptest! {
        #[test]
        fn der_stays_as_it_is(value in proptest::collection::vec(any::<u8>(), 0..700)) {
            let der = encode(0x30, &encode(OCTET_STRING, &value));
            prop_assert_eq!(to_der(&der), Some(der));
        }

        #[test]
        fn any_bytes_are_read_without_panic_and_the_answer_is_stable(
            bytes in proptest::collection::vec(any::<u8>(), 0..200)
        ) {
            if let Some(der) = to_der(&bytes) {
                prop_assert_eq!(to_der(&der), Some(der));
            }
        }
    }
}
