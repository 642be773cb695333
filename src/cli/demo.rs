//! `demo DIR`: the main job from end to end in a sample office, told as it happens.
//!
//! Every step is the command itself, run as a user would run it; what is shown is what it says.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use chancery::{durable, problem::Phrase};
use serde_json::{Value, json};

use super::{
    context::{Context, UsageError},
    report::{Answer, Stopped},
};

/// Tells the story and leaves the documents to look at.
pub fn run(context: &Context, dir: &Path) -> Result<Answer, Stopped> {
    let fault = |source| UsageError::Output { source };
    let story = Story {
        context,
        program: std::env::current_exe().map_err(fault)?,
        office: dir.join("office"),
        out: dir.join("out"),
    };
    if dir.exists() {
        return Err(UsageError::Argument {
            name: "DIR",
            expected: Phrase("a folder that does not exist yet", "应为尚不存在的目录"),
        }
        .into());
    }
    durable::create_folder(dir)?;
    durable::create_folder(&story.out)?;
    story.office_is_made()?;
    story.letters_are_issued()?;
    story.a_refusal_is_registered()?;
    story.a_visit_is_stated()?;
    let bundle = story.evidence_is_sealed()?;
    story.an_auditor_checks(&bundle)?;
    story.tampering_is_caught(&bundle)?;
    story.say("完成。请打开这些文件看看：", "done. open these and look:");
    let mut shown = Vec::new();
    for path in story.pdfs()? {
        story.show(&path.display().to_string());
        shown.push(path);
    }
    story.show(&story.out.join(&bundle).display().to_string());
    let json = json!({ "office": story.office, "out": story.out, "pdfs": shown, "bundle": story.out.join(&bundle) });
    Ok(Answer::done(json, ""))
}

struct Story<'a> {
    context: &'a Context,
    program: PathBuf,
    office: PathBuf,
    out: PathBuf,
}

impl Story<'_> {
    fn office_is_made(&self) -> Result<(), Stopped> {
        self.say(
            "一、设立样例办公室：证书机构、七名操作员、两家委托方、双方核准的模板",
            "1. A sample office: authority, seven operators, two principals, templates both sides approved",
        );
        self.must(&["init", &self.office.display().to_string(), "--sample"])
    }

    fn letters_are_issued(&self) -> Result<(), Stopped> {
        self.say(
            "二、信函经办签发三种函件：请求中是完整卡号与证件号，函件上只余末四位",
            "2. The clerk issues three kinds of letters: requests hold full numbers, letters the last four only",
        );
        let requests = self.requests("letters")?;
        let mut kinds = Vec::new();
        for (id, kind) in requests {
            if !id.starts_with("refused-") && !kinds.contains(&kind) && kinds.len() < 3 {
                self.must(&self.issuing("clerk", ["letter", "issue"], "letters", &id))?;
                kinds.push(kind);
            }
        }
        let number = self.first_letter()?;
        self.say(
            "自档案重制同一函件，逐字节一致：",
            "The same letter made again from the archive, byte for byte:",
        );
        let again = self.out.join("reproduced.pdf").display().to_string();
        self.must(&self.acting("clerk", &["letter", "reproduce", &number, "--out", &again]))
    }

    fn a_refusal_is_registered(&self) -> Result<(), Stopped> {
        self.say(
            "三、规则拒绝一件不得发出的请求，并登记该次拒绝",
            "3. Rules refuse a request that may not go out, and the refusal is registered",
        );
        let refused =
            self.requests("letters")?.into_iter().find(|(id, _)| id.starts_with("refused-"));
        let (id, _) = refused.unwrap_or_default();
        self.expect(1, &self.issuing("clerk", ["letter", "issue"], "letters", &id))?;
        self.must(&self.acting("auditor", &["register", "list", "--kind", "letter.refused"]))
    }

    fn a_visit_is_stated(&self) -> Result<(), Stopped> {
        self.say(
            "四、外访员出具外访结果声明：协商一致与未达成各一份",
            "4. A field agent prints visit statements: one agreed, one not",
        );
        let mut kinds = Vec::new();
        for (id, kind) in self.requests("visits")? {
            if !id.starts_with("refused-") && !kinds.contains(&kind) {
                self.must(&self.issuing("agent-a", ["visit", "statement"], "visits", &id))?;
                kinds.push(kind);
            }
        }
        Ok(())
    }

    fn evidence_is_sealed(&self) -> Result<String, Stopped> {
        self.say(
            "五、档案员封存昨日外访的录音、录像与门牌照片",
            "5. The archivist seals the recordings and photographs of yesterday's visit",
        );
        let visit = self.office.join("samples").join("visit").display().to_string();
        let name = "EV.asice";
        let out = self.out.join(name).display().to_string();
        self.must(&self.acting(
            "archivist",
            &["evidence", "seal", &visit, "--case", "C2026-0001", "--kind", "auto", "--out", &out],
        ))?;
        Ok(name.to_owned())
    }

    fn an_auditor_checks(&self, bundle: &str) -> Result<(), Stopped> {
        self.say(
            "六、审计员：登记簿、档案库、证据包全部核验；核验不写入任何内容",
            "6. The auditor: register, archive and bundle all checked; checking writes nothing",
        );
        self.must(&self.acting("auditor", &["audit", "run"]))?;
        let anchor = self.anchor();
        let file = self.out.join(bundle).display().to_string();
        self.must(&["verify", &file, "--anchor", &anchor])
    }

    fn tampering_is_caught(&self, bundle: &str) -> Result<(), Stopped> {
        self.say("七、篡改：改动证据包一个字节", "7. Tampering: one byte of the bundle is changed");
        let forged = self.out.join("forged.asice");
        flip(&self.out.join(bundle), &forged)?;
        self.expect(1, &["verify", &forged.display().to_string(), "--anchor", &self.anchor()])?;

        self.say(
            "改动档案库中一份函件的一个字节（在办公室的副本上）",
            "One byte of an archived letter is changed (in a copy of the office)",
        );
        let copy = self.out.join("tampered-archive");
        copy_folder(&self.office, &copy)?;
        let pdf = self.letter_object()?;
        let object = find(&copy.join("archive"), &pdf).unwrap_or_default();
        unlock(&object)?;
        flip_in_place(&object)?;
        self.expect(
            1,
            &["--office", &copy.display().to_string(), "--as", "auditor", "audit", "run"],
        )?;

        self.say(
            "直接改动登记簿数据库中的一条登记（在办公室的副本上）",
            "One entry of the register's database is edited by hand (in a copy of the office)",
        );
        let copy = self.out.join("tampered-register");
        copy_folder(&self.office, &copy)?;
        edit_register(&copy.join("register").join("register.sqlite"))?;
        self.expect(1, &["--office", &copy.display().to_string(), "register", "verify"])
    }

    /// Says a line of the story.
    fn say(&self, chinese: &str, english: &str) {
        self.show(&format!("\n■ {}", self.context.pick(chinese, english)));
    }

    fn show(&self, text: &str) {
        if self.context.printer.json {
            self.context.printer.tell(text);
        } else {
            self.context.printer.line(&Value::Null, text);
        }
    }

    fn must(&self, arguments: &[impl AsRef<str>]) -> Result<(), Stopped> {
        self.expect(0, arguments)
    }

    /// Runs the command and shows what it says; any other exit status ends the story.
    fn expect(&self, status: i32, arguments: &[impl AsRef<str>]) -> Result<(), Stopped> {
        let line: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
        self.show(&format!("$ chancery {}", line.join(" ")));
        let output = self.run(&line)?;
        for bytes in [&output.stdout, &output.stderr] {
            for text in String::from_utf8_lossy(bytes).lines() {
                self.show(&format!("  {text}"));
            }
        }
        if output.status.code() == Some(status) {
            Ok(())
        } else {
            Err(DemoError::Step { command: line.join(" ") }.into())
        }
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, Stopped> {
        let lang = self.context.pick("zh", "en");
        let output = Command::new(&self.program).args(["--lang", lang]).args(arguments).output();
        Ok(output.map_err(|source| UsageError::Output { source })?)
    }

    fn acting(&self, operator: &str, rest: &[&str]) -> Vec<String> {
        let office = self.office.display().to_string();
        let head = ["--office", &office, "--as", operator];
        head.iter().chain(rest).map(|part| (*part).to_owned()).collect()
    }

    /// The command by which `operator` issues one of the sample requests.
    fn issuing(&self, operator: &str, verb: [&str; 2], sample: &str, id: &str) -> Vec<String> {
        let [noun, verb] = verb;
        let (file, out) = (self.sample(sample), self.letters());
        self.acting(operator, &[noun, verb, &file, "--request", id, "--out", &out])
    }

    fn letters(&self) -> String {
        self.out.display().to_string()
    }

    fn sample(&self, name: &str) -> String {
        self.office
            .join("samples")
            .join("requests")
            .join(format!("{name}.jsonl"))
            .display()
            .to_string()
    }

    /// Ids and kinds of the sample requests.
    fn requests(&self, name: &str) -> Result<Vec<(String, String)>, Stopped> {
        let bytes = durable::read(Path::new(&self.sample(name)), 16 * 1024 * 1024)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let read = |line: &str| {
            let row: Value = serde_json::from_str(line).ok()?;
            let member = |name: &str| row.get(name)?.as_str().map(str::to_owned);
            Some((member("request_id")?, member("kind")?))
        };
        Ok(text.lines().filter_map(read).collect())
    }

    fn pdfs(&self) -> Result<Vec<PathBuf>, Stopped> {
        let entries = std::fs::read_dir(&self.out).map_err(durable::at(&self.out))?;
        let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        found.retain(|path| path.extension().is_some_and(|ending| ending == "pdf"));
        found.sort();
        Ok(found)
    }

    fn first_letter(&self) -> Result<String, Stopped> {
        let first = self.pdfs()?.into_iter().next().unwrap_or_default();
        Ok(first.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default())
    }

    /// Archive name of the first letter's PDF.
    fn letter_object(&self) -> Result<String, Stopped> {
        let first = self.pdfs()?.into_iter().next().unwrap_or_default();
        Ok(chancery::digest::Digest::of(durable::read(&first, 64 * 1024 * 1024)?).to_string())
    }

    fn anchor(&self) -> String {
        self.office.join("keys").join("ca.pem").display().to_string()
    }
}

chancery::problems! {
    /// Why the story ended early.
    pub enum DemoError {
        /// A command did not end as it should.
        Step { command: String } = "CH-U030", Fault,
            "`chancery {command}` did not end as it should" => "read what it said above",
            "`chancery {command}` 未按预期结束" => "请查看上文输出";
    }
}

fn flip(from: &Path, to: &Path) -> Result<(), Stopped> {
    let mut bytes = durable::read(from, 256 * 1024 * 1024)?;
    turn(&mut bytes);
    Ok(durable::write_new(to, &bytes)?)
}

fn flip_in_place(path: &Path) -> Result<(), Stopped> {
    let mut bytes = durable::read(path, 256 * 1024 * 1024)?;
    turn(&mut bytes);
    Ok(durable::replace(path, &bytes)?)
}

/// Changes one bit in the middle.
fn turn(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
}

fn unlock(path: &Path) -> Result<(), Stopped> {
    use std::os::unix::fs::PermissionsExt as _;
    let open = std::fs::Permissions::from_mode(0o644);
    Ok(std::fs::set_permissions(path, open).map_err(durable::at(path))?)
}

/// Edits one letter's entry as somebody with a hex editor would.
fn edit_register(path: &Path) -> Result<(), Stopped> {
    let mut bytes = durable::read(path, 1024 * 1024 * 1024)?;
    let needle = b"\"kind\":\"letter.issued\"";
    if let Some(at) = bytes.windows(needle.len()).position(|window| window == needle)
        && let Some(byte) = at.checked_add(9).and_then(|place| bytes.get_mut(place))
    {
        *byte = b'L';
    }
    Ok(durable::replace(path, &bytes)?)
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if let Some(found) = find(&path, name) {
                return Some(found);
            }
        } else if path.to_string_lossy().replace('/', "").ends_with(name) {
            return Some(path);
        }
    }
    None
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Stopped> {
    durable::create_folder(to)?;
    for entry in std::fs::read_dir(from).map_err(durable::at(from))? {
        let entry = entry.map_err(durable::at(from))?;
        let kind = entry.file_type().map_err(durable::at(from))?;
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if kind.is_file() {
            std::fs::copy(entry.path(), &target).map_err(durable::at(&target))?;
        }
    }
    Ok(())
}
