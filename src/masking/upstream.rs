//! Numbers that came in with a part of them masked already.
//!
//! Others show the first six and the last four; here only the last four may stay, so what is
//! still readable before them is masked too. What shows only its last four is left as it is,
//! which makes masking idempotent.

use super::card::{Issuer, issuer};
use super::chain::{shown_after, shown_before};
use super::glyph::{digit, is_mask};
use super::identity::is_region;
use super::label::{Label, Reach, Subject};
use super::window::{HIDDEN, Hold, NumberKind, Verdict, Window};

/// The claim on a window in which at least one digit is masked.
pub(super) fn judge(window: &Window) -> Option<Verdict> {
    let count = window.count();
    let hidden = window.hidden;
    if hidden == 0 || window.hold > Hold::Easy || count > 34 {
        return None;
    }
    let (head, last) = window.values.split_at_checked(count.checked_sub(4)?)?;
    let labelled = window.label_where(|label| label.is_card() || label.is_identity());
    if head.iter().all(|value| *value == HIDDEN) {
        return masked(window, hidden).map(|weight| Verdict::masked(weight, kind(window)));
    }
    if is_phone(window) {
        return Some(Verdict::innocent(60));
    }
    let compact = window.is_whole()
        || window.is_in_fours()
        || matches!(window.sizes, [6, 8, 4] | [6, 4, 4, 4] | [3, 3, 4, 4, 4] | [8, 8]);
    if !labelled && !compact {
        return None;
    }
    let blocks = window.values.split(|value| *value != HIDDEN).filter(|block| !block.is_empty());
    let longest = blocks.clone().map(<[u8]>::len).max().unwrap_or(0);
    let one_block = blocks.count() == 1;
    if longest < 3 {
        return None;
    }
    if is_fragment(window) {
        return None;
    }
    let lead = window.values.iter().take_while(|value| **value != HIDDEN).count();
    let weight = match count {
        8..=19 if labelled && compact => {
            if lead > 0 {
                89
            } else {
                87
            }
        }
        8..=19 if labelled => 52,
        13..=19 if one_block && lead >= 2 && compact && !window.is_glued() => 56,
        13..=19 if one_block && longest >= 4 && longest * 4 >= count && compact => 40,
        9..=12 if lead > 0 && one_block && window.is_whole() && squeezed(window, last) => 45,
        _ => return None,
    };
    Some(Verdict::exposed(weight, kind(window), !labelled))
}

/// The weight of a window that shows at most its last four.
fn masked(window: &Window, hidden: usize) -> Option<u8> {
    let count = window.count();
    // A whole number of masks is complete; digits after it belong to something else.
    let closed = window.sizes.len() > 1 && window.sizes.first().is_some_and(|first| *first >= 13);
    if closed && window.values.first() == Some(&HIDDEN) {
        return None;
    }
    let named = window.label_where(|label| {
        (label.is_card() || label.is_identity()) && label.reach != Reach::Carried
    });
    let part = shown_before(window.text, window.start()).is_some_and(|c| digit(c).is_some());
    match count {
        _ if part => (hidden >= 8).then_some(50),
        13.. if hidden >= 8 => Some(88),
        5.. if named => Some(86),
        12 if hidden >= 8 => Some(50),
        _ => None,
    }
}

/// Whether signs of masking at or right beside its ends show that the window is a piece of
/// something longer, or takes in a sign that is not its own.
fn is_fragment(window: &Window) -> bool {
    let ends = |run: usize| (1..3).contains(&run);
    let leading = window.values.iter().take_while(|value| **value == HIDDEN).count();
    let trailing = window.values.iter().rev().take_while(|value| **value == HIDDEN).count();
    ends(leading)
        || ends(trailing)
        || shown_before(window.text, window.start()).is_some_and(is_mask)
        || shown_after(window.text, window.end()).is_some_and(is_mask)
}

fn kind(window: &Window) -> NumberKind {
    let subject = window.label.map(|label: Label| label.subject);
    match subject {
        Some(Subject::Identity) => NumberKind::Identity,
        Some(Subject::Document) => NumberKind::Document,
        Some(Subject::Card | Subject::Account) => NumberKind::Card,
        _ if matches!(window.count(), 15 | 18) && is_region(window.values) => NumberKind::Identity,
        _ => NumberKind::Card,
    }
}

/// A mobile number with its middle masked, with or without the country's code.
fn is_phone(window: &Window) -> bool {
    let digits = match window.values {
        [8, 6, rest @ ..] | [0, 0, 8, 6, rest @ ..] if rest.len() == 11 => rest,
        all => all,
    };
    digits.len() == 11 && matches!(digits, [1, 3..=9, _, HIDDEN, HIDDEN, HIDDEN, HIDDEN, ..])
}

/// A card with fewer stars than digits: `6200****0005`.
fn squeezed(window: &Window, last: &[u8]) -> bool {
    let lead = window.values.iter().take_while(|value| **value < 10).count();
    let known = || {
        // The length is not the card's, so only the prefix can be judged.
        let mut full: Vec<u8> = window.values.iter().take(lead).copied().collect();
        full.resize(16, 0);
        issuer(&full) >= Issuer::Network
    };
    (4..=6).contains(&lead) && last.iter().all(|value| *value < 10) && known()
}
