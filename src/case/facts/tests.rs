//! Facts from requests, shown under both policies.

use proptest::prelude::*;

use super::*;
use crate::{
    case::request::Entered,
    masking::{AllowList, Policy},
};

const CARD: &str = "6200000000000005";
const IDENTITY: &str = "110199199001010010";

fn request(kind: &str, pairs: &[(&str, &str)]) -> Request {
    let head = [
        ("request_id", "R1"),
        ("kind", kind),
        ("principal", "p"),
        ("case_no", "C-1"),
        ("channel", "ems"),
        ("recipient_role", "debtor"),
    ];
    let entries = head.iter().chain(pairs);
    Request::read(entries.map(|(key, text)| ((*key).into(), Entered::Text((*text).into()))))
        .unwrap_or_else(|told| panic!("{told:?}"))
}

fn notice() -> Request {
    request(
        "collection_notice",
        &[
            ("recipient_name", "王䶮"),
            ("recipient_address", "样例市样例路1号，卡号6200000000000005"),
            ("recipient_postcode", "215000"),
            ("recipient_phone", "13800000001"),
            ("recipient_id_number", IDENTITY),
            ("account", CARD),
            ("debt_kind", "credit_card"),
            ("amount_principal", "1,000.00"),
            ("amount_interest", "400.00"),
            ("amount_fees", "9.50"),
            ("amount_total", "1409.5"),
            ("due_date", "2024-05-07"),
            ("inquiry_channel", "见官网"),
        ],
    )
}

fn shown(request: &Request, masking: &Masking) -> Masked<Facts> {
    Masked::of(&Facts::of(request, &OfficeContext::default()), masking)
}

#[test]
fn values_are_printed_as_documents_print_them() {
    let facts = shown(&notice(), &Masking::default());
    for (name, text) in [
        ("amount_total", "1,409.50"),
        ("amount_cap", "人民币壹仟肆佰零玖元伍角"),
        ("due_date", "2024年5月7日"),
        ("debt_kind_label", "信用卡欠款"),
        ("account_masked", "************0005"),
        ("id_masked", "**************0010"),
        ("phone_masked", "138****0001"),
        ("recipient_form", "person"),
        ("debtor_name", "王䶮"),
        ("to_postcode", "215000"),
        ("case_no", "C-1"),
    ] {
        assert_eq!(facts.text(name), Some(text), "{name}");
    }
    let table = facts.table("amount_rows").unwrap();
    assert_eq!(table.rows[0], ["透支本金", "1,000.00"]);
    assert_eq!(table.rows[2], ["违约金及费用", "9.50"]);
    assert_eq!(table.total.as_deref(), Some("1,409.50"));
}

#[test]
fn no_full_number_is_left_under_any_name() {
    for policy in [Policy::LastFour, Policy::Full] {
        let masking = Masking { policy, ..Masking::default() };
        let facts = shown(&notice(), &masking);
        let data = facts.data().to_string();
        for number in [CARD, IDENTITY, "13800000001"] {
            assert!(!data.contains(number), "{policy:?}");
        }
        for name in ["account", "recipient_id_number", "recipient_phone", "debt_kind"] {
            assert!(facts.get(name).is_none(), "{name}");
        }
        assert!(facts.text("to_address").unwrap().starts_with("样例市样例路1号，卡号****"));
        assert_eq!(
            facts.text("account_masked").unwrap().ends_with("0005"),
            policy == Policy::LastFour
        );
    }
}

#[test]
fn official_accounts_in_the_offices_values_stay() {
    let masking = Masking { allow: AllowList::parse(CARD).unwrap(), ..Masking::default() };
    let office = OfficeContext::default()
        .with("official_channels", format!("对公账号{CARD}"))
        .unwrap()
        .with("issue_date", chrono::NaiveDate::from_ymd_opt(2024, 5, 7).unwrap())
        .unwrap()
        .with("inquiry_channel", "致电客服")
        .unwrap()
        .with("legal_basis", "合同第三条")
        .unwrap();
    let facts = Masked::of(&Facts::of(&notice(), &office), &masking);
    assert_eq!(facts.text("official_channels"), Some(format!("对公账号{CARD}").as_str()));
    assert_eq!(facts.text("issue_date"), Some("2024年5月7日"));
    assert_eq!(facts.text("inquiry_channel"), Some("见官网"));
    assert_eq!(facts.text("legal_basis"), Some("合同第三条"));
}

#[test]
fn the_office_gives_only_what_is_its_own() {
    let mut office = OfficeContext::default();
    for field in ["recipient_name", "amount_cap", "nothing"] {
        assert!(
            matches!(office.set(field, "x"), Err(FactsError::NotOfTheOffice { .. })),
            "{field}"
        );
    }
}

#[test]
fn terms_become_a_table_with_its_sum() {
    let visit = request(
        "visit_agreed",
        &[
            ("terms", "2024-06-01=500.00; 2024-07-01=909.50"),
            ("recipient_name", "王䶮"),
            ("start", "14:05"),
            ("end", "14:40"),
            ("visit_date", "2024-05-07"),
            ("purpose", "discuss_repayment"),
            ("place", "样例路1号"),
            ("agent1", "林一鸣"),
            ("badge1", "W-1"),
            ("agent2", "周知行"),
            ("badge2", "W-2"),
            ("audio_id", "A-1"),
            ("video_id", "V-1"),
            ("video_off_reason", "客户不接受录像"),
            ("video_off_at", "14:12"),
            ("discussed", "false"),
        ],
    );
    let facts = shown(&visit, &Masking::default());
    let table = facts.table("terms_table").unwrap();
    assert_eq!(table.rows[1], ["2", "2024年7月1日", "909.50"]);
    assert_eq!(table.total.as_deref(), Some("1,409.50"));
    for (name, text) in [
        ("total", "1,409.50"),
        ("amount_cap", "人民币壹仟肆佰零玖元伍角"),
        ("n", "2"),
        ("final_due", "2024年7月1日"),
        ("purpose", "协商还款"),
        ("video_off", "客户不接受录像，14:12"),
        ("discussed", ""),
        ("agents", "林一鸣、周知行"),
    ] {
        assert_eq!(facts.text(name), Some(text), "{name}");
    }
    assert!(facts.text("visit_facts").unwrap().contains("人员林一鸣（W-1）、周知行（W-2）"));
}

#[test]
fn subrogation_names_the_indemnity_in_capitals() {
    let claim = request(
        "subrogation_notice",
        &[("debt_kind", "subrogation"), ("indemnity", "8600.00"), ("demand", "6020.00")],
    );
    let facts = shown(&claim, &Masking::default());
    assert_eq!(facts.text("amount_cap"), Some("人民币捌仟陆佰元整"));
    assert_eq!(facts.table("amount_rows").unwrap().rows, [["保险赔偿金", "8,600.00"]]);
    assert!(!Facts::of(&claim, &OfficeContext::default()).has("account_masked"));
}

#[test]
fn what_no_document_may_carry_is_told_and_never_shown() {
    let request = request("callback_card", &[("health_note", "住院"), ("payee_name", "某人")]);
    assert_eq!(request.banned(), ["health_note", "payee_name"]);
    let facts = shown(&request, &Masking::default());
    assert!(facts.get("health_note").is_none() && facts.get("payee_name").is_none());
}

#[test]
fn archived_facts_are_masked_again_to_the_same() {
    let facts = shown(&notice(), &Masking::default());
    let again = Facts::from_archived(facts.kind(), &facts.data()).unwrap();
    assert!(Masked::of(&again, &Masking::default()) == facts);
    for data in ["[]", "{\"nothing\":\"x\"}", "{\"n\":1}", "{\"amount_rows\":{\"lines\":[]}}"] {
        let data = serde_json::from_str(data).unwrap();
        assert!(matches!(Facts::from_archived("k", &data), Err(FactsError::Archived)), "{data}");
    }
}

#[test]
fn printing_facts_shows_names_of_fields_only() {
    let facts = Facts::of(&notice(), &OfficeContext::default());
    let masked = Masked::of(&facts, &Masking::default());
    let shown = format!("{facts:?}{masked:?}");
    assert!(
        shown.contains("recipient_name") && !shown.contains("王䶮") && !shown.contains("1,409")
    );
}

proptest! {
    #[test]
    fn masking_what_is_masked_changes_nothing(statement in "[0-9０-９ xX一-丁卡号证：:-]{0,60}") {
        let statement = statement.trim();
        prop_assume!(!statement.is_empty());
        let mut found = Vec::new();
        let field = field::named("debtor_statement").unwrap();
        prop_assume!(crate::case::value::read(field, &statement.into(), None, &mut found).is_some());
        let facts = shown(&request("visit_not_agreed", &[("debtor_statement", statement)]), &Masking::default());
        let again = Facts::from_archived(facts.kind(), &facts.data()).unwrap();
        prop_assert!(Masked::of(&again, &Masking::default()) == facts);
    }
}

#[test]
fn a_stop_that_the_wording_sets_does_not_stand_twice() {
    let given = [
        ("legal_basis", "双方签订的借款合同。"),
        ("finding", "账单金额无误；"),
        ("next_step", "如需账户明细，可向委托人索取。"),
        ("principal_answer", "已核实，金额无误。"),
        ("debtor_statement", "需要时间核对。"),
    ];
    let facts = shown(&request("collection_notice", &given), &Masking::default());
    assert_eq!(facts.text("legal_basis"), Some("双方签订的借款合同"));
    assert_eq!(facts.text("finding"), Some("账单金额无误"));
    assert_eq!(facts.text("next_step"), Some("如需账户明细，可向委托人索取"));
    // What somebody said or answered stays as it is.
    assert_eq!(facts.text("principal_answer"), Some("已核实，金额无误。"));
    assert_eq!(facts.text("debtor_statement"), Some("需要时间核对。"));
}
