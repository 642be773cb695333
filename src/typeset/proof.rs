//! The proof of the page: it holds every meant string, and nothing but meant strings.
//!
//! A layout decides where words stand, never which: it can neither drop a sentence nor add one.
//! All placed text must be covered by the strings that were meant, each as often as it was meant,
//! none cut but to go on on the next page. White space, line breaks and zero-width characters do not
//! count. Pictures given for the letter must be placed too. Refusals name the part and the
//! place, never the text. Source: SPEC, "A letter" (wording → page → proof of the page).

use std::collections::HashMap;

use super::{
    Composition, PlacedPage, TypesetError,
    placed::{bare, is_inked},
};
use crate::problem::Report;

/// Steps the search may take; a letter of ten pages takes some hundreds.
const STEPS: usize = 200_000;

/// Most marks on one page.
const MARKS: usize = 8;

/// How often a meant string stands on the pages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Occurrence {
    /// Exactly once. The same text given twice stands twice.
    Once,
    /// Exactly once on every page, such as a footer.
    EachPage,
    /// At least once in all and at most once on a page, such as a running head or the head of a
    /// table that goes on.
    Running,
    /// One to eight times on every page, such as 样张.
    Mark,
    /// Exactly once on every page, `{page}` and `{pages}` standing for the numbers.
    Counter,
}

/// A string that was meant to stand on the pages.
#[derive(Clone)]
pub struct Meant {
    part: String,
    text: String,
    occurrence: Occurrence,
}

impl Meant {
    /// The `text` of `part`; the part's name is what a refusal tells, so it holds no value.
    pub fn new(part: impl Into<String>, text: impl Into<String>, occurrence: Occurrence) -> Self {
        Self { part: part.into(), text: text.into(), occurrence }
    }

    /// A string that stands exactly once.
    pub fn once(part: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(part, text, Occurrence::Once)
    }
}

// Text of a letter is personal.
impl std::fmt::Debug for Meant {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Meant({}, {:?})", self.part, self.occurrence)
    }
}

/// Pages shown to hold what was meant and nothing else. Only [`Composition::prove`] makes one.
#[derive(Debug)]
pub struct ProvedPage {
    pub(super) composition: Composition,
}

impl ProvedPage {
    /// What stands where, page by page.
    #[must_use]
    pub fn pages(&self) -> &[PlacedPage] {
        self.composition.pages()
    }
}

impl Composition {
    /// Shows that the pages hold `meant` and nothing else.
    ///
    /// # Errors
    /// All at once: [`TypesetError::MissingPart`], [`TypesetError::UnmeantText`] for the first
    /// text that nothing covers, [`TypesetError::MissingPicture`]; rarely
    /// [`TypesetError::Undecided`].
    pub fn prove(self, meant: &[Meant]) -> Result<ProvedPage, Vec<Report>> {
        let mut reports = Cover::new(self.pages(), meant).refusals();
        for (path, digest) in &self.given {
            let placed = self.pages.iter().flat_map(|page| &page.pictures);
            if !placed.into_iter().any(|picture| picture.digest == *digest) {
                reports.push(TypesetError::MissingPicture { path: path.clone() }.into());
            }
        }
        if reports.is_empty() { Ok(ProvedPage { composition: self }) } else { Err(reports) }
    }
}

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
struct Cover<'a> {
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
    fn new(pages: &'a [PlacedPage], meant: &[Meant]) -> Self {
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
    fn refusals(&self) -> Vec<Report> {
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
    use serde_json::json;

    use super::*;
    use crate::typeset::{
        Assets, Limits, qr_svg,
        specimen::{codes, press},
    };

    fn composed(layout: &str) -> Option<Composition> {
        let press = press(layout)?;
        Some(press.compose(&json!({}), &Assets::new(), Limits::default()).unwrap())
    }

    fn refused(layout: &str, meant: &[Meant]) -> Option<Vec<&'static str>> {
        Some(composed(layout)?.prove(meant).map_or_else(|reports| codes(&reports), |_| vec![]))
    }

    /// Ends the test where there are no fonts.
    macro_rules! proof {
        ($layout:expr, [$($meant:expr),* $(,)?]) => {
            match refused($layout, &[$($meant),*]) {
                Some(codes) => codes,
                None => return,
            }
        };
    }

    const LONG: &str = "依据委托合同，我方受委托机构委托，就您名下逾期账款发出本函。请您于收到本函后\
        与委托机构核对账目；如有异议，可书面提出，我方将转交委托机构复核。";

    #[test]
    fn what_was_meant_is_proved_across_lines_fonts_sizes_and_spaces() {
        let layout = format!("#text(20pt)[催收 通知书]\n\n#strong[{LONG}]\n\nABC 12 345.67元");
        let title = Meant::once("title", "催收通知书");
        let body = Meant::once("body", LONG);
        let amount = Meant::once("amount", "ABC 12345.67 元");
        assert!(proof!(&layout, [amount.clone(), title.clone(), body.clone()]).is_empty());
        assert_eq!(proof!(&layout, [amount, title]), ["CH-P031"]);
    }

    #[test]
    fn a_dropped_an_added_and_an_altered_string_are_refused() {
        let [name, sum] = [Meant::once("name", "王某某"), Meant::once("sum", "11,200.50")];
        let place = |layout| refused(layout, &[name.clone(), sum.clone()]);
        let Some(dropped) = place("王某某") else { return };
        assert_eq!(dropped, ["CH-P030"]);
        assert_eq!(place("王某某 11,200.50 即付").unwrap(), ["CH-P031"]);
        assert_eq!(place("王某某 11,200.51").unwrap(), ["CH-P031", "CH-P030"]);
        assert_eq!(place("王某某 11,200.50 王某某").unwrap(), ["CH-P031"]);
        assert_eq!(place("王 11,200.50 某某").unwrap(), ["CH-P031", "CH-P030"]);
    }

    #[test]
    fn a_refusal_names_the_part_and_not_its_text() {
        let Some(composition) = composed("函") else { return };
        let meant = [Meant::once("salutation", "王某某先生")];
        let reports = composition.prove(&meant).unwrap_err();
        let told = format!("{reports:?} {meant:?}");
        assert!(told.contains("salutation") && !told.contains("王某某"), "{told}");
    }

    #[test]
    fn a_paragraph_goes_on_over_pages_past_footers_and_counters() {
        let layout = format!(
            "#set page(width: 80mm, height: 60mm, footer: context [某某公司 #h(1fr) 第 \
             #counter(page).get().first() 页／共 #counter(page).final().first() 页])\n{}",
            LONG.repeat(5)
        );
        let body = Meant::once("body", LONG.repeat(5));
        let footer = Meant::new("footer", "某某公司", Occurrence::EachPage);
        let counter = Meant::new("counter", "第{page}页／共{pages}页", Occurrence::Counter);
        let Some(composition) = composed(&layout) else { return };
        assert!(composition.pages().len() > 1);
        assert!(composition.prove(&[body.clone(), footer.clone(), counter.clone()]).is_ok());
        let once = Meant::once("footer", "某某公司");
        assert!(!proof!(&layout, [body.clone(), once, counter.clone()]).is_empty());
        let wrong = Meant::new("counter", "第{page}页／共9页", Occurrence::Counter);
        assert!(!proof!(&layout, [body, footer, wrong]).is_empty());
    }

    #[test]
    fn table_heads_run_on_and_cut_cells_are_found_again() {
        let rows: Vec<_> = (1..40).map(|row| format!("[第{row}期], [{row},000.00],")).collect();
        let rows = rows.concat();
        let layout = format!(
            "#set page(width: 90mm, height: 70mm)\n#table(columns: 2, table.header([期数], [金额]), \
             {rows} [{LONG}], [{LONG}])"
        );
        let mut meant: Vec<Meant> = (1..40)
            .flat_map(|row| {
                [format!("第{row}期"), format!("{row},000.00")].map(|text| Meant::once("row", text))
            })
            .collect();
        meant.extend([Meant::once("left", LONG), Meant::once("right", LONG)]);
        let heads = ["期数", "金额"].map(|text| Meant::new("head", text, Occurrence::Running));
        let Some(composition) = composed(&layout) else { return };
        let proved = composition.prove(&[&meant[..], &heads[..]].concat());
        assert!(proved.is_ok(), "{proved:?}");
    }

    #[test]
    fn a_mark_stands_on_every_page_as_often_as_the_layout_likes() {
        let mark = Meant::new("mark", "样张", Occurrence::Mark);
        let text = [Meant::once("text", "文"), Meant::once("text", "文")];
        let meant = [&text[..], &[mark]].concat();
        let Some(proved) = refused("文 样张 #pagebreak() 样张 文 样张", &meant) else {
            return;
        };
        assert!(proved.is_empty());
        assert_eq!(refused("文 样张 #pagebreak() 文", &meant).unwrap(), ["CH-P030"]);
    }

    #[test]
    fn strings_that_begin_alike_or_repeat_are_told_apart() {
        let once = |text| Meant::once("cell", text);
        let meant = ["0.00", "0.00", "0.0", "00.0", "合计0.00", "合计"].map(once);
        let layout = "合计#[]0.00 0.0#[]0.00 合计0.00 00.0";
        let Some(proved) = refused(layout, &meant) else { return };
        assert!(proved.is_empty());
    }

    #[test]
    fn a_given_picture_must_be_placed() {
        let Some(press) = press("函 #if json(\"data.json\") { image(\"code.svg\", alt: \"码\") }")
        else {
            return;
        };
        let assets = Assets::from([("code.svg".to_owned(), qr_svg("HX2026-000123").unwrap())]);
        let prove = |shown: bool| {
            let composition = press.compose(&json!(shown), &assets, Limits::default()).unwrap();
            composition.prove(&[Meant::once("text", "函")])
        };
        assert_eq!(prove(true).unwrap().pages()[0].pictures.len(), 1);
        assert_eq!(codes(&prove(false).unwrap_err()), ["CH-P032"]);
    }

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
