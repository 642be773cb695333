//! Codes that no row of a batch can meet, each with its reason; all others have to be planted.

use std::collections::BTreeSet;

use chancery::{
    archive, audit, case, catalogue, durable, evidence, figures, letter, masking, office,
    problem::{Code, Severity},
    register, retention, rules, sheet, signing, template, visit,
};

/// Declarations that say nothing about a row, whatever codes they come to hold.
const ELSEWHERE: &[(&str, &[&[Code]])] = &[
    (
        "bytes of the office itself: a fault, and no row is refused for it",
        &[
            archive::ArchiveError::CODES,
            durable::DurableError::CODES,
            register::RegisterError::CODES,
            letter::desk::DeskError::CODES,
            office::office_folder::OfficeError::CODES,
            office::settings::SettingsError::CODES,
            office::state::StateError::CODES,
        ],
    ),
    (
        "found by verification or audit",
        &[
            archive::ArchiveFinding::CODES,
            audit::AuditFinding::CODES,
            audit::disposals::DisposalFinding::CODES,
            audit::sample::SampleProblem::CODES,
            register::RegisterFinding::CODES,
            register::ProofError::CODES,
            letter::record::RecordError::CODES,
        ],
    ),
    (
        "about evidence, keys, seals and retention",
        &[
            evidence::EvidenceError::CODES,
            evidence::BundleFinding::CODES,
            evidence::bag::BagFinding::CODES,
            evidence::container::ContainerError::CODES,
            evidence::coverage::CoverageFinding::CODES,
            evidence::extraction::ExtractionError::CODES,
            evidence::foreign::ForeignFinding::CODES,
            evidence::later::LaterFinding::CODES,
            evidence::renewal::RecordError::CODES,
            office::evidence_room::RoomError::CODES,
            office::export_room::ExportError::CODES,
            office::retention_room::RetentionError::CODES,
            office::stamp_room::StampRefusal::CODES,
            office::time_room::TimeError::CODES,
            retention::RetentionRefusal::CODES,
            retention::plan::PlanError::CODES,
            sheet::SheetError::CODES,
            signing::authority::AuthorityError::CODES,
            signing::cades::SignatureError::CODES,
            signing::certificate::CertificateError::CODES,
            signing::chain::ChainError::CODES,
            signing::EnvelopeError::CODES,
            signing::key::KeyError::CODES,
            signing::SigningError::CODES,
            signing::TimestampError::CODES,
            signing::TokenError::CODES,
        ],
    ),
    (
        "about who runs the command, before a row is read",
        &[
            office::actor::ActorError::CODES,
            office::credentials::CredentialError::CODES,
            office::session::SessionError::CODES,
            office::founding::FoundingError::CODES,
            office::sample_requests::SampleError::CODES,
        ],
    ),
    (
        "about other commands and other files",
        &[
            case::intake::plain::TableProblem::CODES,
            figures::bill::BillFinding::CODES,
            figures::reconcile::Deviation::CODES,
            figures::table::TableError::CODES,
            letter::certificates::CertificateRefusal::CODES,
            letter::envelope_words::EnvelopeRefusal::CODES,
            letter::internal::InternalRefusal::CODES,
            letter::ledgers::LedgerRefusal::CODES,
            letter::life::refusal::LifeRefusal::CODES,
            letter::print::PrintProblem::CODES,
            letter::window::WindowRefusal::CODES,
            masking::MaskingError::CODES,
            office::contact::ContactProblem::CODES,
            office::hold::HoldRefusal::CODES,
            office::hold::sheet::SheetProblem::CODES,
            office::occasion::OccasionError::CODES,
            rules::RuleError::CODES,
            template::lint::LintFinding::CODES,
            visit::frequency::FrequencyRefusal::CODES,
        ],
    ),
    (
        "told under the code of the field or rule that asks",
        &[
            case::amount::AmountError::CODES,
            case::credit_code::CreditCodeError::CODES,
            case::date::DateError::CODES,
            template::wording_scan::Rule::CODES,
            visit::hours::HoursError::CODES,
        ],
    ),
    ("noted beside a letter, which is issued", &[letter::twins::TwinFinding::CODES]),
];

/// Single codes of declarations that rows can meet.
const SINGLE: &[(&str, &[&str])] = &[
    (
        "the file as a whole, told before any row",
        &[
            "CH-I050", "CH-I051", "CH-I052", "CH-I053", "CH-I054", "CH-I055", "CH-I059", "CH-I060",
            "CH-I061", "CH-I063", "CH-I064", "CH-I065", "CH-I066", "CH-I067", "CH-I068", "CH-I076",
            "CH-I079", "CH-I092", "CH-I120", "CH-I121", "CH-I123", "CH-I141",
        ],
    ),
    ("noted about the file, whose rows are read", &["CH-I142", "CH-I143", "CH-I144", "CH-I145"]),
    ("the file was changed while it was read: held by `case::intake`", &["CH-I077"]),
    ("told when an approval is signed or taken in", &["CH-A012", "CH-A013", "CH-A014", "CH-A015"]),
    (
        "told when a profile is taken in; one that stands was checked then",
        &["CH-O010", "CH-O011", "CH-O013", "CH-O014", "CH-O016", "CH-O017"],
    ),
    (
        "told of a statement of the principal, when it is reconciled",
        &["CH-Q010", "CH-Q011", "CH-Q012", "CH-Q013", "CH-Q014", "CH-Q017"],
    ),
    ("stops the batch, by CH-B102", &["CH-B101"]),
    ("the program's own catalogue and fonts", &["CH-I085", "CH-I086", "CH-P001", "CH-P002"]),
    ("told as CH-T002 before the press is reached", &["CH-P004"]),
    ("the letter after one that overran gets another press", &["CH-P013"]),
    ("a bound on layouts that no page is known to reach", &["CH-P033"]),
    ("the engine broke off: no input is known that makes it", &["CH-R293"]),
    ("today, number and check code are the office's and always fit", &["CH-P041", "CH-P060"]),
    (
        "what the engine writes is not so: held by `typeset::finished`",
        &["CH-P050", "CH-P051", "CH-P053", "CH-P054"],
    ),
    ("a heading map, when it is set", &["CH-I080", "CH-I081"]),
];

/// Fails for each code that is neither among `planted` nor excused, and for excuses of planted ones.
pub fn judge(planted: &BTreeSet<String>) {
    let mut excused = BTreeSet::new();
    for (reason, lists) in ELSEWHERE {
        assert!(!reason.is_empty());
        excused.extend(lists.iter().copied().flatten().map(|code| code.code));
    }
    let single: BTreeSet<&str> =
        SINGLE.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
    let all = catalogue::codes(&[]);
    let unknown: Vec<_> =
        single.iter().filter(|code| !all.iter().any(|one| one.code == **code)).collect();
    assert!(unknown.is_empty(), "excused, and no code: {unknown:?}");
    let both: Vec<_> = planted.iter().filter(|code| single.contains(code.as_str())).collect();
    assert!(both.is_empty(), "planted, and excused: {both:?}");
    // A fault stops the file: see `batch::a_fault_of_the_office…`.
    let left: Vec<String> = all
        .iter()
        .filter(|code| code.severity != Severity::Fault)
        .filter(|code| !excused.contains(code.code) && !single.contains(code.code))
        .filter(|code| !planted.contains(code.code))
        .map(|code| format!("{} {}", code.code, code.english))
        .collect();
    assert!(left.is_empty(), "neither planted nor excused:\n{}", left.join("\n"));
}
