//! The search behind the proof of the page: placed text, tiled by the strings that were meant.
//!
//! The placed characters are taken in the order of painting. Each must belong to one meant
//! string, which stands there whole, or up to the end of a run and goes on where a run of the
//! next page begins. Where strings begin alike the search tries one after the other, within a
//! bound; a cover that is found is a cover, whatever was tried before.

use std::collections::HashMap;

use super::{
    Meant, Occurrence, PlacedPage, TypesetError,
    placed::{bare, is_inked},
};
use crate::problem::Report;

/// Steps the search may take; a letter of ten pages takes some hundreds.
const STEPS: usize = 200_000;

/// Most marks on one page.
const MARKS: usize = 8;

/// A character that was placed, and the run it stands in.
#[derive(Clone, Copy)]
struct Placed {
    character: char,
    page: usize,
    run: usize,
}

/// One string to be placed: all that were meant with the same text, occurrence and page.
struct Piece {
    part: String,
    text: Vec<char>,
    /// Page it may begin on; any if none.
    page: Option<usize>,
    least: usize,
    most: usize,
    each_page_once: bool,
}

/// The search for a cover: characters in painting order, tiled by pieces.
pub(super) struct Cover<'a> {
    pages: &'a [PlacedPage],
    placed: Vec<Placed>,
    pieces: Vec<Piece>,
    by_first: HashMap<char, Vec<usize>>,
}

/// A piece, or the rest of one, laid over the placed characters.
#[derive(Clone, Copy)]
struct Tile {
    piece: usize,
    /// Where in the piece it starts; past zero it goes on from an earlier page.
    from: usize,
    /// First placed character it covers.
    at: usize,
    length: usize,
}

/// What the search has laid so far.
#[derive(Default)]
struct State {
    tiles: Vec<Tile>,
    used: Vec<usize>,
    /// Pieces cut to go on on the next page: which, how much is laid, on which page.
    cut: Vec<(usize, usize, usize)>,
}

impl<'a> Cover<'a> {
    /// A search for a cover of what stands on `pages` by `meant`.
    pub(super) fn new(pages: &'a [PlacedPage], meant: &[Meant]) -> Self {
        let mut placed = Vec::new();
        for (page, on) in pages.iter().enumerate() {
            for (run, text) in on.texts.iter().enumerate() {
                let inked = text.text.chars().filter(|&each| is_inked(each));
                placed.extend(inked.map(|character| Placed { character, page, run }));
            }
        }
        let mut pieces: Vec<Piece> = Vec::new();
        for each in meant {
            for piece in expand(each, pages.len()) {
                if piece.text.is_empty() {
                    continue;
                }
                let same = pieces.iter_mut().find(|known| {
                    known.text == piece.text
                        && known.page == piece.page
                        && known.each_page_once == piece.each_page_once
                });
                match same {
                    Some(known) => {
                        known.least += piece.least;
                        known.most = known.most.saturating_add(piece.most);
                    }
                    None => pieces.push(piece),
                }
            }
        }
        // Long pieces first, so that a short one does not eat the beginning of a long one.
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.text.len()));
        let mut by_first: HashMap<char, Vec<usize>> = HashMap::new();
        for (index, piece) in pieces.iter().enumerate() {
            if let Some(&first) = piece.text.first() {
                by_first.entry(first).or_default().push(index);
            }
        }
        Self { pages, placed, pieces, by_first }
    }

    /// Nothing if there is a cover, otherwise why not.
    pub(super) fn refusals(&self) -> Vec<Report> {
        let mut state = State { used: vec![0; self.pieces.len()], ..State::default() };
        // One level for each tile laid, with the choices not yet tried.
        let mut levels = vec![self.choices(&state, 0)];
        let (mut at, mut furthest, mut steps) = (0, 0, 0);
        let mut fewest_missing: Option<Vec<Report>> = None;
        loop {
            steps += 1;
            if steps > STEPS {
                return fewest_missing.unwrap_or_else(|| vec![TypesetError::Undecided.into()]);
            }
            let choice = if at == self.placed.len() {
                let missing = self.missing(&state);
                if missing.is_empty() {
                    return missing;
                }
                if fewest_missing.as_ref().is_none_or(|known| missing.len() < known.len()) {
                    fewest_missing = Some(missing);
                }
                None
            } else {
                levels.last_mut().and_then(Vec::pop)
            };
            if let Some(tile) = choice {
                self.lay(&mut state, tile);
                at = tile.at + tile.length;
                furthest = furthest.max(at);
                levels.push(self.choices(&state, at));
            } else {
                levels.pop();
                let Some(tile) = state.tiles.pop() else { break };
                self.lift(&mut state, tile);
                at = tile.at;
            }
        }
        fewest_missing.unwrap_or_else(|| self.uncovered(furthest))
    }

    /// Tiles that can be laid at `at`, best last: going on before beginning, whole before cut.
    fn choices(&self, state: &State, at: usize) -> Vec<Tile> {
        let Some(here) = self.placed.get(at) else { return Vec::new() };
        let (mut tiles, mut whole) = (Vec::new(), Vec::new());
        for &piece in self.by_first.get(&here.character).into_iter().flatten().rev() {
            if self.may_begin(state, piece, here.page) {
                self.fit(piece, 0, at, &mut whole, &mut tiles);
            }
        }
        tiles.append(&mut whole);
        for &(piece, from, page) in &state.cut {
            if page + 1 == here.page {
                let mut cut = Vec::new();
                self.fit(piece, from, at, &mut whole, &mut cut);
                tiles.append(&mut cut);
            }
        }
        tiles.append(&mut whole);
        tiles
    }

    fn may_begin(&self, state: &State, index: usize, page: usize) -> bool {
        let Some(piece) = self.pieces.get(index) else { return false };
        piece.page.is_none_or(|only| only == page)
            && state.used.get(index).is_some_and(|&used| used < piece.most)
            && !(piece.each_page_once
                && state.tiles.iter().any(|tile| {
                    tile.piece == index
                        && tile.from == 0
                        && self.placed.get(tile.at).is_some_and(|at| at.page == page)
                }))
    }

    /// Tiles of `piece` from `from` on that agree with the placed text at `at`: the whole rest,
    /// or, cut at the end of a run, as much as can go on on the next page.
    fn fit(
        &self,
        piece: usize,
        from: usize,
        at: usize,
        whole: &mut Vec<Tile>,
        cut: &mut Vec<Tile>,
    ) {
        let rest = self.pieces.get(piece).and_then(|piece| piece.text.get(from..));
        let (Some(rest), Some(here)) = (rest, self.placed.get(at..)) else { return };
        let Some(first) = here.first() else { return };
        let agreeing = rest
            .iter()
            .zip(here)
            .take_while(|(meant, placed)| **meant == placed.character && placed.page == first.page)
            .count();
        if agreeing == rest.len() {
            whole.push(Tile { piece, from, at, length: agreeing });
        }
        if first.page + 1 == self.pages.len() {
            return;
        }
        for length in 1..=agreeing.min(rest.len().saturating_sub(1)) {
            let ends_run = match (here.get(length - 1), here.get(length)) {
                (Some(last), Some(next)) => (last.page, last.run) != (next.page, next.run),
                _ => true,
            };
            if ends_run && self.goes_on(rest.get(length..).unwrap_or_default(), first.page + 1) {
                cut.push(Tile { piece, from, at, length });
            }
        }
    }

    /// Whether some run of `page` begins as `rest` does.
    fn goes_on(&self, rest: &[char], page: usize) -> bool {
        let Some(runs) = self.pages.get(page).map(|page| &page.texts) else { return false };
        runs.iter().any(|run| {
            let mut characters = run.text.chars().filter(|&each| is_inked(each)).peekable();
            characters.peek().is_some()
                && rest.iter().zip(characters).all(|(meant, placed)| *meant == placed)
        })
    }

    fn lay(&self, state: &mut State, tile: Tile) {
        let page = self.placed.get(tile.at).map_or(0, |at| at.page);
        if tile.from == 0 {
            if let Some(used) = state.used.get_mut(tile.piece) {
                *used += 1;
            }
        } else {
            let resumed = state.cut.iter().position(|&(piece, from, cut_on)| {
                (piece, from, cut_on + 1) == (tile.piece, tile.from, page)
            });
            resumed.map(|index| state.cut.remove(index));
        }
        let laid = tile.from + tile.length;
        if self.pieces.get(tile.piece).is_some_and(|piece| laid < piece.text.len()) {
            state.cut.push((tile.piece, laid, page));
        }
        state.tiles.push(tile);
    }

    /// Undoes [`Self::lay`] of a tile that was popped already.
    fn lift(&self, state: &mut State, tile: Tile) {
        let page = self.placed.get(tile.at).map_or(0, |at| at.page);
        let laid = tile.from + tile.length;
        let cut = state.cut.iter().rposition(|&each| each == (tile.piece, laid, page));
        cut.map(|index| state.cut.remove(index));
        if tile.from == 0 {
            if let Some(used) = state.used.get_mut(tile.piece) {
                *used -= 1;
            }
        } else {
            state.cut.push((tile.piece, tile.from, page.saturating_sub(1)));
        }
    }

    fn missing(&self, state: &State) -> Vec<Report> {
        self.pieces
            .iter()
            .enumerate()
            .filter(|(index, piece)| {
                state.used.get(*index).is_none_or(|&used| used < piece.least)
                    || state.cut.iter().any(|(cut, ..)| cut == index)
            })
            .map(|(_, piece)| TypesetError::MissingPart { part: piece.part.clone() }.into())
            .collect()
    }

    /// The first text nothing covers, and the parts that stand nowhere whole.
    fn uncovered(&self, furthest: usize) -> Vec<Report> {
        let mut reports = Vec::new();
        if let Some(first) = self.placed.get(furthest) {
            let run = self.pages.get(first.page).and_then(|page| page.texts.get(first.run));
            let (x, y) = run.map_or((0, 0), |run| run.area.corner());
            reports.push(TypesetError::UnmeantText { page: first.page + 1, x, y }.into());
        }
        for (index, piece) in self.pieces.iter().enumerate().filter(|(_, piece)| piece.least > 0) {
            if self.stands(index) < piece.least {
                reports.push(TypesetError::MissingPart { part: piece.part.clone() }.into());
            }
        }
        reports
    }

    /// At how many places a piece could begin.
    fn stands(&self, index: usize) -> usize {
        let only = self.pieces.get(index).and_then(|piece| piece.page);
        let (mut whole, mut cut) = (Vec::new(), Vec::new());
        let mut places = 0;
        for (at, here) in self.placed.iter().enumerate() {
            if only.is_none_or(|only| only == here.page) {
                self.fit(index, 0, at, &mut whole, &mut cut);
                places += usize::from(!whole.is_empty() || !cut.is_empty());
                whole.clear();
                cut.clear();
            }
        }
        places
    }
}

/// The pieces a meant string stands for on so many pages.
fn expand(meant: &Meant, pages: usize) -> Vec<Piece> {
    let piece = |text: &str, page, least, most, each_page_once| Piece {
        part: meant.part.clone(),
        text: bare(text).chars().collect(),
        page,
        least,
        most,
        each_page_once,
    };
    let on_each = |least, most| {
        (0..pages).map(|page| piece(&meant.text, Some(page), least, most, false)).collect()
    };
    match meant.occurrence {
        Occurrence::Once => vec![piece(&meant.text, None, 1, 1, false)],
        Occurrence::EachPage => on_each(1, 1),
        Occurrence::Running => vec![piece(&meant.text, None, 1, pages, true)],
        Occurrence::Mark => on_each(1, MARKS),
        Occurrence::Counter => (0..pages)
            .map(|page| {
                let counted = meant
                    .text
                    .replace("{page}", &(page + 1).to_string())
                    .replace("{pages}", &pages.to_string());
                piece(&counted, Some(page), 1, 1, false)
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of runs, each a piece of the same few characters.
    fn page_of(runs: &[String]) -> PlacedPage {
        let area = crate::typeset::Area::page(1.0, 1.0);
        let text =
            |text: &String| crate::typeset::PlacedText { text: text.clone(), area, size: 10.0 };
        PlacedPage {
            width: 210.0,
            height: 297.0,
            texts: runs.iter().map(text).collect(),
            pictures: vec![],
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

        #[test]
        fn whatever_is_placed_whole_is_proved_in_any_order(
            mut meant in proptest::collection::vec("[ab1]{1,6}", 1..12), cut in 0usize..12,
        ) {
            let placed = meant.clone();
            meant.sort();
            let meant: Vec<_> = meant.iter().map(|text| Meant::once("part", text)).collect();
            let (first, second) = placed.split_at(cut.min(placed.len()));
            let pages = [page_of(first), page_of(second)];
            proptest::prop_assert!(Cover::new(&pages, &meant).refusals().is_empty());
        }

        #[test]
        fn one_character_more_or_less_is_never_proved(
            meant in proptest::collection::vec("[ab1]{1,6}", 1..12), spoil in 0usize..12,
        ) {
            let mut placed = meant.clone();
            let spoil = spoil % placed.len();
            placed[spoil].push('c');
            let strings: Vec<_> = meant.iter().map(|text| Meant::once("part", text)).collect();
            proptest::prop_assert!(!Cover::new(&[page_of(&placed)], &strings).refusals().is_empty());
            placed[spoil].truncate(meant[spoil].len() - 1);
            proptest::prop_assert!(!Cover::new(&[page_of(&placed)], &strings).refusals().is_empty());
        }
    }
}
