//! The report of an audit, as values of an internal document.
//!
//! Owns the values of DOCUMENTS 24, made of an audit that is over. It looks at nothing itself and
//! writes nothing: issuing it is another act, by an operator with the role of auditor.

use super::{Audit, Finding};
use crate::{
    case::facts::{FactsError, OfficeContext, Table},
    letter::internal::Wanted,
    office::Office,
    typeset::ENGINE_ID,
};

/// Most findings a report lists; all are counted.
const MOST_LISTED: usize = 500;
/// Codes of what is gone, what is too much, what was changed, and what nobody rightly signed.
const MISSING: [&str; 1] = ["CH-S101"];
const EXTRA: [&str; 3] = ["CH-X001", "CH-S104", "CH-S105"];
const CHANGED: [&str; 2] = ["CH-S102", "CH-S103"];
const BAD_SIGNATURE: [&str; 5] = ["CH-L110", "CH-L111", "CH-L112", "CH-L113", "CH-X003"];

/// Document 24 about `audit`, made against `outside` checkpoints in the name of `auditor`.
///
/// # Errors
/// [`FactsError`] if the field catalogue disagrees.
pub fn wanted(
    office: &Office,
    audit: &Audit,
    outside: usize,
    principal: &str,
    auditor: &str,
) -> Result<Wanted, FactsError> {
    let count = |codes: &[&str]| {
        let of = audit.findings.iter().filter(|one| codes.contains(&one.report.code.code));
        of.count().to_string()
    };
    let of_register =
        audit.findings.iter().filter(|one| one.report.code.code.starts_with("CH-L")).count();
    let chain = match of_register {
        0 => "一致".to_owned(),
        found => format!("不一致，{found}项"),
    };
    let first = audit.first_bad().map_or_else(|| "无".to_owned(), |seq| format!("条目{seq}"));
    let outside = match outside {
        0 => "未比对外部保存的检查点".to_owned(),
        given => format!("已比对外部保存的检查点{given}份"),
    };
    let tip = office.view().head().map_or_else(
        |_| "无法读取".to_owned(),
        |head| format!("共{}条，树根 {}", head.size, head.root),
    );
    let listed = audit.findings.len().min(MOST_LISTED);
    let mut values = OfficeContext::default();
    for (field, value) in [
        ("scope", format!("登记簿全部{}条、档案库全部对象、全部证据包；{outside}", audit.entries)),
        ("auditor", auditor.to_owned()),
        ("version", ENGINE_ID.to_owned()),
        ("expected", audit.expected.to_string()),
        ("checked", audit.checked.to_string()),
        ("ok", audit.ok.to_string()),
        ("missing", count(&MISSING)),
        ("extra", count(&EXTRA)),
        ("changed", count(&CHANGED)),
        ("bad_sig", count(&BAD_SIGNATURE)),
        ("chain_result", chain),
        ("first_bad", first),
        ("chain_tip", tip),
        ("listed", format!("{listed}／{}", audit.findings.len())),
    ] {
        values.tell(field, value)?;
    }
    let time = office.now().format("%Y-%m-%d %H:%M:%S %:z").to_string();
    values.tell("time", time)?;
    let rows = audit.findings.iter().take(MOST_LISTED).enumerate().map(row).collect();
    values.tell("rows", Table { rows, total: None })?;
    Ok(Wanted {
        kind: "audit_report".to_owned(),
        principal: principal.to_owned(),
        case: None,
        values,
    })
}

fn row((at, finding): (usize, &Finding)) -> Vec<String> {
    vec![
        (at + 1).to_string(),
        finding.entry.map_or_else(|| "—".to_owned(), |entry| entry.to_string()),
        finding.report.code.code.to_owned(),
        finding.report.chinese.clone(),
    ]
}
