//! Every declared code in one list, from which `docs/errors.md` is printed.
//!
//! Owns the list of lists; a module's codes stay with the module. Refuses nothing itself: a test
//! walks the sources and says which code the list lacks or names twice.
//! Source: SPEC "Command line" (codes never change meaning and are listed in `docs/errors.md`).

use crate::problem::Code;

/// The codes of the small library.
const SMALL: &[&[Code]] = &[
    crate::archive::ArchiveError::CODES,
    crate::archive::ArchiveFinding::CODES,
    crate::case::amount::AmountError::CODES,
    crate::case::checks::CheckProblem::CODES,
    crate::case::credit_code::CreditCodeError::CODES,
    crate::case::date::DateError::CODES,
    crate::case::facts::FactsError::CODES,
    crate::case::names::NameProblem::CODES,
    crate::case::request::RequestProblem::CODES,
    crate::case::text::TextProblem::CODES,
    crate::case::value::ValueProblem::CODES,
    crate::durable::DurableError::CODES,
    crate::evidence::bag::BagFinding::CODES,
    crate::evidence::coverage::CoverageFinding::CODES,
    crate::evidence::extraction::ExtractionError::CODES,
    crate::evidence::container::ContainerError::CODES,
    crate::evidence::BundleFinding::CODES,
    crate::evidence::later::LaterFinding::CODES,
    crate::evidence::renewal::RecordError::CODES,
    crate::evidence::EvidenceError::CODES,
    crate::evidence::foreign::ForeignFinding::CODES,
    crate::masking::MaskingError::CODES,
    crate::register::ProofError::CODES,
    crate::register::RegisterError::CODES,
    crate::register::RegisterFinding::CODES,
    crate::retention::RetentionRefusal::CODES,
    crate::retention::plan::PlanError::CODES,
    crate::rules::RuleError::CODES,
    crate::signing::authority::AuthorityError::CODES,
    crate::signing::cades::SignatureError::CODES,
    crate::signing::certificate::CertificateError::CODES,
    crate::signing::chain::ChainError::CODES,
    crate::signing::envelope::EnvelopeError::CODES,
    crate::signing::key::KeyError::CODES,
    crate::signing::SigningError::CODES,
    crate::signing::TimestampError::CODES,
    crate::template::wording_scan::Rule::CODES,
    crate::visit::frequency::FrequencyRefusal::CODES,
    crate::visit::hours::HoursError::CODES,
    crate::visit::statement::StatementRefusal::CODES,
];

/// The codes that come with offices and pages.
#[cfg(feature = "office")]
const OFFICE: &[&[Code]] = &[
    crate::audit::AuditFinding::CODES,
    crate::signing::TokenError::CODES,
    crate::case::intake::plain::TableProblem::CODES,
    crate::audit::disposals::DisposalFinding::CODES,
    crate::audit::sample::SampleProblem::CODES,
    crate::case::intake::problem::IntakeProblem::CODES,
    crate::figures::bill::BillFinding::CODES,
    crate::figures::reconcile::Deviation::CODES,
    crate::figures::statement::StatementProblem::CODES,
    crate::figures::table::TableError::CODES,
    crate::letter::batch::BatchProblem::CODES,
    crate::letter::certificates::CertificateRefusal::CODES,
    crate::letter::desk::DeskError::CODES,
    crate::letter::envelope_words::EnvelopeRefusal::CODES,
    crate::letter::internal::InternalRefusal::CODES,
    crate::letter::ledgers::LedgerRefusal::CODES,
    crate::letter::life::refusal::LifeRefusal::CODES,
    crate::letter::print::PrintProblem::CODES,
    crate::letter::twins::TwinFinding::CODES,
    crate::letter::window::WindowRefusal::CODES,
    crate::letter::policy::PolicyRefusal::CODES,
    crate::letter::policy::gates::GateRefusal::CODES,
    crate::letter::record::RecordError::CODES,
    crate::office::actor::ActorError::CODES,
    crate::office::contact::ContactProblem::CODES,
    crate::office::credentials::CredentialError::CODES,
    crate::office::evidence_room::RoomError::CODES,
    crate::office::export_room::ExportError::CODES,
    crate::office::founding::FoundingError::CODES,
    crate::office::hold::HoldRefusal::CODES,
    crate::office::hold::sheet::SheetProblem::CODES,
    crate::office::intake_file::IntakeRefusal::CODES,
    crate::office::occasion::OccasionError::CODES,
    crate::office::office_folder::OfficeError::CODES,
    crate::office::principal::PrincipalError::CODES,
    crate::office::sample_requests::SampleError::CODES,
    crate::office::retention_room::RetentionError::CODES,
    crate::office::session::SessionError::CODES,
    crate::office::settings::SettingsError::CODES,
    crate::office::state::StateError::CODES,
    crate::sheet::SheetError::CODES,
    crate::office::stamp_room::StampRefusal::CODES,
    crate::office::time_room::TimeError::CODES,
    crate::template::approval::ApprovalRefusal::CODES,
    crate::template::lint::LintFinding::CODES,
    crate::template::package::PackageError::CODES,
    crate::template::wording::WordingError::CODES,
    crate::typeset::TypesetError::CODES,
];

/// Without an office there are none of its codes.
#[cfg(not(feature = "office"))]
const OFFICE: &[&[Code]] = &[];

/// All codes of the library, and `more`, sorted.
#[must_use]
pub fn codes(more: &[&[Code]]) -> Vec<Code> {
    let mut all: Vec<Code> = Vec::new();
    for list in SMALL.iter().chain(OFFICE).chain(more) {
        all.extend_from_slice(list);
    }
    all.sort_by_key(|code| code.code);
    all
}

/// The codes as a Markdown page.
#[must_use]
pub fn markdown(more: &[&[Code]]) -> String {
    use std::fmt::Write as _;
    let mut page = String::from(
        "# Codes · 错误代码\n\nPrinted by `chancery errors`; a test compares. A code never changes its meaning. \
         `refusal` and `finding` exit 1, `input` 2, `fault` 3.\n\n\
         | code | kind | what happened | what to do | 说明 | 处理 |\n|-|-|-|-|-|-|\n",
    );
    for code in codes(more) {
        // Writing to a string does not fail.
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} |",
            code.code,
            code.severity.name(),
            cell(code.english),
            cell(code.hint_english),
            cell(code.chinese),
            cell(code.hint_chinese),
        );
    }
    page
}

/// A sentence as a cell of the table: bars escaped, and of a field only its name, so that
/// `{what:#}` reads `{what}`.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    // Between the colon of a field and its closing brace.
    let mut in_field = false;
    let mut in_form = false;
    for letter in text.chars() {
        match letter {
            '{' => in_field = true,
            '}' => (in_field, in_form) = (false, false),
            ':' if in_field => in_form = true,
            _ => {}
        }
        match letter {
            _ if in_form => {}
            '|' => cell.push_str("\\|"),
            other => cell.push(other),
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "office")]
    use std::{collections::BTreeMap, path::Path};

    use super::*;

    #[test]
    fn a_sentence_shows_the_name_of_a_field_and_not_how_it_is_formatted() {
        assert_eq!(cell("`{what:#}` is not {why}: a|b"), "`{what}` is not {why}: a\\|b");
    }

    #[cfg(feature = "office")]
    #[test]
    fn every_code_that_a_source_declares_is_in_the_list_exactly_once() {
        let mut declared: BTreeMap<String, Vec<String>> = BTreeMap::new();
        declared_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut declared);
        let twice: Vec<_> = declared.iter().filter(|(_, files)| files.len() > 1).collect();
        assert!(twice.is_empty(), "declared twice: {twice:?}");

        let listed = codes(&[]);
        let mut names: Vec<&str> = listed.iter().map(|code| code.code).collect();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "a list is named twice");

        // The command declares its own codes and hands them to `markdown`.
        let library: Vec<&str> = declared
            .iter()
            .filter(|(_, files)| !files.iter().any(|file| file.contains("/cli/")))
            .map(|(code, _)| code.as_str())
            .collect();
        assert!(library.len() > 400, "the walk found only {} codes", library.len());
        assert_eq!(names, library);
    }

    /// Collects `= "CH-…"` of every `problems!` block outside documentation and tests.
    #[cfg(feature = "office")]
    fn declared_under(folder: &Path, declared: &mut BTreeMap<String, Vec<String>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                declared_under(&path, declared);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for block in text.split("problems! {\n").skip(1) {
                    for line in block.lines().take_while(|line| *line != "}") {
                        let code = line.split_once("= \"CH-").filter(|_| !line.contains("///"));
                        let Some((code, _)) = code.and_then(|(_, end)| end.split_once('"')) else {
                            continue;
                        };
                        // Codes of the letter Z exist in tests only.
                        if !code.starts_with('Z') {
                            let file = path.display().to_string().replace('\\', "/");
                            declared.entry(format!("CH-{code}")).or_default().push(file);
                        }
                    }
                }
            }
        }
    }
}
