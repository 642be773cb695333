//! The kinds of entries an office writes, in one place.
//!
//! `docs/formats.md` shows the members of each body.

use crate::register::EntryKind;

/// The office was founded; the first entry.
pub const OFFICE_FOUNDED: EntryKind = EntryKind::literal("office.founded");
/// An operator was enrolled.
pub const OPERATOR_ENROLLED: EntryKind = EntryKind::literal("operator.enrolled");
/// An operator was revoked.
pub const OPERATOR_REVOKED: EntryKind = EntryKind::literal("operator.revoked");
/// A principal's certificate was pinned.
pub const PRINCIPAL_PINNED: EntryKind = EntryKind::literal("principal.pinned");
/// A principal's signed profile was taken in.
pub const PRINCIPAL_PROFILE: EntryKind = EntryKind::literal("principal.profile");
/// One side approved a template.
pub const TEMPLATE_APPROVED: EntryKind = EntryKind::literal("template.approved");
/// A template's approval was withdrawn.
pub const TEMPLATE_WITHDRAWN: EntryKind = EntryKind::literal("template.withdrawn");
/// A number was reserved for a letter.
pub const LETTER_PREPARED: EntryKind = EntryKind::literal("letter.prepared");
/// A letter was issued: the commit point, with its digest.
pub const LETTER_ISSUED: EntryKind = EntryKind::literal("letter.issued");
/// An issued letter was entered in the letters' register.
pub const LETTER_REGISTERED: EntryKind = EntryKind::literal("letter.registered");
/// An issued letter's objects are in the archive.
pub const LETTER_ARCHIVED: EntryKind = EntryKind::literal("letter.archived");
/// A number was spoiled.
pub const LETTER_SPOILED: EntryKind = EntryKind::literal("letter.spoiled");
/// A rule refused a request.
pub const LETTER_REFUSED: EntryKind = EntryKind::literal("letter.refused");
/// A hold was placed on a case.
pub const HOLD_PLACED: EntryKind = EntryKind::literal("hold.placed");
/// A hold was released.
pub const HOLD_RELEASED: EntryKind = EntryKind::literal("hold.released");
/// A number was reserved for a bundle.
pub const EVIDENCE_PREPARED: EntryKind = EntryKind::literal("evidence.prepared");
/// A bundle's number was spoiled.
pub const EVIDENCE_SPOILED: EntryKind = EntryKind::literal("evidence.spoiled");
/// A bundle was sealed.
pub const EVIDENCE_SEALED: EntryKind = EntryKind::literal("evidence.sealed");
/// A sealed bundle is in the archive.
pub const EVIDENCE_ARCHIVED: EntryKind = EntryKind::literal("evidence.archived");
/// A copy of a sealed bundle was given out.
pub const EVIDENCE_RETRIEVED: EntryKind = EntryKind::literal("evidence.retrieved");
/// A case was closed: its retention begins.
pub const CASE_CLOSED: EntryKind = EntryKind::literal("case.closed");
/// A closed case was opened again.
pub const CASE_REOPENED: EntryKind = EntryKind::literal("case.reopened");
/// A legal hold was placed.
pub const RETENTION_HELD: EntryKind = EntryKind::literal("retention.held");
/// A legal hold was released.
pub const RETENTION_RELEASED: EntryKind = EntryKind::literal("retention.released");
/// One side approved a disposal plan.
pub const RETENTION_APPROVED: EntryKind = EntryKind::literal("retention.approved");
/// A bundle was disposed of: its tombstone, and the leave to destroy its bytes.
pub const EVIDENCE_DISPOSED: EntryKind = EntryKind::literal("evidence.disposed");
/// A letter was disposed of: its tombstone, and the leave to destroy its bytes.
pub const LETTER_DISPOSED: EntryKind = EntryKind::literal("letter.disposed");
/// The bytes that a disposal is about are gone.
pub const RETENTION_DESTROYED: EntryKind = EntryKind::literal("retention.destroyed");
/// A copy of what is kept was encrypted to a recipient.
pub const EVIDENCE_EXPORTED: EntryKind = EntryKind::literal("evidence.exported");
/// A token that came late was put beside its bundle.
pub const EVIDENCE_TIMESTAMPED: EntryKind = EntryKind::literal("evidence.timestamped");
/// An evidence record was put beside a bundle, or renewed.
pub const EVIDENCE_RENEWED: EntryKind = EntryKind::literal("evidence.renewed");
