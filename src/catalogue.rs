//! Every declared code in one list, from which `docs/errors.md` is printed.

use crate::problem::Code;

const LISTS: &[&[Code]] = &[];

/// All codes of the library, and `more`, sorted.
#[must_use]
pub fn codes(more: &[&[Code]]) -> Vec<Code> {
    let mut all: Vec<Code> = Vec::new();
    for list in LISTS.iter().chain(more) {
        all.extend_from_slice(list);
    }
    all.sort_by_key(|code| code.code);
    all
}

/// The codes as a Markdown page.
#[must_use]
pub fn markdown(more: &[&[Code]]) -> String {
    use std::fmt::Write as _;
    let mut page = String::from(
        "# Codes · 错误代码\n\nPrinted by `chancery errors`; a test compares. A code never changes its meaning. \
         `refusal` and `finding` exit 1, `input` 2, `fault` 3.\n\n\
         | code | kind | what happened | what to do | 说明 | 处理 |\n|-|-|-|-|-|-|\n",
    );
    for code in codes(more) {
        let cell = |text: &str| text.replace('|', "\\|");
        // Writing to a string does not fail.
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} |",
            code.code,
            code.severity.name(),
            cell(code.english),
            cell(code.hint_english),
            cell(code.chinese),
            cell(code.hint_chinese),
        );
    }
    page
}
