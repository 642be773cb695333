//! What an approver signs: the statement, and it with the signature.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::ApprovalRefusal;
use crate::{
    digest::Digest,
    signing::{
        cades,
        certificate::Certificate,
        signer::{Signer, SigningError},
    },
    template::package::Package,
};

/// First words of every statement, so that it can be taken for nothing else.
pub(super) const TITLE: &str = "chancery template approval v1";

/// What an approver signs: one package for one principal in one term.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub(super) title: String,
    /// Kind of document.
    pub template: String,
    /// Version of it.
    pub version: u32,
    /// Digest of the package with fonts and engine.
    pub package: Digest,
    /// For whose letters.
    pub principal: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_until: NaiveDate,
}

impl Statement {
    /// A statement about `package` as it is with `fonts` and `engine`.
    ///
    /// # Errors
    /// [`ApprovalRefusal::Term`] if the last day is before the first.
    pub fn new(
        package: &Package,
        fonts: &Digest,
        engine: &str,
        principal: &str,
        term: (NaiveDate, NaiveDate),
    ) -> Result<Self, ApprovalRefusal> {
        if term.1 < term.0 {
            return Err(ApprovalRefusal::Term);
        }
        Ok(Self {
            title: TITLE.to_owned(),
            template: package.metadata().id.clone(),
            version: package.metadata().version,
            package: package.digest(fonts, engine),
            principal: principal.to_owned(),
            valid_from: term.0,
            valid_until: term.1,
        })
    }

    /// Signs it.
    ///
    /// # Errors
    /// As [`cades::sign_detached`].
    pub fn sign(
        &self,
        signer: &dyn Signer,
        chain: &[Certificate],
        at: DateTime<Utc>,
    ) -> Result<SignedStatement, SigningError> {
        let signature = cades::sign_detached(&Digest::of(self.bytes()), signer, chain, at)?;
        Ok(SignedStatement { statement: self.clone(), signature })
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        serde_json_canonicalizer::to_vec(self).unwrap_or_default()
    }
}

/// A statement with one approver's CAdES signature over its canonical JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SignedStatement {
    /// What was signed.
    pub statement: Statement,
    /// Detached CAdES-BES, DER, written as base64.
    #[serde(with = "base64_bytes")]
    pub signature: Vec<u8>,
}

mod base64_bytes {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(text).map_err(D::Error::custom)
    }
}
