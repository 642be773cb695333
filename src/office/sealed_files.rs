//! Whether a file is among the evidence of a case, by its digest.
//!
//! Owns the search through the payload manifests of the case's sealed bundles. A manifest counts
//! only if it is the one its entry names; a bundle that was disposed of holds nothing any more.
//! Source: DOCUMENTS 10 (hash of the firm's signed PDF); SPEC "Bundle".

use std::collections::BTreeSet;

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
};

/// Largest manifest that is read, in bytes.
const LIMIT: u64 = 96 * 1024 * 1024;

impl Office {
    /// Whether a sealed bundle of `case` holds a file with the digest `wanted`.
    ///
    /// # Errors
    /// Faults of register and archive, and a bundle whose directory cannot be read.
    pub fn case_holds_file(&self, case: &str, wanted: &Digest) -> Result<bool, Vec<Report>> {
        Ok(self.bundle_of_file(Some(case), wanted)?.is_some())
    }

    /// The first sealed bundle, of `case` if one is given, that holds a file with the digest
    /// `wanted`. Where all are searched, one that cannot be read holds nothing.
    ///
    /// # Errors
    /// Faults of register and archive, and a bundle of `case` whose directory cannot be read.
    pub(super) fn bundle_of_file(
        &self,
        case: Option<&str>,
        wanted: &Digest,
    ) -> Result<Option<String>, Vec<Report>> {
        let gone = self.shelves().map_err(alone)?.disposed;
        for found in self.view().find(Some(&journal::EVIDENCE_SEALED), None) {
            let found = found.map_err(|error| alone(OfficeError::from(error)))?;
            let (bundle, body) = (&found.entry().subject, &found.entry().body);
            let is_other = case.is_some() && text(body, "case") != case;
            if is_other || gone.contains_key(bundle) {
                continue;
            }
            let (Some(object), Some(manifest)) = (digest(body, "object"), digest(body, "manifest"))
            else {
                continue;
            };
            match self.holds(&object, &manifest, wanted) {
                Ok(true) => return Ok(Some(bundle.clone())),
                Err(reports) if case.is_some() => return Err(reports),
                Ok(false) | Err(_) => {}
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
