//! The wording of a document: sections of plain text, written by Tera from masked facts.
//!
//! Owns the small language a wording may use: `{{ field }}`, `{% if %}`/`elif`/`else`/`endif` and
//! `{% include "blocks/….tera" %}`. Loops, filters, macros, components and assignments are
//! refused, so a wording always ends and its output is bounded. A file is cut into sections at
//! lines `=== name` before Tera runs: no value can open a section. Each line is a paragraph.
//! Source: SPEC "Shape", REQUIREMENTS L345.

use std::collections::{BTreeMap, BTreeSet};

use tera::{Context, Tera};

use crate::template::package::{Package, SHARED};

/// Paragraphs of each section, by section name.
pub type Sections = BTreeMap<String, Vec<String>>;

/// Longest text a wording may yield, in bytes.
const OUTPUT_LIMIT: usize = 64 * 1024;
/// Folder of blocks a wording may include, below the shared folder.
pub(super) const BLOCKS: &str = "blocks/";

crate::problems! {
    /// Why a wording cannot be used.
    pub enum WordingError {
        /// A construct outside the small language.
        Construct { part: String, line: usize } = "CH-T010", Refusal,
            "wording `{part}` line {line} uses a construct that wording may not use" => "use only fields, if/elif/else/endif and include of a shared block",
            "措辞 `{part}` 第 {line} 行使用了不允许的写法" => "仅可使用字段、if/elif/else/endif 以及引用共用段落";
        /// Text before the first section, an unknown or repeated section name.
        Section { line: usize } = "CH-T011", Refusal,
            "wording line {line}: text outside a section, or a section name that is empty or repeated" => "open each section once by a line `=== name`",
            "措辞第 {line} 行：文字不在任何段内，或段名为空、重复" => "每段以一行 `=== 段名` 开始，且不得重复";
        /// An included block is not in the package.
        Include { line: usize } = "CH-T012", Refusal,
            "wording line {line} includes a block that the package does not hold" => "include a file of `_shared/blocks/` as `blocks/NAME.tera`",
            "措辞第 {line} 行引用的段落不在模板包内" => "请以 `blocks/名称.tera` 引用 `_shared/blocks/` 中的文件";
        /// Tera cannot read it.
        Syntax { part: String } = "CH-T013", Refusal,
            "the wording of `{part}` is not well formed" => "close every tag and `if`",
            "`{part}` 的措辞语法有误" => "请检查标签与 `if` 是否闭合";
        /// A field has no value.
        Field { section: String } = "CH-T014", Refusal,
            "section `{section}` needs a field that has no value" => "supply every field that `chancery template show` lists as required",
            "“{section}”段所需的字段没有值" => "请提供 `chancery template show` 所列的全部必填字段";
        /// More text than a letter can hold.
        TooLong { section: String } = "CH-T015", Refusal,
            "section `{section}` yields more than 64 KiB of text" => "shorten its fields",
            "“{section}”段文字超过 64 KiB" => "请缩短相关字段";
    }
}

/// A wording ready to be written.
pub struct Wording {
    tera: Tera,
    sections: Vec<String>,
    blocks: Vec<String>,
    fixed: Vec<String>,
}

impl std::fmt::Debug for Wording {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Wording").field("sections", &self.sections).finish_non_exhaustive()
    }
}

impl Wording {
    /// Reads the wording of `package` with the blocks it includes.
    ///
    /// # Errors
    /// Every [`WordingError`] but `Field` and `TooLong`.
    pub fn compile(package: &Package) -> Result<Self, WordingError> {
        let mut tera = Tera::new();
        tera.autoescape_on(Vec::<&str>::new());
        let mut parts: Vec<(String, String)> = Vec::new();
        for path in package.files().keys() {
            let Some(name) = block_name(path) else { continue };
            let text = package.text(path);
            check_language(path, text, None)?;
            parts.push((name.to_owned(), text.to_owned()));
        }
        let text = package.text("wording.tera");
        check_language("wording.tera", text, Some(package))?;
        let cut = cut(text)?;
        let sections = cut.iter().map(|(name, _)| name.clone()).collect();
        parts.extend(cut.into_iter().map(|(name, text)| (section_path(&name), text)));
        tera.add_raw_templates(parts)
            .map_err(|_| WordingError::Syntax { part: package.metadata().id.clone() })?;
        let blocks = text.split("{%").filter_map(|tag| included(unmarked(tag.split_once("%}")?.0)));
        let blocks = blocks.filter_map(|path| path.strip_prefix(BLOCKS)?.strip_suffix(".tera"));
        let blocks = blocks.map(str::to_owned).collect();
        let fixed = fixed(text, package);
        Ok(Self { tera, sections, blocks, fixed })
    }

    /// Names of the fields the wording uses, with its blocks.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<String> {
        let used = self
            .sections
            .iter()
            .filter_map(|name| self.tera.get_template_variables(&section_path(name)).ok());
        used.flatten().map(str::to_owned).collect()
    }

    /// Names of the sections, in order.
    #[must_use]
    pub fn sections(&self) -> &[String] {
        &self.sections
    }

    /// Names of the shared blocks the wording includes, as often as it does.
    #[must_use]
    pub fn blocks(&self) -> &[String] {
        &self.blocks
    }

    /// What stands in every letter: the text between fields, outside of conditions.
    pub fn fixed(&self) -> impl Iterator<Item = &str> {
        self.fixed.iter().map(String::as_str)
    }

    /// Writes the sections from masked facts, an object of field names to display strings.
    ///
    /// # Errors
    /// [`WordingError::Field`], [`WordingError::TooLong`].
    pub fn write(&self, facts: &serde_json::Value) -> Result<Sections, WordingError> {
        let context = Context::from_serialize(facts)
            .map_err(|_| WordingError::Field { section: String::new() })?;
        self.sections
            .iter()
            .map(|name| {
                let text = self
                    .tera
                    .render(&section_path(name), &context)
                    .map_err(|_| WordingError::Field { section: name.clone() })?;
                if text.len() > OUTPUT_LIMIT {
                    return Err(WordingError::TooLong { section: name.clone() });
                }
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                Ok((name.clone(), lines.map(str::to_owned).collect()))
            })
            .collect()
    }
}

/// The text between tags of a wording and the blocks it includes, but for what a condition may
/// leave out.
fn fixed(text: &str, package: &Package) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth: usize = 0;
    let text = without_comments(text);
    for (at, part) in text.split('{').enumerate() {
        let (tag, literal) = match part.split_once('}') {
            Some((tag, literal)) if at > 0 => (tag, literal.strip_prefix('}').unwrap_or(literal)),
            _ => ("", part),
        };
        let tag = unmarked(tag.trim_matches('%'));
        match tag.split_whitespace().next() {
            Some("if") => depth = depth.saturating_add(1),
            Some("endif") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 {
            continue;
        }
        if let Some(path) = included(tag) {
            let block = format!("{SHARED}/{path}");
            found.extend(fixed(package.text(&block), package));
        }
        let lines = literal.lines().filter(|line| !line.starts_with("==="));
        found.extend(lines.map(|line| line.trim().to_owned()));
    }
    found
}

/// Whether `text` uses the small language only; blocks (no `package`) may not include.
fn check_language(part: &str, text: &str, package: Option<&Package>) -> Result<(), WordingError> {
    let mut rest = text;
    let mut line: usize = 1;
    while let Some(start) = rest.find('{') {
        let (before, tag) = rest.split_at(start);
        line = line.saturating_add(before.matches('\n').count());
        let construct = || WordingError::Construct { part: part.to_owned(), line };
        let (close, inner): (&str, fn(&str) -> bool) = match tag.get(..2) {
            Some("{{") => ("}}", is_field),
            Some("{%") => ("%}", is_statement),
            Some("{#") => ("#}", |_| true),
            _ => return Err(construct()),
        };
        let body = tag.get(2..).unwrap_or_default();
        let end = body.find(close).ok_or_else(construct)?;
        let (body, after) = body.split_at(end);
        if !inner(body) {
            return Err(construct());
        }
        if let Some(path) = included(body) {
            let package = package.ok_or_else(construct)?;
            let held = package.files().keys().any(|held| block_name(held) == Some(path));
            if !held {
                return Err(WordingError::Include { line });
            }
        }
        line = line.saturating_add(body.matches('\n').count());
        rest = after.get(close.len()..).unwrap_or_default();
    }
    Ok(())
}

fn is_field(body: &str) -> bool {
    is_name(unmarked(body))
}

fn is_statement(body: &str) -> bool {
    let body = unmarked(body);
    match body.split_once(char::is_whitespace) {
        None => matches!(body, "else" | "endif"),
        Some(("if" | "elif", condition)) => {
            // Names, quoted words, comparison, and, or, not: no calls, filters or ranges.
            condition.split_whitespace().all(|word| {
                matches!(word, "==" | "!=" | "and" | "or" | "not")
                    || is_name(word)
                    || word
                        .strip_prefix('"')
                        .and_then(|word| word.strip_suffix('"'))
                        .is_some_and(is_name)
            })
        }
        Some(("include", _)) => included(body).is_some(),
        Some(_) => false,
    }
}

/// The name by which wording includes the file at `path`, if it is a shared block.
pub(super) fn block_name(path: &str) -> Option<&str> {
    let name = path.strip_prefix(SHARED)?.strip_prefix('/')?;
    name.starts_with(BLOCKS).then_some(name)
}

fn included(body: &str) -> Option<&str> {
    let path = unmarked(body).strip_prefix("include")?.trim();
    path.strip_prefix('"')?.strip_suffix('"')
}

/// Without the marks by which a tag trims the space around it.
pub(super) fn unmarked(body: &str) -> &str {
    let body = body.strip_prefix('-').unwrap_or(body);
    body.strip_suffix('-').unwrap_or(body).trim()
}

pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Cuts a wording, its comments blanked, into sections.
fn cut(text: &str) -> Result<Vec<(String, String)>, WordingError> {
    let text = without_comments(text);
    let mut sections: Vec<(String, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let misplaced = || WordingError::Section { line: index.saturating_add(1) };
        if let Some(name) = line.strip_prefix("===") {
            let name = name.trim();
            if !is_name(name) || sections.iter().any(|(known, _)| known == name) {
                return Err(misplaced());
            }
            sections.push((name.to_owned(), String::new()));
        } else if let Some((_, body)) = sections.last_mut() {
            body.push_str(line);
            body.push('\n');
        } else if !line.trim().is_empty() {
            return Err(misplaced());
        }
    }
    Ok(sections)
}

/// The same lines with nothing where a comment stood.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("{#") {
        out.push_str(before);
        let (comment, after) = comment.split_once("#}").unwrap_or((comment, ""));
        out.extend(comment.chars().filter(|each| *each == '\n'));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn section_path(name: &str) -> String {
    format!("section {name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::testing::card;
    use serde_json::json;

    fn package(wording: &str) -> Package {
        card(&[("wording.tera", wording), ("_shared/blocks/thanks.tera", "谢谢{{ name }}。")])
    }

    #[test]
    fn a_value_can_neither_open_a_section_nor_run_as_a_template() {
        let wording = Wording::compile(&package(
            "{# What this is,\n   in two lines. #}\n=== salutation\n{{ name }}：\n=== body\n{% if form == \"company\" %}贵公司{% else %}您{% endif %}好。\n\n{% include \"blocks/thanks.tera\" %}\n",
        ))
        .unwrap();
        assert_eq!(wording.fields(), ["form", "name"].map(str::to_owned).into());
        let hostile = "=== body {{ 7 * 7 }} {% include \"x\" %} #read(\"/etc/passwd\")";
        let sections = wording.write(&json!({ "name": hostile, "form": "person" })).unwrap();
        assert_eq!(sections["salutation"], [format!("{hostile}：")]);
        assert_eq!(sections["body"], ["您好。".to_owned(), format!("谢谢{hostile}。")]);
    }

    #[test]
    fn what_could_run_long_or_reach_out_is_refused() {
        for wording in [
            "=== body\n{% for i in range(end=100000000) %}x{% endfor %}",
            "=== body\n{{ name | safe }}",
            "=== body\n{{ get_env(name=\"HOME\") }}",
            "=== body\n{% set a = 1 %}",
            "=== body\n{% macro a() %}{% endmacro %}",
            "=== body\n{{ 1 + 1 }}",
            "=== body\n{ name }",
            "=== body\n{{ name",
            "=== body\n{% if a is defined %}{% endif %}(",
        ] {
            let error = Wording::compile(&package(wording));
            if !wording.contains("is defined") {
                assert!(matches!(error, Err(WordingError::Construct { line: 2, .. })), "{wording}");
            }
        }
        for wording in
            ["text\n=== body\n", "{# a #} b\n=== body\n", "=== body\n=== body\n", "=== \n"]
        {
            assert!(matches!(
                Wording::compile(&package(wording)),
                Err(WordingError::Section { .. })
            ));
        }
        assert!(matches!(
            Wording::compile(&package("=== body\n{% include \"layout.typ\" %}")),
            Err(WordingError::Include { line: 2 })
        ));
        assert!(matches!(
            Wording::compile(&package("=== body\n{% if a %}")),
            Err(WordingError::Syntax { .. })
        ));
    }

    #[test]
    fn a_field_without_a_value_is_told_by_section() {
        let wording = Wording::compile(&package("=== body\n{{ amount }}")).unwrap();
        let error = wording.write(&json!({})).unwrap_err();
        assert!(matches!(error, WordingError::Field { section } if section == "body"));
    }

    #[test]
    fn fixed_text_is_what_every_letter_holds() {
        let wording = "=== a\n甲{{ name }}乙\n{% if name %}丙{% else %}丁{% endif %}戊{# 己 #}\n";
        let wording = Wording::compile(&package(wording)).unwrap();
        let fixed: Vec<&str> = wording.fixed().filter(|run| !run.is_empty()).collect();
        assert_eq!(fixed, ["甲", "乙", "戊"]);
    }
}
