//! Entries that the library would not write, signed with the real key of an operator.
//!
//! For what an audit must find: whoever holds a key, of today or once, can write whatever he likes.

use std::path::Path;

use chancery::{
    archive::Objects as _,
    office::{
        Office,
        actor::{Actor, open_key},
        credentials::Credentials,
        paths::OfficePaths,
    },
    register::{Draft, EntryKind},
};
use chrono::{DateTime, FixedOffset};
use serde_json::Value;

/// An office open to somebody with its keys.
pub struct Forger {
    office: Office,
    at: Option<DateTime<FixedOffset>>,
}

impl Forger {
    /// Opens the office in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { office: Office::open(OfficePaths::new(folder)).unwrap(), at: None }
    }

    /// Registers at the time `at` instead of now.
    pub fn at(mut self, at: DateTime<FixedOffset>) -> Self {
        self.at = Some(at);
        self
    }

    /// Registers an entry with the key of `operator`, whether revoked or without the role; gives
    /// its place.
    pub fn append(&mut self, operator: &str, kind: EntryKind, subject: &str, body: Value) -> u64 {
        let mut draft = Draft::new(kind, subject);
        draft.body.clone_from(body.as_object().unwrap());
        let operator = self.office.state().operators[operator].clone();
        let folders = vec![self.office.paths().root().join("credentials")];
        let credentials = Credentials { operator_file: None, folders };
        let signer = open_key(&operator, self.office.paths(), &credentials, &|_| None).unwrap();
        let actor = Actor::with_signer(operator, signer);
        let at = self.at.unwrap_or_else(|| self.office.now());
        self.office.register().unwrap().append(draft, &actor, &at).unwrap().seq()
    }

    /// Puts an object into the archive; gives its digest.
    pub fn put(&self, bytes: &[u8]) -> String {
        self.office.archive().put(bytes).unwrap().digest().to_string()
    }
}
