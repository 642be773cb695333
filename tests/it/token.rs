//! Operators whose key is on a PKCS#11 token, by `softhsm2`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use crate::{
    command::{Call, Ran},
    office::{Desk, text},
    tools::{missing, tool},
};

/// Where Debian keeps the module.
const MODULES: [&str; 2] =
    ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
const PIN: &str = "274951";

/// A token beside an office.
struct Token {
    desk: Desk,
    module: PathBuf,
    settings: PathBuf,
}

impl Token {
    fn inserted() -> Option<Self> {
        let module = MODULES.iter().map(PathBuf::from).find(|module| module.is_file());
        let Some((module, _)) = module.zip(tool("softhsm2-util")) else {
            missing("SoftHSM is not installed");
            return None;
        };
        let desk = Desk::fresh();
        let tokens = desk.beside("tokens");
        fs::create_dir(&tokens).unwrap();
        let settings = desk.write(
            "softhsm2.conf",
            format!("directories.tokendir = {}\nlog.level = ERROR\n", text(&tokens)),
        );
        let token = Self { desk, module, settings };
        let mut init = Command::new("softhsm2-util");
        init.args([
            "--init-token",
            "--free",
            "--label",
            "QH",
            "--pin",
            PIN,
            "--so-pin",
            "31415926",
        ]);
        Ran::of(token.with(init), b"").ends(0);
        Some(token)
    }

    fn with(&self, mut command: Command) -> Command {
        command.env("SOFTHSM2_CONF", &self.settings);
        command
    }

    fn run(&self, call: &Call, arguments: &[&str]) -> Ran {
        Ran::of(self.with(call.process(arguments)), b"")
    }

    fn enrol(&self, id: &str, label: &str, pin: &Path) -> Ran {
        let add = ["operator", "add", id, "--role", "archivist,clerk"];
        let on = ["--token-module", text(&self.module), "--token", label];
        let secret = ["--new-passphrase-file", text(pin)];
        self.run(&self.desk.call().by("admin"), &[&add[..], &on, &secret].concat())
    }
}

#[test]
fn a_key_on_a_token_signs_letters_bundles_and_sessions() {
    let Some(token) = Token::inserted() else { return };
    let desk = &token.desk;
    let pin = desk.write("pin", PIN);
    token.enrol("clerk-hsm", "QH", &pin).ends(0);
    assert!(!desk.office().join("operators/clerk-hsm.key.pem").exists());
    let call = desk.call().by("clerk-hsm").json();
    let with_pin = call.clone().passphrase(&pin);

    let folder = desk.office().join("samples/visit");
    let out = desk.beside("visit.asice");
    let seal = ["evidence", "seal", text(&folder), "--case", "YL-2026-0001", "--kind", "auto"];
    token.run(&with_pin, &[&seal[..], &["--out", text(&out)]].concat()).ends(0);
    token.run(&with_pin, &["verify", text(&out), "--anchor", text(&desk.anchor())]).ends(0);

    // Without a PIN nobody signs; in a session it is given once.
    let request = desk.request_with("card-001", json!({}));
    let letters = desk.beside("letters");
    let issue = ["letter", "issue", text(&request), "--out", text(&letters)];
    token.run(&call, &issue).tells_only(2, &["CH-O056"]);
    token.run(&with_pin, &["session", "start", "--minutes", "5"]).ends(0);
    token.run(&call, &issue).ends(0);
    token.run(&call, &["session", "end"]).ends(0);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn a_wrong_pin_a_missing_token_and_anothers_key_sign_nothing() {
    let Some(token) = Token::inserted() else { return };
    let desk = &token.desk;
    let pin = desk.write("pin", PIN);
    // A token that is not there enrols nobody.
    token.enrol("clerk-hsm", "other", &pin).tells(1, "CH-O081");
    token.enrol("clerk-hsm", "QH", &desk.write("wrong", "999999")).tells(1, "CH-O081");
    token.enrol("clerk-hsm", "QH", &pin).ends(0);
    token.enrol("clerk-hsm", "QH", &pin).tells(1, "CH-O072");

    let request = desk.request_with("card-001", json!({}));
    let letters = desk.beside("letters");
    let issue = ["letter", "issue", text(&request), "--out", text(&letters)];
    let by = |pin: &Path| desk.call().by("clerk-hsm").passphrase(pin);
    token.run(&by(&desk.write("wrong", "000000")), &issue).tells_only(1, &["CH-O059"]);
    let kept = desk.office().join("operators/clerk-hsm.token.json");
    let named = fs::read_to_string(&kept).unwrap();
    fs::remove_file(&kept).unwrap();
    fs::write(&kept, named.replace("\"key\":\"clerk-hsm\"", "\"key\":\"nobody\"")).unwrap();
    token.run(&by(&pin), &issue).tells_only(1, &["CH-O059"]);
    assert!(desk.entries("letter.prepared").is_empty());
}

#[test]
fn a_wrong_pin_or_a_missing_token_draws_no_bundle_number() {
    let Some(token) = Token::inserted() else { return };
    let desk = &token.desk;
    let pin = desk.write("pin", PIN);
    token.enrol("clerk-hsm", "QH", &pin).ends(0);
    let folder = desk.office().join("samples/visit");
    let seal = ["evidence", "seal", text(&folder), "--case", "YL-2026-0001", "--kind", "auto"];
    let by = |pin: &Path| desk.call().by("clerk-hsm").passphrase(pin);
    let before = desk.entries("").len();
    token.run(&by(&desk.write("wrong", "000000")), &seal).tells_only(1, &["CH-O059"]);
    let tokens = desk.beside("tokens");
    fs::rename(&tokens, desk.beside("pulled")).unwrap();
    fs::create_dir(&tokens).unwrap();
    token.run(&by(&pin), &seal).tells_only(1, &["CH-O059"]);
    assert_eq!(desk.entries("").len(), before, "no number is given, and none spoiled");
    fs::remove_dir(&tokens).unwrap();
    fs::rename(desk.beside("pulled"), &tokens).unwrap();
    token.run(&by(&pin), &seal).ends(0);
    let given = desk.entries("evidence.prepared");
    assert!(given.len() == 1 && given[0]["subject"].as_str().unwrap().ends_with("000001"));
}
