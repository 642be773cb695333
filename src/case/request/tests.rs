//! Requests from entries, sound and spoiled.

use super::*;
use crate::case::provenance::Group;

fn entries(pairs: &[(&str, &str)]) -> Vec<(RawText, Entered)> {
    pairs.iter().map(|(key, text)| ((*key).into(), Entered::Text((*text).into()))).collect()
}

fn notice() -> Vec<(&'static str, &'static str)> {
    vec![
        ("request_id", "R-0001"),
        ("kind", "collection_notice"),
        ("principal", "bank-a"),
        ("case_no", "C-2024-001"),
        ("channel", "registered_post"),
        ("recipient_role", "debtor"),
        ("recipient_name", "张伟"),
        ("recipient_address", "某省某市某路1号"),
        ("amount_total", "1,409.50"),
        ("due_date", "2024-06-01"),
    ]
}

fn codes(pairs: &[(&str, &str)]) -> Vec<&'static str> {
    let reports = Request::read(entries(pairs)).unwrap_err();
    reports.iter().map(|report| report.code.code).collect()
}

#[test]
fn a_request_is_read_in_any_order_and_under_chinese_headings() {
    let mut pairs = notice();
    let request = Request::read(entries(&pairs)).unwrap();
    assert_eq!(request.money("amount_total").unwrap().plain(), "1409.50");
    assert_eq!(request.channel(), Channel::RegisteredPost);
    assert_eq!(request.form(), Form::Person);
    pairs.reverse();
    pairs[0] = ("还款期限", "20240601");
    pairs[1] = ("合计金额", "1409.5");
    let other = Request::read(entries(&pairs)).unwrap();
    assert_eq!(other, request);
    assert_eq!(other.canonical(), request.canonical());
}

#[test]
fn all_problems_are_told_at_once_without_values() {
    let mut pairs = notice();
    pairs.retain(|(key, _)| *key != "case_no");
    pairs.extend([
        ("recipent_phone", "13800138000"),
        ("张三", "x"),
        ("agency_name", "某某公司"),
        ("amount_cap", "壹元"),
        ("due_date", "2024-07-01"),
        ("recipient_postcode", "abc"),
    ]);
    assert_eq!(
        codes(&pairs),
        ["CH-I001", "CH-I001", "CH-I004", "CH-I002", "CH-I002", "CH-I020", "CH-I003"]
    );
    for report in Request::read(entries(&pairs)).unwrap_err() {
        let said = format!("{report}{}", report.chinese);
        for value in ["13800138000", "张三", "某某公司", "abc", "壹元"] {
            assert!(!said.contains(value), "{said}");
        }
    }
}

#[test]
fn numbers_lists_and_misplaced_flags_are_of_the_wrong_type() {
    let mut pairs = entries(&notice());
    pairs.push(("amount_fees".into(), Entered::Foreign));
    pairs.push(("contract_no".into(), Entered::Flag(true)));
    pairs.push(("entered_home".into(), Entered::Flag(true)));
    let reports = Request::read(pairs).unwrap_err();
    let codes: Vec<_> = reports.iter().map(|report| report.code.code).collect();
    assert_eq!(codes, ["CH-I005", "CH-I005"]);
}

#[test]
fn forbidden_channels_and_recipients_are_carried_for_the_policy() {
    let mut pairs = notice();
    pairs[4] = ("channel", "微信");
    pairs[5] = ("recipient_role", "spouse");
    let request = Request::read(entries(&pairs)).unwrap();
    assert_eq!(request.channel(), Channel::Forbidden("wechat"));
    assert_eq!(request.role(), Role::Other("family"));
}

#[test]
fn personal_fields_need_source_and_verification() {
    let mut pairs = notice();
    let request = Request::read(entries(&pairs)).unwrap();
    assert_eq!(request.unverified(), ["recipient_address", "recipient_name"]);
    pairs.extend([("来源", "借款合同"), ("核实人", "C-01"), ("verified_on", "2024-05-01")]);
    let request = Request::read(entries(&pairs)).unwrap();
    assert!(request.unverified().is_empty());
    assert_eq!(request.provenance().verified_on(Group::Address), None);
    pairs.push(("address_verified_on", "2024-05-02"));
    pairs.push(("收件人地址核实人", "C-02"));
    let request = Request::read(entries(&pairs)).unwrap();
    let address = field::named("recipient_address").unwrap();
    assert_eq!(request.provenance().of(address).unwrap().by, "C-02");
    assert!(request.provenance().verified_on(Group::Address).is_some());
}

#[test]
fn different_content_gives_different_canonical_bytes() {
    let base = Request::read(entries(&notice())).unwrap().canonical();
    for at in 0..notice().len() {
        let mut pairs = notice();
        pairs[at].1 = match pairs[at].0 {
            "channel" => "ems",
            "case_no" => "C-2",
            "recipient_role" => "addressee",
            "amount_total" => "1409.51",
            "due_date" => "2024-06-02",
            _ => "other",
        };
        assert_ne!(Request::read(entries(&pairs)).unwrap().canonical(), base, "{at}");
    }
}

#[test]
fn printing_a_request_shows_no_value() {
    let shown = format!("{:?}", Request::read(entries(&notice())).unwrap());
    assert!(shown.contains("recipient_name") && !shown.contains("张伟") && !shown.contains("1409"));
}

#[test]
fn every_key_reads_back_from_its_name() {
    for field in columns() {
        let key = Key::read(field.name).unwrap();
        assert_eq!(key.name(), field.name);
        for heading in field.headings {
            assert_eq!(Key::read(heading), Some(key), "{heading}");
        }
        if field.personal {
            let name = format!("{}_verified_by", field.name);
            assert_eq!(Key::read(&name).unwrap().name(), name);
        }
    }
}
