//! Templates in every state that keeps a letter from being made of them.
//!
//! The command signs none of them: they are put into the register and the folder as an approver
//! without the check before approval, or somebody at the disk, would have put them.

use std::{fs, path::Path};

use chancery::{
    office::{Office, credentials::Credentials, embedded, paths::OfficePaths, sample},
    signing::{Certificate, Credential, KeyPair, Passphrase, Signer},
    template::{Package, approval::Statement},
    typeset::ENGINE_ID,
};
use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::office::{Desk, text};

/// Who signs for a template, and how.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Signed {
    Nobody,
    Both,
    Agency,
    Principal,
    Badly,
    /// By two approvers of the agency.
    OneSide,
}

/// A template of its own for one code.
pub struct Plant {
    pub code: &'static str,
    /// Changes its files before it is signed.
    before: fn(&Path),
    signed: Signed,
    principal: &'static str,
    /// First and last day, counted from today.
    term: (i64, i64),
    /// Changes its files after it was signed.
    after: fn(&Path),
}

impl Plant {
    /// Its id.
    pub fn id(&self) -> String {
        format!("planted_{}", self.code.to_lowercase().replace('-', "_"))
    }
}

fn layout(folder: &Path, more: &str) {
    let path = folder.join("layout.typ");
    let layout = fs::read_to_string(&path).unwrap();
    fs::write(path, format!("{layout}\n{more}\n")).unwrap();
}

fn wording(folder: &Path, from: &str, to: &str) {
    let path = folder.join("wording.tera");
    let wording = fs::read_to_string(&path).unwrap();
    assert!(wording.contains(from), "{from}");
    fs::write(path, wording.replacen(from, to, 1)).unwrap();
}

/// Every template that is planted.
pub fn plants() -> Vec<Plant> {
    let sound = |code, signed, term| Plant {
        code,
        before: |_| {},
        signed,
        principal: "sample-bank",
        term,
        after: |_| {},
    };
    let spoiled = |code, before| Plant { before, ..sound(code, Signed::Both, (0, 30)) };
    let damaged = |code, after| Plant { after, ..sound(code, Signed::Both, (0, 30)) };
    vec![
        sound("CH-A001", Signed::Nobody, (0, 30)),
        damaged("CH-A002", |folder| layout(folder, "")),
        sound("CH-A003", Signed::Both, (-30, -1)),
        sound("CH-A004", Signed::Both, (1, 30)),
        sound("CH-A005", Signed::Both, (0, 30)),
        Plant { principal: "sample-insurer", ..sound("CH-A006", Signed::Both, (0, 30)) },
        sound("CH-A007", Signed::Principal, (0, 30)),
        sound("CH-A008", Signed::Agency, (0, 30)),
        sound("CH-A009", Signed::OneSide, (0, 30)),
        sound("CH-A011", Signed::Badly, (0, 30)),
        damaged("CH-T002", |folder| fs::remove_file(folder.join("layout.typ")).unwrap()),
        damaged("CH-T003", |folder| fs::write(folder.join("template.toml"), "id = ").unwrap()),
        damaged("CH-T004", |folder| {
            std::os::unix::fs::symlink("/etc/hostname", folder.join("link.txt")).unwrap();
        }),
        spoiled("CH-T010", |folder| {
            wording(folder, "{{ letter_no }}", "{% for a in b %}{% endfor %}{{ letter_no }}");
        }),
        spoiled("CH-T011", |folder| wording(folder, "=== letterhead", "前言\n=== letterhead")),
        spoiled("CH-T012", |folder| {
            wording(folder, "{{ letter_no }}", "{% include \"blocks/none.tera\" %}{{ letter_no }}");
        }),
        spoiled("CH-T013", |folder| {
            wording(folder, "{{ letter_no }}", "{% if letter_no %}{{ letter_no }}");
        }),
        spoiled("CH-T014", |folder| wording(folder, "{{ letter_no }}", "{{ reply_date }}")),
        spoiled("CH-T015", |folder| {
            wording(
                folder,
                "{{ letter_no }}",
                &format!("{{{{ letter_no }}}}{}", "长".repeat(30_000)),
            );
        }),
        spoiled("CH-P003", |folder| {
            fs::write(folder.join("data.json"), "{}").unwrap();
        }),
        spoiled("CH-P005", |folder| fs::write(folder.join("more.typ"), b"\xff").unwrap()),
        spoiled("CH-P006", |folder| {
            fs::create_dir_all(folder.join("assets")).unwrap();
            fs::write(folder.join("assets/words.svg"), "<svg><text>1</text></svg>").unwrap();
        }),
        spoiled("CH-P007", |folder| fs::write(folder.join("code.svg"), "<svg/>").unwrap()),
        spoiled("CH-P008", |folder| {
            let long = "长".repeat(20_000);
            let more: String = (0..20).map(|at| format!("\n=== more_{at}\n{long}\n")).collect();
            wording(folder, "=== number", &format!("{more}\n=== number"));
        }),
        spoiled("CH-P010", |folder| layout(folder, "#panic(1)")),
        spoiled("CH-P011", |folder| layout(folder, "#text(font: \"No Such Font\")[]")),
        spoiled("CH-P014", |folder| layout(folder, "#for one in range(25) { pagebreak() }")),
        spoiled("CH-P021", |folder| {
            fs::write(folder.join("layout.typ"), "#set document(title: \"函\")\n#rect()").unwrap();
        }),
        spoiled("CH-P022", |folder| layout(folder, "#place(dx: 400mm)[催收]")),
        spoiled("CH-P023", |folder| layout(folder, "#link(\"https://example.org\")[#rect()]")),
        spoiled("CH-P030", |folder| {
            let path = folder.join("layout.typ");
            let whole = fs::read_to_string(&path).unwrap();
            fs::write(path, whole.replace("#paragraphs(\"demand\")", "")).unwrap();
        }),
        spoiled("CH-P031", |folder| layout(folder, "另有说明")),
        spoiled("CH-P032", |folder| {
            let path = folder.join("layout.typ");
            let whole = fs::read_to_string(&path).unwrap();
            fs::write(path, whole.replace("#closing()", "#paragraphs(\"signoff\")")).unwrap();
        }),
        // A picture without words for those who cannot see it: PDF/UA refuses that.
        spoiled("CH-P040", |folder| {
            let shape = "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h9v9z\"/></svg>";
            fs::write(folder.join("shape.svg"), shape).unwrap();
            layout(folder, "#image(\"shape.svg\", width: 5mm)");
        }),
        spoiled("CH-P052", |folder| {
            wording(folder, "{{ letter_no }}", "{{ letter_no }}，卡号6200000000000005");
        }),
        // The last: its layout runs on until the command ends.
        spoiled("CH-P012", |folder| {
            layout(folder, "#for a in range(60000) { for b in range(60000) { let c = a } }");
        }),
    ]
}

/// Who signs in which state.
const BY_AGENCY: [Signed; 4] = [Signed::Agency, Signed::Both, Signed::Badly, Signed::OneSide];
const BY_SECOND: [Signed; 1] = [Signed::OneSide];
const BY_PRINCIPAL: [Signed; 3] = [Signed::Principal, Signed::Both, Signed::Badly];

/// Puts all of them into the office, `today` being its day.
pub fn put(desk: &Desk, today: NaiveDate) {
    let templates = desk.office().join("templates");
    let from = templates.join("collection_notice");
    fs::write(desk.office().join("credentials/second"), "9f86d081884c7d659a2feaa0c55ad015")
        .unwrap();
    desk.by("admin", &["operator", "add", "second", "--role", "approver"]).ends(0);
    let mut office = Office::open(OfficePaths::new(desk.office())).unwrap();
    let folders = vec![desk.office().join("credentials")];
    let held = Credentials { operator_file: None, folders };
    let actor = |office: &Office, id: &str| sample::actor(office, id, &held).unwrap();
    let (admin, agency) = (actor(&office, "admin"), actor(&office, "approver"));
    let second = actor(&office, "second");
    let fonts = embedded::fonts().unwrap().digest();
    let now: DateTime<Utc> = std::time::SystemTime::now().into();
    for plant in plants() {
        let (id, folder) = (plant.id(), templates.join(plant.id()));
        crate::office::copy(&from, &folder);
        for path in crate::office::files(&folder) {
            crate::office::unlock(&path);
        }
        let own = folder.join("template.toml");
        let metadata = fs::read_to_string(&own).unwrap();
        fs::write(own, metadata.replace("id = \"collection_notice\"", &format!("id = \"{id}\"")))
            .unwrap();
        (plant.before)(&folder);
        if plant.signed != Signed::Nobody {
            let package = Package::load(&templates, &id)
                .unwrap_or_else(|error| panic!("{}: {error}", plant.code));
            let day = |days: i64| {
                let count = Days::new(days.unsigned_abs());
                if days < 0 { today - count } else { today + count }
            };
            let term = (day(plant.term.0), day(plant.term.1));
            let statement =
                Statement::new(&package, &fonts, ENGINE_ID, plant.principal, term).unwrap();
            let side = principal_side(desk, plant.principal);
            let every: [(&dyn Signer, _, &[Signed]); 3] = [
                (agency.signer(), &agency, &BY_AGENCY),
                (second.signer(), &second, &BY_SECOND),
                (&side, &admin, &BY_PRINCIPAL),
            ];
            for (signer, by, when) in every {
                if !when.contains(&plant.signed) {
                    continue;
                }
                let mut signed = statement.sign(signer, &[], now).unwrap();
                if plant.signed == Signed::Badly {
                    *signed.signature.last_mut().unwrap() ^= 1;
                }
                office.take_approval(&package, &signed, by).unwrap();
            }
        }
        (plant.after)(&folder);
    }
    drop(office);
    let line = ["template", "withdraw", "planted_ch_a005", "--principal", "sample-bank"];
    desk.by("approver", &[&line[..], &["--reason", "更正"]].concat()).ends(0);
}

/// The principal's approver with its own key.
pub fn principal_side(desk: &Desk, principal: &str) -> Credential {
    let side = desk.office().join("principal-side").join(principal);
    let read = |name: &str| fs::read_to_string(side.join(name)).unwrap();
    let pass = fs::read_to_string(desk.office().join("credentials/principal")).unwrap();
    let pass = Passphrase::new(pass.trim().to_owned());
    let key = KeyPair::from_encrypted_pem(&read("approver-key.pem"), &pass).unwrap();
    let certificate = Certificate::from_pem(&read("approver.pem"));
    Credential::new(key, certificate.unwrap_or_else(|_| panic!("{}", text(&side)))).unwrap()
}
