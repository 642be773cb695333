//! What a package must satisfy before anyone is asked to approve it.
//!
//! Owns the checks of wording, fields, blocks and fonts; every finding is told, none stops the
//! rest. Pages of awkward data are the proof's matter. Source: DOCUMENTS.md, block table, R0 and
//! F0; REQUIREMENTS 1 (L303, L345, L355).

use std::{collections::BTreeSet, path::Path};

use crate::{
    problem::{Phrase, Problem as _, Report},
    template::{
        documents,
        metadata::{Block, Table, TableKind},
        package::Package,
        wording::Wording,
        wording_scan,
    },
};

crate::problems! {
    /// What is wrong with a package.
    pub enum LintFinding {
        /// The document's row of the block table demands a block.
        BlockMissing { block: &'static str } = "CH-T020", Refusal,
            "block `{block}` is missing, which this document must hold" => "include the block in the wording and list it in `blocks`",
            "缺少本文书必须具备的共用段落 `{block}`" => "请在措辞中引用该段落并列入 `blocks`";
        /// `blocks` and the includes differ.
        BlockList { block: String } = "CH-T021", Refusal,
            "block `{block}` is listed but not included exactly once, or included but not listed" => "make `blocks` and the wording agree",
            "共用段落 `{block}` 的列示与引用不一致" => "请使 `blocks` 与措辞一致";
        /// A field is used but not declared.
        FieldUndeclared { field: String } = "CH-T022", Refusal,
            "field `{field}` is used but not declared" => "add it to `required` or `optional`",
            "字段 `{field}` 已使用但未声明" => "请列入 `required` 或 `optional`";
        /// A field is declared but not used.
        FieldUnused { field: String } = "CH-T023", Refusal,
            "field `{field}` is declared but not used" => "remove it from `[fields]` or use it",
            "字段 `{field}` 已声明但未使用" => "请从 `[fields]` 移除或在措辞中使用";
        /// A field is both used and forbidden.
        FieldForbidden { field: String } = "CH-T024", Refusal,
            "field `{field}` may not stand in this document" => "remove it from the wording",
            "字段 `{field}` 不得出现在本文书中" => "请从措辞中移除";
        /// The wording says what it must not.
        Prohibited { part: String, rule: String, why: wording_scan::Rule } = "CH-T025", Refusal,
            "prohibited wording in `{part}` ({rule}): {why}" => "reword the sentence; nothing may threaten, insult, disclose, pose as an authority or name a personal account",
            "`{part}` 含有禁用措辞（{rule}）：{why}" => "请改写该句：不得威胁、侮辱、泄露、冒充机关或指向个人账户";
        /// A font is used that the metadata does not declare.
        FontUndeclared { family: String } = "CH-T026", Refusal,
            "font `{family}` is used but not declared" => "add it to `fonts`, or use a declared one",
            "字体 `{family}` 已使用但未声明" => "请列入 `fonts` 或改用已声明字体";
        /// A declared font is not among the office's.
        FontUnknown { family: String } = "CH-T027", Refusal,
            "font `{family}` is declared but is not among the product's fonts" => "use one that `chancery template list` names",
            "声明的字体 `{family}` 不在产品字体之列" => "请使用产品自带字体";
        /// A part that carries number, date or version is missing.
        PartMissing { section: &'static str } = "CH-T028", Refusal,
            "section `{section}` is missing, which every letter with a sign-off must hold" => "add the section to the wording",
            "缺少“{section}”段，凡有落款的函件均须具备" => "请在措辞中补充该段";
        /// A word that tells what is inside.
        EnvelopeWord { part: String } = "CH-T050", Refusal,
            "`{part}` holds a word that no envelope may bear" => "remove every word of debt, court, lawyer, account or principal",
            "`{part}` 含有信封不得出现的字词" => "请移除欠款、法院、律师、账号、委托人等字样";
        /// A branch that no values lead to.
        Unreachable { branches: usize } = "CH-T053", Refusal,
            "{branches} branches of the wording are reached by no values" => "remove them, or correct their conditions",
            "措辞中有 {branches} 个分支无法由任何取值到达" => "请移除，或更正其条件";
        /// Table and fields disagree.
        Table { detail: Phrase } = "CH-T029", Refusal,
            "`[table]` is not usable: {detail}" => "correct it; docs/templates.md shows its members",
            "`[table]` 无法使用：{detail}" => "请更正；各项见 docs/templates.md";
        /// The document goes to others, or by other ways, than its row allows.
        Row { member: &'static str } = "CH-T040", Refusal,
            "`{member}` differs from what this kind of document allows" => "set it as the catalogue of documents has it",
            "`{member}` 与本类文书的规定不符" => "请按文书目录填写";
        /// A sentence its kind demands is missing.
        Unsaid { words: &'static str } = "CH-T041", Refusal,
            "the wording lacks `{words}`, which this kind of document must say" => "say it in the wording",
            "措辞缺少本类文书必须载明的“{words}”" => "请在措辞中写明";
        /// It says what its kind must not.
        Said { words: &'static str } = "CH-T042", Refusal,
            "the wording holds `{words}`, which this kind of document must not say" => "remove it",
            "措辞含有本类文书不得出现的“{words}”" => "请删除";
        /// It would pass a hold that nothing passes.
        Hold { hold: String } = "CH-T043", Refusal,
            "no document passes a hold of kind `{hold}`" => "name only holds that an answer to the objection may pass",
            "任何文书均不得越过 `{hold}` 暂停" => "仅可列明答复异议所及的暂停种类";
        /// A document that speaks of consequences calls itself gentle.
        NotGentle = "CH-T044", Refusal,
            "a gentle document speaks of legal consequences" => "remove the sentence, or remove `gentle`",
            "标为温和的文书提及法律后果" => "请删除该句，或移除 `gentle`";
    }
}

/// Fields that no document may print, whatever its kind.
const NEVER: [&str; 12] = [
    "recipient_id_number",
    "account",
    "card_number",
    "payee_account",
    "third_party_name",
    "health",
    "family",
    "employer",
    "emblem",
    "discount_amount",
    "relative_name",
    "contact_name",
];
/// Given to every document without being declared.
const GIVEN: [&str; 2] = ["template_id", "template_version"];
/// Sections R0 demands where a sign-off stands.
const SIGNED_PARTS: [&str; 5] = ["number", "signoff", "date", "check", "footer"];

/// Blocks that the document's row of the block table demands.
///
/// Source: DOCUMENTS.md, "Which document needs which block".
#[must_use]
pub fn demanded_blocks(id: &str) -> &'static [Block] {
    use Block::{Complaints, Dispute, Identity, Payment, Signoff};
    match id {
        "collection_notice"
        | "guarantor_notice"
        | "payment_reminder"
        | "legal_rights_notice"
        | "overdue_risk_notice"
        | "subrogation_notice"
        | "reply_letter"
        | "dispute_outcome_notice" => &[Identity, Dispute, Payment, Complaints, Signoff],
        "dispute_hold_notice" => &[Identity, Complaints, Signoff],
        "repayment_plan_agreement" | "repayment_commitment" | "voluntary_payment_commitment" => {
            &[Complaints]
        }
        "overdraft_notice" | "law_firm_cover" | "visit_agreed" => &[Dispute, Payment, Complaints],
        "visit_not_agreed" => &[Dispute, Complaints],
        _ => &[],
    }
}

/// Checks `package` against `families`, the fonts at hand.
///
/// The list is empty if the package may be put before its approvers.
#[must_use]
pub fn lint(package: &Package, families: &BTreeSet<String>) -> Vec<Report> {
    let mut found = Vec::new();
    fonts(package, families, &mut found);
    prohibited(package, &mut found);
    row(package, &mut found);
    match Wording::compile(package) {
        Ok(wording) => {
            blocks(package, &wording, &mut found);
            fields(package, &wording, &mut found);
            parts(package, &wording, &mut found);
        }
        Err(error) => found.push(Report::of(&error)),
    }
    found
}

/// What the document's own row of the catalogue demands.
fn row(package: &Package, found: &mut Vec<Report>) {
    let metadata = package.metadata();
    for hold in &metadata.despite_holds {
        if !documents::ANSWERABLE.contains(&hold.as_str()) {
            found.push(LintFinding::Hold { hold: hold.clone() }.into());
        }
    }
    let own = package.files().keys().filter(|path| !path.starts_with("_shared/"));
    let words: String = own
        .filter(|path| has_ending(path, "tera"))
        .map(|path| readable(package.text(path)))
        .chain([metadata.title.clone()])
        .collect();
    if metadata.gentle && ["起诉", "诉讼", "强制执行"].iter().any(|word| words.contains(word))
    {
        found.push(LintFinding::NotGentle.into());
    }
    let Some(row) = documents::row(&metadata.id) else { return };
    let differ = |given: &BTreeSet<String>, allowed: &[&str]| {
        given.is_empty() || !given.iter().all(|one| allowed.contains(&one.as_str()))
    };
    let lacking = row.holds.iter().any(|field| !metadata.fields.required.contains(*field));
    for (member, wrong) in [
        ("number", metadata.number != row.number),
        ("audience", differ(&metadata.audience, row.audience)),
        ("channels", differ(&metadata.channels, row.channels)),
        ("required", lacking),
    ] {
        if wrong {
            found.push(LintFinding::Row { member }.into());
        }
    }
    for words_of in row.says.iter().filter(|said| !words.contains(**said)) {
        found.push(LintFinding::Unsaid { words: words_of }.into());
    }
    for words_of in row.never_says.iter().filter(|said| words.contains(**said)) {
        found.push(LintFinding::Said { words: words_of }.into());
    }
}

fn blocks(package: &Package, wording: &Wording, found: &mut Vec<Report>) {
    let metadata = package.metadata();
    for block in demanded_blocks(&metadata.id) {
        if !metadata.blocks.contains(block) {
            found.push(LintFinding::BlockMissing { block: block.name() }.into());
        }
    }
    for block in Block::ALL {
        let included = wording.blocks().iter().filter(|name| block.stands_in(name)).count();
        if included != usize::from(metadata.blocks.contains(&block)) {
            found.push(LintFinding::BlockList { block: block.name().to_owned() }.into());
        }
    }
    for name in wording.blocks() {
        if !Block::ALL.iter().any(|block| block.stands_in(name)) {
            found.push(LintFinding::BlockList { block: name.clone() }.into());
        }
    }
}

fn fields(package: &Package, wording: &Wording, found: &mut Vec<Report>) {
    let metadata = package.metadata();
    let mut used = wording.fields();
    for given in GIVEN {
        used.remove(given);
    }
    if let Some(table) = &metadata.table {
        let detail = if !metadata.fields.required.contains(&table.field) {
            Some(Phrase("its field is not required", "其字段未列为必填"))
        } else if used.contains(&table.field) {
            Some(Phrase("its field occurs in the wording too", "其字段同时出现在措辞中"))
        } else if table.columns.is_empty() || table.columns.len() != table.align.len() {
            Some(Phrase("columns and align differ in length", "columns 与 align 长度不一"))
        } else if !widths_fit(table) {
            Some(Phrase(
                "`rows` needs a width of each column, of 5 mm or more, and any bar in one of them",
                "rows 表须为每列给出不小于 5 毫米的宽度，bar 须为其中一列",
            ))
        } else {
            None
        };
        if let Some(detail) = detail {
            found.push(LintFinding::Table { detail }.into());
        }
        used.insert(table.field.clone());
    }
    let declared: BTreeSet<String> =
        metadata.fields.required.union(&metadata.fields.optional).cloned().collect();
    for field in used.difference(&declared) {
        found.push(LintFinding::FieldUndeclared { field: field.clone() }.into());
    }
    for field in declared.difference(&used) {
        found.push(LintFinding::FieldUnused { field: field.clone() }.into());
    }
    for field in used.union(&declared) {
        if metadata.fields.forbidden.contains(field) || NEVER.contains(&field.as_str()) {
            found.push(LintFinding::FieldForbidden { field: field.clone() }.into());
        }
    }
}

/// Whether a table of rows says how wide its columns are, and no other table does.
fn widths_fit(table: &Table) -> bool {
    if table.kind != TableKind::Rows {
        return table.widths.is_empty() && table.bar.is_none();
    }
    table.widths.len() == table.columns.len()
        && table.widths.iter().all(|width| *width >= 5)
        && table.bar.is_none_or(|bar| bar < table.columns.len())
}

fn parts(package: &Package, wording: &Wording, found: &mut Vec<Report>) {
    if package.metadata().blocks.contains(&Block::Signoff) {
        for section in SIGNED_PARTS {
            if !wording.sections().iter().any(|name| name == section) {
                found.push(LintFinding::PartMissing { section }.into());
            }
        }
    }
}

fn prohibited(package: &Package, found: &mut Vec<Report>) {
    // Whoever sees an envelope must not learn what it is about.
    let envelope = !package.metadata().papers.is_empty();
    let telling = |text: &str| readable(text).lines().any(crate::letter::envelope_words::tells);
    if envelope && telling(package.text("wording.tera")) {
        let part = "wording.tera".to_owned();
        found.push(LintFinding::EnvelopeWord { part }.into());
    }
    let mut told = |part: &str, scanned: wording_scan::Scan| {
        for finding in scanned.findings {
            found.push(
                LintFinding::Prohibited {
                    part: part.to_owned(),
                    rule: finding.rule.code().code.to_owned(),
                    why: finding.rule,
                }
                .into(),
            );
        }
    };
    // What stands as a name on the page: nobody may take an organ for the sender.
    told("letterhead.txt", wording_scan::scan_name(package.letterhead().unwrap_or_default()));
    for path in package.files().keys().filter(|path| has_ending(path, "svg")) {
        let words = wording_scan::words_of_picture(package.text(path));
        told(path, wording_scan::scan_name(&words));
    }
    let mut scan = |part: &str, text: &str| told(part, wording_scan::scan(text));
    scan("title", &package.metadata().title);
    for path in package.files().keys().filter(|path| has_ending(path, "tera")) {
        for line in readable(package.text(path)).lines().filter(|line| !line.starts_with("===")) {
            scan(path, line);
        }
    }
    // Layouts hold no words of their own, but a comment or string there is looked at as well.
    for path in package.files().keys().filter(|path| has_ending(path, "typ")) {
        for text in quoted(package.text(path)) {
            scan(path, text);
        }
    }
}

fn fonts(package: &Package, families: &BTreeSet<String>, found: &mut Vec<Report>) {
    let declared = &package.metadata().fonts;
    for family in declared.difference(families) {
        found.push(LintFinding::FontUnknown { family: family.clone() }.into());
    }
    let mut told = BTreeSet::new();
    for path in package.files().keys().filter(|path| has_ending(path, "typ")) {
        let text = package.text(path);
        for (at, _) in text.match_indices("font:") {
            let list = text.get(at..).unwrap_or_default().trim_start_matches("font:").trim_start();
            let list = match list.strip_prefix('(') {
                Some(list) => list.split(')').next().unwrap_or_default(),
                None => list.split([',', ')', '\n']).next().unwrap_or_default(),
            };
            for family in quoted(list) {
                if !declared.contains(family) && told.insert(family.to_owned()) {
                    found.push(LintFinding::FontUndeclared { family: family.to_owned() }.into());
                }
            }
        }
    }
}

fn has_ending(path: &str, ending: &str) -> bool {
    Path::new(path).extension().is_some_and(|own| own == ending)
}

/// Strings between straight quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// Wording with each field as one neutral word and each statement gone.
fn readable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        let (close, stand_in) = match tag.get(..2) {
            Some("{{") => ("}}", "某"),
            Some("{%") => ("%}", ""),
            Some("{#") => ("#}", ""),
            _ => ("{", "{"),
        };
        out.push_str(stand_in);
        let end = tag.find(close).map_or(tag.len(), |end| end.saturating_add(close.len()));
        rest = tag.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}
