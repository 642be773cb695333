//! Whether a file is among the evidence of a case, by its digest.
//!
//! Owns the search through the payload manifests of the case's sealed bundles. A manifest counts
//! only if it is the one its entry names; a bundle that was disposed of holds nothing any more.
//! Source: DOCUMENTS 10 (hash of the firm's signed PDF); SPEC "Bundle".

use std::collections::{BTreeSet, HashMap};

use super::{
    Office, journal,
    office_folder::OfficeError,
    state::{digest, text},
};
use crate::{
    digest::Digest,
    evidence::{
        bag,
        container::{Container, Limits},
    },
    problem::{Report, alone},
    register::{Entry, RegisterError, View},
};

/// Largest manifest that is read, in bytes.
const LIMIT: u64 = 96 * 1024 * 1024;

/// Bundles by case, kept up to date while a desk is open.
#[derive(Debug, Default)]
pub(crate) struct SealedBundles {
    next: u64,
    of_case: HashMap<String, Vec<u64>>,
}

impl SealedBundles {
    fn catch_up(&mut self, view: &View<'_>) -> Result<(), RegisterError> {
        let size = view.size()?;
        for found in view.find_from(&journal::EVIDENCE_SEALED, self.next) {
            let found = found?;
            if let Some(case) = text(&found.entry().body, "case") {
                self.of_case.entry(case.to_owned()).or_default().push(found.seq());
            }
        }
        self.next = size;
        Ok(())
    }
}

impl Office {
    /// Whether a sealed bundle of `case` holds a file with the digest `wanted`.
    ///
    /// # Errors
    /// Faults of register and archive, and a bundle whose directory cannot be read.
    pub(crate) fn case_holds_file(
        &self,
        bundles: &mut SealedBundles,
        case: &str,
        wanted: &Digest,
    ) -> Result<bool, Vec<Report>> {
        let fault = |error| alone(OfficeError::from(error));
        let view = self.view();
        bundles.catch_up(&view).map_err(fault)?;
        for seq in bundles.of_case.get(case).into_iter().flatten() {
            let Some(sealed) = view.get(*seq).map_err(fault)? else { continue };
            if let Some((object, manifest)) = self.standing(sealed.entry())?
                && self.holds(&object, &manifest, wanted)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The first sealed bundle of any case that holds a file with the digest `wanted`. One that
    /// cannot be read holds nothing.
    ///
    /// # Errors
    /// Faults of the register.
    pub(super) fn bundle_of_file(&self, wanted: &Digest) -> Result<Option<String>, Vec<Report>> {
        for found in self.view().find(Some(&journal::EVIDENCE_SEALED), None) {
            let found = found.map_err(|error| alone(OfficeError::from(error)))?;
            if let Some((object, manifest)) = self.standing(found.entry())?
                && self.holds(&object, &manifest, wanted).unwrap_or(false)
            {
                return Ok(Some(found.entry().subject.clone()));
            }
        }
        Ok(None)
    }

    /// Whether every file of the sealed bundle `later` is in the sealed bundle `earlier` as well.
    /// Where one cannot be read, their payload manifests are compared.
    ///
    /// # Errors
    /// Faults of the register.
    pub(super) fn adds_nothing(&self, later: &str, earlier: &str) -> Result<bool, OfficeError> {
        let about = |id: &str| -> Result<_, OfficeError> {
            let sealed = self.view().last(&journal::EVIDENCE_SEALED, id)?;
            Ok(sealed.and_then(|sealed| {
                let body = &sealed.entry().body;
                Some((digest(body, "object")?, digest(body, "manifest")?))
            }))
        };
        let (Some(later), Some(earlier)) = (about(later)?, about(earlier)?) else {
            return Ok(false);
        };
        let files = |(object, manifest): &(Digest, Digest)| self.files(object, manifest).ok();
        Ok(later.1 == earlier.1
            || matches!((files(&later), files(&earlier)), (Some(later), Some(earlier))
                if !later.is_empty() && later.is_subset(&earlier)))
    }

    /// Object and payload manifest of a sealed bundle, unless it was disposed of.
    fn standing(&self, sealed: &Entry) -> Result<Option<(Digest, Digest)>, Vec<Report>> {
        let named = digest(&sealed.body, "object").zip(digest(&sealed.body, "manifest"));
        let gone = self.tombstone(&sealed.subject).map_err(alone)?.is_some();
        Ok(named.filter(|_| !gone))
    }

    /// Whether the bundle `object`, whose payload manifest has the digest `manifest`, lists `wanted`.
    fn holds(
        &self,
        object: &Digest,
        manifest: &Digest,
        wanted: &Digest,
    ) -> Result<bool, Vec<Report>> {
        Ok(self.files(object, manifest)?.contains(wanted))
    }

    /// Digests of the files of the bundle `object`, whose payload manifest has the digest `manifest`.
    fn files(&self, object: &Digest, manifest: &Digest) -> Result<BTreeSet<Digest>, Vec<Report>> {
        let file = self.archive().open_as_found(object);
        let file = file.map_err(|error| alone(OfficeError::from(error)))?;
        let container = Container::open(file, Limits::default()).map_err(alone)?;
        let Some(entry) = container.entry(bag::MANIFEST_PATH) else { return Ok(BTreeSet::new()) };
        let (bytes, _) = container.read(entry, LIMIT).map_err(alone)?;
        if Digest::of(&bytes) != *manifest {
            return Ok(BTreeSet::new());
        }
        let listed = bag::read_manifest(bag::MANIFEST_PATH, &bytes, &mut Vec::new());
        Ok(listed.values().copied().collect())
    }
}
