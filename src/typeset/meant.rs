//! What the data of a letter means to stand on its pages.
//!
//! The layout sees one file, `/data.json`; its strings are all the text a page may hold, but for
//! the page counter. How often each may stand is fixed here, for every package alike: `footer`,
//! `mark` and `reprint` on each page, `title`, `number` and the head of a table in the running
//! head of any page, everything else exactly once. A bare sheet has neither title nor counter. Parts are named by their place in the data.
//! Source: docs/templates.md, "/data.json".

use serde_json::Value;

use super::{Meant, Occurrence};

/// The page counter, the one text a layout makes itself.
pub const PAGE_COUNTER: &str = "第{page}页／共{pages}页";

impl Meant {
    /// All that `data`, the letter as its layout sees it, means to stand on the pages.
    #[must_use]
    pub fn of_letter(data: &Value) -> Vec<Self> {
        let bare = data.get("bare").and_then(Value::as_bool).unwrap_or(false);
        let counter = Self::new("page counter", PAGE_COUNTER, Occurrence::Counter);
        let mut meant = if bare { Vec::new() } else { vec![counter] };
        let mut add = |part: &str, value: &Value, occurrence| {
            collect(part, value, occurrence, &mut meant);
        };
        for (key, value) in data.as_object().into_iter().flatten() {
            match key.as_str() {
                "title" if bare => {}
                "title" => add("title", value, Occurrence::Running),
                "principal_line" => add("principal line", value, Occurrence::Once),
                "mark" => add("mark", value, Occurrence::Mark),
                "reprint" => add("reprint", value, Occurrence::EachPage),
                "sections" => {
                    for (section, lines) in value.as_object().into_iter().flatten() {
                        let occurrence = match section.as_str() {
                            "number" => Occurrence::Running,
                            "footer" => Occurrence::EachPage,
                            _ => Occurrence::Once,
                        };
                        add(section, lines, occurrence);
                    }
                }
                "table" => {
                    // Rows of given widths are never cut, so each is one string, its cells in order.
                    let whole_rows = value.get("widths").is_some();
                    for (part, cells) in value.as_object().into_iter().flatten() {
                        if whole_rows && part == "rows" {
                            for (index, row) in cells.as_array().into_iter().flatten().enumerate() {
                                let row = joined(row).into();
                                add(&format!("table row {}", index + 1), &row, Occurrence::Once);
                            }
                            continue;
                        }
                        let occurrence = match part.as_str() {
                            // How a column is aligned is not text.
                            "align" => continue,
                            "columns" => Occurrence::Running,
                            _ => Occurrence::Once,
                        };
                        add(&format!("table {part}"), cells, occurrence);
                    }
                }
                // The language is not text, and neither are the switches for pictures.
                _ => {}
            }
        }
        meant
    }
}

/// The cells of a row, one after the other.
fn joined(row: &Value) -> String {
    row.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn collect(part: &str, value: &Value, occurrence: Occurrence, meant: &mut Vec<Meant>) {
    match value {
        Value::String(text) => meant.push(Meant::new(part, text, occurrence)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(&format!("{part} {}", index + 1), item, occurrence, meant);
            }
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_of_given_widths_is_meant_as_one_string() {
        let data = json!({ "table": {
            "columns": ["序号", "件数"], "widths": [10, 20], "bar": 1, "align": ["left", "right"],
            "rows": [["1", "20"], ["2", ""]],
        }});
        let meant = Meant::of_letter(&data);
        let rows: Vec<&str> = meant.iter().skip(1).map(|meant| meant.text.as_str()).collect();
        assert_eq!(rows, ["序号", "件数", "120", "2"]);
    }

    #[test]
    fn every_string_of_a_letter_is_meant_and_named_by_its_place() {
        let data = json!({
            "title": "催收通知书", "language": "zh", "mark": "样张", "reprint": null,
            "code": true, "seal": false,
            "sections": { "number": ["函号：HX-1"], "claim": ["一", "二"], "footer": ["某公司"] },
            "table": {
                "caption": "欠款构成", "columns": ["项目"], "align": ["left"], "rows": [["本金"]],
                "total": null,
            },
        });
        let told: Vec<String> =
            Meant::of_letter(&data).iter().map(|meant| format!("{meant:?}")).collect();
        assert_eq!(
            told,
            [
                "Meant(page counter, Counter)",
                "Meant(mark, Mark)",
                "Meant(claim 1, Once)",
                "Meant(claim 2, Once)",
                "Meant(footer 1, EachPage)",
                "Meant(number 1, Running)",
                "Meant(table caption, Once)",
                "Meant(table columns 1, Running)",
                "Meant(table rows 1 1, Once)",
                "Meant(title, Running)",
            ]
        );
    }
}
