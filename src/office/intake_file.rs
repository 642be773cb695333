//! A principal's file of requests: read by the headings of its signed profile, and vouched for by
//! its signature.
//!
//! Beside `FILE` may lie `FILE.p7s`, a detached CAdES signature over it under a certificate pinned
//! here. It vouches for every column of every row of that principal, the contractual address
//! among them; a row of another principal is refused. A signature that does not fit is never passed over.
//! Source: SPEC decision 6; REQUIREMENTS L337.

use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use chrono::{DateTime, FixedOffset};

use crate::{
    archive::{Objects as _, Stage as _},
    case::{
        intake::{Intake, Options, Row, columns::HeadingMap},
        provenance::Vouched,
    },
    digest::Digest,
    durable,
    office::{Office, actor::Actor, journal, office_folder::OfficeError},
    problem::{Report, alone as report},
    register::Draft,
    signing::{cades, chain::TrustAnchors},
};

/// Largest signature file, in bytes.
const SIGNATURE_LIMIT: u64 = 256 * 1024;

crate::problems! {
    /// Why a signed file of requests is refused.
    pub enum IntakeRefusal {
        /// The signature is not over this file.
        Signature = "CH-I120", Refusal,
            "the signature beside the file is none over it" => "obtain file and signature again from the principal; without a signature remove it",
            "文件旁的签名不是对该文件的签名" => "请向委托方重新索取文件与签名；无签名则移走该文件";
        /// The signer is no principal here.
        NotPinned = "CH-I121", Refusal,
            "the file is not signed under the pinned certificate of the principal" => "ask the principal to sign it with its own key",
            "文件并非由委托方已固定的证书签署" => "请委托方使用其自有密钥签署";
        /// A row is another principal's.
        OtherPrincipal { row: u64 } = "CH-I122", Refusal,
            "row {row} is of another principal than the one who signed the file" => "let each principal sign a file of its own",
            "第 {row} 行的委托方与签署文件的委托方不一致" => "请各委托方分别签署各自的文件";
        /// The signature claims a time to come.
        SignedLater = "CH-I123", Refusal,
            "the file's signature is dated after now" => "let the principal correct its clock and sign again",
            "文件签名时间晚于当前时间" => "请委托方校正时钟后重新签署";
    }
}

/// A file of requests, ready to be read.
pub struct IntakeFile {
    intake: Intake,
    vouched: Option<Vouched>,
    signature: Vec<u8>,
}

impl std::fmt::Debug for IntakeFile {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("IntakeFile").field("vouched", &self.vouched).finish_non_exhaustive()
    }
}

impl IntakeFile {
    /// Opens `path`, by the headings of `principal` if one is named, with the signature beside it.
    ///
    /// # Errors
    /// What is wrong with the file, its signature, or the principal.
    pub fn open(
        office: &Office,
        path: &Path,
        principal: Option<&str>,
    ) -> Result<Self, Vec<Report>> {
        let headings = principal
            .map_or_else(|| Ok(HeadingMap::default()), |id| office.profile(id)?.heading_map())?;
        let intake = Intake::open(path, &Options { headings, encoding: None })?;
        let beside = signature_of(path);
        if beside.symlink_metadata().is_err() {
            return Ok(Self { intake, vouched: None, signature: Vec::new() });
        }
        let signature = durable::read(&beside, SIGNATURE_LIMIT).map_err(report)?;
        let signed = vouch(office, &signature, &intake.digest(), principal, office.now());
        Ok(Self { intake, vouched: Some(signed.map_err(report)?), signature })
    }

    /// Keeps the signature, if there is one, and registers once that it vouches for `batch`.
    ///
    /// # Errors
    /// Faults of register and archive.
    pub fn keep_signature(
        &self,
        office: &mut Office,
        actor: &Actor,
        batch: &str,
    ) -> Result<(), OfficeError> {
        let Some(vouched) = &self.vouched else { return Ok(()) };
        let staged = office.archive().stage(&mut Cursor::new(&self.signature))?;
        let draft = Draft::new(journal::INTAKE_VOUCHED, batch)
            .with("principal", vouched.principal.as_str())
            .with("on", vouched.on.to_string())
            .with("object", staged.digest().to_string());
        let clock = *office.clock();
        let mut again = false;
        for entry in office.view().find(Some(&journal::INTAKE_VOUCHED), Some(batch)) {
            again = again || entry?.entry().body == draft.body;
        }
        if !again {
            office.register()?.append(draft, actor, &clock)?;
        }
        office.archive().publish(staged)?;
        Ok(())
    }

    /// Digest of the file.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.intake.digest()
    }

    /// What is to be told about the file as far as it was read, and stops nothing.
    #[must_use]
    pub fn notes(&self) -> Vec<Report> {
        self.intake.notes()
    }

    /// Who vouches for it.
    #[must_use]
    pub const fn vouched(&self) -> Option<&Vouched> {
        self.vouched.as_ref()
    }
}

impl Iterator for IntakeFile {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let (row, read) = self.intake.next()?;
        let read = match (&self.vouched, read) {
            (Some(vouched), Ok(request)) if request.principal() == vouched.principal => {
                Ok(request.vouched(vouched.clone()))
            }
            (Some(_), Ok(_)) => Err(report(IntakeRefusal::OtherPrincipal { row })),
            (_, read) => read,
        };
        Some((row, read))
    }
}

/// Where the signature over `path` lies.
#[must_use]
pub fn signature_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".p7s");
    name.into()
}

fn vouch(
    office: &Office,
    signature: &[u8],
    file: &Digest,
    principal: Option<&str>,
    now: DateTime<FixedOffset>,
) -> Result<Vouched, IntakeRefusal> {
    let signed = cades::verify_detached(signature, file).map_err(|_| IntakeRefusal::Signature)?;
    if signed.signing_time() > now.to_utc() {
        return Err(IntakeRefusal::SignedLater);
    }
    let on = signed.signing_time().with_timezone(now.offset()).date_naive();
    let known = office.state().principals.iter();
    let pinned =
        known.filter(|(id, _)| principal.is_none_or(|named| named == *id)).find(|(_, one)| {
            let anchors = TrustAnchors::new([one.certificate.clone()]);
            signed.verify_chain(&anchors, now.to_utc()).is_ok()
        });
    let (id, _) = pinned.ok_or(IntakeRefusal::NotPinned)?;
    Ok(Vouched { file: *file, principal: id.clone(), on })
}
