//! The address block and the window of an envelope.
//!
//! A letter folded in three shows its address through a window of 90 × 35 mm whose left edge is
//! 20 mm from the left and whose upper edge is 45 mm from the top of the sheet (docs/templates.md,
//! "Window"). A sheet of 210 × 99 mm has 10 mm of play across and 11 mm upright in an envelope of
//! 220 × 110 mm, so it lies up to 5 mm to either side of its middle; a fold is made to 2 mm.
//! Owns the measure: the block stays whole in the window however the sheet lies, and nothing else
//! comes into it where the fold is off. Source: issue text "inside the window at fold tolerance";
//! GB/T 1416 (DL).

use crate::{
    problem::Report,
    template::wording::Sections,
    typeset::{Area, PlacedPage},
};

/// The window on the sheet, in millimetres.
pub const WINDOW: Area = Area { left: 20.0, top: 45.0, right: 110.0, bottom: 80.0 };
/// How far the sheet may lie from the middle of its envelope, in millimetres.
pub const PLAY: f64 = 5.0;
/// How far a fold may be off, in millimetres.
pub const FOLD: f64 = 2.0;

crate::problems! {
    /// Why a page does not suit an envelope with a window.
    pub enum WindowRefusal {
        /// A line of the address may be hidden.
        Hidden { line: usize } = "CH-R165", Refusal,
            "line {line} of the address comes closer than 5 mm to the edge of the window" => "shorten it, or move the address block within 25 to 105 mm across and 50 to 75 mm down",
            "收件地址第 {line} 行距开窗边缘不足 5 毫米" => "请缩短，或将地址置于横向 25 至 105 毫米、纵向 50 至 75 毫米之内";
        /// Something else may be seen through the window.
        Shown = "CH-R166", Refusal,
            "something besides the address may be seen through the window" => "keep all else 2 mm or more above and below the window",
            "透过开窗可能看到地址以外的内容" => "请使其他内容与开窗上下相距 2 毫米以上";
    }
}

/// Why the first of `pages`, whose wording gave `sections`, does not suit a window. A page without an
/// address block suits no window and is not asked.
#[must_use]
pub fn refusals(sections: &Sections, pages: &[PlacedPage]) -> Vec<Report> {
    let block: Vec<&String> = sections.get("window").into_iter().flatten().collect();
    let Some(first) = pages.first().filter(|_| block.len() == 3) else { return Vec::new() };
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let meant: String = block.iter().map(|line| bare(line)).collect();
    // Three characters of the whole block, one after the other, tell its runs from the same words elsewhere.
    let safe = shrunk(PLAY);
    let seen = Area { top: WINDOW.top - FOLD, bottom: WINDOW.bottom + FOLD, ..WINDOW };
    let mut found = Vec::new();
    let mut rest = meant.as_str();
    let mut line = 0;
    for run in &first.texts {
        let text = bare(&run.text);
        if text.is_empty() {
            continue;
        }
        if let Some(after) = rest.strip_prefix(&text).filter(|_| run.area.meets(&seen)) {
            rest = after;
            line += 1;
            if !safe.holds(&run.area, SLACK) {
                found.push(WindowRefusal::Hidden { line }.into());
            }
        } else if run.area.meets(&seen) && !is_mark(run.size) {
            found.push(WindowRefusal::Shown.into());
        }
    }
    if !rest.is_empty() {
        found.push(WindowRefusal::Hidden { line: line + 1 }.into());
    }
    for picture in &first.pictures {
        if picture.area.meets(&seen) {
            found.push(WindowRefusal::Shown.into());
        }
    }
    found
}

/// Em boxes are taller than the ink; half a millimetre is no loss.
const SLACK: f64 = 0.5;

/// The mark across a page that is no letter is larger than any type of a letter.
fn is_mark(size: f64) -> bool {
    size > 60.0
}

fn shrunk(by: f64) -> Area {
    Area {
        left: WINDOW.left + by,
        top: WINDOW.top + by,
        right: WINDOW.right - by,
        bottom: WINDOW.bottom - by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typeset::PlacedText;

    fn page(runs: &[(&str, [f64; 4])]) -> Vec<PlacedPage> {
        let texts = runs.iter().map(|(text, [left, top, right, bottom])| PlacedText {
            text: (*text).to_owned(),
            area: Area { left: *left, top: *top, right: *right, bottom: *bottom },
            size: 12.0,
        });
        vec![PlacedPage { width: 210.0, height: 297.0, texts: texts.collect(), pictures: vec![] }]
    }

    fn told(runs: &[(&str, [f64; 4])]) -> Vec<&'static str> {
        let block = ["999077", "样例市样例路1号", "王某某　收"].map(str::to_owned).to_vec();
        let sections = Sections::from([("window".to_owned(), block)]);
        refusals(&sections, &page(runs)).iter().map(|report| report.code.code).collect()
    }

    const POSTCODE: (&str, [f64; 4]) = ("999077", [28.0, 52.0, 45.0, 57.0]);
    const ADDRESS: (&str, [f64; 4]) = ("样例市样例路1号", [28.0, 58.0, 70.0, 63.0]);
    const NAME: (&str, [f64; 4]) = ("王某某　收", [28.0, 64.0, 60.0, 69.0]);

    #[test]
    fn a_block_with_play_on_all_sides_and_nothing_else_in_sight_suits_the_window() {
        let head = ("某某公司", [28.0, 15.0, 90.0, 22.0]);
        let below = ("催收通知书", [70.0, 88.0, 140.0, 96.0]);
        assert!(told(&[head, POSTCODE, ADDRESS, NAME, below]).is_empty());
    }

    #[test]
    fn a_line_near_an_edge_and_a_line_left_out_are_told() {
        let wide = (ADDRESS.0, [28.0, 58.0, 106.0, 63.0]);
        assert_eq!(told(&[POSTCODE, wide, NAME]), ["CH-R165"]);
        let low = (NAME.0, [28.0, 71.0, 60.0, 76.0]);
        assert_eq!(told(&[POSTCODE, ADDRESS, low]), ["CH-R165"]);
        assert_eq!(told(&[POSTCODE, ADDRESS]), ["CH-R165"]);
    }

    #[test]
    fn what_is_not_the_address_stays_out_of_sight_even_if_the_fold_is_off() {
        let title = ("催收通知书", [70.0, 81.0, 140.0, 90.0]);
        assert_eq!(told(&[POSTCODE, ADDRESS, NAME, title]), ["CH-R166"]);
    }
}
