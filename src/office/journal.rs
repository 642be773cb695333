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
/// A rule refused an act on a letter, a reply or a case.
pub const ACT_REFUSED: EntryKind = EntryKind::literal("act.refused");
/// A letter left.
pub const LETTER_DISPATCHED: EntryKind = EntryKind::literal("letter.dispatched");
/// A letter arrived.
pub const LETTER_DELIVERED: EntryKind = EntryKind::literal("letter.delivered");
/// A letter came back.
pub const LETTER_RETURNED: EntryKind = EntryKind::literal("letter.returned");
/// Somebody replied to a letter.
pub const LETTER_REPLIED: EntryKind = EntryKind::literal("letter.replied");
/// A reply was answered, or reported to the principal.
pub const LETTER_ANSWERED: EntryKind = EntryKind::literal("letter.answered");
/// A letter was made void.
pub const LETTER_VOIDED: EntryKind = EntryKind::literal("letter.voided");
/// A marked reprint of a letter was given out.
pub const LETTER_REPRINTED: EntryKind = EntryKind::literal("letter.reprinted");
/// A delivery receipt was printed for a letter.
pub const LETTER_RECEIPT: EntryKind = EntryKind::literal("letter.receipt");
/// A principal's statement was compared with the letters of a month.
pub const RECONCILE_DONE: EntryKind = EntryKind::literal("reconcile.done");
/// An envelope or a label was made for an issued letter.
pub const LETTER_ENVELOPED: EntryKind = EntryKind::literal("letter.enveloped");
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
/// A bundle was verified, and that was to be registered.
pub const EVIDENCE_VERIFIED: EntryKind = EntryKind::literal("evidence.verified");
/// A copy of something kept was certified by a stamp.
pub const EVIDENCE_STAMPED: EntryKind = EntryKind::literal("evidence.stamped");
/// Two letters belong together: a commitment and the notice attached to it.
pub const LETTER_PAIRED: EntryKind = EntryKind::literal("letter.paired");
/// A person or address of a case that may not be written to.
pub const CASE_CONTACT: EntryKind = EntryKind::literal("case.contact");
/// Such a contact was entered wrongly.
pub const CASE_CONTACT_WITHDRAWN: EntryKind = EntryKind::literal("case.contact_withdrawn");
/// A principal's signature vouched for a file of requests.
pub const INTAKE_VOUCHED: EntryKind = EntryKind::literal("intake.vouched");
/// A volume of the print stream was made.
pub const PRINT_VOLUME: EntryKind = EntryKind::literal("print.volume");
/// Sheets that the printer spoiled were printed again before dispatch.
pub const PRINT_RESPOOLED: EntryKind = EntryKind::literal("print.respooled");
/// A printed letter must not be dispatched.
pub const LETTER_BLOCKED: EntryKind = EntryKind::literal("letter.blocked");
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
/// A paper of the office was disposed of: its tombstone, and the leave to destroy its bytes.
pub const RETENTION_DISPOSED: EntryKind = EntryKind::literal("retention.disposed");
/// The bytes that a disposal is about are gone.
pub const RETENTION_DESTROYED: EntryKind = EntryKind::literal("retention.destroyed");
/// A copy of what is kept was encrypted to a recipient.
pub const EVIDENCE_EXPORTED: EntryKind = EntryKind::literal("evidence.exported");
/// A token that came late was put beside its bundle.
pub const EVIDENCE_TIMESTAMPED: EntryKind = EntryKind::literal("evidence.timestamped");
/// An evidence record was put beside a bundle, or renewed.
pub const EVIDENCE_RENEWED: EntryKind = EntryKind::literal("evidence.renewed");
