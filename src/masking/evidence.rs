//! What speaks for a stretch of plain digits being a card, an account or an identity number.
//!
//! In doubt it is one, and the doubt is told. Source: SPEC "Masking"; REQUIREMENTS 5 decision 1.

use super::card::Issuer;
use super::identity::{check_value, has_date18, is_old, is_region};
use super::label::{Label, Reach, Subject};
use super::window::{Hold, NumberKind, Verdict, Window};

/// Years in which somebody with an identity number can have been born.
const BIRTH_YEARS: (u32, u32) = (1850, 2099);

/// The strongest claim that the window is a number to be masked.
pub(super) fn judge(window: &Window) -> Option<Verdict> {
    if window.label.is_none() && !(13..=19).contains(&window.count()) {
        return None;
    }
    [identity(window), card(window), account(window), tail(window)]
        .into_iter()
        .flatten()
        .max_by_key(|verdict| verdict.weight)
}

/// Whether 18 values are an identity number with province, date and check character.
pub(super) fn is_identity18(values: &[u8]) -> bool {
    values.len() == 18 && is_dated18(values) && check_value(values).as_ref() == values.last()
}

fn is_dated18(values: &[u8]) -> bool {
    is_region(values) && has_date18(values, BIRTH_YEARS.0, BIRTH_YEARS.1)
}

fn identity(window: &Window) -> Option<Verdict> {
    let verdict = |weight, doubtful| Some(Verdict::exposed(weight, NumberKind::Identity, doubtful));
    let labelled = window.label_where(Label::is_identity);
    let innocent = window.label_where(Label::is_innocent);
    let adjacent = window.has_adjacent(Label::is_identity);
    let together = window.hold <= Hold::Easy || window.uniform;
    match window.count() {
        18 if is_identity18(window.values) => {
            if window.is_in_hash() {
                None
            } else if together || labelled {
                verdict(90, innocent || window.is_glued())
            } else {
                verdict(62, true)
            }
        }
        18 if labelled && is_dated18(window.values) && together => verdict(84, true),
        18 if adjacent && window.hold <= Hold::Easy => verdict(70, true),
        18 if labelled && window.is_whole() => verdict(42, true),
        18 if !innocent && is_dated18(window.values) && window.hold <= Hold::Easy => {
            (!window.is_glued()).then_some(())?;
            verdict(46, true)
        }
        15 if is_old(window.values) && together => {
            if labelled {
                verdict(84, false)
            } else if innocent
                || window.is_glued()
                || window.hold > Hold::Easy
                || window.is_in_hash()
                || (window.sizes.len() > 6 && window.sizes.iter().any(|size| *size > 1))
            {
                // Counting from 3 to 13 makes a province and a day, but no number.
                None
            } else {
                verdict(if window.is_whole() { 49 } else { 41 }, true)
            }
        }
        12..=22 if adjacent && window.is_whole() => verdict(58, true),
        12..=22 if adjacent && window.hold <= Hold::Easy => verdict(41, true),
        _ => None,
    }
}

fn card(window: &Window) -> Option<Verdict> {
    if !(13..=19).contains(&window.count()) {
        return None;
    }
    // Nothing unlabelled in parts is a card without a known issuer or the grouping of cards; most
    // stretches of loose digits end here.
    let plain = window.label.is_none() && !window.is_whole();
    if plain && window.issuer() < Issuer::Network && !window.is_in_fours() {
        return None;
    }
    if !window.is_digits() {
        return None;
    }
    if window.is_luhn() { checked_card(window) } else { labelled_card(window) }
}

/// A number with its check digit right.
fn checked_card(window: &Window) -> Option<Verdict> {
    let verdict = |weight, doubtful| Some(Verdict::exposed(weight, NumberKind::Card, doubtful));
    let issuer = window.issuer();
    let large = issuer >= Issuer::Network;
    let easy = window.hold <= Hold::Easy;
    let alike = window.uniform && window.is_in_fours();
    if let Some(label) = window.label.filter(|label| label.is_card()) {
        // Of two that begin alike the longer wins: its last four cover more.
        return match label.reach {
            Reach::Adjacent if easy => verdict(86, false),
            Reach::Adjacent => verdict(81, false),
            _ if easy || alike => verdict(77, false),
            _ => verdict(54, true),
        };
    }
    if window.label_where(Label::is_innocent) {
        let card = large && (window.is_whole() || (window.is_in_fours() && (easy || alike)));
        return (card && !window.is_in_hash()).then(|| verdict(35, true)).flatten();
    }
    if window.is_glued() {
        let card = large && (window.is_whole() || window.is_in_fours() && easy);
        return (card && !window.is_in_hash()).then(|| verdict(60, true)).flatten();
    }
    if window.is_in_hash() {
        return None;
    }
    match (window.hold, issuer) {
        (Hold::Whole, Issuer::UnionPay | Issuer::Network) => {
            verdict(if window.mixed { 72 } else { 76 }, false)
        }
        (Hold::Whole, Issuer::Plausible) => verdict(65, false),
        (Hold::Whole, Issuer::Unknown) => verdict(30, true),
        (Hold::Easy, _) if large && window.is_in_fours() => verdict(74, false),
        (Hold::Easy, Issuer::UnionPay) => verdict(61, true),
        (Hold::Easy, Issuer::Network) if window.is_regular() => verdict(48, true),
        (Hold::Easy, Issuer::Plausible) if window.is_in_fours() => verdict(47, true),
        (Hold::Easy, Issuer::Unknown) if window.is_in_fours() => verdict(25, true),
        (Hold::Loose, _) if large && alike => verdict(61, true),
        _ => None,
    }
}

/// A number whose check digit is wrong, but which is called a card or account.
fn labelled_card(window: &Window) -> Option<Verdict> {
    let label = window.label.filter(|label| label.is_card())?;
    if window.hold > Hold::Easy {
        return None;
    }
    let weight = match (label.reach, window.is_whole(), window.is_in_fours()) {
        (Reach::Adjacent, true, _) => 58,
        (Reach::Adjacent, false, true) => 57,
        (Reach::Adjacent, false, false) => 40,
        (_, true, _) | (_, _, true) => 44,
        _ => return None,
    };
    Some(Verdict::exposed(weight, NumberKind::Card, true))
}

/// An account shorter or longer than a card.
fn account(window: &Window) -> Option<Verdict> {
    if window.label.is_none() || !window.is_digits() || window.hold > Hold::Easy {
        return None;
    }
    let adjacent = |subject| window.has_adjacent(|label| label.subject == subject);
    let weight = match window.count() {
        9..=12 if adjacent(Subject::Card) && window.is_whole() => 44,
        12 if adjacent(Subject::Account) && window.is_whole() => 44,
        // First six and last four, and accounts of other places.
        10 if adjacent(Subject::Card) && matches!(window.sizes, [6, 4]) => 44,
        10..=12 if adjacent(Subject::Account) && matches!(window.sizes, [3, 6, 1..=3]) => 44,
        12 if (adjacent(Subject::Account) || adjacent(Subject::Card)) && window.is_regular() => 38,
        20..=32 if window.has_adjacent(Label::is_card) && window.is_whole() => 56,
        _ => return None,
    };
    Some(Verdict::exposed(weight, NumberKind::Card, true))
}

/// The last digits of a number, called so.
fn tail(window: &Window) -> Option<Verdict> {
    if !window.has_adjacent(|label| label.subject == Subject::Tail) || !window.is_whole() {
        return None;
    }
    match window.count() {
        ..=4 => Some(Verdict::masked(24, NumberKind::Card)),
        5..=12 => Some(Verdict::exposed(43, NumberKind::Card, true)),
        _ => None,
    }
}
