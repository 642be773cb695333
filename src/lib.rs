//! Approved, masked debt-recovery letters and sealed, registered evidence.
//!
//! The four promises: nothing unapproved is rendered; no full number leaves; nothing registered
//! can be lost, altered or back-dated unseen; every document can be made again. Each is carried
//! by types that only one module can make: `ApprovedTemplate`, `Masked`, `Recorded`, `Sealed`.
//! `docs/architecture.md` shows how the modules stand to each other.
//!
//! Without the default feature `office` the crate is the small library: masking, the pure rules,
//! signatures, register proofs and the strict container reader.

#[macro_use]
pub mod problem;
pub mod archive;
pub mod case;
pub mod catalogue;
pub mod digest;
pub mod durable;
pub mod evidence;
pub mod masking;
pub mod register;
pub mod retention;
pub mod rules;
pub mod signing;
pub mod template;
pub mod visit;

#[cfg(feature = "office")]
pub mod audit;
#[cfg(feature = "office")]
pub mod figures;
#[cfg(feature = "office")]
pub mod letter;
#[cfg(feature = "office")]
pub mod office;
#[cfg(feature = "office")]
pub mod sheet;
#[cfg(feature = "office")]
pub mod typeset;
