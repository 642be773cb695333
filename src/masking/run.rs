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

/// Most digits beside a number in a run that are masked with it, since nobody can say where in
/// the run it really ends.
const BESIDE: usize = 34;

/// A number found in a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Its first digit in the run.
    pub start: usize,
    /// The digit after it.
    pub end: usize,
    pub verdict: Verdict,
}

/// The identity numbers that stand anywhere in a run.
pub(super) fn identities(values: &[u8]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (start, stretch) in values.windows(18).enumerate() {
        if is_identity18(stretch) && parts.last().is_none_or(|last| last.end <= start) {
            let verdict = Verdict::exposed(63, NumberKind::Identity, true);
            parts.push(Part { start, end: start + 18, verdict });
        }
    }
    parts
}

/// Lets the numbers of a run of `count` digits take in the few digits beside them. Without
/// `begins` the run has earlier digits that are not given.
pub(super) fn stretch(mut parts: Vec<Part>, count: usize, begins: bool) -> Vec<Part> {
    let mut next = count;
    for part in parts.iter_mut().rev() {
        if next - part.end <= BESIDE {
            part.end = next;
        }
        next = part.start;
    }
    if let Some(first) = parts.first_mut().filter(|first| begins && first.start <= BESIDE) {
        first.start = 0;
    }
    parts
}

/// The cards and identity numbers of a run that consists of numbers only. With `year` its last four
/// digits may be one: `年` follows.
pub(super) fn lay_out(values: &[u8], year: bool) -> Vec<Part> {
    if !(MIN_RUN..=MAX_LAID_OUT).contains(&values.len()) {
        return Vec::new();
    }
    // From the end: how the rest of the run is laid out from each digit on, if it can be.
    let mut plans: Vec<Option<Plan>> = vec![None; values.len()];
    plans.push(Some(Plan { tile: 0, numbers: 0 }));
    for at in (0..values.len()).rev() {
        let rest = values.get(at..).unwrap_or_default();
        let ends_in_year = year && matches!(rest, [1, 9, _, _] | [2, 0, _, _]);
        let best = tiles(rest)
            .chain(ends_in_year.then_some((4, false)))
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
            let verdict = Verdict::exposed(55, kind, true);
            parts.push(Part { start: at, end: at + plan.tile, verdict });
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

    fn found(parts: &[Part]) -> Vec<(usize, usize)> {
        parts.iter().map(|part| (part.start, part.end)).collect()
    }

    #[test]
    fn a_run_of_numbers_is_laid_out_and_a_serial_is_not() {
        assert_eq!(
            found(&lay_out(&values("6200000000000005110199199001010010"), false)),
            [(0, 16), (16, 34)]
        );
        assert_eq!(found(&lay_out(&values("620000000000000513800138000"), false)), [(0, 16)]);
        assert!(lay_out(&values("2024051722001412345678901234"), false).is_empty());
        assert_eq!(found(&lay_out(&values("62000000000000052024"), true)), [(0, 16)]);
        assert!(lay_out(&values("62000000000000052024"), false).is_empty());
    }

    #[test]
    fn an_identity_number_is_seen_anywhere_in_a_run_and_takes_its_sides_with_it() {
        let parts = identities(&values("9911019919900101001077"));
        assert_eq!(found(&parts), [(2, 20)]);
        assert_eq!(found(&stretch(parts, 22, true)), [(0, 22)]);
        let far = format!("{}110199199001010010{}", "7".repeat(50), "7".repeat(50));
        let parts = identities(&values(&far));
        assert_eq!(found(&stretch(parts, 118, true)), [(50, 68)]);
    }
}
