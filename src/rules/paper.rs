//! Paper: the page grid of letters, envelope sizes, and which folded sheet fits which envelope.
//!
//! Source: GB/T 9704-2012, 5 (A4, 37 mm head, 28 mm binding margin, 156 × 225 mm type area,
//! 22 lines of 28 characters); GB/T 1416 domestic envelopes; DOCUMENTS, Conventions.

/// A rectangle in tenths of a millimetre, so that half millimetres of folds stay exact.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Size {
    /// Longer side, in 0.1 mm.
    pub long: u32,
    /// Shorter side, in 0.1 mm.
    pub short: u32,
}

/// The A4 sheet.
pub const A4: Size = Size { long: 2970, short: 2100 };

/// The page grid of GB/T 9704. Lengths in millimetres.
pub mod grid {
    /// Page width and height.
    pub const PAGE_MM: [u32; 2] = [210, 297];
    /// Margin above the type area.
    pub const TOP_MM: u32 = 37;
    /// Margin on the binding side.
    pub const LEFT_MM: u32 = 28;
    /// Width and height of the type area.
    pub const TYPE_AREA_MM: [u32; 2] = [156, 225];
    /// Margin right of the type area.
    pub const RIGHT_MM: u32 = PAGE_MM[0] - LEFT_MM - TYPE_AREA_MM[0];
    /// Margin below the type area.
    pub const BOTTOM_MM: u32 = PAGE_MM[1] - TOP_MM - TYPE_AREA_MM[1];
    /// Lines on a page.
    pub const LINES: u32 = 22;
    /// Characters in a line.
    pub const CHARACTERS: u32 = 28;
    /// Body size: 3号.
    pub const FONT_PT: u32 = 16;

    /// Distance between characters, in millimetres.
    #[must_use]
    pub fn character_pitch_mm() -> f64 {
        f64::from(TYPE_AREA_MM[0]) / f64::from(CHARACTERS)
    }

    /// Distance between lines, in millimetres.
    #[must_use]
    pub fn line_pitch_mm() -> f64 {
        f64::from(TYPE_AREA_MM[1]) / f64::from(LINES)
    }
}

/// A domestic envelope of GB/T 1416.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Envelope {
    /// 176 × 125 mm.
    B6,
    /// 220 × 110 mm.
    Dl,
    /// 230 × 120 mm.
    Zl,
    /// 229 × 162 mm.
    C5,
    /// 324 × 229 mm.
    C4,
}

impl Envelope {
    /// All sizes, in the order of the standard's table.
    pub const ALL: [Self; 5] = [Self::B6, Self::Dl, Self::Zl, Self::C5, Self::C4];

    /// The size's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::B6 => "B6",
            Self::Dl => "DL",
            Self::Zl => "ZL",
            Self::C5 => "C5",
            Self::C4 => "C4",
        }
    }

    /// The size of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|envelope| envelope.name() == name)
    }

    /// Width and height in whole millimetres.
    #[must_use]
    pub const fn millimetres(self) -> [u32; 2] {
        match self {
            Self::B6 => [176, 125],
            Self::Dl => [220, 110],
            Self::Zl => [230, 120],
            Self::C5 => [229, 162],
            Self::C4 => [324, 229],
        }
    }

    /// Whether `sheet` lies inside with `clearance` (0.1 mm) to spare in each direction.
    #[must_use]
    pub const fn holds(self, sheet: Size, clearance: u32) -> bool {
        let [width, height] = self.millimetres();
        sheet.long.saturating_add(clearance) <= width * 10
            && sheet.short.saturating_add(clearance) <= height * 10
    }
}

/// How an A4 sheet is folded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fold {
    /// 不折: flat.
    None,
    /// 对折: once across.
    Half,
    /// 三折: in three, across.
    Third,
    /// 十字折: in half twice, crosswise.
    Quarter,
}

impl Fold {
    /// The fold of that Chinese name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "不折" | "平放" => Some(Self::None),
            "对折" | "二折" | "两折" => Some(Self::Half),
            "三折" => Some(Self::Third),
            "四折" | "十字折" | "十字对折" | "对折两次" | "两次对折" => {
                Some(Self::Quarter)
            }
            _ => None,
        }
    }

    /// The outline of an A4 sheet so folded.
    #[must_use]
    pub const fn outline(self) -> Size {
        match self {
            Self::None => A4,
            Self::Half => Size { long: A4.short, short: A4.long / 2 },
            Self::Third => Size { long: A4.short, short: A4.long / 3 },
            Self::Quarter => Size { long: A4.long / 2, short: A4.short / 2 },
        }
    }

    /// The envelopes that take the folded sheet with `clearance` (0.1 mm) in each direction.
    pub fn envelopes(self, clearance: u32) -> impl Iterator<Item = Envelope> {
        Envelope::ALL.into_iter().filter(move |envelope| envelope.holds(self.outline(), clearance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(fold: &str, clearance: u32) -> Vec<&'static str> {
        Fold::named(fold).unwrap().envelopes(clearance).map(Envelope::name).collect()
    }

    #[test]
    fn a_letter_in_three_folds_fits_the_long_envelopes() {
        assert_eq!(names("三折", 40), ["DL", "ZL", "C5", "C4"]);
        assert_eq!(names("对折", 40), ["C5", "C4"]);
        assert_eq!(names("不折", 40), ["C4"]);
        assert_eq!(names("十字折", 40), ["B6", "DL", "ZL", "C5", "C4"]);
        assert_eq!(Fold::named("卷起"), None);
        assert!(names("三折", u32::MAX).is_empty());
    }

    #[test]
    fn margins_follow_from_page_and_type_area() {
        assert_eq!((grid::RIGHT_MM, grid::BOTTOM_MM), (26, 35));
        assert!((grid::character_pitch_mm() - 5.5714).abs() < 1e-4);
        assert!((grid::line_pitch_mm() - 10.2273).abs() < 1e-4);
    }
}
