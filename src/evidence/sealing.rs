//! Sealing: from a folder that was taken in to one file that is whole, signed and stamped.
//!
//! Orders the stages: payload (each file read once) → folder proved unchanged → tag files → ASiC
//! manifest → signature → timestamp → end of the container → on disk. The same evidence gives the
//! same payload and payload manifest, in whatever order it was taken in.
//! Source: SPEC "Bundle", decision 12.

use std::{
    fs::File,
    io::{self, Write},
    ops::ControlFlow,
    path::Path,
    thread,
};

use chrono::{DateTime, SubsecRound, Utc};

use super::{
    asic::{self, Cover},
    bag::{self, Info, Listed, Manifest},
    bundle::Description,
    container::{ContainerError, Fixity, Writer},
    coverage,
    custody::{self, Act, Chain, Event},
    intake::Intake,
    listing::{Item, Listing, SealedFiles},
    originals::{self, Original},
    payload,
    problem::EvidenceError,
    seal::{SELF_ASSERTED, Seal, Sealing, TIMESTAMP_FIELD},
    verify_text,
    whole::Whole,
};
use crate::{
    digest::{Digest, Hasher},
    durable,
    problem::Report,
    signing::{Token, sign_detached},
};

/// Most files that common validators of ASiC accept.
const COMMON_LIMIT: usize = 1000;

/// The files of the payload with their digests.
#[derive(Clone, Copy)]
struct Payload<'a> {
    items: &'a Listing,
    digests: &'a [Digest],
}

impl<'a> Payload<'a> {
    fn listed(self) -> impl Iterator<Item = Listed<'a>> {
        self.items.paths().zip(self.digests)
    }

    /// What a signature or timestamp covers: `others` with the payload among them.
    fn among(self, others: &'a Manifest) -> impl Iterator<Item = Listed<'a>> {
        bag::among(others, self.listed())
    }
}

/// Everything that goes into one bundle.
pub(super) struct Draft<'a> {
    pub(super) intake: &'a Intake,
    pub(super) description: &'a Description,
    pub(super) sealing: &'a Sealing<'a>,
}

pub(super) type Failures = Vec<EvidenceError>;

pub(super) fn alone<E: Into<EvidenceError>>(error: E) -> Failures {
    vec![error.into()]
}

impl Draft<'_> {
    /// Writes the bundle to `file`, called `name` in messages. Tells what is known of it, but for
    /// its files, and their digests in their order.
    pub(super) fn write(
        &self,
        file: &File,
        name: &Path,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(Seal, Vec<Digest>), Failures> {
        thread::scope(|scope| {
            let writer = Writer::new(Whole::begin(scope, file, self.intake.items().count()));
            let (draft, digests, whole) = self.parts(writer, name, progress)?;
            let fault = |error| alone(EvidenceError::File { source: durable::at(name)(error) });
            let (digest, bytes) = whole.end().map_err(fault)?;
            Ok((Seal { digest, bytes, ..draft }, digests))
        })
    }

    /// Writes all parts and tells what is known of them, but for the digest of the whole.
    fn parts<'scope>(
        &self,
        mut writer: Writer<Whole<'scope>>,
        name: &Path,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(Seal, Vec<Digest>, Whole<'scope>), Failures> {
        let mut covered = Manifest::new();
        let mimetype = writer.add(asic::MIMETYPE_PATH, asic::MIMETYPE.as_bytes()).map_err(alone)?;
        let digests = payload::write(self.intake, &mut writer, name, progress).map_err(alone)?;
        self.intake.unchanged()?;

        let items = self.intake.items();
        let payload = Payload { items, digests: &digests };
        let bytes = items.all().fold(0, |sum: u64, item| sum.saturating_add(item.bytes()));
        let mut tag = |path: &str, fixity: Result<Fixity, ContainerError>| {
            let digest = fixity.map_err(alone)?.digest;
            covered.insert(path.to_owned(), digest);
            Ok::<_, Failures>(digest)
        };
        let declaration = writer.add(bag::DECLARATION_PATH, bag::DECLARATION.as_bytes());
        tag(bag::DECLARATION_PATH, declaration)?;
        let info = self.info(bytes, items.count()).write();
        tag(bag::INFO_PATH, writer.add(bag::INFO_PATH, info.as_bytes()))?;
        let listed =
            writer.compose(bag::MANIFEST_PATH, &|out| bag::write_manifest(payload.listed(), out));
        let payload_manifest = tag(bag::MANIFEST_PATH, listed)?;
        let originals = writer.compose(originals::ORIGINALS_PATH, &|out| self.originals(out));
        tag(originals::ORIGINALS_PATH, originals)?;
        let custody = self.custody(payload_manifest)?;
        tag(custody::CUSTODY_PATH, writer.add(custody::CUSTODY_PATH, custody.as_bytes()))?;
        let self_asserted = self.sealing.authority.self_asserted();
        let verify = verify_text::write(self_asserted);
        tag(verify_text::VERIFY_PATH, writer.add(verify_text::VERIFY_PATH, verify.as_bytes()))?;
        let mut listed = covered.clone();
        listed.insert(asic::MIMETYPE_PATH.to_owned(), mimetype.digest);
        let fixity = writer
            .compose(bag::TAG_MANIFEST_PATH, &|out| bag::write_manifest(bag::listed(&listed), out))
            .map_err(alone)?;
        covered.insert(bag::TAG_MANIFEST_PATH.to_owned(), fixity.digest);

        let (gen_time, time_pending) = self.sign(&mut writer, covered, payload)?;
        let (whole, length) = writer.finish().map_err(alone)?;
        let findings = self.findings();
        let seal = Seal {
            bundle_id: self.description.bundle_id.clone(),
            visit: self.description.visit.clone(),
            digest: payload_manifest,
            bytes: length,
            payload_manifest,
            payload_files: u64::try_from(items.count()).unwrap_or(u64::MAX),
            payload_bytes: bytes,
            signer: self.sealing.signer.certificate().fingerprint(),
            gen_time,
            self_asserted,
            time_pending,
            files: SealedFiles::default(),
            complete: !findings.iter().any(is_gap),
            findings,
        };
        Ok((seal, digests, whole))
    }

    fn info(&self, bytes: u64, files: usize) -> Info {
        let Description { bundle_id, case_no, organization, operator, custodian, visit, .. } =
            self.description;
        let now = self.sealing.now.trunc_subsecs(0);
        let time = if self.sealing.authority.self_asserted() { SELF_ASSERTED } else { "authority" };
        let mut info = Info::default();
        info.push("Source-Organization", organization);
        info.push("External-Identifier", bundle_id);
        info.push("Bagging-Date", now.format("%Y-%m-%d").to_string());
        info.push("Bag-Software-Agent", concat!("chancery ", env!("CARGO_PKG_VERSION")));
        info.push("Payload-Oxum", format!("{bytes}.{files}"));
        info.push("Chancery-Case", case_no);
        if let Some(visit) = visit {
            info.push("Chancery-Visit", visit);
        }
        if let Some(custodian) = custodian {
            info.push("Chancery-Custodian", custodian);
        }
        info.push("Chancery-Operator", operator);
        info.push("Chancery-Sealed-At", now.to_rfc3339());
        info.push(TIMESTAMP_FIELD, time);
        info
    }

    fn originals(&self, out: &mut dyn Write) -> io::Result<()> {
        originals::write_head(out)?;
        let mut items = self.intake.items().all();
        items.try_for_each(|item| originals::write_row(&self.original(&item), out))
    }

    fn original(&self, item: &Item<'_>) -> Original {
        let device = item.facts.device.or(item.details.device.as_deref());
        let (captured_at, captured_from) = match (item.facts.captured, &item.details.captured_at) {
            (Some(time), _) => (time.to_owned(), "file"),
            (None, Some(time)) => (time.clone(), "operator"),
            (None, None) => (String::new(), ""),
        };
        Original {
            file: item.path.to_owned(),
            original: item.masked_original.to_owned(),
            kind: item.kind,
            format: item.facts.format.name().to_owned(),
            device: device.map_or_else(String::new, |device| self.intake.masked(device)),
            captured_at,
            captured_from: captured_from.to_owned(),
            operator: self.description.operator.clone(),
            recording_id: item.details.recording_id.clone().unwrap_or_default(),
        }
    }

    fn custody(&self, payload_manifest: Digest) -> Result<String, Failures> {
        let mut chain = Chain::default();
        let taken_in = Event {
            act: Act::TakenIn,
            at: self.sealing.now.trunc_subsecs(0),
            by: self.description.operator.clone(),
            note: None,
        };
        let mut last = None;
        for event in &self.description.custody {
            let event = Event { at: event.at.trunc_subsecs(0), ..event.clone() };
            if last.is_some_and(|last| event.at < last) || event.at > taken_in.at {
                return Err(alone(EvidenceError::CustodyOrder));
            }
            last = Some(event.at);
            chain.push(&event, None);
        }
        chain.push(&taken_in, Some(payload_manifest));
        Ok(chain.into_text())
    }

    fn sign(
        &self,
        writer: &mut Writer<Whole<'_>>,
        mut others: Manifest,
        payload: Payload<'_>,
    ) -> Result<(DateTime<Utc>, bool), Failures> {
        let Sealing { signer, chain, authority, nonce, now } = *self.sealing;
        let now = now.with_timezone(&Utc).trunc_subsecs(0);
        let signed = writer
            .compose(asic::SIGNED_PATH, &|out| {
                asic::write(Cover::Signature, payload.among(&others), out)
            })
            .map_err(alone)?
            .digest;
        let signature = sign_detached(&signed, signer, chain, now).map_err(alone)?;
        let signature = writer.add(asic::SIGNATURE_PATH, &signature).map_err(alone)?.digest;
        others.insert(asic::SIGNED_PATH.to_owned(), signed);
        others.insert(asic::SIGNATURE_PATH.to_owned(), signature);
        let mut hasher = Hasher::default();
        // Hashing does not fail.
        let _ = asic::write(Cover::Timestamp, payload.among(&others), &mut hasher);
        let token = match authority.stamp(&hasher.finish(), nonce, now) {
            // A token over the whole file comes later, as a sibling.
            Err(error) if authority.queues() && error.is_absence() => return Ok((now, true)),
            answer => Token::parse(&answer.map_err(alone)?).map_err(alone)?,
        };
        writer
            .compose(asic::STAMPED_PATH, &|out| {
                asic::write(Cover::Timestamp, payload.among(&others), out)
            })
            .map_err(alone)?;
        writer.add(asic::TIMESTAMP_PATH, token.as_der()).map_err(alone)?;
        Ok((token.gen_time(), false))
    }

    fn findings(&self) -> Vec<Report> {
        let items = self.intake.items();
        let mut findings = self.intake.notes().to_vec();
        for kind in &self.description.needs {
            if !items.all().any(|item| item.kind == *kind) {
                findings.push(EvidenceError::KindMissing { kind: kind.name() }.into());
            }
        }
        if let Some(window) = &self.description.window {
            findings.extend(coverage::findings(items, window));
        }
        findings.extend(coverage::ahead(items, self.sealing.now));
        if self.description.visit.is_some() && self.description.custodian.is_none() {
            findings.push(EvidenceError::NoCustodian.into());
        }
        if items.count() > COMMON_LIMIT {
            let count = u64::try_from(items.count()).unwrap_or(u64::MAX);
            findings.push(EvidenceError::ManyFiles { count }.into());
        }
        findings
    }
}

/// Whether `finding` keeps evidence from being complete.
fn is_gap(finding: &Report) -> bool {
    matches!(finding.code.code, "CH-E051" | "CH-E052" | "CH-E053" | "CH-E055" | "CH-E056")
        || coverage::CoverageFinding::CODES.iter().any(|code| code.code == finding.code.code)
}
