//! The sample's visit statements, of visits made yesterday.

use super::{SampleRequest, Setting};

pub(super) fn all(setting: &Setting) -> Vec<SampleRequest> {
    let agreed = |serial: u32, name: &str, terms: &[(i64, &str)], total: &str| {
        let rows: Vec<_> =
            terms.iter().map(|(days, amount)| format!("{}={amount}", setting.day(*days))).collect();
        base(setting, &format!("visit-agreed-{serial:02}"), serial, name)
            .with("kind", "visit_agreed")
            .with("purpose", "discuss_repayment")
            .with("terms", rows.join("; "))
            .with("total", total)
    };
    let not_agreed = |serial: u32, name: &str, statement: &str, objection: &str| {
        base(setting, &format!("visit-not-agreed-{serial:02}"), serial, name)
            .with("kind", "visit_not_agreed")
            .with("debtor_statement", statement)
            .with("objection", objection)
    };
    vec![
        agreed(1, "张例一", &[(30, "1000.00")], "1000.00"),
        agreed(2, "王䶮", &[(15, "500.00"), (46, "500.00"), (76, "409.50")], "1409.50"),
        agreed(3, "苏州样例贸易有限公司", &[(10, "50000.00"), (40, "57000.53")], "107000.53")
            .with("recipient_form", "company"),
        not_agreed(4, "陈例二", "客户表示需要时间核对账单。", "对利息计算方式有异议"),
        not_agreed(5, "马𫘜", "客户表示近期收入减少，希望延期。", "希望延长还款期限")
            .with("purpose", "return_visit")
            .with("discussed", "true"),
        not_agreed(6, "孙例四", "客户同意沟通，但不接受录像。", "无")
            .with("willing_to_talk", "true")
            .with("video_off_reason", "客户不接受录像")
            .with("video_off_at", "14:12"),
        base(setting, "refused-visit-agreed-without-terms", 7, "周例五")
            .with("kind", "visit_agreed"),
        agreed(8, "吴例六", &[(30, "100.00")], "100.00")
            .with("request_id", "refused-visit-one-agent")
            .without("agent2")
            .without("badge2")
            .without("badge2_shown"),
        agreed(9, "郑例七", &[(30, "100.00")], "100.00")
            .with("request_id", "refused-visit-at-night")
            .with("start", "22:30")
            .with("end", "23:00"),
    ]
}

fn base(setting: &Setting, id: &str, serial: u32, name: &str) -> SampleRequest {
    let [(agent1, badge1), (agent2, badge2)] = setting.agents;
    SampleRequest::default()
        .with("request_id", id)
        .with("principal", setting.bank)
        .with("case_no", format!("YL-2026-{:04}", 500 + serial))
        .with("channel", "hand")
        .with("recipient_role", "debtor")
        .with("recipient_form", "person")
        .with("recipient_name", name)
        .with("debtor_name", name)
        .with("visit_date", setting.day(-1))
        .with("start", "14:05")
        .with("end", "14:40")
        .with("place", format!("样例省样例市样例区样例路{serial}号"))
        .with("purpose", "discuss_repayment")
        .with("agent1", agent1)
        .with("badge1", badge1)
        .with("badge1_shown", "true")
        .with("agent2", agent2)
        .with("badge2", badge2)
        .with("badge2_shown", "true")
        .with("audio_id", format!("AUD-{serial:04}"))
        .with("audio_continuous", "true")
        .with("video_id", format!("VID-{serial:04}"))
        .with("entered_home", "false")
        .with("source", "外访记录")
        .with("verified_by", agent1)
        .with("verified_on", setting.day(-1))
        .with("identity_verified_on", setting.day(-1))
        .with("debt_verified_on", setting.day(-10))
        .with("address_verified_on", setting.day(-1))
}
