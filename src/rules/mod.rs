//! Answers to rule questions, by the functions the product uses.
//!
//! Owns [`answer`]: one JSON line `{"id": …, "domain": …, "input": …}` in, one [`Answer`] out. An
//! answer is a value even where the rule says no or the value is malformed
//! (`{"error": "date"}`); only a line that is no question is an error. Other keys of the line
//! (`expect`, `note`) are ignored. Source: the contract, `rules FILE`.

pub mod debt;
pub mod law;
pub mod notices;
pub mod paper;
mod questions;

use serde::{Deserialize, Serialize};
use serde_json::Value;

crate::problems! {
    /// Why a line is no question.
    pub enum RuleError {
        /// Not one JSON object with `domain` and `input`.
        Unreadable = "CH-C090", Input,
            "the line is not a JSON object with `domain` and `input`" => "write one object a line, such as `{\"id\": \"1\", \"domain\": \"rmb\", \"input\": \"1409.50\"}`",
            "该行不是含 `domain` 与 `input` 的 JSON 对象" => "请每行写一个对象，如 `{\"id\": \"1\", \"domain\": \"rmb\", \"input\": \"1409.50\"}`";
        /// No rules of that name.
        UnknownDomain = "CH-C091", Input,
            "there is no such domain" => "use one of the domains named in `docs/formats.md`",
            "没有这个规则域" => "请使用 `docs/formats.md` 所列规则域";
        /// The input does not have the shape the domain asks for.
        Input { domain: &'static str } = "CH-C092", Input,
            "the input is not of the shape `{domain}` asks for" => "see the shapes in `docs/formats.md`",
            "输入不符合规则域 `{domain}` 的格式" => "格式见 `docs/formats.md`";
    }
}

#[derive(Deserialize)]
struct Question {
    #[serde(default)]
    id: Value,
    domain: String,
    input: Value,
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// The question's id, as it was given.
    pub id: Value,
    /// The question's domain.
    pub domain: &'static str,
    /// What the rules say, in the domain's shape.
    pub answer: Value,
}

/// Answers one line.
///
/// # Errors
/// [`RuleError::Unreadable`], [`RuleError::UnknownDomain`], [`RuleError::Input`].
pub fn answer(line: &str) -> Result<Answer, RuleError> {
    let question: Question = serde_json::from_str(line).map_err(|_| RuleError::Unreadable)?;
    let (domain, rule) = questions::domain(&question.domain).ok_or(RuleError::UnknownDomain)?;
    let answer = rule(&question.input).ok_or(RuleError::Input { domain })?;
    Ok(Answer { id: question.id, domain, answer })
}

/// The domains that can be asked about.
pub fn domains() -> impl Iterator<Item = &'static str> {
    questions::DOMAINS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn told(line: &str) -> Value {
        answer(line).unwrap().answer
    }

    fn ask(domain: &str, input: &Value) -> Value {
        let question = serde_json::json!({ "id": "t", "domain": domain, "input": input });
        told(&question.to_string())
    }

    /// Answers reckoned by another program from the texts of the standards.
    #[test]
    fn every_case_reckoned_elsewhere_is_answered_alike() {
        let wrong: Vec<String> = include_str!("further_cases.jsonl")
            .lines()
            .map(|line| (line, serde_json::from_str::<Value>(line).unwrap()))
            .filter_map(|(line, case)| {
                let told = ask(case["domain"].as_str().unwrap(), &case["input"]);
                let right = case["any_of"].as_array().unwrap().contains(&told);
                (!right).then(|| format!("{line}: {told}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[expect(clippy::disallowed_methods, reason = "a test finds its shared vectors by it")]
    fn vectors() -> Option<String> {
        let folder = std::env::var("CHANCERY_VECTORS").map_or_else(
            |_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/domain/vectors"),
            PathBuf::from,
        );
        std::fs::read_to_string(folder.join("rules.jsonl")).ok()
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a skipped test is to be seen")]
    fn the_shared_vectors_are_answered_as_expected() {
        let Some(lines) = vectors() else {
            eprintln!("SKIPPED: no rules.jsonl; set CHANCERY_VECTORS to its folder");
            return;
        };
        let mut wrong = Vec::new();
        for line in lines.lines() {
            let vector: Value = serde_json::from_str(line).unwrap();
            let given = answer(line).map(|answer| answer.answer);
            let right = match (&given, vector.get("any_of")) {
                (Ok(given), Some(Value::Array(several))) => several.contains(given),
                (Ok(given), _) => vector.get("expect") == Some(given),
                (Err(_), _) => false,
            };
            if !right {
                wrong.push(format!("{}: {given:?}", vector["id"]));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn what_is_expected_in_the_line_is_ignored() {
        let line = r#"{"id":"a","domain":"rmb","input":"1","expect":"x","note":"y"}"#;
        let answer = serde_json::to_value(answer(line).unwrap()).unwrap();
        assert_eq!(
            answer,
            serde_json::json!({"id": "a", "domain": "rmb", "answer": "人民币壹元整"})
        );
    }

    #[test]
    fn what_is_no_question_is_an_error() {
        assert!(matches!(answer("{"), Err(RuleError::Unreadable)));
        assert!(matches!(answer(r#"{"domain":"rmb"}"#), Err(RuleError::Unreadable)));
        let unknown = answer(r#"{"domain":"weather","input":1}"#);
        assert!(matches!(unknown, Err(RuleError::UnknownDomain)));
        let shape = answer(r#"{"domain":"frequency","input":{"vists_today":1}}"#);
        assert!(matches!(shape, Err(RuleError::Input { domain: "frequency" })));
    }

    #[test]
    fn malformed_values_are_answered_with_the_reason() {
        use serde_json::json;
        for (domain, input, answer) in [
            ("rmb", json!("abc"), json!({"error": "format"})),
            ("rmb", json!("1.005"), json!({"error": "format"})),
            ("rmb", json!("99999999999999999"), json!({"error": "range"})),
            ("rmb", json!(12.5), json!("人民币壹拾贰元伍角")),
            ("small_debt", json!("500.00"), json!(false)),
            ("date_display", json!("2024-02-30"), json!({"error": "date"})),
            ("date_display", json!("20240507"), json!("2024年5月7日")),
            ("capdate", json!("2024-13-01"), json!({"error": "date"})),
            ("gb32100", json!("123"), json!({"valid": false, "reason": "length"})),
            ("contact_hours", json!({"time": "21:00", "end": "20:00"}), json!(false)),
            ("contact_hours", json!({"time": "21:00", "end": "23:00"}), json!({"error": "end"})),
            ("contact_hours", json!("25:00:00"), json!({"error": "time"})),
            ("frequency", json!({"visits_today": 2}), json!("refuse")),
            ("frequency", json!({"hardship": true, "last_visit_days_ago": 6}), json!("refuse")),
            ("frequency", json!({"hardship": true, "visitors": 3}), json!("refuse")),
            ("frequency", json!({"visitors": 2}), json!("allow")),
            ("frequency", json!({"dials_today": 9}), json!("allow")),
            ("frequency", json!({"hardship": true, "last_call_days_ago": 1}), json!("refuse")),
            (
                "retention",
                json!({"archived_on": "2024-02-29"}),
                json!({"last_day_kept": "2029-02-28", "earliest_destroy": "2029-03-01"}),
            ),
            (
                "retention",
                json!({"archived_on": "2019-05-17", "as_of": "2024-05-18"}),
                json!({"destroy": "allow"}),
            ),
            (
                "retention",
                json!({"archived_on": "2019-05-17", "years": 10, "as_of": "2024-05-18"}),
                json!({"destroy": "refuse"}),
            ),
            (
                "retention",
                json!({"archived_on": "2019-05-17", "years": 3}),
                json!({"refuse": "below_floor"}),
            ),
            ("effective_collection_interval", json!(["2024-01-01", "2024-01-30"]), json!(false)),
            ("envelope", json!("A9"), json!({"error": "envelope"})),
            ("envelope_fit", json!({"A4_fold": "对折", "clearance_mm": 4}), json!(["C5", "C4"])),
            ("gbt9704", json!("line_pitch_mm"), json!(10.2273)),
            ("overdue_bracket", json!(91), json!("91–180")),
            (
                "sha256",
                json!("abc"),
                json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ),
            ("sha256", json!({"repeat": ["a", u64::MAX / 2]}), json!({"error": "range"})),
        ] {
            assert_eq!(ask(domain, &input), answer, "{domain} {input}");
        }
    }

    #[test]
    fn signatures_are_those_of_rfc_8032_test_2() {
        let signed = ask(
            "ed25519",
            &serde_json::json!({
                "seed": "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "msg": "72",
            }),
        );
        assert_eq!(
            signed["pk"],
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        assert!(signed["sig"].as_str().unwrap().starts_with("92a009a9f0d4cab8720e820b5f642540"));
    }
}
