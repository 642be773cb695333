//! The whole path of a real office: founded from a file, its people enrolled, a principal pinned
//! by fingerprint, a template approved by both sides, each with its own key, and a letter issued.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    command::{Call, Ran, chancery},
    office::{Desk, room, text},
};

const AGENCY: &str = r#"
[agency]
prefix = "ZH"
name = "正衡资产服务有限公司"
uscc = "91110199MA0000015L"
postal_name = "正衡服务"
business_phone = "400-000-0001"
callback_phone = "400-000-0002"
complaint_phone = "400-000-0003"
service_hours = "工作日9:00—18:00"
address = "样例省样例市样例区衡平路2号6层"
postcode = "999077"

[time]
zone = "+08:00"
"#;

/// An office of its own and, on other machines as it were, a principal's files.
struct Founded {
    room: TempDir,
    samples: Desk,
}

impl Founded {
    fn new() -> Self {
        let founded = Self { room: room(), samples: Desk::fresh() };
        let credentials = founded.at("credentials");
        fs::create_dir(&credentials).unwrap();
        for name in ["ca", "authority", "log", "index", "admin", "clerk", "approver", "second"] {
            fs::write(credentials.join(name), format!("the words of {name}\n")).unwrap();
        }
        fs::write(founded.at("agency.toml"), AGENCY).unwrap();
        chancery()
            .run(&[
                "init",
                text(&founded.at("office")),
                "--agency",
                text(&founded.at("agency.toml")),
                "--credentials",
                text(&credentials),
            ])
            .ends(0);
        for (id, role) in [("clerk", "clerk,approver"), ("approver", "approver")] {
            founded.by("admin", &["operator", "add", id, "--role", role, "--name", id]).ends(0);
        }
        founded
    }

    fn at(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    fn by(&self, operator: &str, arguments: &[&str]) -> Ran {
        chancery().office(&self.at("office")).by(operator).run(arguments)
    }

    /// A call on the principal's machine.
    fn away(&self) -> Call {
        let pass = self.at("principal-pass");
        fs::write(&pass, "only the principal knows\n").unwrap();
        chancery().passphrase(&pass)
    }

    /// The principal makes its key; its certificate's fingerprint.
    fn keygen(&self, folder: &str) -> String {
        let out = self.at(folder);
        let made = self.away().json().run(&[
            "principal",
            "keygen",
            "--name",
            "样例银行",
            "--out",
            text(&out),
        ]);
        made.ends(0).json()["fingerprint"].as_str().unwrap().to_owned()
    }

    /// The principal signs the sample profile with the key in `folder`.
    fn sign_profile(&self, folder: &str) -> PathBuf {
        let (keys, out) = (self.at(folder), self.at(&format!("{folder}.p7m")));
        let profile = self.samples.office().join("principal-side/sample-bank/profile.toml");
        self.away().sign_profile(&profile, &keys, &out).ends(0);
        out
    }

    fn add_principal(&self) {
        let fingerprint = self.keygen("keys");
        let profile = self.sign_profile("keys");
        self.by(
            "admin",
            &[
                "principal",
                "add",
                "sample-bank",
                "--certificate",
                text(&self.at("keys/certificate.pem")),
                "--fingerprint",
                &fingerprint,
                "--profile",
                text(&profile),
            ],
        )
        .ends(0);
    }

    fn approve(&self, operator: &str, more: &[&str]) -> Ran {
        let line = ["template", "approve", "collection_notice", "--principal", "sample-bank"];
        self.by(operator, &[&line[..], more].concat())
    }

    /// The request file goes to the principal, who signs it with the key in `folder`.
    fn principal_signs(&self, folder: &str, name: &str, more: &[&str]) -> PathBuf {
        let request = self.at(&format!("{name}.request"));
        self.approve("admin", &[more, &["--request", text(&request)]].concat()).ends(0);
        let signed = self.at(&format!("{name}.signed"));
        self.sign(folder, &request, &signed).ends(0);
        signed
    }

    fn sign(&self, folder: &str, request: &std::path::Path, out: &std::path::Path) -> Ran {
        let keys = self.at(folder);
        self.away().run(&[
            "template",
            "approve",
            "--sign",
            text(request),
            "--key",
            text(&keys.join("approver-key.pem")),
            "--own-certificate",
            text(&keys.join("approver.pem")),
            "--out",
            text(out),
        ])
    }

    fn import(&self, signed: &std::path::Path) -> Ran {
        self.by("admin", &["template", "approve", "--import", text(signed)])
    }

    fn issue(&self, id: &str) -> Ran {
        let file = self.samples.request_with(id, json!({}));
        let out = self.at("out");
        self.by("clerk", &["letter", "issue", text(&file), "--out", text(&out)])
    }
}

#[test]
fn an_office_from_scratch_issues_only_when_both_sides_have_signed() {
    let founded = Founded::new();
    // Nobody is known as principal yet.
    founded.issue("notice-001").tells_only(1, &["CH-O012"]);
    founded.add_principal();
    founded.issue("notice-001").tells(1, "CH-A001");
    founded.approve("admin", &[]).tells_only(1, &["CH-O053"]);
    founded.approve("approver", &[]).ends(0);
    founded.issue("notice-001").tells_only(1, &["CH-A008"]);
    let signed = founded.principal_signs("keys", "good", &[]);
    founded.import(&signed).ends(0);
    let issued = founded.issue("notice-001").ends(0);
    assert!(issued.out().contains("ZH-"), "{}", issued.out());
    // It is an office in earnest: nothing in it is marked as a sample.
    if let Some(pdftotext) = crate::tools::tool("pdftotext") {
        let pdf = fs::read_dir(founded.at("out")).unwrap().next().unwrap().unwrap().path();
        let page = pdftotext.run(&[text(&pdf), "-"]).ends(0).out();
        assert!(!page.contains("样张") && page.contains("正衡资产服务有限公司"), "{page}");
    }
    founded.by("admin", &["audit", "run"]).ends(0);
    founded.by("admin", &["register", "verify"]).ends(0);
}

#[test]
fn the_principals_word_alone_is_not_enough() {
    let founded = Founded::new();
    founded.add_principal();
    let signed = founded.principal_signs("keys", "good", &[]);
    founded.import(&signed).ends(0);
    founded.issue("notice-001").tells_only(1, &["CH-A007"]);
}

#[test]
fn two_signatures_of_one_side_are_not_enough() {
    let founded = Founded::new();
    founded.add_principal();
    founded.by("admin", &["operator", "add", "second", "--role", "approver"]).ends(0);
    founded.approve("approver", &[]).ends(0);
    founded.approve("second", &[]).ends(0);
    founded.issue("notice-001").tells_only(1, &["CH-A009"]);
}

#[test]
fn who_approved_does_not_issue() {
    let founded = Founded::new();
    founded.add_principal();
    founded.approve("clerk", &[]).ends(0);
    founded.import(&founded.principal_signs("keys", "good", &[])).ends(0);
    founded.issue("notice-001").tells_only(1, &["CH-A010"]);
    founded.approve("approver", &[]).ends(0);
    founded.issue("notice-001").ends(0);
}

#[test]
fn an_approval_that_has_not_begun_is_refused() {
    let founded = Founded::new();
    founded.add_principal();
    let later = ["--from", "2090-01-01", "--until", "2091-01-01"];
    founded.approve("approver", &later).ends(0);
    founded.import(&founded.principal_signs("keys", "later", &later)).ends(0);
    founded.issue("notice-001").tells_only(1, &["CH-A004"]);
    let past = ["--from", "2020-01-01", "--until", "2020-12-31"];
    founded.approve("approver", &past).ends(0);
    founded.import(&founded.principal_signs("keys", "past", &past)).ends(0);
    let ran = founded.issue("notice-001").ends(1);
    assert!(matches!(ran.codes().join(" ").as_str(), "CH-A003" | "CH-A004"), "{}", ran.both());
}

#[test]
fn a_key_that_was_not_pinned_approves_nothing() {
    let founded = Founded::new();
    founded.add_principal();
    founded.keygen("other");
    let signed = founded.principal_signs("other", "other", &[]);
    let ran = founded.import(&signed).ends(1);
    assert_eq!(ran.codes().len(), 1, "{}", ran.both());
    let profile = founded.sign_profile("other");
    founded
        .by("admin", &["principal", "add", "sample-bank", "--profile", text(&profile)])
        .tells_only(1, &["CH-O014"]);
}

#[test]
fn a_certificate_with_another_fingerprint_is_not_pinned() {
    let founded = Founded::new();
    founded.keygen("keys");
    let other = founded.keygen("other");
    let certificate = founded.at("keys/certificate.pem");
    let line = ["principal", "add", "sample-bank", "--certificate", text(&certificate)];
    founded
        .by("admin", &[&line[..], &["--fingerprint", &other]].concat())
        .tells_only(1, &["CH-O013"]);
    founded
        .by("admin", &[&line[..], &["--fingerprint", "abc"]].concat())
        .tells_only(1, &["CH-O013"]);
}

#[test]
fn an_altered_request_is_not_signed_and_an_altered_signature_not_taken_in() {
    let founded = Founded::new();
    founded.add_principal();
    let signed = founded.principal_signs("keys", "good", &[]);
    let request = fs::read_to_string(founded.at("good.request")).unwrap();
    let mut read: Value = serde_json::from_str(&request).unwrap();
    read["statement"]["package"] = json!("0".repeat(64));
    let altered = founded.at("altered.request");
    fs::write(&altered, read.to_string()).unwrap();
    let out = founded.at("altered.signed");
    founded.sign("keys", &altered, &out).tells_only(1, &["CH-A002"]);
    assert!(!out.exists());
    let mut read: Value = serde_json::from_slice(&fs::read(&signed).unwrap()).unwrap();
    read["statement"]["valid_until"] = json!("2099-12-31");
    fs::write(&altered, read.to_string()).unwrap();
    let ran = founded.import(&altered).ends(1);
    assert_eq!(ran.codes().len(), 1, "{}", ran.both());
    fs::write(&altered, "{").unwrap();
    assert_eq!(founded.import(&altered).status, Some(2));
    // The wrong passphrase opens nothing.
    let wrong = founded.at("wrong");
    fs::write(&wrong, "somebody else's words\n").unwrap();
    let keys = founded.at("keys");
    let ran = chancery().passphrase(&wrong).run(&[
        "template",
        "approve",
        "--sign",
        text(&founded.at("good.request")),
        "--key",
        text(&keys.join("approver-key.pem")),
        "--own-certificate",
        text(&keys.join("approver.pem")),
        "--out",
        text(&out),
    ]);
    assert!(!out.exists() && ran.status != Some(0), "{}", ran.both());
}

#[test]
fn founding_refuses_what_is_there_and_leaves_nothing_half_made() {
    let founded = Founded::new();
    let office = founded.at("office");
    let before = crate::office::state(&office);
    let agency = founded.at("agency.toml");
    let credentials = founded.at("credentials");
    let init = |dir: &PathBuf| {
        let line =
            ["init", text(dir), "--agency", text(&agency), "--credentials", text(&credentials)];
        chancery().run(&line)
    };
    init(&office).tells_only(2, &["CH-O070"]);
    chancery().run(&["init", text(&office), "--sample"]).tells_only(2, &["CH-O070"]);
    assert_eq!(crate::office::state(&office), before);
    let next = founded.at("next");
    fs::remove_file(credentials.join("log")).unwrap();
    init(&next).tells_only(2, &["CH-O074"]);
    fs::write(credentials.join("log"), "short").unwrap();
    init(&next).tells_only(2, &["CH-O074"]);
    fs::write(credentials.join("log"), "long enough again").unwrap();
    fs::write(&agency, AGENCY.replace("91110199MA0000015L", "91110199MA00000151")).unwrap();
    assert_eq!(init(&next).status, Some(2));
    fs::write(&agency, AGENCY.replace("[time]", "[tide]")).unwrap();
    assert_eq!(init(&next).status, Some(2));
    assert!(!next.exists());
    let left: Vec<_> = fs::read_dir(founded.room.path()).unwrap().flatten().collect();
    assert!(left.iter().all(|e| !e.file_name().to_string_lossy().contains("next")), "{left:?}");
}
