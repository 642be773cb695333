//! The sample's letters.
//!
//! Owns names, addresses and sums, none of which is anyone's.

use super::{SampleRequest, Setting, card_number, identity_number};
use crate::case::amount::Fen;

const NAMES: [&str; 26] = [
    "王䶮",
    "李㛃",
    "刘𬭎",
    "马𫘜",
    "欧阳样例",
    "张例一",
    "陈例二",
    "赵例三",
    "买买提·样例江",
    "孙例四",
    "苏州样例贸易有限公司",
    "周例五",
    "吴例六",
    "上海样例（集团）供应链管理股份有限公司长三角区域第二分公司",
    "郑例七",
    "冯例八",
    "司徒例九",
    "Anna Beispiel",
    "深圳样例科技有限公司",
    "何例十",
    "〇例十一",
    "曹例十二",
    "严例十三",
    "样例市样例区样例餐饮店",
    "金例十四",
    "魏例十五",
];

const PLACES: [&str; 5] = [
    "样例省样例市样例区样例路1号",
    "样例省样例市样例县样例镇样例村3组27号",
    "样例市样例新区样例大道2688号样例花园三期17幢2单元1204室",
    "样例自治区样例自治州样例市样例街道样例社区样例路与样例街交叉口向北二百米样例国际广场A座\
     （原样例商务大厦）主楼二十三层2301至2312室样例办公区前台转交本人",
    "样例省样例市样例区样例巷9弄—2号后门",
];

/// Principal, interest and fees in fen: from one fen to millions, with every shape of capitals.
const SUMS: [(u64, u64, u64); 10] = [
    (140_950, 0, 0),
    (10_700_053, 120_000, 30_000),
    (1, 0, 0),
    (49_999, 0, 0),
    (50_000, 0, 0),
    (1_000_000, 100_000, 10_000),
    (1_234_567_890, 98_765_432, 1_000_005),
    (600_714, 0, 5),
    (10_000_000, 1, 10),
    (1_640_902, 50_000, 0),
];

pub(super) fn all(setting: &Setting) -> Vec<SampleRequest> {
    let mut letters = Vec::new();
    for (serial, name) in (0u32..).zip(NAMES) {
        letters.push(notice(setting, serial, name));
    }
    for serial in 0..8 {
        letters.push(subrogation(setting, serial));
    }
    for serial in 0..8 {
        letters.push(card(setting, serial));
    }
    letters.extend(refused(setting));
    letters
}

fn pick<T: Copy>(list: &[T], serial: u32) -> Option<T> {
    list.iter().cycle().nth(usize::try_from(serial).unwrap_or_default()).copied()
}

fn yuan(fen: u64) -> String {
    Fen::new(fen).unwrap_or_default().plain()
}

/// What every letter to a verified recipient has.
pub(super) fn base(setting: &Setting, id: &str, serial: u32, name: &str) -> SampleRequest {
    let company = name.ends_with("公司") || name.ends_with('店');
    let request = SampleRequest::default()
        .with("request_id", id)
        .with("case_no", format!("YL-2026-{serial:04}"))
        .with("channel", if serial.is_multiple_of(2) { "registered_post" } else { "ems" })
        .with("recipient_name", name)
        .with("recipient_form", if company { "company" } else { "person" })
        .with("recipient_postcode", format!("{:06}", 215_000 + serial))
        .with("recipient_address", pick(&PLACES, serial).unwrap_or_default())
        .with("source", "委托人移交清单")
        .with("verified_by", "委托人")
        .with("verified_on", setting.day(-10))
        .with("identity_verified_on", setting.day(-10));
    // Whose name has no characters has no citizen's number.
    let latin = name.is_ascii();
    if company || latin {
        request
    } else {
        request.with("recipient_id_number", identity_number(serial + 1))
    }
}

pub(super) fn notice(setting: &Setting, serial: u32, name: &str) -> SampleRequest {
    let (principal, interest, fees) = pick(&SUMS, serial).unwrap_or((100, 0, 0));
    let digits = if serial.is_multiple_of(3) { 19 } else { 16 };
    let kind = pick(&["credit_card", "consumer_loan", "business_loan", "car_loan"], serial);
    base(setting, &format!("notice-{:03}", serial + 1), serial, name)
        .with("kind", "collection_notice")
        .with("principal", setting.bank)
        .with("recipient_role", "debtor")
        .with("recipient_phone", format!("1380000{serial:04}"))
        .with("debt_kind", kind.unwrap_or("consumer_loan"))
        .with("contract_no", format!("样借〔2023〕{:05}号", serial + 1))
        .with("account", card_number(serial + 1, digits))
        .with("amount_principal", yuan(principal))
        .with("amount_interest", yuan(interest))
        .with("amount_fees", yuan(fees))
        .with("amount_total", yuan(principal + interest + fees))
        .with("as_of_date", setting.day(-1))
        .with("due_date", setting.day(15))
        .with("legal_basis", "双方签订的借款合同及《中华人民共和国民法典》第六百七十五条")
        .with("debt_verified_on", setting.day(-10))
        .with("address_verified_on", setting.day(-9))
}

fn subrogation(setting: &Setting, serial: u32) -> SampleRequest {
    const DRIVERS: [&str; 4] = ["姜例一", "样例运输有限公司", "谢例㛃", "邹例三"];
    let indemnity = pick(&[860_000, 12_345_600, 99_999, 5_000_050], serial).unwrap_or(100);
    let demand = if serial.is_multiple_of(2) { indemnity } else { indemnity * 7 / 10 };
    let name = pick(&DRIVERS, serial).unwrap_or_default();
    base(setting, &format!("subrogation-{:03}", serial + 1), 100 + serial, name)
        .with("kind", "subrogation_notice")
        .with("principal", setting.insurer)
        .with("recipient_role", "liable_third_party")
        .with("insured_relation", "none")
        .with("debt_kind", "subrogation")
        .with("insurer_name", setting.insurer_name)
        .with("policy_no", format!("YLBX2024-{:06}", serial + 1))
        .with("accident_date", setting.day(-300))
        .with("paid_date", setting.day(-200))
        .with("indemnity", yuan(indemnity))
        .with("demand", yuan(demand))
        .with("liability_basis", "道路交通事故认定书（样例）所认定的事故主要责任")
        .with("as_of_date", setting.day(-1))
        .with("due_date", setting.day(20))
        .with("debt_verified_on", setting.day(-30))
        .with("address_verified_on", setting.day(-20))
}

/// A call-back card: the address is not verified, and nothing of a debt is said.
fn card(setting: &Setting, serial: u32) -> SampleRequest {
    const ADDRESSEES: [&str; 4] = ["龚例𬭎", "潘例二", "田例䶮", "董例四"];
    let name = pick(&ADDRESSEES, serial).unwrap_or_default();
    base(setting, &format!("card-{:03}", serial + 1), 200 + serial, name)
        .without("recipient_id_number")
        .with("kind", "callback_card")
        .with("principal", setting.bank)
        .with("recipient_role", "addressee")
}

/// Requests that a rule refuses, each for one reason, which its id names.
fn refused(setting: &Setting) -> Vec<SampleRequest> {
    let like = |serial: u32, id: &str| notice(setting, serial, "许例一").with("request_id", id);
    vec![
        like(301, "refused-channel-wechat").with("channel", "wechat"),
        like(302, "refused-channel-fax").with("channel", "fax"),
        like(303, "refused-channel-postcard").with("channel", "postcard"),
        like(304, "refused-recipient-family").with("recipient_role", "family"),
        like(305, "refused-recipient-employer").with("recipient_role", "employer"),
        like(306, "refused-amounts-differ").with("amount_total", "1.23"),
        like(307, "refused-address-unverified").without("address_verified_on"),
        like(308, "refused-debt-unverified").without("debt_verified_on"),
        like(309, "refused-no-source").without("source"),
        like(310, "refused-kind-sms").with("kind", "sms"),
        subrogation(setting, 11)
            .with("request_id", "refused-insured-family")
            .with("insured_relation", "family"),
        subrogation(setting, 12)
            .with("request_id", "refused-demand-exceeds")
            .with("demand", "99999999.99"),
    ]
}
