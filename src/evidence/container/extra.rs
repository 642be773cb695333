//! The extra field beside a name: wide numbers, and what of others changes nothing.
//!
//! Source: PKWARE APPNOTE 6.3.10 sections 4.5 and 4.6.9.

use super::format::{self, Fields, ZIP64};

/// The numbers of a zip64 field, handed to those fields that are marked as moved.
pub(super) struct Wide<'a> {
    fields: Fields<'a>,
    sound: bool,
    /// Whether a number was moved that would have had room.
    pub(super) slack: bool,
    /// Whether fields of times and owners stand beside.
    pub(super) others: bool,
}

/// Extra fields of times, owners and Java, which change neither name nor content.
const HARMLESS: [u16; 6] = [0x5455, 0x5855, 0x7855, 0x7875, 0x000a, 0xcafe];

/// Info-ZIP's second name of an entry.
const UNICODE_PATH: u16 = 0x7075;

/// Whether a second name is the first: version, CRC of the first, and the name itself.
fn says_again(body: &[u8], name: &[u8]) -> bool {
    let mut fields = Fields(body);
    let mut first = [0; 1];
    if let Some(found) = fields.bytes(1) {
        first.copy_from_slice(found);
    }
    first == [1] && fields.u32() == Some(crc32fast::hash(name)) && fields.0 == name
}

impl<'a> Wide<'a> {
    /// Takes `extra` apart, which stands beside `name`.
    pub(super) fn of(extra: &'a [u8], name: &[u8]) -> Self {
        let mut wide = Self { fields: Fields(&[]), sound: true, slack: false, others: false };
        let mut fields = Fields(extra);
        let mut seen = false;
        while !fields.0.is_empty() {
            let (tag, length) = (fields.u16(), fields.u16());
            let body = length.and_then(|length| fields.bytes(usize::from(length)));
            match (tag, body) {
                (Some(ZIP64), Some(body)) if !seen => {
                    seen = true;
                    wide.fields = Fields(body);
                    // One that holds nothing is needed by nothing.
                    wide.sound &= !body.is_empty();
                }
                (Some(tag), Some(_)) if HARMLESS.contains(&tag) => wide.others = true,
                (Some(UNICODE_PATH), Some(body)) if says_again(body, name) => wide.others = true,
                _ => return Self { sound: false, ..wide },
            }
        }
        wide
    }

    /// `narrow`, or the next wide number if it is only the mark of one.
    pub(super) fn take(&mut self, narrow: u32) -> u64 {
        if narrow != u32::MAX {
            return u64::from(narrow);
        }
        let wide = self.fields.u64();
        self.sound &= wide.is_some();
        self.slack |= !wide.is_some_and(format::is_wide);
        wide.unwrap_or_default()
    }

    /// Whether every wide number was needed, and none is left.
    pub(super) fn is_used_up(&self) -> bool {
        self.sound && !self.slack && self.fields.0.is_empty()
    }

    /// Whether what is there beyond need says the same again, as packers write it who do not know
    /// the length before: size and packed length, and in the directory perhaps the offset.
    pub(super) fn says_no_more(&self, size: u64, packed: u64, offset: Option<u64>) -> bool {
        let again = [&size.to_le_bytes()[..], &packed.to_le_bytes()].concat();
        let placed = offset.map(|offset| [&again[..], &offset.to_le_bytes()].concat());
        let rest = self.fields.0;
        self.sound && (rest.is_empty() || rest == again || Some(rest) == placed.as_deref())
    }
}
