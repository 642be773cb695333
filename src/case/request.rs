//! What a letter or statement is to be made from, read strictly from flat entries.
//!
//! Owns [`Request`]. Refuses unknown, foreign, doubled, missing and malformed entries, each with
//! its code, and tells all of them at once; no message holds a value. Forbidden channels and
//! recipients are read, for the policy to refuse. JSON, CSV and XLSX all arrive here.
//! Source: SPEC, decisions 6 and 9; REQUIREMENTS 1 (L337).

mod key;
mod values;

pub use key::{Entered, Key};

use std::{collections::BTreeMap, fmt};

use zeroize::Zeroizing;

use super::{
    field::{self, Field, Kind, Supplier},
    names::Form,
    party::{Channel, Role},
    provenance::{Part, Provenance, Vouched},
    raw::RawText,
    value::{self, Value},
};
use crate::problem::Report;

crate::problems! {
    /// Why entries do not make a request.
    pub enum RequestProblem {
        /// No field has this name.
        UnknownField { field: String } = "CH-I001", Input,
            "{field} names no field" => "correct the name, or map the column in the principal's heading map",
            "{field} 不是已知的字段名" => "请更正字段名，或在委托人的表头对照中设定该列";
        /// The office or this program supplies it.
        NotForRequests { field: &'static str } = "CH-I002", Input,
            "`{field}` is supplied by the office or made from other fields, never by a request" => "leave it out",
            "`{field}` 由机构设定或由程序生成，不得由请求提供" => "请删除该字段";
        /// A field every request has is missing.
        Missing { field: &'static str } = "CH-I003", Input,
            "`{field}` is missing" => "fill it in",
            "缺少 `{field}`" => "请补填";
        /// A field is given twice.
        Duplicate { field: String } = "CH-I004", Input,
            "{field} is given more than once" => "give it once",
            "{field} 重复出现" => "请只保留一处";
        /// A value is no text where text is wanted.
        WrongType { field: String } = "CH-I005", Input,
            "{field} is not text in quotes (or true or false for a flag)" => "write numbers, amounts and dates in quotes; lists and objects are not taken",
            "{field} 不是带引号的文字（或 true/false）" => "数字、金额、日期均须加引号；不接受数组与对象";
        /// More entries than any request has.
        TooMany { limit: usize } = "CH-I006", Input,
            "a request has more than {limit} entries" => "check that this is a file of requests",
            "请求的字段超过 {limit} 个" => "请确认文件内容是否为请求";
    }
}

/// Most entries a request may have.
const MOST_ENTRIES: usize = 400;

/// A request whose every value has the form its field asks for.
#[derive(Clone, Eq, PartialEq)]
pub struct Request {
    id: String,
    kind: String,
    principal: String,
    case_no: String,
    channel: Channel,
    role: Role,
    values: BTreeMap<&'static str, Value>,
    provenance: Provenance,
}

impl Request {
    /// Reads a request from its entries, in any order.
    ///
    /// # Errors
    /// Every problem found, in the order of the entries; missing fields last.
    pub fn read(
        entries: impl IntoIterator<Item = (RawText, Entered)>,
    ) -> Result<Self, Vec<Report>> {
        Self::read_completed(entries, |_| {})
    }

    /// As [`Request::read`], with entries that `complete` adds once the names are understood.
    pub(crate) fn read_completed(
        entries: impl IntoIterator<Item = (RawText, Entered)>,
        complete: impl FnOnce(&mut Vec<(Key, Entered)>),
    ) -> Result<Self, Vec<Report>> {
        let mut found = Vec::new();
        let mut keyed = Vec::new();
        for (at, (name, entered)) in entries.into_iter().enumerate() {
            if at >= MOST_ENTRIES {
                return Err(vec![RequestProblem::TooMany { limit: MOST_ENTRIES }.into()]);
            }
            match Key::read(name.expose()) {
                Some(key) => keyed.push((key, entered)),
                None => found.push(unknown(name.expose(), at + 1)),
            }
        }
        complete(&mut keyed);
        match Self::read_keyed(keyed) {
            Ok(request) if found.is_empty() => Ok(request),
            Ok(_) => Err(found),
            Err(more) => {
                found.extend(more);
                Err(found)
            }
        }
    }

    /// Reads a request whose entries' names are understood already.
    ///
    /// # Errors
    /// As [`Request::read`].
    pub fn read_keyed(
        entries: impl IntoIterator<Item = (Key, Entered)>,
    ) -> Result<Self, Vec<Report>> {
        let mut found = Vec::new();
        let (entries, wrong) = once_each(entries, &mut found);
        let form = entries.iter().find_map(|(key, text)| recipient_form(*key, text));
        let mut values = BTreeMap::new();
        let mut provenance = Provenance::default();
        for (key, text) in &entries {
            let Some(field) = key.field() else { continue };
            if !field.in_requests() {
                found.push(RequestProblem::NotForRequests { field: field.name }.into());
                continue;
            }
            let form = form.filter(|_| field.name == "recipient_name");
            let read = |told: &mut Vec<Report>| value::read(field, text, form, told);
            match *key {
                Key::Field(_) => {
                    if let Some(value) = read(&mut found) {
                        values.insert(field.name, value);
                    }
                }
                Key::Verification(scope, part) => {
                    let said = provenance.scope(scope);
                    match (part, read(&mut found)) {
                        (Part::Source, Some(Value::Text(text))) => {
                            said.source = Some(text.expose().to_owned());
                        }
                        (Part::By, Some(Value::Text(text))) => {
                            said.verified_by = Some(text.expose().to_owned());
                        }
                        (Part::On, Some(Value::Date(day))) => said.verified_on = Some(day),
                        _ => {}
                    }
                }
            }
        }
        let keys = entries.iter().map(|(key, _)| key).chain(&wrong);
        let given: Vec<_> = keys.filter_map(|key| key.field()).collect();
        for name in ["request_id", "kind", "principal", "case_no", "channel", "recipient_role"] {
            if !given.iter().any(|field| field.name == name) {
                found.push(RequestProblem::Missing { field: name }.into());
            }
        }
        if !found.is_empty() {
            return Err(found);
        }
        let mut take = |name| match values.remove(name) {
            Some(Value::Text(text)) => text.expose().to_owned(),
            _ => String::new(),
        };
        Ok(Self {
            id: take("request_id"),
            kind: take("kind"),
            principal: take("principal"),
            case_no: take("case_no"),
            channel: Channel::read(&take("channel")),
            role: Role::read(&take("recipient_role")),
            values,
            provenance,
        })
    }

    /// Name of the request, unique within its principal.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.id
    }

    /// Id of the document asked for. Whether it exists is the approvals' question.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Id of the principal.
    #[must_use]
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// Number of the case.
    #[must_use]
    pub fn case_no(&self) -> &str {
        &self.case_no
    }

    /// How the letter is to travel.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// What the recipient is to the debt.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Whether the recipient is a person or an organisation, as said or as its name ends.
    #[must_use]
    pub fn form(&self) -> Form {
        match self.choice("recipient_form") {
            Some("company") => Form::Organisation,
            Some(_) => Form::Person,
            None => self.raw("recipient_name").map_or(Form::Person, |name| Form::of(name.expose())),
        }
    }

    /// Sources and verifications.
    #[must_use]
    pub const fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Lets a principal's signed file vouch for every value.
    #[must_use]
    pub fn vouched(mut self, by: Vouched) -> Self {
        self.provenance = std::mem::take(&mut self.provenance).vouched(by);
        self
    }

    /// Personal fields that are given without source, verifier and date.
    #[must_use]
    pub fn unverified(&self) -> Vec<&'static str> {
        let given = self.values.keys().filter_map(|name| field::named(name));
        let bare = |field: &&Field| {
            field.personal
                && field.supplier != Supplier::Banned
                && self.provenance.of(field).is_none()
        };
        given.filter(bare).map(|field| field.name).collect()
    }

    /// Fields given that no document may carry; each is to be refused.
    #[must_use]
    pub fn banned(&self) -> Vec<&'static str> {
        let given = self.values.keys().filter_map(|name| field::named(name));
        given.filter(|field| field.supplier == Supplier::Banned).map(|field| field.name).collect()
    }

    /// The one sequence of bytes of this request's content, for a keyed digest only.
    ///
    /// Equal requests give equal bytes whichever file they came from, and different ones differ:
    /// each part is preceded by its length. It holds raw numbers: never store it, and never
    /// hash it without a key. A voucher is not part of it.
    #[must_use]
    pub fn canonical(&self) -> Zeroizing<Vec<u8>> {
        // Room enough that growing, which would leave copies behind, is rare.
        let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024));
        let mut put = |part: &[u8]| {
            bytes.extend_from_slice(part.len().to_string().as_bytes());
            bytes.push(b':');
            bytes.extend_from_slice(part);
        };
        put(b"chancery request 1");
        for part in [&self.id, &self.kind, &self.principal, &self.case_no] {
            put(part.as_bytes());
        }
        put(self.channel.name().as_bytes());
        put(self.role.name().as_bytes());
        for (name, value) in &self.values {
            put(name.as_bytes());
            value.write_canonical(&mut put);
            put(b"");
        }
        for (scope, said) in self.provenance.scopes() {
            put(Key::Verification(*scope, Part::Source).name().as_bytes());
            put(said.source.as_deref().unwrap_or_default().as_bytes());
            put(said.verified_by.as_deref().unwrap_or_default().as_bytes());
            put(said.verified_on.map(|day| day.to_string()).unwrap_or_default().as_bytes());
        }
        bytes
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Request")
            .field("request_id", &self.id)
            .field("kind", &self.kind)
            .field("fields", &self.values.keys())
            .finish_non_exhaustive()
    }
}

/// Entries that say something, each key once, and the keys of foreign values, which are there
/// though wrong. Doubles and foreign values go to `found`.
fn once_each(
    entries: impl IntoIterator<Item = (Key, Entered)>,
    found: &mut Vec<Report>,
) -> (Vec<(Key, RawText)>, Vec<Key>) {
    let mut seen: Vec<Key> = Vec::new();
    let (mut kept, mut wrong) = (Vec::new(), Vec::new());
    for (key, entered) in entries {
        let label = || format!("`{}`", key.name());
        if seen.contains(&key) {
            found.push(RequestProblem::Duplicate { field: label() }.into());
            continue;
        }
        seen.push(key);
        let is_flag = key.field().is_some_and(|field| field.kind == Kind::Flag);
        match entered {
            Entered::Text(text) if text.is_empty() => {}
            Entered::Text(text) => kept.push((key, text)),
            Entered::Flag(flag) if is_flag => {
                kept.push((key, RawText::from(if flag { "true" } else { "false" })));
            }
            Entered::Absent => {}
            Entered::Told => wrong.push(key),
            Entered::Flag(_) | Entered::Foreign => {
                found.push(RequestProblem::WrongType { field: label() }.into());
                wrong.push(key);
            }
        }
    }
    (kept, wrong)
}

fn recipient_form(key: Key, text: &RawText) -> Option<Form> {
    match key {
        Key::Field(field) if field.name == "recipient_form" => match text.expose() {
            "person" | "个人" => Some(Form::Person),
            "company" | "单位" => Some(Form::Organisation),
            _ => None,
        },
        _ => None,
    }
}

/// An unknown name is told only if it is an identifier; else by its position, since a sheet
/// without headings would offer its first row of persons as names.
pub(crate) fn unknown(name: &str, position: usize) -> Report {
    let identifier = name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.contains('_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let label = match field::nearest(name) {
        Some(near) => format!("entry {position} (`{}`?)", near.name),
        None if identifier => format!("`{name}`"),
        None => format!("entry {position}"),
    };
    RequestProblem::UnknownField { field: label }.into()
}

/// Fields of the catalogue that sheets of requests have, in column order.
pub fn columns() -> impl Iterator<Item = &'static Field> {
    field::all()
        .iter()
        .filter(|field| matches!(field.supplier, Supplier::Request | Supplier::Either))
}

#[cfg(test)]
mod tests;
