//! The detector: finds every number in a text, and settles claims on the same digits.
//!
//! A text is read chain by chain. For each stretch of a chain all that speaks for or against a
//! number is weighed; where stretches overlap the heavier claim wins, then the longer, then the
//! earlier. What is found is a function of the text alone, with a bounded look to both sides, so
//! that a stream gives the same as the whole text.

use super::allow::AllowList;
use super::chain::{self, Chain, Glyph};
use super::column;
use super::document::{self, Ink, Spot};
use super::gap::Join;
use super::label::{self, Label, Reach};
use super::run::{self, MAX_LAID_OUT, MIN_RUN};
use super::window::{Claim, Hold, NumberKind, Verdict, Widening, Window};
use super::{Masking, Policy, Span, evidence, innocent, upstream};
use std::cmp::Reverse;
use std::ops::Range;

/// Bytes that must follow a chain before it is judged, unless the text ends.
pub(super) const LOOK_AHEAD: usize = 8192;
/// Bytes before a chain that may be looked at.
pub(super) const LOOK_BACK: usize = 8192;
/// Bytes before a chain that can belong to a number in it: the letters of a document.
const LEAD: usize = 64;
/// Widest stretch that is judged as one number.
const MAX_WIDTH: usize = 34;
/// Fewest digits that are worth being told from a number.
const MIN_INNOCENT: usize = 7;
/// Digits of the longest card.
const MAX_CARD: usize = 19;
/// Cells at the end of an unfinished block that are left to the next one.
const MARGIN: usize = 128;
/// Most looks at one block. Every look but the last masks something; more than two are needed
/// only where nothing but fragments of numbers stand together.
const MAX_LOOKS: usize = 12;
/// Stars as long as the character they stand for.
const BLOTS: [&str; 5] = ["", "*", "*\0", "*\0\0", "*\0\0\0"];
/// Fewest characters of a chain in which an unlabelled number can lie.
const MIN_UNLABELLED: usize = 12;
/// Cells from the start of a chain within which the label before it carries.
const CARRY: usize = 120;
/// Cells before a number that may count it: `卡号1：`.
const COUNTER: usize = 2;

/// A number in a text.
#[derive(Debug)]
struct Found {
    kind: NumberKind,
    /// Whether at most its last four characters are shown.
    masked: bool,
    doubtful: bool,
    /// Its characters in order; never empty.
    spots: Vec<Spot>,
}

/// What a scan found, and where the next one begins.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Numbers that show more than the policy lets them, in order.
    pub spans: Vec<Span>,
    /// The bytes of each character that is to be replaced, in order.
    pub replaced: Vec<Range<usize>>,
    /// Everything before this byte is decided.
    pub resume: usize,
}

/// Finds the numbers of `text` from byte `from` on. With `complete` unset, stops where more text
/// could change what is found.
///
/// What is found is at once blotted out in `text`, in its place and byte for byte, so that the
/// next look sees it as masked.
pub(super) fn scan(text: &mut String, from: usize, complete: bool, masking: &Masking) -> Scan {
    let mut scan = Scan::default();
    let mut at = from;
    loop {
        let Some(start) = chain::next_start(text, at) else {
            scan.resume = if complete { text.len() } else { back(text, text.len()).max(at) };
            return scan;
        };
        let chain = chain::read(text, start);
        let end = chain.cells.last().map_or(start, chain::Cell::end);
        if !complete && (chain.starved || text.len().saturating_sub(end) < LOOK_AHEAD) {
            scan.resume = back(text, start).max(at);
            return scan;
        }
        at = settle(text, chain, at, masking, &mut scan).max(end.min(at + 1));
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
}

/// Judges a block until nothing more is found in it; gives the byte after what is decided.
///
/// What is masked can make a neighbour look like a part of a masked number. Going on makes
/// masking twice the same as masking once.
fn settle(
    text: &mut String,
    mut chain: Chain,
    floor: usize,
    masking: &Masking,
    scan: &mut Scan,
) -> usize {
    let start = chain.cells.first().map_or(0, |cell| cell.at);
    let mut spans = Vec::new();
    let mut replaced = Vec::new();
    let mut reached = 0;
    for _ in 0..MAX_LOOKS {
        let (found, cut) = resolve(text, &chain, floor, &masking.allow);
        let next = if chain.ended { None } else { chain.cells.get(cut).map(|cell| cell.at) };
        let end = next.or(chain.cells.last().map(chain::Cell::end)).unwrap_or(start);
        reached = reached.max(end);
        let before = replaced.len();
        for number in found {
            reached = reached.max(number.spots.last().map_or(0, Spot::end));
            let hidden = number.hidden(masking.policy);
            spans.extend(number.span(!hidden.is_empty()));
            replaced.extend(hidden);
        }
        let Some(fresh) = replaced.get(before..).filter(|fresh| !fresh.is_empty()) else { break };
        for bytes in fresh {
            // NUL shows nothing, so the blot keeps every later byte in its place.
            text.replace_range(bytes.clone(), BLOTS.get(bytes.len()).copied().unwrap_or("*"));
        }
        chain = chain::read(text, start);
    }
    replaced.sort_by_key(|bytes| bytes.start);
    scan.replaced.extend(replaced);
    scan.spans.extend(merged(spans));
    reached
}

/// `spans` in order, with those that overlap made one.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.range.start, span.range.end));
    let mut whole: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match whole.last_mut().filter(|last| last.range.end > span.range.start) {
            Some(last) => {
                last.range.end = last.range.end.max(span.range.end);
                last.doubtful |= span.doubtful;
            }
            None => whole.push(span),
        }
    }
    whole
}

impl Found {
    /// The bytes of each character that `policy` replaces.
    fn hidden(&self, policy: Policy) -> Vec<Range<usize>> {
        let readable = self.spots.iter().any(|spot| spot.ink == Ink::Shown);
        if !readable || (self.masked && policy == Policy::LastFour) {
            return Vec::new();
        }
        self.spots
            .iter()
            .take(self.spots.len().saturating_sub(policy.kept()))
            .filter(|spot| spot.ink != Ink::Sign)
            .map(|spot| spot.at..spot.end())
            .collect()
    }

    /// Where it stands, if anything of it is replaced.
    fn span(&self, replaced: bool) -> Option<Span> {
        let (first, last) = self.spots.first().zip(self.spots.last())?;
        let range = first.at..last.end();
        replaced.then_some(Span { kind: self.kind, range, doubtful: self.doubtful })
    }
}

/// The character boundary [`LEAD`] bytes before `at`.
fn back(text: &str, at: usize) -> usize {
    let mut at = at.saturating_sub(LEAD);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A claim on the cells `start..end`.
struct Candidate {
    start: usize,
    end: usize,
    verdict: Verdict,
    /// The characters, where they are not just those of the cells.
    spots: Option<Vec<Spot>>,
}

/// The numbers of a block, and the cell at which the next block begins.
fn resolve(text: &str, chain: &Chain, floor: usize, allow: &AllowList) -> (Vec<Found>, usize) {
    let count = chain.cells.len();
    let first = chain.cells.first().map_or(0, |cell| cell.at);
    if chain.ended
        && count < MIN_UNLABELLED
        && allow.is_empty()
        && !label::may_matter(text, first)
        && count < 9
    {
        return (Vec::new(), count);
    }
    let candidates = candidates(text, chain, floor, allow);
    let cut = if chain.ended { count } else { cut(chain, &candidates) };
    (select(chain, candidates, cut), cut)
}

/// The last cell before the margin at which no claim is cut in two.
fn cut(chain: &Chain, candidates: &[Candidate]) -> usize {
    let safe = chain.cells.len().saturating_sub(MARGIN);
    let mut covered = vec![false; chain.cells.len()];
    for candidate in candidates {
        for cell in covered.iter_mut().take(candidate.end).skip(candidate.start + 1) {
            *cell = true;
        }
    }
    let free = |at: &usize| covered.get(*at).is_some_and(|covered| !covered);
    let parted = |at: &usize| chain.cells.get(*at).is_some_and(|cell| cell.join != Join::Seamless);
    let last = |test: &dyn Fn(&usize) -> bool| (1..=safe).rev().find(test);
    last(&|at| free(at) && parted(at)).or_else(|| last(&free)).unwrap_or(safe.max(1))
}

/// The claims that win, as numbers.
fn select(chain: &Chain, mut candidates: Vec<Candidate>, cut: usize) -> Vec<Found> {
    candidates.retain(|candidate| candidate.end <= cut);
    candidates.sort_by_key(|candidate| {
        let length = candidate.end - candidate.start;
        (Reverse(candidate.verdict.weight), Reverse(length), candidate.start)
    });
    let mut taken = vec![false; chain.cells.len()];
    let mut won = Vec::new();
    for candidate in candidates {
        let Some(cells) = taken.get_mut(candidate.start..candidate.end) else { continue };
        if cells.contains(&true) {
            continue;
        }
        cells.fill(true);
        won.push(candidate);
    }
    won.sort_by_key(|candidate| candidate.start);
    won.into_iter().filter_map(|candidate| number(chain, candidate)).collect()
}

fn number(chain: &Chain, candidate: Candidate) -> Option<Found> {
    let (kind, masked, doubtful) = match candidate.verdict.claim {
        Claim::Exposed { kind, doubtful } => (kind, false, doubtful),
        Claim::Masked { kind } => (kind, true, false),
        Claim::Innocent => return None,
    };
    let cells = chain.cells.get(candidate.start..candidate.end)?;
    let spots = candidate.spots.unwrap_or_else(|| {
        let ink = |glyph| match glyph {
            Glyph::Digit(_) | Glyph::Ten => Ink::Shown,
            Glyph::Hidden(false) => Ink::Sign,
            Glyph::Hidden(true) => Ink::Letter,
        };
        cells
            .iter()
            .map(|cell| Spot { at: cell.at, length: cell.length, ink: ink(cell.glyph) })
            .collect()
    });
    (!spots.is_empty()).then_some(Found { kind, masked, doubtful, spots })
}

fn candidates(text: &str, chain: &Chain, floor: usize, allow: &AllowList) -> Vec<Candidate> {
    let cells = chain.cells.as_slice();
    let label = cells.first().and_then(|cell| label::before(text, cell.at));
    let behind = cells
        .last()
        .filter(|_| chain.ended && cells.len() >= MIN_UNLABELLED)
        .and_then(|cell| label::after(text, cell.end()))
        .map(|subject| Label { subject, reach: Reach::Adjacent })
        .filter(|label| !label.is_innocent());
    let mut claims = Vec::new();
    let mut widening = Widening::default();
    let mut start = 0;
    while let Some(cell) = cells.get(start) {
        let run =
            1 + cells.iter().skip(start + 1).take_while(|cell| cell.join == Join::Seamless).count();
        if run >= MIN_RUN {
            let ends = start + run < cells.len() || chain.ended;
            look_into_run(text, chain, start..start + run, ends, &mut claims);
        }
        if (start > 0 || !chain.mid_run) && run <= MAX_WIDTH {
            let mut label = label_within(text, chain, start, label);
            if run >= MIN_UNLABELLED && label.is_none_or(Label::is_innocent) {
                label = column::above(text, cell.at).or(label);
            }
            let found = document::read(text, cell.at, floor, label)
                .or_else(|| document::read_misread(text, cell.at, floor, label));
            if let Some((verdict, spots)) = found {
                let after = spots.last().map_or(0, Spot::end);
                let end =
                    start + cells.iter().skip(start).take_while(|cell| cell.at < after).count();
                if end > start {
                    claims.push(Candidate { start, end, verdict, spots: Some(spots) });
                }
            }
            widen(text, chain, start, [label, behind], allow, &mut widening, &mut claims);
        }
        start += run;
    }
    claims
}

/// What the label before a chain says of a number that begins at cell `start` of it.
fn label_within(text: &str, chain: &Chain, start: usize, label: Option<Label>) -> Option<Label> {
    let before = start.checked_sub(1).and_then(|at| chain.cells.get(at)).map(chain::Cell::end);
    let at = chain.cells.get(start).map(|cell| cell.at);
    if let Some((before, at)) = before.zip(at)
        && text.get(before..at).is_some_and(|gap| gap.contains([')', '）', ']', '】']))
    {
        return label::before(text, at);
    }
    let label = label?;
    let masks = |cell: &chain::Cell| matches!(cell.glyph, Glyph::Hidden(_));
    if chain.cells.iter().take(start.min(CARRY)).all(masks) {
        return Some(label);
    }
    if start <= COUNTER {
        return Some(Label { subject: label.subject, reach: Reach::Near });
    }
    (start <= CARRY && label.reach != Reach::Near)
        .then_some(Label { subject: label.subject, reach: Reach::Carried })
}

/// Judges every stretch that begins at cell `start`, with the label before it and the one behind
/// the chain.
fn widen(
    text: &str,
    chain: &Chain,
    start: usize,
    [label, behind]: [Option<Label>; 2],
    allow: &AllowList,
    widening: &mut Widening,
    claims: &mut Vec<Candidate>,
) {
    let cells = chain.cells.as_slice();
    widening.clear();
    for (at, cell) in cells.iter().enumerate().skip(start).take(MAX_WIDTH) {
        if at - start >= MAX_CARD && label.is_none() && cell.join != Join::Seamless {
            break;
        }
        widening.push(cell);
        let next = cells.get(at + 1);
        let ends = next.map_or(chain.ended, |next| next.join != Join::Seamless);
        let plain = label.is_none() && widening.hidden == 0 && allow.is_empty();
        let few = widening.values.len() < MIN_UNLABELLED && widening.sizes.len() > 3;
        if !ends || (plain && (few || widening.values.len() < MIN_INNOCENT)) {
            continue;
        }
        let Some(stretch) = cells.get(start..=at) else { continue };
        let mut window = Window {
            text,
            cells: stretch,
            values: &widening.values,
            sizes: &widening.sizes,
            hold: widening.hold.unwrap_or(Hold::Whole),
            uniform: widening.uniform,
            mixed: widening.mixed,
            hidden: widening.hidden,
            label,
        };
        if label.is_none() && next.is_none() {
            window.label = behind;
        }
        if let Some(verdict) = judge(&window, allow) {
            claims.push(Candidate { start, end: at + 1, verdict, spots: None });
        }
    }
}

fn judge(window: &Window, allow: &AllowList) -> Option<Verdict> {
    if !allow.is_empty()
        && window.hold <= Hold::Easy
        && window.is_digits()
        && allow.holds(window.values)
    {
        return Some(Verdict::innocent(95));
    }
    if window.hidden > 0 {
        return upstream::judge(window);
    }
    let (guilty, innocent) = (evidence::judge(window), innocent::judge(window));
    match (guilty, innocent) {
        (Some(guilty), Some(innocent)) if innocent.weight > guilty.weight => Some(innocent),
        (None, innocent) => innocent,
        (guilty, _) => guilty,
    }
}

/// Looks for numbers inside an unbroken run of digits.
fn look_into_run(
    text: &str,
    chain: &Chain,
    cells: Range<usize>,
    ends: bool,
    claims: &mut Vec<Candidate>,
) {
    let (start, run) = (cells.start, cells.len());
    let values: Vec<u8> = chain
        .cells
        .iter()
        .skip(start)
        .take(run)
        .filter_map(|cell| if let Glyph::Digit(value) = cell.glyph { Some(value) } else { None })
        .collect();
    if values.len() != run {
        return;
    }
    let begins = start > 0 || !chain.mid_run;
    let whole = ends && run <= MAX_LAID_OUT && begins;
    let after =
        cells.end.checked_sub(1).and_then(|last| chain.cells.get(last)).map(chain::Cell::end);
    let year = after.is_some_and(|after| chain::shown_after(text, after) == Some('年'));
    let parts = if whole { run::lay_out(&values, year) } else { Vec::new() };
    let parts = if parts.is_empty() { run::identities(&values) } else { parts };
    claims.extend(run::stretch(parts, run, begins).into_iter().map(|part| Candidate {
        start: start + part.start,
        end: start + part.end,
        verdict: part.verdict,
        spots: None,
    }));
}
