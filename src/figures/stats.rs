//! What a month came to, counted from the register.
//!
//! Each figure is a count of entries registered in the month by the office's own clock, so that
//! anybody can count them again from an export. What happens to a letter is put down to the clerk
//! who issued it. Statements of visits and documents of the office are no letters and stand apart.
//! A request refused again is the same request: it counts once, with every reason it was told in the
//! month, so reasons may sum to more than requests. There is no figure of money recovered and no
//! ranking.
//! Source: REQUIREMENTS 1 (L205, L315); DOCUMENTS 25.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::Value;

use super::{month::Month, rate::Rate, table::Table};
use crate::{
    case::facts::{self, FactsError, OfficeContext},
    catalogue,
    letter::internal::Wanted,
    letter::life::{Life, answers},
    office::{Office, journal, state::text},
    problem::Language,
    register::{Entry, EntryKind, RegisterError, View},
    template::{documents, package::Package},
};

/// Counts of entries.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    figures: [u64; Figure::ALL.len()],
}

impl Counts {
    /// One figure.
    #[must_use]
    pub fn get(&self, figure: Figure) -> u64 {
        let place = Figure::ALL.iter().position(|known| *known == figure);
        place.and_then(|place| self.figures.get(place)).copied().unwrap_or_default()
    }

    fn add(&mut self, figure: Figure) {
        let place = Figure::ALL.iter().position(|known| *known == figure);
        if let Some(count) = place.and_then(|place| self.figures.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Figure {
    /// `letter.issued`.
    Issued,
    /// `letter.dispatched`.
    Dispatched,
    /// `letter.delivered`.
    Delivered,
    /// `letter.returned`.
    Returned,
    /// `letter.voided`.
    Voided,
    /// `letter.reprinted`.
    Reprinted,
    /// `letter.replied`.
    Replied,
    /// `letter.replied` of the kind `dispute`.
    Disputes,
    /// `letter.replied` of the kind `denial`.
    Denials,
    /// `letter.replied` of the kind `complaint`.
    Complaints,
    /// `letter.answered` to whoever replied.
    Answered,
    /// `letter.refused`.
    Refused,
}

impl Figure {
    /// All figures, in the order of tables.
    pub const ALL: [Self; 12] = [
        Self::Issued,
        Self::Dispatched,
        Self::Delivered,
        Self::Returned,
        Self::Voided,
        Self::Reprinted,
        Self::Replied,
        Self::Disputes,
        Self::Denials,
        Self::Complaints,
        Self::Answered,
        Self::Refused,
    ];

    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Dispatched => "dispatched",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
            Self::Voided => "voided",
            Self::Reprinted => "reprinted",
            Self::Replied => "replied",
            Self::Disputes => "disputes",
            Self::Denials => "denials",
            Self::Complaints => "complaints",
            Self::Answered => "answered",
            Self::Refused => "refused",
        }
    }

    /// Chinese label.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Issued => "签发",
            Self::Dispatched => "发出",
            Self::Delivered => "送达",
            Self::Returned => "退回",
            Self::Voided => "作废",
            Self::Reprinted => "补打",
            Self::Replied => "回复",
            Self::Disputes => "异议",
            Self::Denials => "否认",
            Self::Complaints => "投诉",
            Self::Answered => "答复",
            Self::Refused => "拒绝生成",
        }
    }
}

/// How long answers took, in calendar days from the reply to the answer's registration.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Times {
    days: Vec<u32>,
}

impl Times {
    /// How many answers.
    #[must_use]
    pub fn count(&self) -> usize {
        self.days.len()
    }

    /// The median in half days, for that of two is their mean.
    #[must_use]
    pub fn median_halves(&self) -> Option<u32> {
        let middle = self.days.len() / 2;
        let upper = *self.days.get(middle)?;
        let lower = if self.days.len().is_multiple_of(2) {
            *self.days.get(middle.checked_sub(1)?)?
        } else {
            upper
        };
        Some(lower.saturating_add(upper))
    }

    /// The median as text: `3` or `3.5`.
    #[must_use]
    pub fn median(&self) -> Option<String> {
        let halves = self.median_halves()?;
        Some(format!("{}{}", halves / 2, if halves % 2 == 1 { ".5" } else { "" }))
    }

    /// The longest.
    #[must_use]
    pub fn longest(&self) -> Option<u32> {
        self.days.last().copied()
    }
}

/// The figures of a month.
#[derive(Clone, Debug)]
pub struct Stats {
    /// The month.
    pub month: Month,
    /// The one principal whose letters are counted; all, if none.
    pub principal: Option<String>,
    /// All together.
    pub total: Counts,
    /// By kind of letter; `?` where a refused request named none.
    pub by_kind: BTreeMap<String, Counts>,
    /// By kind, the documents that are no letters; no other figure counts them.
    pub documents: BTreeMap<String, Counts>,
    /// By principal.
    pub by_principal: BTreeMap<String, Counts>,
    /// By operator who issued, or whose request was refused.
    pub by_clerk: BTreeMap<String, Counts>,
    /// Refused requests by code; one request may have several.
    pub reasons: BTreeMap<String, u64>,
    /// Titles of the kinds and names of the clerks, as pages print them.
    words: BTreeMap<String, String>,
    /// Holds placed.
    pub holds: u64,
    /// Acts on letters and cases that were refused, by act.
    pub acts_refused: BTreeMap<String, u64>,
    /// How long answers took.
    pub times: Times,
    /// The newest reconciliation of the month, of each principal that has one.
    pub reconciled: BTreeMap<String, Rate>,
}

/// Whose letter it is.
struct Owner {
    kind: String,
    principal: String,
    clerk: String,
}

/// A request that was refused, once or again, with all reasons told.
struct Refusal {
    owner: Owner,
    codes: BTreeSet<String>,
}

impl Refusal {
    fn of(entry: &Entry) -> Self {
        let of = |name: &str| text(&entry.body, name).unwrap_or("?").to_owned();
        let clerk = entry.operator.clone();
        let owner = Owner { kind: of("template"), principal: of("principal"), clerk };
        Self { owner, codes: BTreeSet::new() }
    }

    fn tell(&mut self, entry: &Entry) {
        let codes = entry.body.get("codes").and_then(Value::as_array).into_iter().flatten();
        self.codes.extend(codes.filter_map(Value::as_str).map(str::to_owned));
    }
}

impl Stats {
    /// Counts the entries of `month` about letters of `principal`, or of all.
    ///
    /// # Errors
    /// Those of the register.
    pub fn of(
        office: &Office,
        month: Month,
        principal: Option<&str>,
    ) -> Result<Self, RegisterError> {
        let view = office.view();
        let mut stats = Self {
            month,
            principal: principal.map(str::to_owned),
            total: Counts::default(),
            by_kind: BTreeMap::new(),
            documents: BTreeMap::new(),
            words: BTreeMap::new(),
            by_principal: BTreeMap::new(),
            by_clerk: BTreeMap::new(),
            reasons: BTreeMap::new(),
            holds: 0,
            acts_refused: BTreeMap::new(),
            times: Times::default(),
            reconciled: BTreeMap::new(),
        };
        let mut owners: HashMap<String, Owner> = HashMap::new();
        let mut cases = HashSet::new();
        for found in view.find(Some(&journal::LETTER_ISSUED), None) {
            let found = found?;
            let Some(life) = Life::begin(&view, found.entry())? else { continue };
            let owner = Owner { kind: life.template, principal: life.principal, clerk: life.clerk };
            if stats.counts(Some(&owner)) {
                cases.insert(life.case);
            }
            if month.holds(found.entry().recorded_at) {
                stats.add(Some(&owner), &[Figure::Issued]);
            }
            owners.insert(life.number, owner);
        }
        for (kind, figure) in [
            (journal::LETTER_DISPATCHED, Figure::Dispatched),
            (journal::LETTER_DELIVERED, Figure::Delivered),
            (journal::LETTER_RETURNED, Figure::Returned),
            (journal::LETTER_VOIDED, Figure::Voided),
            (journal::LETTER_REPRINTED, Figure::Reprinted),
        ] {
            each(&view, &kind, month, |entry| stats.add(owners.get(&entry.subject), &[figure]))?;
        }
        let replied = stats.replies(&view, &owners)?;
        let mut refusals: BTreeMap<String, Refusal> = BTreeMap::new();
        each(&view, &journal::LETTER_REFUSED, month, |entry| {
            let same = refusals.entry(entry.subject.clone());
            same.or_insert_with(|| Refusal::of(entry)).tell(entry);
        })?;
        for refusal in refusals.into_values() {
            stats.refusal(&refusal);
        }
        // A hold is a case's; it is a principal's where the case has had a letter for it.
        each(&view, &journal::HOLD_PLACED, month, |entry| {
            if principal.is_none() || cases.contains(&entry.subject) {
                stats.holds = stats.holds.saturating_add(1);
            }
        })?;
        // An act is on a letter, a reply or a case; of one principal only those count that are its own.
        each(&view, &journal::ACT_REFUSED, month, |entry| {
            let own = owners.get(&entry.subject).or_else(|| {
                let letter = replied.get(&entry.subject)?;
                owners.get(letter)
            });
            if principal.is_none() || stats.counts(own) || cases.contains(&entry.subject) {
                let act = text(&entry.body, "act").unwrap_or("?").to_owned();
                let count = stats.acts_refused.entry(act).or_default();
                *count = count.saturating_add(1);
            }
        })?;
        for found in view.find(Some(&journal::RECONCILE_DONE), None) {
            let found = found?;
            let body = &found.entry().body;
            let other = principal.is_some_and(|wanted| wanted != found.entry().subject);
            if !other && text(body, "month") == Some(month.to_string().as_str()) {
                let count = |name: &str| body.get(name).and_then(Value::as_u64).unwrap_or_default();
                let rate = Rate { deviations: count("deviations"), letters: count("letters") };
                stats.reconciled.insert(found.entry().subject.clone(), rate);
            }
        }
        stats.name(office);
        Ok(stats)
    }

    /// Learns titles and names of what was counted.
    fn name(&mut self, office: &Office) {
        let templates = office.paths().templates();
        for kind in self.by_kind.keys().chain(self.documents.keys()) {
            if let Ok(package) = Package::load(&templates, kind) {
                self.words.insert(kind.clone(), package.metadata().title.clone());
            }
        }
        for clerk in self.by_clerk.keys() {
            self.words.insert(clerk.clone(), office.operator_name(clerk));
        }
    }

    /// What a page calls a kind or a clerk.
    fn called<'a>(&'a self, group: &'a str) -> &'a str {
        match self.words.get(group) {
            Some(word) => word,
            None if group == "?" => "未指明",
            None => group,
        }
    }

    /// The deviation rate over all principals that were reconciled.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        self.reconciled.values().copied().reduce(Rate::plus)
    }

    /// Whether what happened to a letter of `owner` is counted.
    fn counts(&self, owner: Option<&Owner>) -> bool {
        let wanted = self.principal.as_deref();
        wanted.is_none_or(|wanted| owner.is_some_and(|owner| owner.principal == wanted))
    }

    fn add(&mut self, owner: Option<&Owner>, figures: &[Figure]) {
        if !self.counts(owner) {
            return;
        }
        for figure in figures {
            if let Some(owner) = owner.filter(|owner| !documents::is_letter(&owner.kind)) {
                self.documents.entry(owner.kind.clone()).or_default().add(*figure);
                continue;
            }
            self.total.add(*figure);
            if let Some(owner) = owner {
                self.by_kind.entry(owner.kind.clone()).or_default().add(*figure);
                self.by_principal.entry(owner.principal.clone()).or_default().add(*figure);
                self.by_clerk.entry(owner.clerk.clone()).or_default().add(*figure);
            }
        }
    }

    /// Counts replies and answers; gives the letter of each reply.
    fn replies(
        &mut self,
        view: &View<'_>,
        owners: &HashMap<String, Owner>,
    ) -> Result<HashMap<String, String>, RegisterError> {
        let month = self.month;
        let mut letters = HashMap::new();
        let mut came: HashMap<String, NaiveDate> = HashMap::new();
        for found in view.find(Some(&journal::LETTER_REPLIED), None) {
            let found = found?;
            let entry = found.entry();
            let day = entry.occurred_at.unwrap_or(entry.recorded_at).date_naive();
            let number = text(&entry.body, "reply").unwrap_or_default();
            came.insert(number.to_owned(), day);
            letters.insert(number.to_owned(), entry.subject.clone());
            if month.holds(entry.recorded_at) {
                let more = match text(&entry.body, "kind") {
                    Some("dispute") => Some(Figure::Disputes),
                    Some("denial") => Some(Figure::Denials),
                    Some("complaint") => Some(Figure::Complaints),
                    _ => None,
                };
                let figures: Vec<Figure> = [Figure::Replied].into_iter().chain(more).collect();
                self.add(owners.get(&entry.subject), &figures);
            }
        }
        each(view, &journal::LETTER_ANSWERED, month, |entry| {
            if text(&entry.body, "to") != Some(answers::SENDER) {
                return;
            }
            let owner = owners.get(&entry.subject);
            if !self.counts(owner) {
                return;
            }
            self.add(owner, &[Figure::Answered]);
            let reply = text(&entry.body, "reply").and_then(|reply| came.get(reply));
            let days =
                reply.map(|came| entry.recorded_at.date_naive().signed_duration_since(*came));
            self.times.days.extend(days.and_then(|days| u32::try_from(days.num_days()).ok()));
        })?;
        self.times.days.sort_unstable();
        Ok(letters)
    }

    fn refusal(&mut self, refusal: &Refusal) {
        if !self.counts(Some(&refusal.owner)) {
            return;
        }
        self.add(Some(&refusal.owner), &[Figure::Refused]);
        if !documents::is_letter(&refusal.owner.kind) {
            return;
        }
        for code in &refusal.codes {
            let count = self.reasons.entry(code.clone()).or_default();
            *count = count.saturating_add(1);
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

/// Gives `take` each entry of `kind` that was registered in `month`.
fn each(
    view: &View<'_>,
    kind: &EntryKind,
    month: Month,
    mut take: impl FnMut(&Entry),
) -> Result<(), RegisterError> {
    for found in view.find(Some(kind), None) {
        let found = found?;
        if month.holds(found.entry().recorded_at) {
            take(found.entry());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        let times = |days: &[u32]| Times { days: days.to_vec() };
        assert_eq!(times(&[]).median(), None);
        assert_eq!(times(&[4]).median().unwrap(), "4");
        assert_eq!(times(&[1, 2]).median().unwrap(), "1.5");
        assert_eq!(times(&[0, 2, 9]).median().unwrap(), "2");
        assert_eq!(times(&[0, 2, 4, 9]).median().unwrap(), "3");
        assert_eq!(times(&[0, 2, 9]).longest(), Some(9));
    }
}
