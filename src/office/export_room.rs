//! Exports: copies of what is kept, sealed once more and encrypted to their recipient.
//!
//! Orders the stages: selection → copies with their sibling objects and a receipt in the office's
//! staging folder → sealed as a bundle of its own → encrypted to the recipient's certificate beside
//! the output → `evidence.exported` (the commit point: recipient, numbers, digest) → named. No copy
//! leaves unregistered and none leaves unencrypted. What a killed export left in plain is removed by
//! the next command that opens the office to act. Source: L223, L635; SPEC decision 15.

use std::{
    fs::{self, File, Permissions},
    io::{self, Write},
    ops::ControlFlow,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use chrono::{Datelike as _, NaiveDate, Utc};
use serde_json::{Value, json};

use super::{
    Office,
    actor::Actor,
    credentials::{Ask, Credentials},
    journal, lock,
    office_folder::OfficeError,
    operator::Role,
    paths::OfficePaths,
    person::person_key,
    retention_state::{Shelved, Shelves},
    state::{digest, text},
};
use crate::{
    digest::{Digest, Hasher},
    durable::{self, DurableError},
    evidence::{Bundle, Description, Intake, Kind, Sealing, Sorting},
    masking::{IdentityNumber, Masking},
    problem::{Report, alone as report},
    register::{Draft, Recorded},
    retention::plan::Sort,
    signing::{KeyedIndex, Random, Recipient},
};

/// Most things one export holds, so that its entry names them all.
const MOST: usize = 2000;

crate::problems! {
    /// Why nothing was exported.
    pub enum ExportError {
        /// Nothing matches.
        Nothing = "CH-E160", Input,
            "nothing is kept that matches" => "check case, number or days; what was destroyed is not kept",
            "没有符合条件的保管内容" => "请核对案号、编号或日期；已销毁的内容不再保管";
        /// Too much matches.
        TooMany { limit: usize } = "CH-E161", Refusal,
            "more than {limit} things match" => "narrow the selection, by days or by case",
            "符合条件的内容超过 {limit} 项" => "请按日期或案号缩小范围";
        /// The output exists.
        File { source: DurableError } = "CH-E162", Fault,
            "a file cannot be used: {source}" => "check the folder, its permissions and the disk",
            "文件无法使用：{source}" => "请检查目录、权限与磁盘";
        /// The days are in disorder.
        Days = "CH-E163", Input,
            "the first day is after the last, or one of them is no day" => "give --from and --until such as 2026-05-17, in order",
            "起始日晚于截止日，或日期无效" => "请按先后给出 --from 与 --until，如 2026-05-17";
        /// No identity number.
        Person = "CH-E164", Input,
            "what was read is no identity number" => "give one identity number of 15 or 18 characters, in a file or on standard input",
            "所读内容不是身份证号码" => "请在文件或标准输入中提供一个 15 或 18 位身份证号码";
        /// Nothing, or several things, say what is wanted.
        Selection = "CH-E165", Input,
            "it is not said what to export" => "give one of --case, --bundle, --letter, --person, or --from and --until",
            "未指明导出什么" => "请给出 --case、--bundle、--letter、--person，或 --from 与 --until 之一";
    }
}

type Reports<T> = Result<T, Vec<Report>>;

/// What is to be exported.
#[derive(Debug)]
pub enum Selection {
    /// Everything of a case.
    Case(String),
    /// One bundle or letter, by number.
    Number(String),
    /// Everything of the cases in which letters went to a person.
    Person(IdentityNumber),
    /// Everything archived in these days, both included.
    Days(NaiveDate, NaiveDate),
}

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

/// The lock of everything that seals or exports.
pub(super) const ROOM_LOCK: &str = "sealing.lock";

/// Where plain copies stand while an export is made.
fn copies(paths: &OfficePaths) -> PathBuf {
    paths.root().join("staging").join("export")
}

/// Whether plain copies lie there; those of an export that is running do, too.
#[must_use]
pub fn leftover(paths: &OfficePaths) -> bool {
    copies(paths).symlink_metadata().is_ok()
}

/// Removes the plain copies that a killed export left; one that is running keeps its own.
///
/// # Errors
/// [`ExportError::File`] if they cannot be removed.
pub fn sweep(paths: &OfficePaths) -> Result<(), ExportError> {
    if !leftover(paths) {
        return Ok(());
    }
    let path = copies(paths);
    let held = lock::take(paths, ROOM_LOCK).map_err(|source| ExportError::File { source })?;
    let Some(_held) = held else { return Ok(()) };
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ExportError::File { source: durable::at(&path)(error) })
        }
        _ => Ok(()),
    }
}

impl Office {
    /// What `selection` finds, of `principal` alone if one is named.
    ///
    /// # Errors
    /// [`ExportError::Nothing`], [`ExportError::TooMany`]; faults of register and index key.
    pub fn select(
        &self,
        shelves: &Shelves,
        selection: &Selection,
        principal: Option<&str>,
        credentials: &Credentials,
        ask: &Ask<'_>,
    ) -> Reports<Vec<Shelved>> {
        let cases = match selection {
            Selection::Person(number) => {
                let index = KeyedIndex::new(self.index_key(credentials, ask).map_err(report)?);
                self.cases_of(&person_key(&index, number)).map_err(report)?
            }
            _ => Vec::new(),
        };
        let fits = |kept: &&Shelved| match selection {
            Selection::Case(case) => kept.case == *case,
            Selection::Number(number) => kept.id == *number,
            Selection::Person(_) => cases.contains(&kept.case),
            Selection::Days(from, until) => (*from..=*until).contains(&kept.archived_on),
        };
        let owned = |kept: &&Shelved| {
            principal.is_none_or(|whose| shelves.principals(&kept.case).contains(whose))
        };
        let kept = shelves.kept.iter().filter(|kept| kept.sort.is_of_a_case());
        let found: Vec<Shelved> = kept.filter(fits).filter(owned).cloned().collect();
        match found.len() {
            0 => Err(report(ExportError::Nothing)),
            many if many > MOST => Err(report(ExportError::TooMany { limit: MOST })),
            _ => Ok(found),
        }
    }

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

    /// Cases in which a letter went to the person of that keyed value.
    fn cases_of(&self, person: &str) -> Result<Vec<String>, OfficeError> {
        let mut cases = Vec::new();
        for found in self.view().find(Some(&journal::LETTER_PREPARED), None) {
            let found = found?;
            let body = &found.entry().body;
            if text(body, "person") == Some(person) {
                cases.extend(text(body, "case").map(str::to_owned));
            }
        }
        Ok(cases)
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

/// Where plain copies stand while an export is made; gone when it is dropped.
struct Room {
    root: PathBuf,
    folder: PathBuf,
    bundle: PathBuf,
}

impl Room {
    fn at(root: PathBuf) -> Result<Self, DurableError> {
        // What a cut-off export left is of no use to anybody.
        let _ = fs::remove_dir_all(&root);
        let (folder, bundle) = (root.join("items"), root.join("export.asice"));
        durable::create_folder(&root)?;
        let own = Permissions::from_mode(0o700);
        fs::set_permissions(&root, own).map_err(durable::at(&root))?;
        durable::create_folder(&folder)?;
        Ok(Self { root, folder, bundle })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// Encrypts the file at `path` into a nameless file of `folder`, on disk when the call returns.
fn encrypt(
    recipient: &Recipient,
    path: &Path,
    folder: &Path,
    random: &mut dyn Random,
) -> Reports<(tempfile::NamedTempFile, Digest)> {
    let file = |path: &Path, error| report(ExportError::File { source: durable::at(path)(error) });
    let mut plain = File::open(path).map_err(|error| file(path, error))?;
    let length = plain.metadata().map_err(|error| file(path, error))?.len();
    let staged = tempfile::Builder::new()
        .prefix(".staged-")
        .tempfile_in(folder)
        .map_err(|error| file(folder, error))?;
    let mut hashed = Hashed { file: staged.as_file(), hasher: Hasher::default() };
    recipient.encrypt(&mut plain, length, &mut hashed, random).map_err(report)?;
    let digest = hashed.hasher.finish();
    staged.as_file().sync_all().map_err(|error| file(folder, error))?;
    Ok((staged, digest))
}

struct Hashed<'a> {
    file: &'a File,
    hasher: Hasher,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Reads one identity number; what follows it on the line, or another line, makes it none.
///
/// # Errors
/// [`ExportError::Person`].
pub fn person(text: &str) -> Result<IdentityNumber, ExportError> {
    IdentityNumber::parse(text.trim()).map_err(|_| ExportError::Person)
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
