//! What keeps a letter from being made: what speaks against it, or a fault beside it.
//!
//! Owns the line between the two. A refusal is registered and told with the letter; it comes from
//! rules, wording, masking or the letter's own page. A [`Fault`] is of register, archive, disk or
//! program: it says nothing about the letter, is never registered as its refusal, and stops the
//! act, so that the same command goes on from there. Source: STYLE 5; SPEC "Register".

use crate::{
    letter::desk::DeskError,
    office::office_folder::OfficeError,
    problem::{Report, Severity},
};

/// What stopped a desk. The letter it came at is as it was.
#[derive(Clone, Debug)]
pub struct Fault(Vec<Report>);

/// What speaks against a letter. No fault is among it.
#[derive(Clone, Debug)]
pub struct Against(Vec<Report>);

/// Why no letter was made.
#[derive(Clone, Debug)]
pub enum Unmade {
    /// It is refused.
    Refused(Against),
    /// Nobody can say: something else failed.
    Fault(Fault),
}

impl Fault {
    /// A fault of the office, whatever `reports` tell of it.
    pub(in crate::letter) const fn of_office(reports: Vec<Report>) -> Self {
        Self(reports)
    }

    /// What it tells.
    #[must_use]
    pub fn reports(&self) -> &[Report] {
        &self.0
    }
}

impl Against {
    /// `refusal` alone, unless it tells a fault.
    pub(in crate::letter) fn one(refusal: impl Into<Report>) -> Unmade {
        Self::all(vec![refusal.into()])
    }

    /// `reports` as what speaks against a letter; or, with one fault among them, as that fault.
    pub(in crate::letter) fn all(reports: Vec<Report>) -> Unmade {
        if reports.iter().any(|report| report.code.severity == Severity::Fault) {
            Unmade::Fault(Fault(reports))
        } else {
            Unmade::Refused(Self(super::distinct(reports)))
        }
    }

    /// The reasons, each told once.
    #[must_use]
    pub fn reports(&self) -> &[Report] {
        &self.0
    }
}

impl Unmade {
    /// What was told while the office read something of its own: only a rule's word on what the
    /// request names speaks against the letter.
    pub(in crate::letter) fn of_profile(reports: Vec<Report>) -> Self {
        let said =
            |report: &Report| matches!(report.code.severity, Severity::Refusal | Severity::Input);
        if reports.iter().all(said) { Against::all(reports) } else { Self::Fault(Fault(reports)) }
    }

    /// All that was told.
    #[must_use]
    pub fn reports(&self) -> &[Report] {
        match self {
            Self::Refused(against) => against.reports(),
            Self::Fault(fault) => fault.reports(),
        }
    }

    /// What speaks against the letter; a fault is given back as one.
    pub(in crate::letter) fn refused(self) -> Result<Against, Fault> {
        match self {
            Self::Refused(against) => Ok(against),
            Self::Fault(fault) => Err(fault),
        }
    }
}

impl<E: Into<OfficeError>> From<E> for Fault {
    fn from(source: E) -> Self {
        DeskError::Office { source: source.into() }.into()
    }
}

impl From<DeskError> for Fault {
    fn from(error: DeskError) -> Self {
        Self(vec![error.into()])
    }
}

impl<E: Into<Fault>> From<E> for Unmade {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

impl From<Fault> for Vec<Report> {
    fn from(fault: Fault) -> Self {
        fault.0
    }
}

impl From<Against> for Vec<Report> {
    fn from(against: Against) -> Self {
        against.0
    }
}

impl From<Unmade> for Vec<Report> {
    fn from(unmade: Unmade) -> Self {
        match unmade {
            Unmade::Refused(against) => against.into(),
            Unmade::Fault(fault) => fault.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        archive::ArchiveError, digest::Digest, letter::policy::PolicyRefusal,
        register::RegisterError, template::package::PackageError, typeset::TypesetError,
    };

    fn codes(reports: &[Report]) -> Vec<&'static str> {
        reports.iter().map(|report| report.code.code).collect()
    }

    #[test]
    fn what_rules_and_pages_say_speaks_against_the_letter_each_reason_once() {
        let told = || PolicyRefusal::AsOf.into();
        let page = TypesetError::Overrun { seconds: 10 }.into();
        let leak = TypesetError::Leak { kind: "card".into(), place: "page 1".into() }.into();
        let against = Against::all(vec![told(), page, told(), leak]).refused().unwrap();
        assert_eq!(codes(against.reports()), ["CH-R015", "CH-P012", "CH-P052"]);
        let broken: Report = TypesetError::BrokenOff.into();
        assert!(Against::one(broken).refused().is_ok(), "the page of that letter, no machine");
        let unknown = PackageError::Unknown { id: "x".into() };
        assert!(Against::one(Report::of(&unknown)).refused().is_ok());
    }

    #[test]
    fn one_fault_among_the_reasons_is_a_fault_and_no_refusal() {
        let engine = TypesetError::EngineFailed.into();
        let fault = Against::all(vec![PolicyRefusal::AsOf.into(), engine]).refused().unwrap_err();
        assert_eq!(codes(fault.reports()), ["CH-R015", "CH-P015"]);
    }

    #[test]
    fn register_and_archive_never_speak_against_a_letter() {
        let register = Unmade::from(RegisterError::Spoiled).refused().unwrap_err();
        assert_eq!(codes(register.reports()), ["CH-R030"]);
        // Of the severity of a refusal, and of a finding: faults all the same.
        let clock = OfficeError::Clock { last: "2099-01-01".into() };
        assert!(Unmade::from(clock).refused().is_err());
        let digest = Digest::of("x");
        let gone: Report = OfficeError::from(ArchiveError::Missing { digest }).into();
        let fault = Unmade::of_profile(vec![gone]).refused().unwrap_err();
        assert_eq!(codes(fault.reports()), ["CH-X041"]);
    }
}
