//! Approvals taken into the register together with the packages they are of.
//!
//! The package is archived with its approval, so that a later version can be compared with what was
//! approved before, whatever became of the folder of templates. Source: SPEC decision 1.

use std::io::Cursor;

use crate::{
    archive::{Objects as _, Stage as _},
    digest::Digest,
    office::{
        Office,
        actor::Actor,
        journal,
        office_folder::OfficeError,
        state::{digest, text},
    },
    problem::{Report, alone as report},
    register::{Draft, Recorded},
    template::{approval::SignedStatement, package::Package},
};

/// Which approved version is meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Approved<'a> {
    /// For this principal only.
    pub principal: Option<&'a str>,
    /// Of this version only.
    pub version: Option<u32>,
    /// Not the package of this approved digest, which one side may have signed already.
    pub other_than: Option<Digest>,
}

impl Office {
    /// Registers `signed`, an approval of `package`, and archives the package with it.
    ///
    /// # Errors
    /// [`OfficeError`], by variant.
    pub fn take_approval(
        &mut self,
        package: &Package,
        signed: &SignedStatement,
        actor: &Actor,
    ) -> Result<Recorded, OfficeError> {
        let staged = self.archive().stage(&mut Cursor::new(package.pack()))?;
        let approval = serde_json::to_value(signed).unwrap_or_default();
        let draft = Draft::new(journal::TEMPLATE_APPROVED, signed.statement.template.clone())
            .with("approval", approval)
            .with("package_object", staged.digest().to_string());
        let recorded = self.append(draft, actor)?;
        self.archive().publish(staged)?;
        Ok(recorded)
    }

    /// The package of template `id` that was approved last, as `wanted` narrows it.
    ///
    /// # Errors
    /// Where register or archive cannot be read.
    pub fn approved_package(
        &self,
        id: &str,
        wanted: Approved<'_>,
    ) -> Result<Option<Package>, Vec<Report>> {
        let mut object = None;
        for entry in self.view().find(Some(&journal::TEMPLATE_APPROVED), Some(id)) {
            let entry = entry.map_err(|error| report(OfficeError::from(error)))?;
            let body = &entry.entry().body;
            let statement = body.get("approval").and_then(|signed| signed.get("statement"));
            let Some(statement) = statement.and_then(serde_json::Value::as_object) else {
                continue;
            };
            let version = statement.get("version").and_then(serde_json::Value::as_u64);
            let principal = text(statement, "principal");
            if wanted.version.is_none_or(|wanted| version == Some(u64::from(wanted)))
                && wanted.other_than.is_none_or(|other| digest(statement, "package") != Some(other))
                && wanted.principal.is_none_or(|wanted| principal == Some(wanted))
            {
                object = digest(body, "package_object").or(object);
            }
        }
        let Some(object) = object else { return Ok(None) };
        let bytes = self.object(&object).map_err(report)?;
        Package::unpack(&bytes).map(Some).map_err(report)
    }
}
