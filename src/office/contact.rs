//! Contacts of a case who owe nothing: whoever is listed here is never written to.
//!
//! Owns the reading of a file of contacts and their entries, which hold keyed values of name and
//! address and never either itself. Refuses rows without a case, or with neither name nor address.
//! Source: REQUIREMENTS 1 (L349); SPEC decision 9.

use std::{collections::BTreeSet, path::Path};

use super::{
    Office, actor::Actor, hold, journal, office_folder::OfficeError, operator::Role, state::text,
};
use crate::{
    case::raw::RawText,
    durable,
    letter::past::{address_value, name_key},
    masking::{Masking, mask_text},
    problem::{Report, alone as report},
    register::{Draft, EntryKind, RegisterError, View},
    signing::KeyedIndex,
};

/// Largest file, in bytes.
const LIMIT: u64 = 16 * 1024 * 1024;
/// Columns, with their Chinese headings.
const COLUMNS: [(&str, &str); 3] = [("case_no", "案号"), ("name", "姓名"), ("address", "地址")];

crate::problems! {
    /// What is wrong with a file of contacts.
    pub enum ContactProblem {
        /// The file cannot be read.
        File { source: durable::DurableError } = "CH-I110", Fault,
            "the file of contacts cannot be read: {source}" => "check the path and its permissions",
            "无法读取联系人文件：{source}" => "请检查路径与权限";
        /// It is no CSV with the headings asked for.
        Headings = "CH-I111", Input,
            "the first row is not the headings case_no, name, address" => "head the columns case_no, name, address (one of the last two may be missing), in UTF-8",
            "首行不是“案号、姓名、地址”" => "表头请用：案号、姓名、地址（后两列可缺其一，UTF-8）";
        /// A row lacks what makes it one.
        Row = "CH-I112", Input,
            "the row has no case, or neither name nor address" => "give case_no and at least one of name and address",
            "该行缺少案号，或姓名与地址均为空" => "请填写案号，并至少填写姓名、地址之一";
    }
}

/// A contact as a file gives it.
#[derive(Clone, Debug)]
pub struct Contact {
    case: String,
    name: Option<RawText>,
    address: Option<RawText>,
}

/// A row's line and the contact in it, or what is wrong with it.
pub type Line = (u64, Result<Contact, Vec<Report>>);

/// What became of a file of contacts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Taken {
    /// Contacts entered or withdrawn.
    pub new: u64,
    /// Contacts that stood so already.
    pub already: u64,
}

/// Keyed name and address of a contact.
pub(crate) type Keys = (Option<String>, Option<String>);

/// Reads a file of contacts.
///
/// # Errors
/// [`ContactProblem::File`], [`ContactProblem::Headings`].
pub fn read(path: &Path) -> Result<Vec<Line>, ContactProblem> {
    let bytes = durable::read(path, LIMIT).map_err(|source| ContactProblem::File { source })?;
    // Lines are counted right only where they end in one character.
    let text = std::str::from_utf8(&bytes).map_err(|_| ContactProblem::Headings)?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|_| ContactProblem::Headings)?;
    let columns: Option<Vec<&'static str>> = headings
        .iter()
        .map(|heading| {
            let heading = heading.trim();
            let known =
                COLUMNS.iter().find(|(name, chinese)| *name == heading || *chinese == heading);
            known.map(|(name, _)| *name)
        })
        .collect();
    let columns = columns.filter(|known| known.contains(&"case_no") && known.len() > 1);
    let columns = columns.ok_or(ContactProblem::Headings)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else {
            rows.push((0, Err(vec![ContactProblem::Row.into()])));
            continue;
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |wanted: &str| {
            let at = columns.iter().position(|column| *column == wanted)?;
            record.get(at).map(str::trim).filter(|cell| !cell.is_empty())
        };
        let contact = Contact {
            case: cell("case_no").unwrap_or_default().to_owned(),
            name: cell("name").map(RawText::from),
            address: cell("address").map(RawText::from),
        };
        rows.push((line, contact.checked()));
    }
    Ok(rows)
}

impl Contact {
    fn checked(self) -> Result<Self, Vec<Report>> {
        if self.name.is_none() && self.address.is_none() {
            return Err(report(ContactProblem::Row));
        }
        hold::case_number(&self.case)?;
        Ok(self)
    }

    fn draft(&self, kind: &EntryKind, index: &KeyedIndex) -> (String, Keys, Draft) {
        let case = mask_text(&self.case, &Masking::default()).text;
        let name = self.name.as_ref().map(|name| name_key(index, name.expose()));
        let address = self.address.as_ref().map(|place| address_value(index, place.expose()));
        let mut draft = Draft::new(kind.clone(), case.clone());
        if let Some(name) = &name {
            draft = draft.with("name", name.as_str());
        }
        if let Some(address) = &address {
            draft = draft.with("address", address.as_str());
        }
        (case, (name, address), draft)
    }
}

/// The contacts that stand for `case`.
///
/// # Errors
/// Those of the register.
pub(crate) fn standing(view: &View<'_>, case: &str) -> Result<BTreeSet<Keys>, RegisterError> {
    let mut acts = Vec::new();
    for kind in [&journal::CASE_CONTACT, &journal::CASE_CONTACT_WITHDRAWN] {
        for found in view.find(Some(kind), Some(case)) {
            let found = found?;
            let member = |name| text(&found.entry().body, name).map(str::to_owned);
            let keys = (member("name"), member("address"));
            acts.push((found.seq(), *kind == journal::CASE_CONTACT, keys));
        }
    }
    acts.sort_unstable_by_key(|(seq, ..)| *seq);
    let mut standing = BTreeSet::new();
    for (_, entered, keys) in acts {
        if entered {
            standing.insert(keys);
        } else {
            standing.remove(&keys);
        }
    }
    Ok(standing)
}

impl Office {
    /// Enters contacts, or withdraws them if `withdraw`; each once, all or none.
    ///
    /// # Errors
    /// [`super::actor::ActorError::Role`], [`OfficeError`].
    pub fn take_contacts(
        &mut self,
        contacts: &[Contact],
        withdraw: bool,
        index: &KeyedIndex,
        actor: &Actor,
    ) -> Result<Taken, Vec<Report>> {
        let kind = if withdraw {
            actor.require(Role::Administrator).map_err(report)?;
            journal::CASE_CONTACT_WITHDRAWN
        } else {
            if !hold::PLACED_BY.iter().any(|role| actor.operator().may(*role)) {
                actor.require(Role::Clerk).map_err(report)?;
            }
            journal::CASE_CONTACT
        };
        let clock = *self.clock();
        let mut taken = Taken::default();
        let register = self.register().map_err(report)?;
        let committed: Result<_, OfficeError> = register.transact(|tx| {
            for contact in contacts {
                let (case, keys, draft) = contact.draft(&kind, index);
                if standing(&tx.view(), &case)?.contains(&keys) == withdraw {
                    tx.append(draft, actor, &clock)?;
                    taken.new += 1;
                } else {
                    taken.already += 1;
                }
            }
            Ok(())
        });
        committed.map_err(report)?;
        Ok(taken)
    }
}
