//! The approval request that goes to the principal and comes back signed.
//!
//! Owns one file: the statement to sign, the whole package, and a proof to look at. The principal's
//! machine trusts none of it: it computes the digest of the files itself and makes its own proof.
//! Source: SPEC decision 1.

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::{
    approval::{ApprovalRefusal, SignedStatement, Statement},
    package::Package,
};
use crate::digest::Digest;

/// First words of every request.
const FORMAT: &str = "chancery approval request v1";

/// A request for the principal's approval.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    format: String,
    /// What is to be signed.
    pub statement: Statement,
    package: Box<RawValue>,
    /// Proof pages, PDF in base64, for whoever has no chancery at hand.
    proof: String,
    /// The package this principal approved last, so that the difference can be made anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Box<RawValue>>,
}

impl ApprovalRequest {
    /// A request for `statement` about `package`, with its proof and what was approved before.
    ///
    /// # Errors
    /// [`ApprovalRefusal::OtherStatement`] if the package cannot be written.
    pub fn new(
        statement: Statement,
        package: &Package,
        proof: &[u8],
        base: Option<&Package>,
    ) -> Result<Self, ApprovalRefusal> {
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        let raw = |package: &Package| {
            let packed = String::from_utf8(package.pack()).ok();
            packed
                .and_then(|packed| RawValue::from_string(packed).ok())
                .ok_or(ApprovalRefusal::OtherStatement)
        };
        Ok(Self {
            format: FORMAT.to_owned(),
            statement,
            package: raw(package)?,
            proof: BASE64_STANDARD.encode(proof),
            base: base.map(raw).transpose()?,
        })
    }

    /// The package that was approved last, if the request carries one. It is for comparison only:
    /// nothing vouches for it but the agency that wrote the request.
    ///
    /// # Errors
    /// [`ApprovalRefusal::OtherStatement`] if it is no package.
    pub fn base(&self) -> Result<Option<Package>, ApprovalRefusal> {
        let base = self.base.as_ref().map(|base| Package::unpack(base.get().as_bytes()));
        base.transpose().map_err(|_| ApprovalRefusal::OtherStatement)
    }

    /// The file's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a request and checks that its statement is about the package it carries, with these
    /// fonts and this engine.
    ///
    /// # Errors
    /// [`ApprovalRefusal::OtherStatement`], [`ApprovalRefusal::Changed`].
    pub fn open(
        bytes: &[u8],
        fonts: &Digest,
        engine: &str,
    ) -> Result<(Self, Package), ApprovalRefusal> {
        let other = |_| ApprovalRefusal::OtherStatement;
        let request: Self =
            serde_json::from_slice(bytes).map_err(|_| ApprovalRefusal::OtherStatement)?;
        if request.format != FORMAT {
            return Err(ApprovalRefusal::OtherStatement);
        }
        let package = Package::unpack(request.package.get().as_bytes()).map_err(other)?;
        let statement = &request.statement;
        if package.metadata().id != statement.template
            || package.digest(fonts, engine) != statement.package
        {
            return Err(ApprovalRefusal::Changed { id: statement.template.clone() });
        }
        Ok((request, package))
    }
}

/// Reads what came back signed.
///
/// # Errors
/// [`ApprovalRefusal::OtherStatement`].
pub fn read_signed(bytes: &[u8]) -> Result<SignedStatement, ApprovalRefusal> {
    serde_json::from_slice(bytes).map_err(|_| ApprovalRefusal::OtherStatement)
}

/// What goes back to the agency.
#[must_use]
pub fn write_signed(signed: &SignedStatement) -> Vec<u8> {
    serde_json::to_value(signed).as_ref().map(Value::to_string).unwrap_or_default().into_bytes()
}
