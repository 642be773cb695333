//! The figures of a month as the report prints them and as tables.

use std::collections::BTreeMap;

use super::{Figure, Stats};
use crate::{
    case::facts::{self, FactsError, OfficeContext},
    catalogue,
    figures::table::Table,
    letter::internal::Wanted,
    problem::Language,
};

impl Stats {
    /// What a page calls a kind or a clerk.
    fn called<'a>(&'a self, group: &'a str) -> &'a str {
        match self.words.get(group) {
            Some(word) => word,
            None if group == "?" => "未指明",
            None => group,
        }
    }

    /// The figures as `stats_report` prints them: facts by field, without the table.
    #[must_use]
    pub fn facts(&self) -> BTreeMap<&'static str, String> {
        let reasons: Vec<String> =
            self.reasons.iter().map(|(code, count)| format!("{code} {count}件次")).collect();
        let none = "无".to_owned();
        let count = |figure| self.total.get(figure).to_string();
        let rate = self.rate();
        BTreeMap::from([
            ("month", self.month.chinese()),
            ("issued", count(Figure::Issued)),
            ("delivered", count(Figure::Delivered)),
            ("returned", count(Figure::Returned)),
            ("replied", count(Figure::Replied)),
            ("refused", count(Figure::Refused)),
            ("reasons", if reasons.is_empty() { none } else { reasons.join("、") }),
            (
                "deviations",
                rate.map_or_else(|| "未核对".into(), |rate| format!("{}件", rate.deviations)),
            ),
            (
                "rate",
                rate.map_or_else(
                    || "未核对".into(),
                    |rate| format!("{}（{rate}）", rate.percent()),
                ),
            ),
            ("disputes", count(Figure::Disputes)),
            ("complaints", count(Figure::Complaints)),
            ("holds", self.holds.to_string()),
        ])
    }

    /// The rows that `stats_report` prints: by kind, by clerk, and refusals by reason.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (what, groups) in
            [("信函类型", &self.by_kind), ("经办人", &self.by_clerk), ("其他文书", &self.documents)]
        {
            for (group, counts) in groups {
                for figure in Figure::ALL.into_iter().filter(|figure| counts.get(*figure) > 0) {
                    let item = format!("{}　{}", self.called(group), figure.chinese());
                    rows.push(vec![what.to_owned(), item, counts.get(figure).to_string()]);
                }
            }
        }
        rows.extend(self.reasons.iter().map(|(code, count)| {
            let item = format!("{code}　{}", reason(code, Language::Chinese));
            vec!["拒绝原因（件次）".to_owned(), item, count.to_string()]
        }));
        if rows.is_empty() {
            rows.push(vec!["合计".to_owned(), "本月无信函".to_owned(), "0".to_owned()]);
        }
        rows
    }

    /// The report of these figures, to be issued for `principal`.
    ///
    /// # Errors
    /// [`FactsError`] if a figure is no value of its field.
    pub fn report(&self, principal: &str) -> Result<Wanted, FactsError> {
        let mut values = OfficeContext::default();
        for (field, value) in self.facts() {
            values.tell(field, value)?;
        }
        values.tell("rows", facts::Table { rows: self.rows(), total: None })?;
        Ok(Wanted {
            kind: "stats_report".to_owned(),
            principal: principal.to_owned(),
            case: None,
            values,
        })
    }

    /// Every table of the month, the totals first.
    #[must_use]
    pub fn tables(&self) -> Vec<Table> {
        let total = BTreeMap::from([("合计".to_owned(), self.total.clone())]);
        let mut tables = Vec::new();
        for (name, title, groups) in [
            ("total", "合计", &total),
            ("kind", "信函类型", &self.by_kind),
            ("principal", "委托方", &self.by_principal),
            ("clerk", "经办人", &self.by_clerk),
            ("documents", "其他文书", &self.documents),
        ] {
            let head = [title].into_iter().chain(Figure::ALL.map(Figure::chinese));
            let mut table = Table::new(name, head);
            for (group, counts) in groups {
                let figures = Figure::ALL.map(|figure| counts.get(figure).to_string());
                table.push([group.clone()].into_iter().chain(figures));
            }
            tables.push(table);
        }
        let mut reasons = Table::new("reason", ["拒绝原因", "件次", "说明"]);
        for (code, count) in &self.reasons {
            reasons.push([code.clone(), count.to_string(), reason(code, Language::Chinese)]);
        }
        tables.push(reasons);
        let mut more = Table::new("more", ["项目", "数值"]);
        more.push(["暂停".to_owned(), self.holds.to_string()]);
        for (act, count) in &self.acts_refused {
            more.push([format!("拒绝办理 {act}"), count.to_string()]);
        }
        more.push(["答复天数（中位数）".to_owned(), self.times.median().unwrap_or_default()]);
        let longest = self.times.longest().map(|days| days.to_string()).unwrap_or_default();
        more.push(["答复天数（最长）".to_owned(), longest]);
        for (principal, rate) in &self.reconciled {
            more.push([format!("偏离率 {principal}"), format!("{rate} = {}", rate.percent())]);
        }
        if let Some(rate) = self.rate() {
            more.push(["偏离率".to_owned(), format!("{rate} = {}", rate.percent())]);
        }
        tables.push(more);
        tables
    }
}

/// What a code says, without the values of any one refusal.
#[must_use]
pub fn reason(code: &str, language: Language) -> String {
    let known = catalogue::codes(&[]).into_iter().find(|known| known.code == code);
    let sentence = known.map_or("", |known| match language {
        Language::Chinese => known.chinese,
        Language::English => known.english,
    });
    // Values stand in backticks or braces; what is left tells the rule.
    let mut out = String::new();
    let mut rest = sentence;
    while let Some((before, value)) = rest.split_once('{') {
        out.push_str(before);
        out.push('…');
        rest = value.split_once('}').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.replace(['`', '“', '”'], "").replace("…：…", "…").trim().to_owned()
}
