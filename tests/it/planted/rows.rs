//! Rows of a batch, each refused for what is planted in it, and sound ones between them.

use serde_json::{Map, Value, json};

use super::templates::plants;
use crate::{
    office::Desk,
    rules::{cases::cases, setting::Setting},
};

/// A row and the codes for which it is refused; none if a letter comes of it.
pub struct Planted {
    pub told: Vec<String>,
    pub line: String,
    /// Its case, if it is sound.
    pub case: Option<String>,
}

/// The code of a layout that does not end. It goes on until the command ends, so it has a file of
/// its own, in which no letter waits for it.
pub const OVERRUN: &str = "CH-P012";

/// What a planted defect brings with it besides its own code: the same fact seen by another rule.
const ALONGSIDE: &[(&str, &[&str])] = &[
    // The sum and its words.
    ("CH-I041", &["CH-R013", "CH-R013"]),
    ("CH-I093", &["CH-R129"]),
    ("CH-R129", &["CH-I093"]),
    // The case of the sample is on hold.
    ("CH-R005", &["CH-R009"]),
    ("CH-R018", &["CH-R009"]),
    ("CH-R022", &["CH-R009"]),
    ("CH-R251", &["CH-R009"]),
    ("CH-R120", &["CH-R009"]),
    ("CH-R121", &["CH-R009"]),
    // Both notices, in a case that is on hold and for which nothing was approved.
    ("CH-R114", &["CH-R114", "CH-R009", "CH-R115"]),
    // Each personal field.
    ("CH-R012", &["CH-R012"; 5]),
    // A notice carries no discount, approved or not.
    ("CH-R017", &["CH-R014"]),
    ("CH-R117", &["CH-R116"]),
    // So long a plan outlasts the mandate.
    ("CH-R124", &["CH-R123"]),
    ("CH-V033", &["CH-I046"]),
    ("CH-V034", &["CH-R013"]),
    // The terms, their sum and its words.
    ("CH-V038", &["CH-R013"; 3]),
    ("CH-V039", &["CH-R014"]),
    // Each paragraph that was left out.
    ("CH-P030", &["CH-P030"]),
    // Seal and code, and the words beside them.
    ("CH-P032", &["CH-P032", "CH-P030", "CH-P030", "CH-P030"]),
    // On the page and among the strings of the file.
    ("CH-P052", &["CH-P052"]),
];

/// A sample request with members changed; `null` removes one.
pub fn changed(desk: &Desk, base: &str, id: &str, changes: &Value) -> Map<String, Value> {
    let mut row = desk.request(base).as_object().unwrap().clone();
    row.insert("request_id".to_owned(), json!(id));
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            row.remove(name);
        } else {
            row.insert(name.clone(), value.clone());
        }
    }
    row
}

/// A notice that every rule lets pass, in a case of its own.
pub fn sound(desk: &Desk, at: usize) -> Map<String, Value> {
    let case = format!("ZC-2026-{at:05}");
    changed(desk, "notice-004", &format!("sound-{at:05}"), &json!({ "case_no": case }))
}

/// A row of which a letter comes.
pub fn of(row: Map<String, Value>) -> Planted {
    let case = row["case_no"].as_str().map(str::to_owned);
    Planted { told: vec![], line: Value::Object(row).to_string(), case }
}

/// A row that is refused for `code` and what comes with it.
pub fn refused(code: &str, line: impl ToString) -> Planted {
    let more = ALONGSIDE.iter().filter(|(of, _)| *of == code).flat_map(|(_, more)| *more);
    let told = std::iter::once(code).chain(more.copied()).map(str::to_owned).collect();
    Planted { told, line: line.to_string(), case: None }
}

/// Every row, in the order of the file.
pub fn rows(at: &Setting) -> Vec<Planted> {
    let mut planted = of_rules(at);
    planted.extend(of_reading(&at.desk));
    planted.extend(of_visits(&at.desk));
    planted.extend(of_the_rest(at));
    let mut rows = Vec::new();
    for (at_row, one) in planted.into_iter().enumerate() {
        if at_row % 3 == 0 {
            rows.push(of(sound(&at.desk, at_row)));
        }
        rows.push(one);
    }
    rows
}

/// Every case that the table of rules refuses. The mandate of a principal ends in a file of its own.
fn of_rules(at: &Setting) -> Vec<Planted> {
    let cases = cases(at);
    let cases = cases.iter().filter(|case| case.code != "CH-R007");
    cases
        .map(|case| {
            let (base, changes) = &case.refused;
            let used = case.code == "CH-R022";
            let id = if used { "notice-001".to_owned() } else { format!("no-{}", case.code) };
            refused(case.code, Value::Object(changed(&at.desk, base, &id, changes)))
        })
        .collect()
}

/// What no request can be read from.
fn of_reading(desk: &Desk) -> Vec<Planted> {
    let many: Map<String, Value> = (0..401).map(|at| (format!("x{at}"), json!("1"))).collect();
    let values = [
        ("CH-I001", json!({ "no_such_field": "x" })),
        ("CH-I002", json!({ "agency_name": "另一公司" })),
        ("CH-I003", json!({ "case_no": null })),
        ("CH-I005", json!({ "amount_total": 1409.5 })),
        ("CH-I006", Value::Object(many)),
        ("CH-I020", json!({ "recipient_postcode": "21500" })),
        ("CH-I021", json!({ "amount_total": "1.2.3" })),
        ("CH-I022", json!({ "due_date": "2099-02-30" })),
        ("CH-I023", json!({ "card_number": "6200000000000006" })),
        ("CH-I024", json!({ "recipient_id_number": "320599196102020013" })),
        ("CH-I025", json!({ "account": "6.2E+15" })),
        ("CH-I026", json!({ "debt_kind": "gold" })),
        ("CH-I027", json!({ "case_no": "ZC 2026 1" })),
        ("CH-I028", json!({ "case_no": "ZC-1234567890123" })),
        ("CH-E210", json!({ "case_no": "ZC-AB" })),
        ("CH-I029", json!({ "terms": "2099-01-01" })),
        ("CH-I030", json!({ "recipient_phone": "电话" })),
        ("CH-N001", json!({ "legal_basis": "借款\u{1}合同" })),
        ("CH-N002", json!({ "recipient_name": "王\n䶮" })),
        ("CH-N003", json!({ "legal_basis": "借款\u{202e}合同" })),
        ("CH-N004", json!({ "legal_basis": "借款\u{200b}合同" })),
        ("CH-N005", json!({ "recipient_name": "王\u{e000}" })),
        ("CH-N006", json!({ "recipient_name": "王\u{fffd}" })),
        ("CH-N007", json!({ "recipient_name": "王䶮 " })),
        ("CH-N008", json!({ "legal_basis": "借款\u{2003}合同" })),
        ("CH-N009", json!({ "recipient_name": "\u{f900}王" })),
        ("CH-N010", json!({ "legal_basis": "锟斤拷锟斤拷" })),
        ("CH-N011", json!({ "recipient_name": "王".repeat(200) })),
        ("CH-N020", json!({ "recipient_name": "王?明" })),
        ("CH-N021", json!({ "recipient_name": "王xiao明" })),
        ("CH-N022", json!({ "recipient_name": "王2明" })),
        ("CH-N023", json!({ "recipient_name": "..\\王明" })),
        ("CH-N024", json!({ "recipient_name": "未知" })),
        ("CH-N025", json!({ "recipient_name": "王 明" })),
        ("CH-I130", json!({ "recipient_name": "王明、李明" })),
    ];
    let mut planted: Vec<Planted> = values
        .into_iter()
        .map(|(code, changes)| {
            let row = changed(desk, "notice-004", &format!("read-{code}"), &changes);
            refused(code, Value::Object(row))
        })
        .collect();
    let twice = Value::Object(changed(desk, "notice-004", "read-twice", &json!({}))).to_string();
    planted.push(refused("CH-I004", twice.replacen('{', "{\"due_date\":\"2099-01-01\",", 1)));
    planted.push(refused("CH-I056", "{\"request_id\": "));
    planted.push(refused("CH-I057", "[\"request_id\"]"));
    planted.push(refused("CH-I058", format!("{{\"request_id\":\"{}\"}}", "9".repeat(3 << 20))));
    planted
}

/// Statements of visits, which a clerk may not issue either: both are told.
fn of_visits(desk: &Desk) -> Vec<Planted> {
    let (agreed, silent, dark) = ("visit-agreed-01", "visit-not-agreed-04", "visit-not-agreed-06");
    [
        ("CH-V030", agreed, json!({ "agent2": "样例外访员甲" })),
        ("CH-V031", silent, json!({ "badge2_shown": "false" })),
        ("CH-V032", agreed, json!({ "start": "07:59" })),
        ("CH-V033", agreed, json!({ "start": "15:00", "end": "14:00" })),
        ("CH-V034", silent, json!({ "video_id": null })),
        ("CH-V035", dark, json!({ "video_off_reason": null })),
        ("CH-V036", dark, json!({ "video_resumed_at": "15:10" })),
        ("CH-V037", agreed, json!({ "entered_home": "true" })),
        ("CH-V038", agreed, json!({ "terms": null, "total": null })),
        ("CH-V039", silent, json!({ "terms": "2090-01-31=1000.00", "total": "1000.00" })),
        ("CH-V040", agreed, json!({ "terms": "2020-01-31=1000.00", "total": "1000.00" })),
    ]
    .into_iter()
    .map(|(code, base, changes)| {
        let row = changed(desk, base, &format!("visit-{code}"), &changes);
        let mut planted = refused(code, Value::Object(row));
        planted.told.push("CH-R001".to_owned());
        planted
    })
    .collect()
}

/// Documents, principals, statements, the page, rows that stand twice.
fn of_the_rest(at: &Setting) -> Vec<Planted> {
    let desk = &at.desk;
    let row = |id: &str, changes: Value| Value::Object(changed(desk, "notice-004", id, &changes));
    let mut planted: Vec<Planted> = plants()
        .iter()
        .filter(|plant| plant.code != OVERRUN)
        .map(|plant| refused(plant.code, row(&plant.id(), json!({ "kind": plant.id() }))))
        .collect();
    let differs = json!({ "contract_no": "QC-DIFFERS", "case_no": "QC-2026-1" });
    let stale =
        json!({ "contract_no": "QC-STALE", "case_no": "QC-2026-2", "as_of_date": at.day(-3) });
    planted.extend([
        refused("CH-T001", row("none", json!({ "kind": "no_such_document" }))),
        refused("CH-O012", row("nobody", json!({ "principal": "nobody" }))),
        refused("CH-O015", row("bare", json!({ "principal": "bare-bank" }))),
        refused("CH-Q015", row("differs", differs)),
        refused("CH-Q016", row("stale", stale)),
        refused("CH-P020", row("glyph", json!({ "recipient_name": "王\u{31350}" }))),
    ]);
    // The same request again, after a sound one.
    let again = sound(desk, 0);
    planted.push(refused("CH-B100", Value::Object(again)));
    // Several reasons of all sorts, none of which hides another.
    let all = row(
        "all-at-once",
        json!({
            "kind": "planted_ch_a005", "channel": "sms", "amount_total": "1.00", "contract_no": null,
            "case_no": "YL-2026-0000", "recipient_postcode": "000001", "identity_verified_on": null,
            "due_date": "2001-01-01", "legal_basis": "再不还款就去你单位闹",
        }),
    );
    let told = [
        "CH-A005", "CH-I040", "CH-I046", "CH-R003", "CH-R009", "CH-R010", "CH-R013", "CH-R016",
        "CH-R019", "CH-R106",
    ];
    let told = told.map(str::to_owned).to_vec();
    planted.push(Planted { told, line: all.to_string(), case: None });
    let nowhere =
        json!({ "kind": "no_such_document", "principal": "nobody", "amount_total": "1.00" });
    let told = ["CH-I040", "CH-O012", "CH-T001"].map(str::to_owned).to_vec();
    planted.push(Planted { told, line: row("nowhere", nowhere).to_string(), case: None });
    planted
}
