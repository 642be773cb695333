//! The proof of the page: it holds every meant string, and nothing but meant strings.
//!
//! A layout decides where words stand, never which: it can neither drop a sentence nor add one.
//! All placed text must be covered by the strings that were meant, each as often as it was meant,
//! none cut but to go on on the next page. White space, line breaks and zero-width characters do not
//! count. Pictures given for the letter must be placed too. Refusals name the part and the
//! place, never the text. Source: SPEC, "A letter" (wording → page → proof of the page).

use super::{Composition, PlacedPage, TypesetError, cover::Cover};
use crate::problem::Report;

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
    pub(super) part: String,
    pub(super) text: String,
    pub(super) occurrence: Occurrence,
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
}
