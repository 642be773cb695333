//! The register's part of a letter: number, commit point, completion, recovery.
//!
//! Owns the entries `letter.prepared`, `letter.issued`, `letter.registered`, `letter.archived` and
//! `letter.spoiled`, and the order of entry and object. Source: SPEC "Register", decision 3.

use std::io::Cursor;

use chrono::Datelike as _;

use super::{
    desk::{Desk, DeskError, Ready},
    issued::{Issued, text},
    record::{Made, Record},
};
use crate::{
    archive::{ArchiveError, Objects as _, Stage as _},
    case::request::Request,
    digest::Digest,
    masking::{IdentityNumber, mask_text},
    office::{journal, person::person_key},
    register::{Clock as _, Draft, Recorded, RegisterError},
};

impl Desk<'_> {
    /// Reserves the next number.
    pub(super) fn prepare(
        &mut self,
        request: &Request,
        ready: &Ready,
        key: &str,
        content: &str,
    ) -> Result<Recorded, DeskError> {
        let clock = *self.office.clock();
        let year = clock.now().year();
        let prefix = self.office.settings().agency.prefix.clone();
        let case = mask_text(request.case_no(), &ready.masking).text;
        let actor = self.actor;
        let person = request
            .raw("recipient_id_number")
            .and_then(|number| IdentityNumber::parse(number.expose()).ok())
            .map(|number| person_key(&self.index, &number));
        let committed = self.office.register()?.transact(|tx| {
            let next = tx.view().next_number(&format!("letter/{year}"))?;
            let number = format!("{prefix}-{year}-{:06}", next.value());
            let draft = Draft::new(journal::LETTER_PREPARED, key)
                .with("number", number)
                .with("content", content)
                .with("template", ready.template.package().metadata().id.as_str())
                .with("version", ready.template.package().metadata().version)
                .with("package", ready.template.digest().to_string())
                .with("approvals", ready.template.approvals().to_vec())
                .with("principal", ready.profile.id.as_str())
                .with("case", case)
                .with("channel", request.channel().name())
                .with_number(&next);
            let draft = match person {
                Some(person) => draft.with("person", person),
                None => draft,
            };
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
        let draft = Draft::new(journal::LETTER_ISSUED, record.number.clone())
            .with("prepared", prepared.seq())
            .with("template", record.template.as_str())
            .with("check_code", record.check_code.as_str())
            .with("package_object", package.digest().to_string())
            .with("record", kept.digest().to_string())
            .with("pdf", pdf.digest().to_string())
            .with("pdf_bytes", pdf.length())
            .with("pages", pages)
            .with("seal", record.seal)
            .with("engine", record.engine.as_str());
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
        let objects: Vec<String> = objects.iter().map(Digest::to_string).collect();
        self.office.register()?.transact(|tx| {
            let registered = Draft::new(journal::LETTER_REGISTERED, number).with("issued", issued);
            tx.append_once(registered, actor, &clock)?;
            let archived = Draft::new(journal::LETTER_ARCHIVED, number)
                .with("issued", issued)
                .with("objects", objects);
            tx.append_once(archived, actor, &clock)
        })?;
        Ok(())
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
        let clock = *self.office.clock();
        let actor = self.actor;
        self.office.register()?.append_once(draft, actor, &clock)?;
        Ok(())
    }

    /// Finishes or spoils what the last desk left: under the issuing lock only the newest letter
    /// can be unfinished.
    pub(super) fn recover(&mut self) -> Result<(), DeskError> {
        let view = self.office.view();
        let newest = view.last_place(&journal::LETTER_PREPARED)?;
        if let Some(seq) = newest
            && let Some(prepared) = view.get(seq)?
        {
            let number = text(&prepared.entry().body, "number");
            let issued = view.last(&journal::LETTER_ISSUED, &number)?;
            let archived = view.last(&journal::LETTER_ARCHIVED, &number)?;
            let spoiled = view.last(&journal::LETTER_SPOILED, &number)?;
            match (issued, archived, spoiled) {
                (Some(_), Some(_), _) | (None, _, Some(_)) => {}
                (Some(issued), None, _) => self.finish(&number, &issued)?,
                (None, ..) => self.spoil(&number, seq, "cut off before it was issued")?,
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
