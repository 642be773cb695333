//! A principal's own sheet: read by the headings of its signed profile, vouched for by its signature.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    command::chancery,
    office::{Desk, text},
    tools::tool,
};

/// Heading of the bank, field, value.
const COLUMNS: [(&str, &str, &str); 13] = [
    ("借据流水", "request_id", "LN-1"),
    ("案件号", "case_no", "AJ-1"),
    ("户名", "recipient_name", "王小明"),
    ("卡号/账号", "account", "6200000000000000018"),
    ("地址", "recipient_address", "样例省样例市样例区样例路1号"),
    ("邮编", "recipient_postcode", "215000"),
    ("本金余额", "amount_principal", "100.00"),
    ("利息余额", "amount_interest", "0.00"),
    ("费用余额", "amount_fees", "0.00"),
    ("合计", "amount_total", "100.00"),
    ("合同号", "contract_no", "HT-1"),
    ("备注", "-", "（内部）"),
    ("限期", "due_date", "2099-12-31"),
];

/// What the bank's sheets leave out.
const CONSTANTS: [(&str, &str); 6] = [
    ("kind", "collection_notice"),
    ("channel", "registered_post"),
    ("recipient_role", "debtor"),
    ("recipient_form", "person"),
    ("debt_kind", "consumer_loan"),
    ("legal_basis", "双方签订的借款合同"),
];

/// Files of the principal's side.
fn side(desk: &Desk, name: &str) -> PathBuf {
    desk.office().join("principal-side").join("sample-bank").join(name)
}

/// Runs on the principal's machine: no office, its own key.
fn principal(desk: &Desk, line: &[&str]) {
    let pass = desk.office().join("credentials").join("principal");
    let (key, own, issuer) =
        (side(desk, "approver-key.pem"), side(desk, "approver.pem"), side(desk, "certificate.pem"));
    let key = ["--key", text(&key), "--own-certificate", text(&own), "--issuer", text(&issuer)];
    chancery().passphrase(&pass).run(&[line, &key[..]].concat()).ends(0);
}

/// Gives the bank a profile with its headings; `inquiry_channel` and the dates come from a sample.
fn take_headings(desk: &Desk) {
    let mut profile = fs::read_to_string(side(desk, "profile.toml")).unwrap();
    profile.push_str("\n[headings]\n\"截至\" = \"as_of_date\"\n");
    for (heading, field, _) in COLUMNS {
        profile += &format!("\"{heading}\" = \"{field}\"\n");
    }
    profile.push_str("[constants]\n");
    for (field, value) in CONSTANTS {
        profile += &format!("{field} = \"{value}\"\n");
    }
    profile.push_str("inquiry_channel = \"客服电话400-000-0100\"\n");
    let (plain, signed) = (desk.write("profile.toml", profile), desk.beside("profile.p7m"));
    principal(desk, &["principal", "sign", "--profile", text(&plain), "--out", text(&signed)]);
    desk.by("admin", &["principal", "add", "sample-bank", "--profile", text(&signed)]).ends(0);
}

/// A sheet in GB18030 with `rows` letters and the last of them twice.
fn sheet(desk: &Desk, name: &str, rows: usize) -> PathBuf {
    let as_of = desk.request("notice-001")["as_of_date"].as_str().unwrap().to_owned();
    let mut lines = vec![COLUMNS.map(|(heading, ..)| heading).join(",") + ",截至"];
    for at in (1..=rows).chain([rows]) {
        let cells = COLUMNS.map(|(_, field, value)| match field {
            "request_id" | "case_no" | "contract_no" => value.replace('1', &at.to_string()),
            _ => value.to_owned(),
        });
        lines.push(cells.join(",") + "," + &as_of);
    }
    let room = crate::office::room();
    let plain = room.path().join("utf-8");
    fs::write(&plain, lines.join("\r\n")).unwrap();
    // By the tool that every system has, so that nothing here judges itself.
    let iconv = tool("iconv").unwrap();
    desk.write(name, iconv.run(&["-f", "UTF-8", "-t", "GB18030", text(&plain)]).ends(0).stdout)
}

#[test]
fn a_banks_own_sheet_is_read_by_its_signed_headings_and_vouched_for_by_its_signature() {
    if tool("iconv").is_none() {
        return;
    }
    let desk = Desk::fresh();
    let file = sheet(&desk, "bank.csv", 3);
    let out = desk.beside("out");
    let line = ["letter", "batch", text(&file), "--out", text(&out), "--principal", "sample-bank"];
    // Without a map its headings mean nothing, and the preview proposes lines for it.
    let preview = ["heading", "map", "sample-bank", text(&file)];
    let proposed = desk.by_json("auditor", &preview).tells(2, "CH-I059").json();
    assert_eq!(proposed["columns"].as_array().unwrap().len(), 14);
    assert!(!proposed["proposed"].as_array().unwrap().is_empty());
    take_headings(&desk);
    let read = desk.by_json("auditor", &preview).ends(0).json();
    assert_eq!((&read["encoding"], &read["rows"]), (&json!("gb18030"), &json!(4)));
    assert_eq!(read["columns"][2]["gives"], "recipient_name");
    assert_eq!(read["columns"][11]["ignored"], true);
    // Nobody has verified anything yet.
    let refused = desk.by_json("clerk", &line).ends(1).json();
    assert_eq!(refused["summary"]["issued"], 0);
    for code in ["CH-R008", "CH-R010", "CH-R011", "CH-R012"] {
        assert!(refused["codes"][code].as_u64() >= Some(3), "{refused}");
    }
    // The bank's signature vouches for its columns; the doubled row is still told.
    principal(&desk, &["principal", "vouch", text(&file)]);
    let issued = desk.by_json("clerk", &line).ends(1).json();
    assert_eq!(issued["summary"]["issued"], 3, "{issued}");
    assert_eq!(issued["codes"], json!({ "CH-B100": 1 }));
    let vouched = desk.entries("intake.vouched");
    assert_eq!(vouched.len(), 1);
    assert_eq!(vouched[0]["body"]["principal"], "sample-bank");
    let again: Value = desk.by_json("clerk", &line).ends(1).json();
    assert_eq!(again["summary"]["already"], 3);
    assert_eq!(desk.entries("intake.vouched").len(), 1);
    // One by one it is the same file with the same signature.
    let (one, single) = (sheet(&desk, "single.csv", 4), desk.beside("single"));
    let of_bank = ["--principal", "sample-bank", "--request", "LN-4"];
    let page = desk.beside("preview.pdf");
    let preview = [&["letter", "preview", text(&one), "--out", text(&page)][..], &of_bank].concat();
    let issue = [&["letter", "issue", text(&one), "--out", text(&single)][..], &of_bank].concat();
    // Without its map the headings mean nothing; without the signature nothing is verified.
    desk.by_json("clerk", &preview[..5]).tells(2, "CH-I059");
    desk.by_json("clerk", &issue).tells(1, "CH-R012");
    assert_eq!(desk.entries("intake.vouched").len(), 1);
    principal(&desk, &["principal", "vouch", text(&one)]);
    // The sheet's last row stands twice, so a preview does not know which.
    desk.by_json("clerk", &preview).tells(2, "CH-U004");
    let third = [&preview[..7], &["--request", "LN-3"]].concat();
    desk.by_json("clerk", &third).ends(0);
    assert!(page.exists());
    let told = desk.by_json("clerk", &issue).ends(0).json_lines();
    assert_eq!((&told[0]["already"], &told[1]["already"]), (&json!(false), &json!(true)));
    assert_eq!(desk.entries("intake.vouched").len(), 2);
    desk.by_json("clerk", &issue).ends(0);
    assert_eq!(desk.entries("intake.vouched").len(), 2);
    desk.by("auditor", &["audit", "run"]).ends(0);
    // One byte more, and the signature is not over the file.
    let mut bytes = fs::read(&file).unwrap();
    bytes.push(b' ');
    fs::write(&file, bytes).unwrap();
    desk.by_json("clerk", &line).tells(1, "CH-I120");
    let of_file = ["letter", "issue", text(&file), "--out", text(&single)];
    desk.by_json("clerk", &of_file).tells(2, "CH-I059");
    desk.by_json("clerk", &[&of_file[..], &of_bank].concat()).tells(1, "CH-I120");
}
