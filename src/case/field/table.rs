//! Rows of the field catalogue.
//!
//! Owns the data only; [`super`] gives it meaning. One row a field: name, Chinese headings, kind,
//! supplier, whether it is personal, most characters. The order is that of columns in written
//! sheets. Longer than other files because it is a table.
//! Source: DOCUMENTS.

use super::{Choice, Field, Kind, Supplier};

const fn row(
    name: &'static str,
    headings: &'static [&'static str],
    kind: Kind,
    supplier: Supplier,
    limit: usize,
) -> Field {
    Field { name, headings, kind, supplier, personal: false, limit }
}

const fn personal(
    name: &'static str,
    headings: &'static [&'static str],
    kind: Kind,
    supplier: Supplier,
    limit: usize,
) -> Field {
    Field { name, headings, kind, supplier, personal: true, limit }
}

const fn choice(value: &'static str, chinese: &'static str) -> Choice {
    Choice { value, chinese }
}

/// Whether the recipient is a person or a company.
pub const RECIPIENT_FORMS: &[Choice] = &[choice("person", "个人"), choice("company", "单位")];

/// Kinds of debt; the label is printed.
pub const DEBT_KINDS: &[Choice] = &[
    choice("credit_card", "信用卡欠款"),
    choice("consumer_loan", "个人消费贷款"),
    choice("business_loan", "经营贷款"),
    choice("mortgage_loan", "住房贷款"),
    choice("car_loan", "汽车贷款"),
    choice("instalment", "分期付款"),
    choice("premium", "保险费"),
    choice("guarantee_insurance", "保证保险追偿款"),
    choice("subrogation", "保险代位求偿款"),
];

/// Why a visit is made; REQUIREMENTS 1 (L415) makes it an enumeration.
pub const PURPOSES: &[Choice] = &[
    choice("verify_address", "核实地址"),
    choice("deliver_documents", "送达文书"),
    choice("discuss_repayment", "协商还款"),
    choice("return_visit", "约定回访"),
    choice("collect_materials", "收取异议材料"),
];

/// What a liable third party is to the insured; 保险法 62 spares the family.
pub const INSURED_RELATIONS: &[Choice] = &[
    choice("none", "无亲属或组成人员关系"),
    choice("family", "家庭成员"),
    choice("member", "组成人员"),
    choice("unknown", "不明"),
];

/// What a visit without a conversation found; nothing is asserted that was only heard.
pub const VISIT_FINDINGS: &[Choice] = &[
    choice("absent", "未遇本人"),
    choice("refused", "本人拒绝交谈"),
    choice("wrong_address", "地址与登记不符"),
    choice("reported_deceased", "据称本人死亡，待核实"),
    choice("reported_detained", "据称本人被羁押，待核实"),
];

/// What the check of an address gave.
pub const ADDRESS_CHECKS: &[Choice] = &[
    choice("matches", "与登记相符"),
    choice("differs", "与登记不符"),
    choice("undetermined", "未能核实"),
];

/// Where the call-back card went.
pub const HANDED_TO: &[Choice] = &[
    choice("own_mailbox", "本人信箱"),
    choice("property_management", "物业代收（密封）"),
    choice("adult_at_address", "同住成年人代收（密封）"),
    choice("not_left", "未留存"),
];

/// What is reported to a principal.
pub const EVENT_KINDS: &[Choice] = &[
    choice("denial", "否认交易"),
    choice("identity_mismatch", "身份不符"),
    choice("small_debt_objection", "小额异议"),
    choice("complaint", "投诉"),
    choice("reputation_risk", "声誉风险"),
];

/// Incidents on a visit.
pub const INCIDENT_KINDS: &[Choice] = &[
    choice("self_defence", "肢体冲突自卫"),
    choice("device_failure", "设备故障"),
    choice("reputation_risk", "声誉风险事件"),
];

/// Every field of every document.
pub static FIELDS: &[Field] = &[
    // The request itself.
    row("request_id", &["请求编号", "请求号"], Kind::Code, Supplier::Request, 64),
    row("kind", &["文书类型", "函件类型"], Kind::Code, Supplier::Request, 40),
    row("principal", &["委托人代码", "委托方代码"], Kind::Code, Supplier::Request, 40),
    row("case_no", &["案号", "案件编号"], Kind::Code, Supplier::Request, 40),
    row("channel", &["送达渠道", "寄送方式"], Kind::Channel, Supplier::Request, 32),
    row("approval_id", &["委托人批准号"], Kind::Code, Supplier::Request, 64),
    // Where the facts come from (see `provenance`).
    row("source", &["来源", "数据来源"], Kind::Text, Supplier::Request, 80),
    row("verified_by", &["核实人"], Kind::Text, Supplier::Request, 40),
    row("verified_on", &["核实日期"], Kind::Date, Supplier::Request, 10),
    row("identity_verified_on", &["身份核实日期"], Kind::Date, Supplier::Request, 10),
    row("debt_verified_on", &["债务核实日期"], Kind::Date, Supplier::Request, 10),
    row("address_verified_on", &["地址核实日期"], Kind::Date, Supplier::Request, 10),
    // The recipient.
    personal(
        "recipient_name",
        &["收件人姓名", "收件人", "客户姓名"],
        Kind::Name,
        Supplier::Request,
        80,
    ),
    row("recipient_role", &["收件人身份"], Kind::Role, Supplier::Request, 32),
    row("recipient_form", &["收件人类型"], Kind::Choice(RECIPIENT_FORMS), Supplier::Request, 40),
    personal(
        "recipient_id_number",
        &["身份证号码", "身份证号"],
        Kind::Identity,
        Supplier::Request,
        24,
    ),
    personal(
        "recipient_postcode",
        &["收件人邮编", "邮政编码"],
        Kind::Postcode,
        Supplier::Request,
        6,
    ),
    personal(
        "recipient_address",
        &["收件人地址", "通讯地址"],
        Kind::Address,
        Supplier::Request,
        120,
    ),
    personal("recipient_phone", &["收件人电话", "联系电话"], Kind::Phone, Supplier::Request, 24),
    personal("debtor_name", &["债务人姓名", "债务人"], Kind::Name, Supplier::Request, 80),
    personal("person_name", &["本人姓名"], Kind::Name, Supplier::Request, 80),
    personal("signer_name", &["签署人姓名", "签署人"], Kind::Name, Supplier::Request, 80),
    personal("unit_name", &["单位名称"], Kind::Organisation, Supplier::Request, 120),
    // The debt.
    row("debt_kind", &["债务类型"], Kind::Choice(DEBT_KINDS), Supplier::Request, 40),
    row("contract_no", &["合同编号"], Kind::Code, Supplier::Request, 64),
    personal("account", &["账号", "账户"], Kind::Account, Supplier::Request, 40),
    personal("card_number", &["卡号", "信用卡号"], Kind::Card, Supplier::Request, 32),
    row("amount_principal", &["本金"], Kind::Money, Supplier::Request, 20),
    row("amount_interest", &["利息"], Kind::Money, Supplier::Request, 20),
    row("amount_fees", &["费用", "违约金及费用"], Kind::Money, Supplier::Request, 20),
    row("amount_costs", &["必要费用"], Kind::Money, Supplier::Request, 20),
    row("amount_total", &["合计金额", "欠款总额", "应还金额"], Kind::Money, Supplier::Request, 20),
    row("as_of_date", &["截至日期"], Kind::Date, Supplier::Request, 10),
    row("due_date", &["还款期限", "应还日期"], Kind::Date, Supplier::Request, 10),
    row("original_due_date", &["原到期日"], Kind::Date, Supplier::Request, 10),
    row("legal_basis", &["催收依据"], Kind::Text, Supplier::Either, 200),
    row("inquiry_channel", &["查询方式"], Kind::Text, Supplier::Either, 200),
    row("guarantee_until", &["保证期间届满日"], Kind::Date, Supplier::Request, 10),
    row("prior_notice_date", &["前次通知日期"], Kind::Date, Supplier::Request, 10),
    row("prior_notice_no", &["前次函号"], Kind::Code, Supplier::Request, 64),
    row("citation_ids", &["引用条目"], Kind::Text, Supplier::Request, 200),
    row("paired_with", &["随附函件请求编号"], Kind::Code, Supplier::Request, 64),
    row("promise_date", &["承诺日期"], Kind::Date, Supplier::Request, 10),
    row("promise_amount", &["承诺金额"], Kind::Money, Supplier::Request, 20),
    row("credit_reporting", &["报送征信"], Kind::Flag, Supplier::Request, 5),
    row("commit_amount", &["承诺还款金额"], Kind::Money, Supplier::Request, 20),
    row("cap_amount", &["代偿上限"], Kind::Money, Supplier::Request, 20),
    row("interest_terms", &["分期利息费用约定"], Kind::Text, Supplier::Request, 200),
    row("breach_terms", &["违约处理约定"], Kind::Text, Supplier::Request, 200),
    row("terms", &["分期", "还款安排"], Kind::Terms, Supplier::Request, 2000),
    row("total", &["分期合计"], Kind::Money, Supplier::Request, 20),
    row("discount_amount", &["减免金额"], Kind::Money, Supplier::Request, 20),
    row("discount_until", &["减免有效期"], Kind::Date, Supplier::Request, 10),
    // What no document may carry; it is read so that a rule refuses it by name.
    personal("payee_account", &["收款账号"], Kind::Account, Supplier::Banned, 40),
    personal("payee_name", &["收款人"], Kind::Name, Supplier::Banned, 80),
    personal("third_party_name", &["第三人姓名"], Kind::Name, Supplier::Banned, 80),
    personal("health_note", &["健康情况"], Kind::Text, Supplier::Banned, 120),
    personal("family_note", &["家庭情况"], Kind::Text, Supplier::Banned, 120),
    personal("employer_name", &["工作单位"], Kind::Organisation, Supplier::Banned, 120),
    row("penalty_terms", &["处罚条款"], Kind::Text, Supplier::Banned, 120),
    // Gated letters.
    row("issuer_name", &["发卡银行"], Kind::Organisation, Supplier::Either, 120),
    row("issuer_hotline", &["发卡银行电话"], Kind::Hotline, Supplier::Either, 40),
    row("overdraft_principal", &["透支本金"], Kind::Money, Supplier::Request, 20),
    row("notice1_date", &["首次催收日期"], Kind::Date, Supplier::Request, 10),
    row("notice2_date", &["二次催收日期"], Kind::Date, Supplier::Request, 10),
    row("evidence_ids", &["证据编号"], Kind::Text, Supplier::Request, 200),
    row("consent_or_court_ref", &["同意书或法院文书编号"], Kind::Text, Supplier::Request, 120),
    row("law_firm_name", &["律师事务所"], Kind::Organisation, Supplier::Request, 120),
    row("firm_license", &["律所执业许可证号"], Kind::Code, Supplier::Request, 64),
    row("lawyer_name", &["律师姓名"], Kind::Name, Supplier::Request, 80),
    row("lawyer_license", &["律师执业证号"], Kind::Code, Supplier::Request, 64),
    row("firm_letter_no", &["律师函编号"], Kind::Code, Supplier::Request, 64),
    row("firm_phone", &["律所电话"], Kind::Hotline, Supplier::Request, 40),
    row("pages", &["页数"], Kind::Count, Supplier::Request, 6),
    row("attachment_hash", &["附件摘要"], Kind::Code, Supplier::Request, 64),
    // Subrogation.
    row("insurer_name", &["保险人"], Kind::Organisation, Supplier::Either, 120),
    row("policy_no", &["保险单号", "保单号"], Kind::Code, Supplier::Request, 64),
    row("accident_date", &["事故日期", "出险日期"], Kind::Date, Supplier::Request, 10),
    row("paid_date", &["赔付日期"], Kind::Date, Supplier::Request, 10),
    row("indemnity", &["赔偿金", "赔款金额"], Kind::Money, Supplier::Request, 20),
    row("demand", &["请求金额"], Kind::Money, Supplier::Request, 20),
    row("liability_basis", &["责任依据"], Kind::Text, Supplier::Request, 200),
    row(
        "insured_relation",
        &["与被保险人关系"],
        Kind::Choice(INSURED_RELATIONS),
        Supplier::Request,
        40,
    ),
    // Objections, replies and what the principal found.
    row("objection_date", &["异议日期"], Kind::Date, Supplier::Request, 10),
    row("reply_no", &["来函编号", "异议编号"], Kind::Code, Supplier::Request, 64),
    row("reply_date", &["来函日期"], Kind::Date, Supplier::Request, 10),
    row("forward_date", &["转交日期"], Kind::Date, Supplier::Request, 10),
    row("finding_date", &["核实日期（委托人）"], Kind::Date, Supplier::Request, 10),
    row("finding", &["核实结果"], Kind::Text, Supplier::Request, 300),
    row("next_step", &["后续安排"], Kind::Text, Supplier::Request, 300),
    row("principal_answer", &["委托人答复"], Kind::Text, Supplier::Request, 600),
    // Visits.
    row("visit_date", &["外访日期"], Kind::Date, Supplier::Request, 10),
    row("start", &["开始时间"], Kind::Time, Supplier::Request, 5),
    row("end", &["结束时间"], Kind::Time, Supplier::Request, 5),
    personal("place", &["外访地点", "地点"], Kind::Address, Supplier::Request, 120),
    row("purpose", &["外访目的", "目的"], Kind::Choice(PURPOSES), Supplier::Request, 40),
    row("agent1", &["外访人员一"], Kind::Name, Supplier::Request, 80),
    row("badge1", &["工作证号一"], Kind::Code, Supplier::Request, 64),
    row("badge1_shown", &["已出示证件一"], Kind::Flag, Supplier::Request, 5),
    row("agent2", &["外访人员二"], Kind::Name, Supplier::Request, 80),
    row("badge2", &["工作证号二"], Kind::Code, Supplier::Request, 64),
    row("badge2_shown", &["已出示证件二"], Kind::Flag, Supplier::Request, 5),
    row("audio_id", &["录音编号"], Kind::Code, Supplier::Request, 64),
    row("audio_continuous", &["录音未中断"], Kind::Flag, Supplier::Request, 5),
    row("video_id", &["录像编号"], Kind::Code, Supplier::Request, 64),
    row("video_off_reason", &["关闭录像原因"], Kind::Text, Supplier::Request, 120),
    row("video_off_at", &["关闭录像时间"], Kind::Time, Supplier::Request, 5),
    row("video_resumed_at", &["恢复录像时间"], Kind::Time, Supplier::Request, 5),
    row("willing_to_talk", &["有谈判意愿"], Kind::Flag, Supplier::Request, 5),
    row("entered_home", &["进入住所"], Kind::Flag, Supplier::Request, 5),
    row("invited", &["受邀进入"], Kind::Flag, Supplier::Request, 5),
    row("debtor_requested_visit", &["客户要求外访"], Kind::Flag, Supplier::Request, 5),
    row("discussed", &["经过深入讨论"], Kind::Flag, Supplier::Request, 5),
    personal("debtor_statement", &["客户陈述"], Kind::Text, Supplier::Request, 300),
    personal("objection", &["异议或困难"], Kind::Text, Supplier::Request, 300),
    row("visit_finding", &["未遇情形"], Kind::Choice(VISIT_FINDINGS), Supplier::Request, 40),
    row("address_check", &["地址核实"], Kind::Choice(ADDRESS_CHECKS), Supplier::Request, 40),
    row("seal_no", &["封号"], Kind::Code, Supplier::Request, 64),
    row("handed_to", &["交付或投递"], Kind::Choice(HANDED_TO), Supplier::Request, 40),
    row("photo_id", &["门牌照片编号"], Kind::Code, Supplier::Request, 64),
    row("photo_hash", &["门牌照片摘要"], Kind::Code, Supplier::Request, 64),
    personal("facts", &["经过"], Kind::Text, Supplier::Request, 600),
    row("docs_left", &["送达文书"], Kind::Text, Supplier::Request, 200),
    row("docs_returned", &["退回文书"], Kind::Text, Supplier::Request, 200),
    row("outcome", &["外访结果"], Kind::Text, Supplier::Request, 200),
    row("incident", &["异常情况"], Kind::Text, Supplier::Request, 300),
    // Delivery.
    row("doc_title", &["文书名称"], Kind::Text, Supplier::Request, 120),
    row("mode", &["送达方式"], Kind::Text, Supplier::Request, 40),
    personal("address", &["送达地址"], Kind::Address, Supplier::Request, 120),
    row("time", &["时间"], Kind::Text, Supplier::Either, 40),
    row("reason", &["拒收或未遇原因"], Kind::Text, Supplier::Request, 200),
    // Reports to the principal.
    row("event_kind", &["事项类型"], Kind::Choice(EVENT_KINDS), Supplier::Request, 40),
    row("occurred_at", &["发生时间"], Kind::DateTime, Supplier::Request, 25),
    row("answer_due", &["答复期限"], Kind::Date, Supplier::Request, 10),
    row("outcome_if_known", &["已知结果"], Kind::Text, Supplier::Request, 200),
    row("incident_kind", &["事件类型"], Kind::Choice(INCIDENT_KINDS), Supplier::Request, 40),
    row("agents", &["在场人员"], Kind::Text, Supplier::Request, 120),
    row("police_report", &["报警情况"], Kind::Text, Supplier::Request, 200),
    row("measures", &["已采取措施"], Kind::Text, Supplier::Request, 300),
    row("deadline", &["报告时限"], Kind::DateTime, Supplier::Request, 25),
    // The office, the agency and the principal.
    row("agency_name", &["代理机构名称"], Kind::Organisation, Supplier::Office, 120),
    row("agency_uscc", &["统一社会信用代码"], Kind::Code, Supplier::Office, 64),
    row("agency_postal_name", &["寄件单位名称"], Kind::Organisation, Supplier::Office, 120),
    row("agency_phone", &["代理机构电话"], Kind::Hotline, Supplier::Office, 40),
    row("agency_complaint_phone", &["代理机构投诉电话"], Kind::Hotline, Supplier::Office, 40),
    row("business_phone", &["业务联系电话"], Kind::Hotline, Supplier::Office, 40),
    row("callback_phone", &["回电电话"], Kind::Hotline, Supplier::Office, 40),
    row("service_hours", &["服务时间"], Kind::Text, Supplier::Office, 80),
    row("from_address", &["寄件地址"], Kind::Address, Supplier::Office, 120),
    row("from_postcode", &["寄件邮编"], Kind::Postcode, Supplier::Office, 6),
    row("principal_name", &["委托人名称"], Kind::Organisation, Supplier::Office, 120),
    row("principal_hotline", &["委托人电话"], Kind::Hotline, Supplier::Office, 40),
    row("principal_complaint_phone", &["委托人投诉电话"], Kind::Hotline, Supplier::Office, 40),
    row("mandate_no", &["委托书编号"], Kind::Code, Supplier::Office, 64),
    row("dispute_channel", &["异议渠道"], Kind::Text, Supplier::Office, 300),
    row("official_channels", &["官方还款渠道"], Kind::Text, Supplier::Office, 600),
    row("citations", &["法律引用"], Kind::Text, Supplier::Office, 600),
    row("clerk_name", &["经办人"], Kind::Name, Supplier::Office, 80),
    row("pair_no", &["随附函号"], Kind::Code, Supplier::Office, 64),
    row("issue_date", &["签发日期"], Kind::Date, Supplier::Office, 10),
    row("letter_no", &["函号"], Kind::Code, Supplier::Office, 64),
    row("check_code", &["核验码"], Kind::Code, Supplier::Office, 64),
    row("template_id", &["模板"], Kind::Code, Supplier::Office, 64),
    row("template_version", &["模板版本"], Kind::Text, Supplier::Office, 20),
    // Internal documents: plans, registers, certificates and reports.
    row("date", &["计划日期"], Kind::Date, Supplier::Office, 10),
    row("area", &["区域"], Kind::Text, Supplier::Office, 120),
    row("planner", &["编制人"], Kind::Name, Supplier::Office, 80),
    row("approver1", &["批准人一"], Kind::Name, Supplier::Office, 80),
    row("approver2", &["批准人二"], Kind::Name, Supplier::Office, 80),
    row("bundle_id", &["证据包编号"], Kind::Code, Supplier::Office, 64),
    row("archived_at", &["归档时间"], Kind::DateTime, Supplier::Office, 25),
    row("file_count", &["文件数"], Kind::Count, Supplier::Office, 6),
    row("bytes", &["字节数"], Kind::Text, Supplier::Office, 120),
    row("manifest_hash", &["清单摘要"], Kind::Code, Supplier::Office, 64),
    row("key_fp", &["证书指纹"], Kind::Text, Supplier::Office, 120),
    row("last_day_kept", &["保管期限至"], Kind::Text, Supplier::Office, 120),
    row("hold", &["暂停标识"], Kind::Text, Supplier::Office, 200),
    row("approver_agency", &["代理机构批准人"], Kind::Name, Supplier::Office, 80),
    row("destroyed_at", &["销毁时间"], Kind::DateTime, Supplier::Office, 25),
    row("method", &["销毁方式"], Kind::Text, Supplier::Office, 120),
    row("scope", &["核验范围"], Kind::Text, Supplier::Office, 300),
    row("auditor", &["核验人"], Kind::Name, Supplier::Office, 80),
    row("version", &["工具版本"], Kind::Text, Supplier::Office, 120),
    row("expected", &["应核件数"], Kind::Text, Supplier::Office, 120),
    row("checked", &["实核件数"], Kind::Text, Supplier::Office, 120),
    row("ok", &["一致件数"], Kind::Text, Supplier::Office, 120),
    row("missing", &["缺失件数"], Kind::Text, Supplier::Office, 120),
    row("extra", &["多余件数"], Kind::Text, Supplier::Office, 120),
    row("changed", &["变更件数"], Kind::Text, Supplier::Office, 120),
    row("bad_sig", &["签名无效件数"], Kind::Text, Supplier::Office, 120),
    row("chain_result", &["登记链结果"], Kind::Text, Supplier::Office, 200),
    row("first_bad", &["首个异常"], Kind::Text, Supplier::Office, 200),
    row("month", &["月份"], Kind::Text, Supplier::Office, 120),
    row("issued", &["签发件数"], Kind::Text, Supplier::Office, 120),
    row("delivered", &["送达件数"], Kind::Text, Supplier::Office, 120),
    row("returned", &["退回件数"], Kind::Text, Supplier::Office, 120),
    row("replied", &["回复件数"], Kind::Text, Supplier::Office, 120),
    row("refused", &["拒绝生成件数"], Kind::Text, Supplier::Office, 120),
    row("reasons", &["拒绝原因"], Kind::Text, Supplier::Office, 600),
    row("deviations", &["差异件数"], Kind::Text, Supplier::Office, 120),
    row("rate", &["偏离率"], Kind::Text, Supplier::Office, 120),
    row("disputes", &["异议件数"], Kind::Text, Supplier::Office, 120),
    row("complaints", &["投诉件数"], Kind::Text, Supplier::Office, 120),
    row("holds", &["暂停件数"], Kind::Text, Supplier::Office, 120),
    row("period", &["登记期间"], Kind::Text, Supplier::Office, 120),
    row("chain_tip", &["登记链末端"], Kind::Text, Supplier::Office, 200),
    row("spoiled", &["作废编号"], Kind::Text, Supplier::Office, 120),
    row("listed", &["列示件数"], Kind::Text, Supplier::Office, 120),
    row("rows", &["明细"], Kind::Table, Supplier::Office, 200),
    // Made from other fields.
    row("debt_kind_label", &["债务名称"], Kind::Text, Supplier::Derived, 120),
    row("account_masked", &["账号（脱敏）"], Kind::Text, Supplier::Derived, 120),
    row("card_masked", &["卡号（脱敏）"], Kind::Text, Supplier::Derived, 120),
    row("id_masked", &["证件（脱敏）"], Kind::Text, Supplier::Derived, 120),
    row("phone_masked", &["电话（脱敏）"], Kind::Text, Supplier::Derived, 120),
    row("amount_cap", &["金额大写"], Kind::Text, Supplier::Derived, 120),
    row("amount_rows", &["金额构成"], Kind::Table, Supplier::Derived, 200),
    personal("guarantor_name", &["保证人姓名"], Kind::Name, Supplier::Derived, 80),
    row("n", &["期数"], Kind::Count, Supplier::Derived, 6),
    row("final_due", &["末期日期"], Kind::Date, Supplier::Derived, 10),
    row("terms_table", &["分期表"], Kind::Table, Supplier::Derived, 200),
    row("plan_rows", &["还款计划表"], Kind::Table, Supplier::Derived, 200),
    row("reported", &["据称情形"], Kind::Text, Supplier::Derived, 120),
    row("video_off", &["录像关闭情况"], Kind::Text, Supplier::Derived, 120),
    row("visit_facts", &["外访情况"], Kind::Text, Supplier::Derived, 120),
    personal("to_postcode", &["收件邮编"], Kind::Postcode, Supplier::Derived, 6),
    personal("to_address", &["寄往地址"], Kind::Address, Supplier::Derived, 120),
];
