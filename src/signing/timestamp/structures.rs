//! The ASN.1 of RFC 3161, section 2.4.

use chrono::{DateTime, NaiveDate, Utc};
use der::{
    Any, Sequence, Tag, Tagged,
    asn1::{BitString, Int, ObjectIdentifier, OctetString, Uint},
};
use spki::AlgorithmIdentifierOwned;
use x509_cert::ext::Extensions;

/// Digest to be stamped, with its algorithm.
#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
pub(super) struct MessageImprint {
    pub(super) hash_algorithm: AlgorithmIdentifierOwned,
    pub(super) hashed_message: OctetString,
}

#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
pub(super) struct TimeStampReq {
    pub(super) version: u8,
    pub(super) message_imprint: MessageImprint,
    #[asn1(optional = "true")]
    pub(super) policy: Option<ObjectIdentifier>,
    #[asn1(optional = "true")]
    pub(super) nonce: Option<Int>,
    #[asn1(default = "Default::default")]
    pub(super) cert_req: bool,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) extensions: Option<Extensions>,
}

#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
pub(super) struct TimeStampResp {
    pub(super) status: PkiStatusInfo,
    #[asn1(optional = "true")]
    pub(super) token: Option<Any>,
}

#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
pub(super) struct PkiStatusInfo {
    pub(super) status: u8,
    #[asn1(optional = "true")]
    pub(super) status_string: Option<Vec<Any>>,
    #[asn1(optional = "true")]
    pub(super) fail_info: Option<BitString>,
}

#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
pub(super) struct TstInfo {
    pub(super) version: u8,
    pub(super) policy: ObjectIdentifier,
    pub(super) message_imprint: MessageImprint,
    pub(super) serial_number: Int,
    /// `GeneralizedTime` with or without a fraction, which the `der` type does not take.
    pub(super) gen_time: Any,
    #[asn1(optional = "true")]
    pub(super) accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    pub(super) ordering: bool,
    #[asn1(optional = "true")]
    pub(super) nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) tsa: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) extensions: Option<Extensions>,
}

#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
pub(super) struct Accuracy {
    #[asn1(optional = "true")]
    pub(super) seconds: Option<Uint>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) millis: Option<Uint>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) micros: Option<Uint>,
}

/// A nonce as ASN.1 writes it.
pub(super) fn integer(value: u64) -> der::Result<Int> {
    Uint::new(&value.to_be_bytes()).map(Int::from)
}

/// Reads `YYYYMMDDhhmmss[.f…]Z`: always in UTC, with seconds, at most nine digits of a fraction.
pub(super) fn read_time(time: &Any) -> Option<DateTime<Utc>> {
    if time.tag() != Tag::GeneralizedTime {
        return None;
    }
    let text = std::str::from_utf8(time.value()).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) {
        return None;
    }
    let nanoseconds = match fraction {
        None => 0,
        Some(fraction) if (1..=9).contains(&fraction.len()) && digits(fraction) => {
            format!("{fraction:0<9}").parse::<u32>().ok()?
        }
        Some(_) => return None,
    };
    let number = |from: usize, to: usize| whole.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(number(0, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(4, 6)?, number(6, 8)?)?
        .and_hms_nano_opt(number(8, 10)?, number(10, 12)?, number(12, 14)?, nanoseconds)
        .map(|time| time.and_utc())
}

/// Writes a time in whole seconds.
pub(super) fn write_time(time: DateTime<Utc>) -> der::Result<Any> {
    let text = time.format("%Y%m%d%H%M%SZ").to_string();
    Any::new(Tag::GeneralizedTime, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<DateTime<Utc>> {
        read_time(&Any::new(Tag::GeneralizedTime, text.as_bytes()).unwrap())
    }

    #[test]
    fn fractions_of_a_second_are_kept() {
        assert_eq!(
            read("20260102030405.25Z").unwrap().to_rfc3339(),
            "2026-01-02T03:04:05.250+00:00"
        );
        assert_eq!(read("20260102030405Z").unwrap().to_rfc3339(), "2026-01-02T03:04:05+00:00");
    }

    #[test]
    fn other_forms_of_time_are_refused() {
        for text in [
            "20260102030405",
            "20260102030405+0800",
            "202601020304Z",
            "20260102030405.Z",
            "20260102030405,5Z",
            "20260230030405Z",
            "20260102250405Z",
            "20260102030405.1234567890Z",
            "2026010203040+Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_written_time_reads_back(seconds in 0_i64..253_402_300_799) {
            let time = DateTime::from_timestamp(seconds, 0).unwrap();
            prop_assert_eq!(read_time(&write_time(time).unwrap()), Some(time));
        }

        #[test]
        fn reading_any_text_does_not_panic(text in "\\PC{0,24}") {
            let _ = read(&text);
        }
    }
}
