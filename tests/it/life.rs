//! What becomes of a letter: dispatch, delivery, return, replies, void, reprint, receipt.

use std::fs;

use chrono::{FixedOffset, Utc};
use serde_json::{Value, json};

use crate::{
    office::{Desk, said, text},
    tools::tool,
};

/// Today at the office, as acts are told.
pub fn today() -> String {
    now().format("%Y-%m-%d").to_string()
}

/// This minute at the office.
fn minute() -> String {
    now().format("%Y-%m-%dT%H:%M").to_string()
}

/// What contact hours say to handing something over at `minute`: the sample bank's end at 21:00.
/// The clock is the machine's, so a run at night meets the refusal and one by day does not.
fn hours(minute: &str) -> Vec<&'static str> {
    let hour: u32 = minute[11..13].parse().unwrap();
    if (8..21).contains(&hour) { Vec::new() } else { vec!["CH-V032"] }
}

/// Number of a notice issued for `channel`.
fn issued(desk: &Desk, channel: &str) -> String {
    let changes = json!({ "request_id": format!("by-{channel}"), "channel": channel });
    let said = desk.issue(&desk.request_with("notice-003", changes)).ends(0).json_lines();
    said[0]["number"].as_str().unwrap().to_owned()
}

fn now() -> chrono::DateTime<FixedOffset> {
    Utc::now().with_timezone(&FixedOffset::east_opt(8 * 3600).unwrap())
}

/// Number of the letter that a sample request became.
pub fn number(request: &str) -> String {
    let line = said("letters").into_iter().find(|line| line["request"] == request);
    line.unwrap_or_else(|| panic!("{request}"))["number"].as_str().unwrap().to_owned()
}

fn act(desk: &Desk, arguments: &[&str]) -> crate::command::Ran {
    desk.by_json("clerk", &[&["letter"], arguments].concat())
}

fn status(desk: &Desk, number: &str) -> String {
    let shown = desk.call().json().run(&["letter", "show", number]).ends(0).json();
    shown["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_letter_is_dispatched_and_delivered_once_and_nothing_contradicts_it() {
    let desk = Desk::worked();
    let (one, other) = (number("notice-001"), number("notice-002"));
    let today = today();
    assert_eq!(status(&desk, &one), "issued");
    act(&desk, &["deliver", &one, "--mode", "post", "--signer", "recipient", "--at", &today])
        .tells(1, "CH-R193");
    let dispatch = ["dispatch", &one, "--tracking", "XA12345678911"];
    assert_eq!(act(&desk, &dispatch).ends(0).json()["already"], false);
    assert_eq!(act(&desk, &dispatch).ends(0).json()["already"], true);
    act(&desk, &["dispatch", &one, "--tracking", "XA12345678912"]).tells(1, "CH-R192");
    act(&desk, &["dispatch", &other, "--tracking", "xa12345678911"]).tells(1, "CH-R198");
    act(&desk, &["dispatch", &other, "--tracking", "6200000000000005"]).tells(2, "CH-R184");
    act(&desk, &["dispatch", &other, "--tracking", "EA123456789CN", "--carrier", "agents"])
        .tells(1, "CH-R197");
    assert_eq!(status(&desk, &one), "dispatched");
    let deliver = ["deliver", &one, "--mode", "post", "--signer", "本人", "--at", &today];
    assert_eq!(act(&desk, &deliver).ends(0).json()["already"], false);
    assert_eq!(act(&desk, &deliver).ends(0).json()["already"], true);
    act(&desk, &["return", &one, "--reason", "moved", "--at", &today]).tells(1, "CH-R192");
    act(&desk, &["void", &one, "--reason", "wrong"]).tells(1, "CH-R199");
    assert_eq!(status(&desk, &one), "delivered");
    assert_eq!(desk.entries("letter.dispatched").len(), 1);
    assert_eq!(desk.entries("letter.delivered").len(), 1);
}

#[test]
fn what_happened_lies_between_issue_and_now_and_unknown_numbers_are_refused() {
    let desk = Desk::worked();
    let one = number("notice-001");
    let reply =
        |number: &str, at: &str| act(&desk, &["reply", number, "--kind", "paid", "--at", at]);
    reply(&one, "2026-01-01").tells_only(1, &["CH-R187"]);
    reply(&one, "2099-01-01").tells_only(1, &["CH-R186"]);
    reply(&one, "yesterday").tells_only(2, &["CH-R183"]);
    reply("QH-2026-999999", &today()).tells_only(1, &["CH-R180"]);
    let ran = reply("6200000000000005", &today()).tells_only(1, &["CH-R180"]);
    assert!(!ran.both().contains("6200000000000005"));
    assert!(desk.entries("letter.replied").is_empty());
}

#[test]
fn by_hand_needs_the_recipients_signature_the_minute_and_two_agents() {
    let desk = Desk::worked();
    let one = issued(&desk, "hand");
    let minute = minute();
    let night = hours(&minute);
    let with = |code: &'static str| [&[code][..], &night].concat();
    let hand = |more: &[&str]| {
        let base = ["deliver", one.as_str(), "--mode", "hand"];
        act(&desk, &[&base[..], more].concat())
    };
    hand(&["--at", &minute, "--signer", "household", "--agent", "agent-a", "--agent", "agent-b"])
        .tells_only(1, &with("CH-R196"));
    hand(&["--at", &minute, "--signer", "recipient", "--agent", "agent-a", "--agent", "agent-a"])
        .tells_only(1, &with("CH-R196"));
    hand(&["--at", &today(), "--signer", "recipient", "--agent", "agent-a", "--agent", "agent-b"])
        .tells_only(1, &["CH-R196"]);
    hand(&["--at", &minute, "--signer", "recipient", "--agent", "agent-a", "--agent", "clerk"])
        .tells_only(1, &with("CH-R204"));
    assert_eq!(status(&desk, &one), "issued");
    // The agents may register it themselves.
    let given = [
        "letter",
        "deliver",
        &one,
        "--mode",
        "hand",
        "--at",
        &minute,
        "--signer",
        "recipient",
        "--agent",
        "agent-a",
        "--agent",
        "agent-b",
    ];
    if !night.is_empty() {
        desk.by("agent-a", &given).tells_only(1, &night);
        assert_eq!(status(&desk, &one), "issued");
        return;
    }
    desk.by("agent-a", &given).ends(0);
    assert_eq!(status(&desk, &one), "delivered");
    let missing = desk.call().json().run(&["copies", "missing"]).ends(0).json();
    let row = &missing["missing"][0];
    assert_eq!(
        (&row["number"], &row["because"], &row["age_days"]),
        (&json!(one), &json!("hand"), &json!(0))
    );
}

#[test]
fn a_mailbox_takes_letters_to_verified_addresses_only_and_no_door_takes_any() {
    let desk = Desk::worked();
    let today = today();
    let agents = ["--agent", "agent-a", "--agent", "agent-b"];
    let into = |number: &str, mode: &str, more: &[&str]| {
        let line = ["deliver", number, "--mode", mode, "--at", &today];
        act(&desk, &[&line[..], more].concat())
    };
    let (posted, own) = (number("notice-001"), issued(&desk, "mailbox"));
    into(&number("card-001"), "mailbox", &agents).tells_only(1, &["CH-R195", "CH-R283"]);
    into(&posted, "door", &[]).tells_only(1, &["CH-R194"]);
    into(&posted, "张贴", &[]).tells_only(1, &["CH-R194"]);
    into(&posted, "mailbox", &agents).tells_only(1, &["CH-R283"]);
    into(&own, "mailbox", &[]).tells_only(1, &["CH-R285"]);
    into(&own, "mailbox", &[&agents[..], &["--source", "carrier"]].concat())
        .tells_only(1, &["CH-R284"]);
    into(&own, "mailbox", &agents).ends(0);
    let told = &desk.entries("letter.delivered")[0]["body"];
    assert_eq!(
        (&told["source"], &told["agents"]),
        (&json!("agents"), &json!(["agent-a", "agent-b"]))
    );
}

#[test]
fn what_a_payment_or_a_withdrawal_overtook_does_not_leave_in_any_way() {
    let desk = Desk::worked();
    let today = today();
    let (paid, other) = (number("notice-001"), number("notice-002"));
    act(&desk, &["reply", &paid, "--kind", "paid", "--at", &today]).ends(0);
    let stays = |number: &str, request: &str, code: &str| {
        let out = desk.beside("again.pdf");
        let folder = desk.beside("envelopes");
        act(&desk, &["dispatch", number, "--tracking", "XA12345678911"]).tells_only(1, &[code]);
        act(&desk, &["reprint", number, "--out", text(&out)]).tells_only(1, &[code]);
        act(&desk, &["receipt", number, "--out", text(&out)]).tells_only(1, &[code]);
        for [option, size] in [["--size", "DL"], ["--labels", "3x8"]] {
            let line = ["envelope", number, option, size, "--out", text(&folder)];
            let line = act(&desk, &line).ends(1).json_lines().remove(0);
            assert_eq!(line["refused"][0]["code"], code, "{size}");
        }
        let again = desk.issue(&desk.request_with(request, json!({}))).ends(1).json_lines();
        assert_eq!(again[0]["refused"][0]["code"], code);
        assert!(!out.exists());
    };
    stays(&paid, "notice-001", "CH-R280");
    // A new letter of the case asks for what a later statement shows; the others leave.
    let case = desk.request("notice-001")["case_no"].clone();
    let new = desk.request_with("notice-002", json!({ "request_id": "more", "case_no": case }));
    let said = desk.issue(&new).ends(1).json_lines().remove(0);
    assert_eq!(said["refused"][0]["code"], "CH-R282");
    // A sheet of labels is made of those that may leave, and names the others.
    let file = desk.write("numbers.txt", format!("{paid}\n{other}\n"));
    let folder = desk.beside("labels");
    let line = ["envelope", text(&file), "--labels", "3x8", "--out", text(&folder)];
    let lines = act(&desk, &line).ends(1).json_lines();
    assert_eq!((&lines[0]["numbers"], &lines[1]["numbers"]), (&json!([paid]), &json!([other])));
    assert_eq!(lines[0]["refused"][0]["code"], "CH-R280");
    assert!(std::path::Path::new(lines[1]["out"].as_str().unwrap()).exists());
    act(&desk, &["dispatch", &other, "--tracking", "XA12345678912"]).ends(0);
    let line = ["template", "withdraw", "collection_notice", "--principal", "sample-bank"];
    desk.by("approver", &[&line[..], &["--reason", "更正"]].concat()).ends(0);
    stays(&number("notice-003"), "notice-003", "CH-R281");
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn the_form_that_comes_back_from_the_post_is_read_as_it_is_and_only_it() {
    let desk = Desk::worked();
    let one = number("notice-001");
    let row = desk.request("notice-001");
    let fact = |name: &str| row[name].as_str().unwrap().to_owned();
    let headings =
        "序号,函号,邮件种类,收件人,收件地址,收件邮编,寄件人,寄件地址,寄件邮编,信封,页数,邮件号码";
    let form = |headings: &str, number: &str, name: &str| {
        let (address, code) = (fact("recipient_address"), fact("recipient_postcode"));
        let row =
            format!("1,{number},挂号信函,{name},{address},{code},样例,样例,,DL,1,XA12345678911");
        let file = desk.write("mail.csv", format!("{headings}\n{row}\n"));
        act(&desk, &["dispatch", "--file", text(&file)])
    };
    let refused = |ran: crate::command::Ran| ran.json_lines()[0]["refused"][0]["code"].clone();
    let name = fact("recipient_name");
    form(&headings.replace("信封", "备注"), &one, &name).tells(2, "CH-Q004");
    assert_eq!(refused(form(headings, &number("notice-002"), &name).ends(1)), "CH-R286");
    let other = form(headings, &one, "样例某某").ends(1);
    assert!(!other.both().contains("样例某某") && !other.both().contains(&name));
    assert_eq!(refused(other), "CH-R286");
    form(headings, &one, &name).ends(0);
    assert_eq!(desk.entries("letter.dispatched")[0]["body"]["tracking"], "XA12345678911");
    // The form belongs to dispatch alone.
    let file = desk.write("mail.csv", format!("{headings}\n"));
    act(&desk, &["void", "--reason", "wrong", "--file", text(&file)]).tells(2, "CH-Q004");
}

#[test]
fn a_reply_places_its_hold_starts_its_clock_and_keeps_the_letter_here() {
    let desk = Desk::worked();
    let today = today();
    // notice-001 asks for 1,409.50, notice-003 for 0.01, notice-004 for 499.99, notice-005 for 500.00.
    for (request, kind, hold, report) in [
        ("notice-001", "dispute", "dispute", false),
        ("notice-003", "dispute", "small_debt_objection", true),
        ("notice-004", "异议", "small_debt_objection", true),
        ("notice-005", "dispute", "dispute", false),
        ("notice-006", "denial", "denial", true),
        ("notice-007", "hardship", "hardship", false),
        ("notice-008", "complaint", "complaint", false),
        ("notice-009", "promise", "", false),
    ] {
        let number = number(request);
        let said = act(&desk, &["reply", &number, "--kind", kind, "--at", &today]).ends(0).json();
        assert_eq!(said["hold"].as_str().unwrap_or_default(), hold, "{request}");
        assert_eq!(said["report_due"].is_string(), report, "{request}");
        let again = act(&desk, &["reply", &number, "--kind", kind, "--at", &today]).ends(0).json();
        assert_eq!((&again["already"], &again["reply"]), (&json!(true), &said["reply"]));
        if !hold.is_empty() {
            act(&desk, &["dispatch", &number, "--tracking", "XA12345678911"]).tells(1, "CH-R191");
        }
    }
    let replied = desk.entries("letter.replied");
    let placed = desk.entries("hold.placed");
    assert_eq!((replied.len(), placed.len()), (8, 7));
    for hold in &placed {
        let proof = &hold["body"]["proof"];
        let reply = replied.iter().find(|reply| reply["body"]["reply"] == *proof).unwrap();
        // The hold follows its reply in the same transaction.
        assert_eq!(hold["seq"], json!(reply["seq"].as_u64().unwrap() + 1));
    }
    let denial = replied.iter().find(|reply| reply["body"]["kind"] == "denial").unwrap();
    assert_eq!(denial["body"]["report_due"], today);
    let open = desk.call().json().run(&["letter", "unanswered"]).ends(0).json();
    let open = open["unanswered"].as_array().unwrap();
    assert_eq!(open.len(), 8);
    assert_eq!(open[0]["kind"], "denial", "the most urgent comes first");
    assert_eq!(open[7]["answer_due"], Value::Null, "promises have no term in the sample");
    // A notice of the same case is no answer.
    act(&desk, &["answer", "RE-2026-000001", "--by", &number("notice-001")]).ends(1);
}

#[test]
fn void_letters_stay_and_are_not_printed_again() {
    let desk = Desk::worked();
    let one = number("notice-010");
    act(&desk, &["void", &one, "--reason", "duplicate"]).ends(0);
    assert_eq!(
        act(&desk, &["void", &one, "--reason", "duplicate"]).ends(0).json()["already"],
        true
    );
    act(&desk, &["void", &one, "--reason", "paid"]).tells(1, "CH-R192");
    act(&desk, &["dispatch", &one, "--tracking", "XA12345678911"]).tells(1, "CH-R189");
    let out = desk.beside("again.pdf");
    act(&desk, &["reprint", &one, "--out", text(&out)]).tells(1, "CH-R189");
    assert!(!out.exists());
    assert_eq!(status(&desk, &one), "voided");
}

#[test]
fn a_file_of_acts_is_told_row_by_row_and_finishes_what_a_first_run_began() {
    let desk = Desk::worked();
    let (one, two, three) = (number("notice-001"), number("notice-002"), number("notice-003"));
    let rows = format!(
        "函号,邮件号\n{one},XA12345678911\n{two},XA12345678911\nQH-2026-999999,XA12345678913\n{three},XA12345678914\n6200000000000005,short\n"
    );
    let file = desk.write("dispatch.csv", rows);
    let ran = act(&desk, &["dispatch", "--file", text(&file)]).ends(2);
    let lines = ran.json_lines();
    let refused = |row: u64| {
        let line = lines.iter().find(|line| line["row"] == row).unwrap();
        line["refused"][0]["code"].as_str().map(str::to_owned)
    };
    assert_eq!([2, 5].map(refused), [None, None]);
    assert_eq!(refused(3).as_deref(), Some("CH-R198"));
    assert_eq!(refused(4).as_deref(), Some("CH-R180"));
    assert_eq!(refused(6).as_deref(), Some("CH-R184"));
    let summary = |registered, already| json!({"rows": 5, "registered": registered, "already": already, "refused": 2, "unread": 1});
    assert_eq!(lines.last().unwrap()["summary"], summary(2, 0));
    assert!(!ran.both().contains("6200000000000005"));
    let again = act(&desk, &["dispatch", "--file", text(&file)]).ends(2).json_lines();
    assert_eq!(again.last().unwrap()["summary"], summary(0, 2));
    assert_eq!(desk.entries("letter.dispatched").len(), 2);
    let strange =
        desk.write("strange.csv", format!("函号,邮件号,occured\n{one},XA12345678911,x\n"));
    act(&desk, &["dispatch", "--file", text(&strange)]).tells(2, "CH-Q004");
    desk.by("auditor", &["letter", "dispatch", "--file", text(&file)]).tells(2, "CH-O053");
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn a_reprint_is_marked_and_says_the_same_and_a_receipt_goes_with_the_letter() {
    let desk = Desk::worked();
    let one = number("notice-001");
    let (reprint, receipt) = (desk.beside("reprint.pdf"), desk.beside("receipt.pdf"));
    let said = act(&desk, &["reprint", &one, "--out", text(&reprint)]).ends(0).json();
    assert_eq!((&said["copy"], &said["already"]), (&json!(1), &json!(false)));
    let said = act(&desk, &["reprint", &one, "--out", text(&reprint)]).ends(0).json();
    assert_eq!((&said["copy"], &said["already"]), (&json!(1), &json!(true)));
    let folder = desk.beside("reprints");
    let file = desk.write("reprint.csv", format!("number\n{one}\nQH-2026-999999\n"));
    act(&desk, &["reprint", "--file", text(&file), "--out", text(&folder)]).tells(1, "CH-R180");
    assert_eq!(
        fs::read(folder.join(format!("{one}-reprint.pdf"))).unwrap(),
        fs::read(&reprint).unwrap()
    );
    assert_eq!(desk.entries("letter.reprinted").len(), 1);

    let agents = ["--agent", "agent-a", "--agent", "agent-b"];
    let print = [&["receipt", &one, "--out", text(&receipt)][..], &agents].concat();
    assert_eq!(act(&desk, &print).ends(0).json()["already"], false);
    assert_eq!(act(&desk, &print).ends(0).json()["already"], true);
    desk.by("auditor", &["audit", "run"]).ends(0);
    let Some(pdftotext) = tool("pdftotext") else { return };
    let page = |file: &std::path::Path| -> Vec<String> {
        let out = pdftotext.run(&["-layout", text(file), "-"]).ends(0).out();
        out.split_whitespace().map(str::to_owned).collect()
    };
    let issued = said_out(&one);
    let (first, again) = (page(std::path::Path::new(&issued)), page(&reprint));
    let (mut kept, mut marks, mut words) = (Vec::new(), 0, again.into_iter());
    while let Some(word) = words.next() {
        if word == "补打件" {
            assert!(words.next().unwrap().ends_with('日'), "the mark tells the day");
            marks += 1;
        } else {
            kept.push(word);
        }
    }
    assert_eq!(marks, 2, "each page is marked");
    assert_eq!(kept, first, "all else stands as it was issued");
    let words = page(&receipt).concat();
    for part in ["函件签收单", &one, "催收通知书", "样例外访员甲", "样例外访员乙", "王䶮"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
}

fn said_out(number: &str) -> String {
    let line = said("letters").into_iter().find(|line| line["number"] == number).unwrap();
    line["out"].as_str().unwrap().to_owned()
}

/// Both sides of the sample bank approve a template.
pub fn approve(desk: &Desk, template: &str) {
    let base = ["template", "approve", template, "--principal", "sample-bank"];
    desk.by("approver", &base).ends(0);
    let asked = desk.beside(&format!("{template}.asked"));
    let signed = desk.beside(&format!("{template}.signed"));
    desk.call().run(&[&base[..], &["--request", text(&asked)]].concat()).ends(0);
    let principal = desk.office().join("principal-side").join("sample-bank");
    let (key, certificate) = (principal.join("approver-key.pem"), principal.join("approver.pem"));
    let sign = [
        "template",
        "approve",
        "--sign",
        text(&asked),
        "--out",
        text(&signed),
        "--key",
        text(&key),
        "--own-certificate",
        text(&certificate),
    ];
    desk.call().passphrase(&desk.office().join("credentials/principal")).run(&sign).ends(0);
    desk.by("admin", &["template", "approve", "--import", text(&signed)]).ends(0);
}

#[test]
fn a_reply_is_open_until_a_letter_of_its_case_answers_it() {
    let desk = Desk::worked();
    let one = number("notice-009");
    let said = act(&desk, &["reply", &one, "--kind", "paid", "--at", &today()]).ends(0).json();
    let reply = said["reply"].as_str().unwrap();
    let answer = |of: &str, id: &str, names: &str| {
        let request = desk.request_with(
            of,
            json!({
                "request_id": id, "kind": "reply_letter", "reply_no": names, "reply_date": today(),
                // A clause of the sample bank's profile, word for word.
                "principal_answer": "所述情况已收到并核对，账户明细可通过官方客服索取。",
                "legal_basis": null, "inquiry_channel": null,
            }),
        );
        desk.issue(&request).ends(0).json_lines()[0]["number"].as_str().unwrap().to_owned()
    };
    let right = answer("notice-009", "answer-3", reply);
    let strange = number("notice-010");
    for by in [&strange, &one] {
        act(&desk, &["answer", reply, "--by", by]).tells_only(1, &["CH-R202"]);
    }
    act(&desk, &["answer", "RE-2020-000001", "--by", &right]).tells_only(1, &["CH-R201"]);
    act(&desk, &["answer", reply, "--by", &right]).ends(0);
    let entry = act(&desk, &["answer", reply, "--by", &right]).ends(0).json()["entry"].clone();
    assert_eq!(desk.entries("letter.answered")[0]["seq"], entry);
    let open = desk.call().json().run(&["letter", "unanswered"]).ends(0).json();
    assert_eq!(open["unanswered"], json!([]));
    let stats = desk.call().json().run(&["stats"]).ends(0).json();
    assert_eq!(stats["answer_days"], json!({"answers": 1, "median": "0", "longest": 0}));
    desk.by("auditor", &["audit", "run"]).ends(0);
}
