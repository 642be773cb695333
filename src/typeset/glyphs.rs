//! The gate every laid-out page goes through before anything is made of it.
//!
//! Walks the frames of each page, collects what was placed with its position, and refuses what a
//! reader would not see as it was meant: characters no font draws, blank pages, text off the page,
//! cut off, covered, tiny or pale, links, patterns and pictures that could hide text.
//! Source: FINDINGS "Typst 0.15.1 in process" (tofu is silent in plain PDF).

use typst::{
    layout::{Frame, FrameItem, Point, Rect, Size, Transform},
    text::TextItem,
    visualize::{Geometry, ImageKind, Paint, Shape},
};
use typst_layout::PagedDocument;

use super::{
    TypesetError,
    placed::{Area, PlacedPage, PlacedPicture, PlacedText, bare},
    world::is_plain_svg,
};
use crate::{digest::Digest, problem::Report};

/// Smallest type that is still text, in points.
const SMALLEST: f64 = 4.0;

/// Darkest luminance that is too pale for paper: below it even a watermark shows.
const PALEST: f32 = 0.97;

/// How far text may reach over an edge, in millimetres: rounding, and overhang of letters.
const SLACK: f64 = 0.6;

/// Levels of frames inside frames; a layout nests about ten.
const DEEPEST: usize = 200;

/// Collects what stands on each page, or says all that cannot stay.
pub(super) fn inspect(document: &PagedDocument) -> Result<Vec<PlacedPage>, Vec<Report>> {
    let mut reports = Vec::new();
    let mut pages = Vec::new();
    for (index, page) in document.pages().iter().enumerate() {
        let size = page.frame.size();
        let mut walk = Walk::new(index + 1, size);
        if matches!(page.fill_or_transparent(), Some(Paint::Tiling(_))) {
            walk.forbid("a pattern");
        }
        walk.frame(&page.frame, Transform::identity(), walk.whole(), 0);
        if walk.page.texts.iter().all(|run| bare(&run.text).is_empty()) {
            walk.refuse(TypesetError::BlankPage { page: index + 1 });
        }
        reports.append(&mut walk.reports);
        pages.push(walk.page);
    }
    if pages.is_empty() {
        reports.push(TypesetError::BlankPage { page: 1 }.into());
    }
    if reports.is_empty() { Ok(pages) } else { Err(reports) }
}

struct Walk {
    number: usize,
    page: PlacedPage,
    reports: Vec<Report>,
}

impl Walk {
    fn new(number: usize, size: Size) -> Self {
        let page = PlacedPage {
            width: mm(size.x),
            height: mm(size.y),
            texts: Vec::new(),
            pictures: Vec::new(),
        };
        Self { number, page, reports: Vec::new() }
    }

    fn refuse(&mut self, refused: TypesetError) {
        self.reports.push(refused.into());
    }

    fn forbid(&mut self, what: &'static str) {
        self.refuse(TypesetError::Forbidden { page: self.number, what });
    }

    fn unseen(&mut self, area: &Area) {
        let (x, y) = area.corner();
        self.refuse(TypesetError::Unseen { page: self.number, x, y });
    }

    fn whole(&self) -> Area {
        Area::page(self.page.width, self.page.height)
    }

    fn frame(&mut self, frame: &Frame, to_page: Transform, clip: Area, depth: usize) {
        if depth > DEEPEST {
            return self.forbid("frames nested too deep to check");
        }
        for (at, item) in frame.items() {
            let here = to_page.pre_concat(Transform::translate(at.x, at.y));
            match item {
                FrameItem::Group(group) => {
                    let inner = here.pre_concat(group.transform);
                    let clip = match &group.clip {
                        Some(curve) => clip.shared(&area(curve.bbox(None), inner)),
                        None => clip,
                    };
                    self.frame(&group.frame, inner, clip, depth + 1);
                }
                FrameItem::Text(text) => self.text(text, here, &clip),
                FrameItem::Shape(shape, _) => self.shape(shape, here),
                FrameItem::Image(image, size, _) => {
                    let bytes = match image.kind() {
                        ImageKind::Raster(raster) => raster.data(),
                        ImageKind::Svg(svg) if is_plain_svg(svg.data()) => svg.data(),
                        ImageKind::Svg(_) => {
                            self.forbid("a picture with text, script or links");
                            continue;
                        }
                        ImageKind::Pdf(_) => {
                            self.forbid("a picture that is a document");
                            continue;
                        }
                    };
                    self.page.pictures.push(PlacedPicture {
                        digest: Digest::of(bytes),
                        area: area(Rect::from_pos_size(Point::zero(), *size), here),
                    });
                }
                FrameItem::Link(..) => self.forbid("a link"),
                FrameItem::Tag(_) => {}
            }
        }
    }

    fn text(&mut self, item: &TextItem, here: Transform, clip: &Area) {
        for glyph in item.glyphs.iter().filter(|glyph| glyph.id == 0) {
            let missing = item.text.get(glyph.range()).and_then(|text| text.chars().next());
            let character = missing.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.refuse(TypesetError::MissingGlyph {
                character,
                codepoint: format!("U+{:04X}", u32::from(character)),
                page: self.number,
            });
        }
        let (above, below) = (item.size * 0.88, item.size * 0.20);
        let em_box =
            Rect::new(Point::new(item.size * 0.0, -above), Point::new(item.width(), below));
        let area = area(em_box, here);
        if !bare(&item.text).is_empty() {
            let size = item.size.to_pt() * scale(here);
            if size < SMALLEST
                || is_pale(&item.fill)
                || !clip.holds(&core(&area), SLACK)
                || !self.whole().holds(&area, SLACK)
            {
                self.unseen(&area);
            }
            if matches!(item.fill, Paint::Tiling(_)) {
                self.forbid("a pattern");
            }
        }
        let text = item.text.to_string();
        self.page.texts.push(PlacedText { text, area, size: item.size.to_pt() });
    }

    /// A shape painted over text takes the text away.
    fn shape(&mut self, shape: &Shape, here: Transform) {
        if matches!(shape.fill, Some(Paint::Tiling(_)))
            || shape.stroke.as_ref().is_some_and(|line| matches!(line.paint, Paint::Tiling(_)))
        {
            self.forbid("a pattern");
        }
        let covers = match &shape.fill {
            Some(Paint::Solid(color)) => color.alpha().unwrap_or(1.0) > 0.5,
            Some(Paint::Gradient(_)) => true,
            Some(Paint::Tiling(_)) | None => false,
        };
        if !covers || matches!(shape.geometry, Geometry::Line(_)) {
            return;
        }
        let cover = area(shape.bbox(false), here);
        let covered: Vec<Area> = self
            .page
            .texts
            .iter()
            .filter(|run| cover.holds(&core(&run.area), 0.0) && !bare(&run.text).is_empty())
            .map(|run| run.area)
            .collect();
        for area in &covered {
            self.unseen(area);
        }
    }
}

/// The part of an em box without which a line cannot be read: a line cut at the height of its
/// capitals, as boxes are by default, still can.
fn core(area: &Area) -> Area {
    let height = area.bottom - area.top;
    Area { top: area.top + 0.26 * height, bottom: area.bottom - 0.26 * height, ..*area }
}

fn mm(length: typst::layout::Abs) -> f64 {
    length.to_mm()
}

/// The upright rectangle on the page around `rect` under `to_page`.
fn area(rect: Rect, to_page: Transform) -> Area {
    let corners = [
        rect.min,
        Point::new(rect.max.x, rect.min.y),
        Point::new(rect.min.x, rect.max.y),
        rect.max,
    ]
    .map(|corner| corner.transform(to_page))
    .map(|corner| Area {
        left: mm(corner.x),
        top: mm(corner.y),
        right: mm(corner.x),
        bottom: mm(corner.y),
    });
    let [first, others @ ..] = corners;
    others.iter().fold(first, |one, other| one.around(other))
}

/// How much larger or smaller a transformation paints, by the smaller axis.
fn scale(to_page: Transform) -> f64 {
    let along = to_page.sx.get().hypot(to_page.ky.get());
    let across = to_page.sy.get().hypot(to_page.kx.get());
    along.min(across)
}

/// Whether ink of this colour disappears on white paper.
fn is_pale(paint: &Paint) -> bool {
    let Paint::Solid(color) = paint else { return false };
    let alpha = color.alpha().unwrap_or(1.0);
    let [red, green, blue, _] =
        typst::visualize::Color::to_process_space(color, typst::visualize::ProcessColorSpace::Srgb)
            .to_vec4();
    let darkest = red.min(green).min(blue);
    1.0 - alpha * (1.0 - darkest) > PALEST
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::typeset::{
        Assets, Limits,
        specimen::{codes, press},
    };

    fn inspected(layout: &str) -> Option<Result<Vec<PlacedPage>, Vec<Report>>> {
        let press = press(layout)?;
        let composed = press.compose(&json!({}), &Assets::new(), Limits::default());
        Some(composed.map(|composition| composition.pages().to_vec()))
    }

    #[test]
    fn a_character_without_a_glyph_is_named() {
        let Some(refused) = inspected("王\u{10FFFD}") else { return };
        let reports = refused.unwrap_err();
        assert_eq!(codes(&reports), ["CH-P020"]);
        assert!(reports[0].english.contains("U+10FFFD"), "{}", reports[0]);
    }

    #[test]
    fn a_blank_page_is_refused() {
        let Some(refused) = inspected("文#pagebreak()#rect()") else { return };
        assert_eq!(codes(&refused.unwrap_err()), ["CH-P021"]);
        assert_eq!(codes(&inspected("").unwrap().unwrap_err()), ["CH-P021"]);
    }

    #[test]
    fn text_a_reader_cannot_see_is_refused() {
        for hidden in [
            "#text(white)[字]",
            "#text(rgb(0, 0, 0, 2))[字]",
            "#text(2pt)[字]",
            "#scale(20%)[字]",
            "#place(dx: -80mm)[字]",
            "#block(clip: true, height: 3mm)[字\\ 字\\ 字]",
            "字#place(top + left, rect(width: 100%, height: 100%, fill: red))",
        ] {
            let Some(refused) = inspected(&format!("文\n\n{hidden}")) else { return };
            let reports = refused.expect_err(hidden);
            assert!(reports.iter().all(|report| report.code.code == "CH-P022"), "{reports:?}");
        }
    }

    #[test]
    fn what_belongs_on_paper_passes() {
        for layout in [
            "#rect(fill: luma(240))[字]",
            "#place(center + horizon, rotate(45deg, text(60pt, luma(88%))[样张]))字",
            "#block(clip: true)[字]",
            "#table(columns: 2, fill: luma(95%), [项目], [金额])",
            "#super[2] #text(6pt)[小字]",
        ] {
            let Some(passed) = inspected(layout) else { return };
            assert!(passed.is_ok(), "{layout}: {passed:?}");
        }
    }

    #[test]
    fn links_and_patterns_are_refused() {
        for source in [
            "#link(\"https://example.invalid\")[字]",
            "#rect(fill: tiling(size: (9pt, 9pt))[字])[文]",
            "文#image(bytes(\"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><text>6\
             </text></svg>\"))",
        ] {
            let Some(refused) = inspected(source) else { return };
            assert_eq!(codes(&refused.unwrap_err()), ["CH-P023"], "{source}");
        }
    }

    #[test]
    fn placed_text_can_be_measured_in_millimetres() {
        let Some(pages) = inspected("#place(top + left, dx: -5mm, dy: 20mm, text(10pt)[收件人])文")
        else {
            return;
        };
        let pages = pages.unwrap();
        let page = &pages[0];
        assert!((page.width - 210.0).abs() < 0.1 && (page.height - 297.0).abs() < 0.1);
        let run = page.texts.iter().find(|run| run.text == "收件人").unwrap();
        // The page margin of A4 is 2.5/21 of its shorter side: 25 mm.
        assert!((run.area.left - 20.0).abs() < 0.1, "{run:?}");
        assert!((run.area.right - run.area.left - 3.0 * 10.0 * 25.4 / 72.0).abs() < 0.1);
        assert!(run.area.top > 44.0 && run.area.bottom < 49.5, "{run:?}");
        let window = Area { left: 20.0, top: 40.0, right: 110.0, bottom: 80.0 };
        assert!(window.holds(&page.text_meeting(&window).unwrap(), 0.1));
    }
}
