//! Masking of text that may be larger than memory.
//!
//! The text is read in pieces and masked as soon as nothing that may still come can change what
//! is found. Line breaks and borders between pieces do not matter. Memory is bounded by about
//! two blocks of the detector, whatever comes in.

use super::detector::{LOOK_BACK, scan};
use super::{Masking, MaskingError, NumberKind, replace};
use serde::Serialize;
use std::io::{ErrorKind, Read, Write};
use zeroize::Zeroizing;

/// Bytes read at a time.
const PIECE: usize = 64 * 1024;

/// What masking a stream did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Summary {
    /// Bytes read.
    pub bytes: u64,
    /// Card and account numbers masked.
    pub cards: u64,
    /// Identity numbers masked.
    pub identities: u64,
    /// Passport and permit numbers masked.
    pub documents: u64,
    /// How many of all these may be something else.
    pub doubtful: u64,
}

impl Summary {
    fn add(&mut self, kind: NumberKind, doubtful: bool) {
        match kind {
            NumberKind::Card => self.cards += 1,
            NumberKind::Identity => self.identities += 1,
            NumberKind::Document => self.documents += 1,
        }
        self.doubtful += u64::from(doubtful);
    }
}

/// Copies UTF-8 text from `reader` to `writer` with every number masked, as [`super::mask_text`]
/// would mask the whole.
///
/// # Errors
/// [`MaskingError::NotUtf8`] with the offset of the first bad byte: nothing from there on is
/// written. [`MaskingError::Read`] and [`MaskingError::Write`] where reader or writer fail.
pub fn mask_stream(
    mut reader: impl Read,
    mut writer: impl Write,
    masking: &Masking,
) -> Result<Summary, MaskingError> {
    let mut summary = Summary::default();
    let mut held = Held::default();
    let mut piece = Zeroizing::new(vec![0_u8; PIECE]);
    let mut partial: Zeroizing<Vec<u8>> = Zeroizing::default();
    loop {
        let count = match reader.read(&mut piece) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(source) => return Err(MaskingError::Read { source }),
        };
        let offset = summary.bytes - u64::try_from(partial.len()).unwrap_or(0);
        partial.extend_from_slice(piece.get(..count).unwrap_or_default());
        summary.bytes += u64::try_from(count).unwrap_or(0);
        let complete = count == 0;
        let valid = match std::str::from_utf8(&partial) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_some() || complete => {
                let good = u64::try_from(error.valid_up_to()).unwrap_or(0);
                return Err(MaskingError::NotUtf8 { offset: offset + good });
            }
            Err(error) => error.valid_up_to(),
        };
        let text = partial.get(..valid).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let out = held.take(text.unwrap_or_default(), complete, masking, &mut summary);
        partial.drain(..valid);
        writer.write_all(out.as_bytes()).map_err(|source| MaskingError::Write { source })?;
        if complete {
            writer.flush().map_err(|source| MaskingError::Write { source })?;
            return Ok(summary);
        }
    }
}

/// Text that was read: a part that is decided and given on, kept to look back at, and a part that
/// is not.
#[derive(Default)]
struct Held {
    text: Zeroizing<String>,
    /// Bytes of `text` that are decided.
    decided: usize,
    /// Length of `text` below which looking again is not worth it.
    wanted: usize,
}

impl Held {
    /// Takes more text in and gives on what is decided, masked.
    fn take(
        &mut self,
        more: &str,
        complete: bool,
        masking: &Masking,
        summary: &mut Summary,
    ) -> String {
        self.text.push_str(more);
        if !complete && self.text.len() < self.wanted {
            return String::new();
        }
        let scan = scan(&mut self.text, self.decided, complete, masking);
        let mut out = String::with_capacity(scan.resume.saturating_sub(self.decided));
        replace(&self.text, self.decided..scan.resume, &scan.replaced, &mut out);
        for span in scan.spans {
            summary.add(span.kind, span.doubtful);
        }
        self.decided = scan.resume;
        let mut drop = self.decided.saturating_sub(LOOK_BACK);
        while !self.text.is_char_boundary(drop) {
            drop -= 1;
        }
        self.text.drain(..drop);
        self.decided -= drop;
        // What stays undecided is looked at again only when it has doubled, so that work stays
        // linear however little each look decides.
        self.wanted = self.text.len() + (self.text.len() - self.decided).max(PIECE / 2);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::mask_text;
    use super::*;
    use proptest::prelude::*;

    /// Gives its bytes in pieces of the sizes told, over and over.
    struct Pieces<'a> {
        rest: &'a [u8],
        sizes: Vec<usize>,
        turn: usize,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let size =
                self.sizes[self.turn % self.sizes.len()].min(into.len()).min(self.rest.len());
            self.turn += 1;
            into[..size].copy_from_slice(&self.rest[..size]);
            self.rest = &self.rest[size..];
            Ok(size)
        }
    }

    fn streamed(text: &str, sizes: &[usize]) -> (String, Summary) {
        let reader = Pieces { rest: text.as_bytes(), sizes: sizes.to_vec(), turn: 0 };
        let mut out = Vec::new();
        let summary = mask_stream(reader, &mut out, &Masking::default()).unwrap();
        (String::from_utf8(out).unwrap(), summary)
    }

    #[test]
    fn a_number_across_the_border_of_pieces_is_masked() {
        let text = "卡号６２００ 0000\n0000 0005 身份证110199199001010010".to_owned();
        for size in 1..60 {
            let (masked, summary) = streamed(&text, &[size]);
            assert_eq!(masked, mask_text(&text, &Masking::default()).text);
            assert_eq!((summary.cards, summary.identities), (1, 1));
        }
    }

    #[test]
    fn bad_bytes_are_named_by_offset_and_nothing_from_there_is_written() {
        let mut bytes = "卡号6200000000000005，".repeat(9000).into_bytes();
        let offset = u64::try_from(bytes.len()).unwrap();
        bytes.extend_from_slice(&[0xE5, 0x28, b'x']);
        let mut out = Vec::new();
        let error = mask_stream(bytes.as_slice(), &mut out, &Masking::default()).unwrap_err();
        assert!(matches!(error, MaskingError::NotUtf8 { offset: at } if at == offset));
        let written = String::from_utf8(out).unwrap();
        assert!(written.chars().count() <= "卡号************0005，".chars().count() * 9000);
        assert!(!written.contains("6200000000000005"));

        let cut = mask_stream([0xE5, 0x8D].as_slice(), &mut Vec::new(), &Masking::default());
        assert!(matches!(cut, Err(MaskingError::NotUtf8 { offset: 0 })));
    }

    #[test]
    fn long_lines_of_digits_take_linear_time_and_bounded_memory() {
        for unit in
            ["5", "1 2 3 ", "6200 0000 0000 0005\n", "20240517,", "*", "6\u{200B}", "４x５ "]
        {
            let text = unit.repeat(300_000 / unit.len());
            let (masked, _) = streamed(&text, &[PIECE]);
            assert_eq!(masked.chars().count(), text.chars().count(), "{unit:?}");
        }
    }

    fn chunky() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            "[0-9]{1,30}",
            "[ \n,*/-]{1,4}",
            Just("卡号：".to_owned()),
            Just("护照号E".to_owned()),
            Just("6200 0000 0000 0005".to_owned()),
            Just("110199199001010010".to_owned()),
            Just("x".to_owned()),
            Just("\u{200B}".repeat(40)),
            Just("；备注".repeat(900)),
            Just("1 4 ".repeat(1500)),
            Just("7".repeat(5000)),
        ];
        proptest::collection::vec(part, 1..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
        #[test]
        fn pieces_do_not_change_what_is_masked(
            text in chunky(),
            sizes in proptest::collection::vec(1_usize..70_000, 1..5),
        ) {
            let (masked, _) = streamed(&text, &sizes);
            prop_assert_eq!(masked, mask_text(&text, &Masking::default()).text);
        }
    }
}
