//! Tables: what the heading of a column says of a number below it.
//!
//! A table is lines cut by commas, semicolons, tabs, bars, or two blanks and more. The heading is
//! looked for in the lines above, as far as the detector may look back, at the same place of a
//! line cut by the same sign.

use super::detector::LOOK_BACK;
use super::label::{self, Label, Reach};

/// Most lines looked up to.
const LINES: usize = 40;
/// Most characters of a heading.
const HEADING: usize = 16;
/// Most characters behind a number that are looked at for the end of its cell.
const LINE: usize = 128;

/// What cuts the lines of a table.
#[derive(Clone, Copy)]
enum Cut {
    At(char),
    AtBlanks,
}

const CUTS: [Cut; 8] = [
    Cut::At('\t'),
    Cut::At('|'),
    Cut::At('｜'),
    Cut::At(','),
    Cut::At('，'),
    Cut::At(';'),
    Cut::At('；'),
    Cut::AtBlanks,
];

impl Cut {
    /// The cells of `line`.
    fn cells(self, line: &str) -> Vec<&str> {
        match self {
            Self::At(sign) => line.split(sign).collect(),
            Self::AtBlanks => line
                .split("  ")
                .flat_map(|part| part.split("\u{3000}\u{3000}"))
                .filter(|cell| !cell.trim().is_empty())
                .collect(),
        }
    }

    /// Whether it cuts `text`.
    fn is_in(self, text: &str) -> bool {
        match self {
            Self::At(sign) => text.contains(sign),
            Self::AtBlanks => text.contains("  ") || text.contains("\u{3000}\u{3000}"),
        }
    }

    /// The cell that begins at the end of `line`, if one begins there.
    fn place(self, line: &str) -> Option<usize> {
        let cells = self.cells(line);
        match self {
            Self::At(_) => {
                let begun =
                    cells.last()?.trim_matches(|c| matches!(c, ' ' | '"' | '\'' | '\u{3000}'));
                begun.is_empty().then(|| cells.len() - 1)
            }
            Self::AtBlanks => {
                let parted = line.is_empty() || line.ends_with("  ") || line.ends_with('\u{3000}');
                parted.then_some(cells.len())
            }
        }
    }
}

/// The card, identity or document that heads the column of the number at byte `at` of `text`.
pub(super) fn above(text: &str, at: usize) -> Option<Label> {
    let mut from = at.saturating_sub(LOOK_BACK / 2);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let (lines, line) = text.get(from..at)?.rsplit_once('\n')?;
    let behind: String =
        text.get(at..)?.chars().take(LINE).take_while(|c| !matches!(c, '\n' | '\r')).collect();
    for cut in CUTS {
        let Some(place) = cut.place(line) else { continue };
        if !cut.is_in(line) && !cut.is_in(&behind) {
            continue;
        }
        let headings = lines.rsplit('\n').take(LINES).filter_map(|line| {
            let cells = cut.cells(line.trim_end_matches('\r'));
            (cells.len() > 1).then(|| cells.get(place).copied()).flatten()
        });
        for heading in headings.map(str::trim) {
            if heading.chars().count() > HEADING || heading.contains(|c: char| c.is_ascii_digit()) {
                continue;
            }
            if let Some(subject) = label::of_heading(heading) {
                let label = Label { subject, reach: Reach::Near };
                return (label.is_card() || label.is_identity()).then_some(label);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masking::label::Subject;

    fn subject(text: &str) -> Option<Subject> {
        above(text, text.find('#').unwrap()).map(|label| label.subject)
    }

    #[test]
    fn a_heading_speaks_for_its_own_column_only() {
        assert_eq!(subject("卡号,姓名\r\n#,张三"), Some(Subject::Card));
        assert_eq!(subject("姓名,卡号\n李四,1\n张三,#"), Some(Subject::Card));
        assert_eq!(subject("姓名\t身份证号\n张三\t#"), Some(Subject::Identity));
        assert_eq!(subject("| 姓名 | 卡号 |\n|-|-|\n| 张三 | #"), Some(Subject::Card));
        assert_eq!(subject("卡号      金额\n#   100"), Some(Subject::Card));
        assert_eq!(subject("卡号,订单号\n1,#"), None);
        assert_eq!(subject("卡号,姓名\n张三 #"), None);
        assert_eq!(subject("请看卡号。\n#"), None);
        assert_eq!(subject("请带银行卡，谢谢\n#"), None);
    }
}
