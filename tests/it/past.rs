//! An office made years ago, by the outside tool `faketime`: nothing in the command sets its clock.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use crate::{
    command::{PROGRAM, Ran, chancery},
    office::{room, text},
    tools::tool,
};

/// The day on which the office was founded.
pub const FOUNDED: &str = "2019-03-01";

/// An office and the day at which commands run in it.
#[derive(Debug)]
pub struct Past {
    room: tempfile::TempDir,
    now: std::cell::RefCell<chrono::NaiveDateTime>,
}

impl Past {
    /// A sample office made on 1 March 2019, with operators whose certificates last, and
    /// `bank-two`, whose approver's does; `None` where a tool is missing.
    pub fn new() -> Option<Self> {
        static MADE: OnceLock<Option<PathBuf>> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let past = Self::make()?;
            let kept = crate::office::kept().join("past");
            crate::office::copy(past.room.path(), &kept);
            Some(kept)
        });
        let room = room();
        crate::office::copy(made.as_ref()?, room.path());
        let now = moment(FOUNDED) + chrono::TimeDelta::hours(6);
        Some(Self { room, now: now.into() })
    }

    fn make() -> Option<Self> {
        tool("faketime")?;
        tool("openssl")?;
        let past = Self { room: room(), now: moment(FOUNDED).into() };
        past.run(None, &["init", text(&past.office()), "--sample"]).ends(0);
        for (id, roles) in [
            ("keeper", "archivist"),
            ("chief", "administrator,clerk"),
            ("judge", "approver"),
            ("desk", "clerk"),
        ] {
            let file = past.office().join("credentials").join(id);
            fs::write(&file, "a long passphrase\n").unwrap();
            let line = ["operator", "add", id, "--role", roles, "--years", "10"];
            past.by("admin", &[&line[..], &["--new-passphrase-file", text(&file)]].concat())
                .ends(0);
        }
        past.bank_two(None);
        Some(past)
    }

    pub fn office(&self) -> PathBuf {
        self.room.path().join("office")
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    /// Goes to ten o'clock of `day`.
    pub fn go(&self, day: &str) {
        *self.now.borrow_mut() = moment(day);
    }

    /// The time at which the next command runs.
    pub fn next(&self) -> chrono::NaiveDateTime {
        *self.now.borrow() + chrono::TimeDelta::minutes(5)
    }

    /// Runs as `operator`, five minutes after the last command.
    pub fn by(&self, operator: &str, arguments: &[&str]) -> Ran {
        self.run(Some(operator), arguments)
    }

    pub fn json(&self, operator: &str, arguments: &[&str]) -> serde_json::Value {
        self.by(operator, &[&["--json"], arguments].concat()).ends(0).json()
    }

    /// The process, not yet started.
    pub fn process(&self, operator: Option<&str>, arguments: &[&str]) -> Command {
        let mut now = self.now.borrow_mut();
        *now += chrono::TimeDelta::minutes(5);
        let mut call = chancery();
        if let Some(operator) = operator {
            call = call.office(&self.office()).by(operator);
        }
        let own = call.process(arguments);
        let mut command = dated(*now, PROGRAM);
        command.args(own.get_args());
        command
    }

    fn run(&self, operator: Option<&str>, arguments: &[&str]) -> Ran {
        Ran::of(self.process(operator, arguments), b"")
    }

    /// Makes or changes the profile of the principal `bank-two`.
    pub fn bank_two(&self, years: Option<u32>) {
        let side = self.beside("bank-two");
        let secret = self.beside("secret");
        if !side.exists() {
            fs::write(&secret, "a principal's passphrase\n").unwrap();
            let line = ["--passphrase-file", text(&secret), "--json", "principal", "keygen"];
            let made = [&line[..], &["--name", "样例二行", "--out", text(&side)]].concat();
            let made = self.run(None, &made).ends(0).json();
            let fingerprint = made["fingerprint"].as_str().unwrap().to_owned();
            let pem = side.join("certificate.pem");
            let line = ["principal", "add", "bank-two", "--certificate", text(&pem)];
            self.by("chief", &[&line[..], &["--fingerprint", &fingerprint]].concat()).ends(0);
            self.lasting_approver();
        }
        let from = self.office().join("principal-side/sample-bank/profile.toml");
        let mut profile = fs::read_to_string(from).unwrap().replace("sample-bank", "bank-two");
        if let Some(years) = years {
            profile = format!("retention_years = {years}\n{profile}");
        }
        let name = self.now.borrow().format("%s").to_string();
        let file = self.beside(&format!("{name}.toml"));
        fs::write(&file, profile).unwrap();
        let out = self.beside(&format!("{name}.p7m"));
        let key = self.key();
        let line =
            ["--passphrase-file", text(&secret), "principal", "sign", "--profile", text(&file)];
        let line = [&line[..], &key.each(), &["--out", text(&out)]].concat();
        self.run(None, &line).ends(0);
        self.by("chief", &["principal", "add", "bank-two", "--profile", text(&out)]).ends(0);
    }

    /// Runs on the principal's machine, with its key.
    pub fn principal(&self, arguments: &[&str]) -> Ran {
        let (secret, key) = (self.beside("secret"), self.key());
        let line = [&["--passphrase-file", text(&secret)], arguments, &key.each()].concat();
        self.run(None, &line)
    }

    /// The request of a letter for `bank-two`, whose template both sides have approved.
    pub fn bank_twos_letter(&self) -> serde_json::Value {
        let (request, signed) = (self.beside("approval.json"), self.beside("approved.json"));
        let approval = ["template", "approve", "collection_notice", "--principal", "bank-two"];
        self.by("judge", &approval).ends(0);
        self.by("judge", &[&approval[..], &["--request", text(&request)]].concat()).ends(0);
        self.principal(&["template", "approve", "--sign", text(&request), "--out", text(&signed)])
            .ends(0);
        self.by("desk", &["template", "approve", "--import", text(&signed)]).ends(0);
        let letters = self.office().join("samples/requests/letters.jsonl");
        let mut letter = crate::office::rows(&letters).remove(0);
        letter["principal"] = "bank-two".into();
        // The Civil Code the sample cites was not in force then.
        letter["legal_basis"] = "双方签订的借款合同".into();
        letter
    }

    fn key(&self) -> Key {
        Key(["--key", "lasting-key.pem", "--own-certificate", "lasting.pem"].map(|word| {
            if word.starts_with("--") {
                word.to_owned()
            } else {
                text(&self.beside("bank-two").join(word)).to_owned()
            }
        }))
    }

    /// The certificates `keygen` makes end after five years; a principal issues new ones by the
    /// tools it has.
    fn lasting_approver(&self) {
        let side = self.beside("bank-two");
        let at = |name: &str| side.join(name);
        let openssl = |arguments: &[&OsStr]| {
            let mut command = dated(*self.now.borrow(), "openssl");
            command.args(arguments);
            Ran::of(command, b"").ends(0);
        };
        let secret = format!("file:{}", text(&self.beside("secret")));
        let extensions = at("extensions");
        fs::write(&extensions, "keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=critical,CA:FALSE\n").unwrap();
        let words = |line: &[&str]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        for line in [
            words(&[
                "ecparam",
                "-name",
                "prime256v1",
                "-genkey",
                "-noout",
                "-out",
                text(&at("plain.pem")),
            ]),
            words(&[
                "pkcs8",
                "-topk8",
                "-v2",
                "aes-256-cbc",
                "-passout",
                &secret,
                "-in",
                text(&at("plain.pem")),
                "-out",
                text(&at("lasting-key.pem")),
            ]),
            words(&[
                "req",
                "-new",
                "-utf8",
                "-key",
                text(&at("plain.pem")),
                "-subj",
                "/O=样例二行/OU=approver/CN=approver",
                "-out",
                text(&at("request.pem")),
            ]),
            words(&[
                "x509",
                "-req",
                "-sha256",
                "-days",
                "6900",
                "-in",
                text(&at("request.pem")),
                "-CA",
                text(&at("certificate.pem")),
                "-CAkey",
                text(&at("root-key.pem")),
                "-passin",
                &secret,
                "-set_serial",
                "77",
                "-extfile",
                text(&extensions),
                "-out",
                text(&at("lasting.pem")),
            ]),
        ] {
            let line: Vec<&OsStr> = line.iter().map(OsStr::new).collect();
            openssl(&line);
        }
    }

    /// Seals one text file as evidence of `case`, and gives the bundle's number.
    pub fn seal(&self, case: &str, kind: &str) -> String {
        let folder = self.beside(&format!("evidence-{case}-{kind}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("note.txt"), format!("evidence of {case}")).unwrap();
        let line = ["evidence", "seal", text(&folder), "--case", case, "--kind", kind];
        self.json("keeper", &line)["bundle"].as_str().unwrap().to_owned()
    }

    /// The archive's file of an object.
    pub fn object(&self, digest: &str) -> PathBuf {
        self.office().join("archive/objects").join(&digest[..2]).join(&digest[2..])
    }

    pub fn entries(&self, kind: &str) -> Vec<serde_json::Value> {
        let ran = self.by("chief", &["--json", "register", "list", "--kind", kind]).ends(0);
        let mut lines = ran.json_lines();
        lines.pop();
        lines
    }
}

#[derive(Debug)]
struct Key([String; 4]);

impl Key {
    fn each(&self) -> [&str; 4] {
        let [a, b, c, d] = &self.0;
        [a, b, c, d]
    }
}

/// A program that takes `now` for the time. The wrapper of `faketime` outlives its child's killing,
/// so only its environment is used.
pub fn dated(now: chrono::NaiveDateTime, program: &str) -> Command {
    static PRELOAD: OnceLock<String> = OnceLock::new();
    let preload = PRELOAD.get_or_init(|| {
        let ran = tool("faketime").unwrap().run(&["-f", "+0", "env"]).ends(0).out();
        ran.lines().find_map(|line| line.strip_prefix("LD_PRELOAD=")).unwrap().to_owned()
    });
    let mut command = Command::new(program);
    command.env("LD_PRELOAD", preload).env("TZ", "CST-8");
    command.env("FAKETIME", format!("@{}", now.format("%Y-%m-%d %H:%M:%S")));
    command.env_remove("CHANCERY_OFFICE").env_remove("CREDENTIALS_DIRECTORY");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn moment(day: &str) -> chrono::NaiveDateTime {
    format!("{day}T10:00:00").parse().unwrap()
}

/// A path's bytes with one byte changed.
pub fn flipped(path: &Path, at: usize) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    bytes
}
