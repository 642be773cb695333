//! The register's part of a letter: number, commit point, completion, recovery.
//!
//! Owns the entries `letter.prepared`, `letter.issued`, `letter.registered`, `letter.archived` and
//! `letter.spoiled`, and the order of entry and object. Source: SPEC "Register", decision 3.

use std::io::Cursor;

use chrono::Datelike as _;

use super::{
    desk::{Desk, DeskError, Matter, Ready},
    issued::{Issued, text},
    record::{Made, Record},
};
use crate::{
    archive::{ArchiveError, Objects as _, Stage as _},
    digest::Digest,
    masking::mask_text,
    office::journal,
    register::{Clock as _, Draft, Recorded, RegisterError},
};

impl Desk<'_> {
    /// Reserves the next number.
    pub(super) fn prepare(
        &mut self,
        matter: &Matter<'_>,
        ready: &Ready,
        key: &str,
        content: &str,
    ) -> Result<Recorded, DeskError> {
        let clock = *self.office.clock();
        let year = clock.now().year();
        let prefix = self.office.settings().agency.prefix.clone();
        let actor = self.actor;
        let committed = self.office.register()?.transact(|tx| {
            let next = tx.view().next_number(&series(year))?;
            let number = number(&prefix, year, next.value());
            let draft = prepared(matter, ready, key, content, &number).with_number(&next);
            tx.append(draft, actor, &clock)
        })?;
        let recorded = committed.recorded.into_iter().next();
        recorded.ok_or_else(|| RegisterError::Spoiled.into())
    }

    /// Stages, commits, publishes and completes.
    pub(super) fn commit(
        &mut self,
        prepared: &Recorded,
        ready: &Ready,
        record: &Record,
        made: &Made,
    ) -> Result<Issued, DeskError> {
        let archive = self.office.archive();
        let package = archive.stage(&mut Cursor::new(ready.template.package().pack()))?;
        let pdf = archive.stage(&mut Cursor::new(&made.pdf))?;
        let kept = archive.stage(&mut Cursor::new(record.to_bytes()))?;
        let objects = [package.digest(), kept.digest(), pdf.digest()];
        let pages = u64::try_from(made.pages).unwrap_or_default();
        let draft = issued(record, prepared.seq(), objects, pdf.length(), pages);
        let clock = *self.office.clock();
        let actor = self.actor;
        let entry = self.office.register()?.append(draft, actor, &clock)?;
        let archive = self.office.archive();
        for staged in [package, kept, pdf] {
            archive.publish(staged)?;
        }
        self.complete(&record.number, entry.seq(), &objects)?;
        Ok(Issued {
            number: record.number.clone(),
            check_code: record.check_code.clone(),
            template: record.template.clone(),
            pdf: objects[2],
            pages,
            seq: entry.seq(),
        })
    }

    /// The two entries that follow an issued letter.
    fn complete(&mut self, number: &str, issued: u64, objects: &[Digest]) -> Result<(), DeskError> {
        let clock = *self.office.clock();
        let actor = self.actor;
        let pair = self.pair_of(issued)?;
        self.office.register()?.transact(|tx| {
            for draft in completed(number, issued, objects, pair.as_deref()) {
                tx.append_once(draft, actor, &clock)?;
            }
            Ok::<_, RegisterError>(())
        })?;
        Ok(())
    }

    /// The letter to which the one issued at `issued` is attached.
    fn pair_of(&self, issued: u64) -> Result<Option<String>, DeskError> {
        let view = self.office.view();
        let issued = view.get(issued)?;
        let place = issued.and_then(|entry| entry.entry().body.get("prepared")?.as_u64());
        let prepared = place.map(|place| view.get(place)).transpose()?.flatten();
        let pair = prepared.map(|entry| text(&entry.entry().body, "pair"));
        Ok(pair.filter(|number| !number.is_empty()))
    }

    pub(super) fn spoil(
        &mut self,
        number: &str,
        prepared: u64,
        reason: &str,
    ) -> Result<(), DeskError> {
        let draft = Draft::new(journal::LETTER_SPOILED, number)
            .with("prepared", prepared)
            .with("reason", reason);
        self.office.append_once(draft, self.actor)?;
        Ok(())
    }

    /// Finishes or spoils what the last desk left: under the issuing lock only the newest letter
    /// can be unfinished, or the newest few that one transaction of a batch prepared.
    pub(super) fn recover(&mut self) -> Result<(), DeskError> {
        let newest = self.office.view().newest_run(&journal::LETTER_PREPARED)?;
        for prepared in newest {
            let view = self.office.view();
            let number = text(&prepared.entry().body, "number");
            let issued = view.last(&journal::LETTER_ISSUED, &number)?;
            let archived = view.last(&journal::LETTER_ARCHIVED, &number)?;
            let spoiled = view.last(&journal::LETTER_SPOILED, &number)?;
            match (issued, archived, spoiled) {
                (Some(_), Some(_), _) | (None, _, Some(_)) => {}
                (Some(issued), None, _) => self.finish(&number, &issued)?,
                (None, ..) => {
                    self.spoil(&number, prepared.seq(), "cut off before it was issued")?;
                }
            }
        }
        Ok(self.office.settle_staged()?)
    }

    fn finish(&mut self, number: &str, issued: &Recorded) -> Result<(), DeskError> {
        let body = &issued.entry().body;
        let names = ["package_object", "record", "pdf"];
        let objects: Vec<Digest> =
            names.iter().filter_map(|name| text(body, name).parse().ok()).collect();
        self.office.settle_staged()?;
        let archive = self.office.archive();
        for object in &objects {
            if !archive.contains(object)? {
                return Err(ArchiveError::Missing { digest: *object }.into());
            }
        }
        self.complete(number, issued.seq(), &objects)
    }
}

/// Series of the letter numbers of `year`.
pub(super) fn series(year: i32) -> String {
    format!("letter/{year}")
}

/// The letter number with `value` in the series of `year`.
pub(super) fn number(prefix: &str, year: i32, value: u64) -> String {
    format!("{prefix}-{year}-{value:06}")
}

/// The entry that reserves `number`, without the reservation.
pub(super) fn prepared(
    matter: &Matter<'_>,
    ready: &Ready,
    key: &str,
    content: &str,
    number: &str,
) -> Draft {
    let mut draft = Draft::new(journal::LETTER_PREPARED, key)
        .with("number", number)
        .with("content", content)
        .with("template", ready.template.package().metadata().id.as_str())
        .with("version", ready.template.package().metadata().version)
        .with("package", ready.template.digest().to_string())
        .with("approvals", ready.template.approvals().to_vec())
        .with("principal", ready.profile.id.as_str())
        .with("case", mask_text(matter.case, &ready.masking).text)
        .with("channel", matter.channel);
    if let Some(key) = &ready.address_key {
        draft = draft.with("address_key", key.as_str());
    }
    if let Some(person) = &ready.person {
        draft = draft.with("person", person.as_str());
    }
    if let Some(pair) = &ready.pair {
        draft = draft.with("pair", pair.as_str());
    }
    if !matter.reminders.is_empty() {
        draft = draft.with("reminders", matter.reminders.clone());
    }
    draft
}

/// The entry that issues the letter of `record`; `objects` are package, record and PDF.
pub(super) fn issued(
    record: &Record,
    prepared: u64,
    objects: [Digest; 3],
    pdf_bytes: u64,
    pages: u64,
) -> Draft {
    let [package, kept, pdf] = objects;
    Draft::new(journal::LETTER_ISSUED, record.number.clone())
        .with("prepared", prepared)
        .with("template", record.template.as_str())
        .with("check_code", record.check_code.as_str())
        .with("package_object", package.to_string())
        .with("record", kept.to_string())
        .with("pdf", pdf.to_string())
        .with("pdf_bytes", pdf_bytes)
        .with("pages", pages)
        .with("seal", record.seal)
        .with("engine", record.engine.as_str())
}

/// The entries that follow the issued letter `number`: registered, archived, and before them that
/// it is attached to the letter `pair`.
pub(super) fn completed(
    number: &str,
    issued: u64,
    objects: &[Digest],
    pair: Option<&str>,
) -> Vec<Draft> {
    let objects: Vec<String> = objects.iter().map(Digest::to_string).collect();
    let paired = pair.map(|notice| {
        Draft::new(journal::LETTER_PAIRED, notice).with("number", notice).with("commitment", number)
    });
    paired
        .into_iter()
        .chain([
            Draft::new(journal::LETTER_REGISTERED, number).with("issued", issued),
            Draft::new(journal::LETTER_ARCHIVED, number)
                .with("issued", issued)
                .with("objects", objects),
        ])
        .collect()
}
