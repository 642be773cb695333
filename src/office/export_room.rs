//! Exports: copies of what is kept, sealed once more and encrypted to their recipient.
//!
//! Orders the stages: selection → copies with their sibling objects and a receipt in the office's
//! staging folder → sealed as a bundle of its own → encrypted to the recipient's certificate beside
//! the output → `evidence.exported` (the commit point: recipient, numbers, digest) → named. No copy
//! leaves unregistered and none leaves unencrypted. What a killed export left in plain is removed by
//! the next command that opens the office to act. Source: L223, L635; SPEC decision 15.

mod copies;
mod problem;
mod selection;

pub(super) use copies::ROOM_LOCK;
use copies::{Room, copies, encrypt};
pub use copies::{leftover, sweep};
pub use problem::ExportError;
pub use selection::{Selection, person};

use std::{ops::ControlFlow, path::Path};

use chrono::{Datelike as _, Utc};
use serde_json::{Value, json};

use super::{
    Office,
    actor::Actor,
    credentials::{Ask, Credentials},
    journal,
    office_folder::OfficeError,
    operator::Role,
    retention_state::Shelved,
    state::digest,
};
use crate::{
    digest::Digest,
    durable::{self, DurableError},
    evidence::{Bundle, Description, Intake, Kind, Sealing, Sorting},
    masking::Masking,
    problem::{Report, alone as report},
    register::{Draft, Recorded},
    retention::plan::Sort,
    signing::{Random, Recipient},
};

type Reports<T> = Result<T, Vec<Report>>;

/// An export that was made.
#[derive(Clone, Debug)]
pub struct Exported {
    /// Its number.
    pub id: String,
    /// SHA-256 of the encrypted file.
    pub digest: Digest,
    /// SHA-256 of the sealed bundle inside.
    pub inner: Digest,
    /// Numbers of what it holds.
    pub items: Vec<String>,
    /// SHA-256 of the recipient's certificate.
    pub recipient: Digest,
    /// Whether its token comes later, because the authority was absent.
    pub time_pending: bool,
    /// The entry.
    pub entry: u64,
}

/// Who exports, and with what.
pub struct Exporting<'a> {
    /// The archivist.
    pub actor: &'a Actor,
    /// Where passphrases are.
    pub credentials: &'a Credentials,
    /// Who is asked for one that is nowhere.
    pub ask: &'a Ask<'a>,
    /// Fresh bytes.
    pub random: &'a mut dyn Random,
    /// How chance selected it, where chance did: registered, and told in the receipt.
    pub drawn: Option<Value>,
}

impl Office {
    /// Exports `items` to `recipient` into the new file `out`.
    ///
    /// # Errors
    /// Every reason why nothing was exported; nothing half made is left.
    pub fn export(
        &mut self,
        items: &[Shelved],
        recipient: &Recipient,
        out: &Path,
        by: &mut Exporting<'_>,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Reports<Exported> {
        by.actor.require(Role::Archivist).map_err(report)?;
        let file = |source| report(ExportError::File { source });
        if out.symlink_metadata().is_ok() {
            return Err(file(DurableError::Exists { path: out.display().to_string() }));
        }
        let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        durable::writable_folder(folder).map_err(file)?;
        let lock = self.room_lock().map_err(report)?;
        let now = self.now();
        let view = self.view();
        let fault = |error| report(OfficeError::from(error));
        let number = view.next_number(&format!("export/{}", now.year())).map_err(fault)?;
        let id = format!("EX-{}-{:06}", now.year(), number.value());
        self.staging().map_err(report)?;
        let room = Room::at(copies(self.paths())).map_err(file)?;
        let receipt = self.gather(items, &id, recipient, by, &room.folder)?;
        let intake =
            Intake::of_folder(&room.folder, Sorting::As(Kind::Other), &Masking::default())?;
        let operator = by.actor.operator().id.clone();
        let description = Description {
            bundle_id: id.clone(),
            case_no: one_case(items),
            organization: self.settings().agency.name.clone(),
            custodian: Some(operator.clone()),
            operator,
            ..Description::default()
        };
        let authority = self.timestamp_authority(by.credentials, by.ask)?;
        let mut nonce = [0; 8];
        by.random.fill(&mut nonce).map_err(report)?;
        let chain = [self.state().authority.clone()];
        let sealing = Sealing {
            signer: by.actor.signer(),
            chain: &chain,
            authority: authority.as_ref(),
            nonce: u64::from_be_bytes(nonce) >> 1,
            now,
        };
        let sealed = Bundle::open(intake, description)?.seal(&room.bundle, &sealing, progress)?;
        let inner = sealed.seal().digest;
        let time_pending = sealed.seal().time_pending;
        let (staged, outer) = encrypt(recipient, sealed.path(), folder, by.random)?;
        // Registered before it has its name: no copy leaves unregistered.
        let numbers: Vec<String> = items.iter().map(|kept| kept.id.clone()).collect();
        let mut draft = Draft::new(journal::EVIDENCE_EXPORTED, id.clone())
            .with("recipient", recipient.certificate().fingerprint().to_string())
            .with("items", numbers.clone())
            .with("receipt", receipt.to_string())
            .with("sealed", inner.to_string())
            .with("export", outer.to_string())
            .with_number(&number);
        if let Some(drawn) = &by.drawn {
            draft = draft.with("drawn", drawn.clone());
        }
        if time_pending {
            draft = draft.with("time_pending", true);
        }
        let entry = self.append(draft, by.actor).map_err(report)?;
        let (_, kept) = staged.keep().map_err(|error| file(durable::at(out)(error.error)))?;
        durable::publish(&kept, out).map_err(file)?;
        drop(room);
        drop(lock);
        Ok(Exported {
            id,
            digest: outer,
            inner,
            items: numbers,
            recipient: recipient.certificate().fingerprint(),
            time_pending,
            entry: entry.seq(),
        })
    }

    /// Puts copies of `items`, their siblings and the receipt into `folder`; answers the receipt's
    /// digest.
    fn gather(
        &self,
        items: &[Shelved],
        id: &str,
        recipient: &Recipient,
        by: &Exporting<'_>,
        folder: &Path,
    ) -> Reports<Digest> {
        let mut rows = Vec::new();
        let mut put = |kept: &Shelved, name: String, object: &Digest| -> Reports<()> {
            let file = |source| report(ExportError::File { source });
            self.copy_object(object, &folder.join(&name), file)?;
            rows.push(json!({
                "case": kept.case, "entry": kept.seq, "file": name, "id": kept.id,
                "sha256": object.to_string(),
            }));
            Ok(())
        };
        for kept in items {
            match (kept.sort, kept.objects.as_slice()) {
                (Sort::Bundle, [bundle]) => {
                    put(kept, format!("{}.asice", kept.id), bundle)?;
                    for (ending, object) in self.siblings(&kept.id).map_err(report)? {
                        put(kept, format!("{}.{ending}", kept.id), &object)?;
                    }
                }
                (Sort::Letter, [pdf, record, receipts @ ..]) => {
                    put(kept, format!("{}.pdf", kept.id), pdf)?;
                    put(kept, format!("{}.record.json", kept.id), record)?;
                    for (at, receipt) in (1_usize..).zip(receipts.chunks(2)) {
                        if let [pdf, record] = receipt {
                            put(kept, format!("{}.receipt-{at}.pdf", kept.id), pdf)?;
                            put(kept, format!("{}.receipt-{at}.record.json", kept.id), record)?;
                        }
                    }
                }
                _ => {}
            }
        }
        let checkpoint = self
            .view()
            .newest_checkpoint()
            .map_err(|error| report(OfficeError::from(error)))?
            .map(|note| note.as_str().to_owned());
        let mut receipt = json!({
            "format": "chancery export receipt v1",
            "export": id,
            "office": self.settings().agency.uscc,
            "made_at": self.now().with_timezone(&Utc).to_rfc3339(),
            "operator": by.actor.operator().id,
            "recipient": recipient.certificate().fingerprint().to_string(),
            "checkpoint": checkpoint,
            "log_key": self.state().log_key,
            "items": rows,
        });
        if let (Some(members), Some(drawn)) = (receipt.as_object_mut(), &by.drawn) {
            members.insert("drawn".to_owned(), drawn.clone());
        }
        let bytes = serde_json_canonicalizer::to_vec(&receipt).unwrap_or_default();
        durable::write_new(&folder.join("receipt.json"), &bytes)
            .map_err(|source| report(ExportError::File { source }))?;
        Ok(Digest::of(&bytes))
    }

    /// Objects that belong to bundle `id` besides itself, with the ending of their names: late
    /// timestamps and evidence records.
    ///
    /// # Errors
    /// [`OfficeError::Register`].
    pub fn siblings(&self, id: &str) -> Result<Vec<(String, Digest)>, OfficeError> {
        let mut found = Vec::new();
        for (kind, ending) in
            [(&journal::EVIDENCE_TIMESTAMPED, "tst"), (&journal::EVIDENCE_RENEWED, "ers")]
        {
            // The newest holds everything of the ones before.
            let last: Option<Recorded> = self.view().last(kind, id)?;
            let object = last.and_then(|entry| digest(&entry.entry().body, "object"));
            found.extend(object.map(|object| (ending.to_owned(), object)));
        }
        Ok(found)
    }
}

/// The case of all, if it is one.
fn one_case(items: &[Shelved]) -> String {
    match items {
        [first, rest @ ..] if rest.iter().all(|kept| kept.case == first.case) => first.case.clone(),
        _ => "several".to_owned(),
    }
}

/// An export as JSON tells it.
#[must_use]
pub fn told(exported: &Exported) -> Value {
    json!({
        "export": exported.id,
        "digest": exported.digest.to_string(),
        "sealed": exported.inner.to_string(),
        "items": exported.items,
        "recipient": exported.recipient.to_string(),
        "time_pending": exported.time_pending,
        "entry": exported.entry,
    })
}
