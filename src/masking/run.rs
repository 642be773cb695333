//! Long unbroken runs of digits, in which numbers may stand one after the other.
//!
//! An identity number is told by province, date and check anywhere in a run. A card is taken
//! only where the whole run can be laid out in cards, identity numbers, mobiles and dates, since
//! every tenth stretch of digits has a right check digit.

use super::card::{Issuer, issuer, luhn_values};
use super::evidence::is_identity18;
use super::identity::is_day;
use super::window::{NumberKind, Verdict};

/// Longest run that is laid out.
pub(super) const MAX_LAID_OUT: usize = 76;
/// Shortest run that is looked into: one digit more than a card has.
pub(super) const MIN_RUN: usize = 20;

/// A number found in a run: first digit, digits, verdict.
pub(super) type Part = (usize, usize, Verdict);

/// The identity number that begins at digit `at` of the run.
pub(super) fn identity_at(values: &[u8], at: usize) -> Option<Part> {
    let stretch = values.get(at..at.checked_add(18)?)?;
    is_identity18(stretch)
        .then(|| (at, 18, Verdict::exposed(63, NumberKind::Identity, true)))
}

/// The cards and identity numbers of a run that consists of numbers only.
pub(super) fn lay_out(values: &[u8]) -> Vec<Part> {
    if !(MIN_RUN..=MAX_LAID_OUT).contains(&values.len()) {
        return Vec::new();
    }
    // From the end: how the rest of the run is laid out from each digit on, if it can be.
    let mut plans: Vec<Option<Plan>> = vec![None; values.len()];
    plans.push(Some(Plan { tile: 0, numbers: 0 }));
    for at in (0..values.len()).rev() {
        let best = tiles(values.get(at..).unwrap_or_default())
            .filter_map(|(length, number)| {
                let rest = plans.get(at + length).copied().flatten()?;
                Some(Plan { tile: length, numbers: rest.numbers + usize::from(number) })
            })
            .max_by_key(|plan| plan.numbers);
        if let Some(plan) = plans.get_mut(at) {
            *plan = best;
        }
    }
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(plan) = plans.get(at).copied().flatten().filter(|plan| plan.tile > 0) {
        if let Some(stretch) = values.get(at..at + plan.tile)
            && let Some(kind) = number(stretch)
        {
            parts.push((at, plan.tile, Verdict::exposed(55, kind, true)));
        }
        at += plan.tile;
    }
    parts
}

#[derive(Clone, Copy)]
struct Plan {
    tile: usize,
    numbers: usize,
}

fn number(stretch: &[u8]) -> Option<NumberKind> {
    if is_identity18(stretch) {
        return Some(NumberKind::Identity);
    }
    let card = issuer(stretch) >= Issuer::Network && luhn_values(stretch);
    card.then_some(NumberKind::Card)
}

/// Lengths of what can stand at the start of `rest`, and whether it is a number to be masked.
fn tiles(rest: &[u8]) -> impl Iterator<Item = (usize, bool)> {
    let numbers = (13..=19)
        .filter(|length| rest.get(..*length).is_some_and(|stretch| number(stretch).is_some()))
        .map(|length| (length, true));
    let mobile = matches!(rest, [1, 3..=9, ..]) && rest.len() >= 11;
    let date = is_day(rest, 0, 1900, 2099);
    numbers.chain(mobile.then_some((11, false))).chain(date.then_some((8, false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(digits: &str) -> Vec<u8> {
        digits.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn a_run_of_numbers_is_laid_out_and_a_serial_is_not() {
        let found = lay_out(&values("6200000000000005110199199001010010"));
        assert_eq!(found.iter().map(|(at, n, _)| (*at, *n)).collect::<Vec<_>>(), [(0, 16), (16, 18)]);
        let found = lay_out(&values("620000000000000513800138000"));
        assert_eq!(found.len(), 1);
        assert!(lay_out(&values("2024051722001412345678901234")).is_empty());
    }

    #[test]
    fn an_identity_number_is_seen_anywhere_in_a_run() {
        assert!(identity_at(&values("99110199199001010010"), 2).is_some());
        assert!(identity_at(&values("99110199199001010010"), 1).is_none());
    }
}
