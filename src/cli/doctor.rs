//! `doctor`: what is wrong with this office and this machine.

use chancery::{
    archive::ArchiveFinding,
    office::{credentials::Service, embedded, export_room},
    problem::Report,
};
use serde_json::{Value, json};

use super::{
    context::Context,
    report::{Answer, Stopped},
};

chancery::problems! {
    /// What `doctor` notes.
    pub enum DoctorFinding {
        /// Passphrases lie in the office's own folder.
        CredentialsInside = "CH-U020", Finding,
            "passphrases lie inside the office's folder: whoever copies it can sign" => "fit for a sample only; keep them elsewhere or use systemd credentials",
            "口令存放在办公室目录内：复制该目录者即可签署" => "仅适用于样例；请移至别处或使用 systemd 凭据";
        /// The register grew since the last checkpoint.
        CheckpointDue { entries: u64 } = "CH-U021", Finding,
            "{entries} entries are not covered by a checkpoint" => "run `chancery register checkpoint` and keep a copy outside",
            "有 {entries} 条登记尚无检查点" => "请运行 `chancery register checkpoint` 并在外部保存副本";
        /// A certificate ends soon.
        CertificateEnds { operator: String, until: String } = "CH-U022", Finding,
            "the certificate of `{operator}` ends on {until}" => "enrol the operator under a new id before then",
            "操作员 `{operator}` 的证书将于 {until} 到期" => "请在此之前以新编号登记";
        /// A mandate ends soon or has ended.
        MandateEnds { principal: String, until: String } = "CH-U023", Finding,
            "the mandate of `{principal}` ends on {until}" => "take in a new profile when it is renewed",
            "委托方 `{principal}` 的委托将于 {until} 到期" => "续签后请导入新档案";
        /// An export was killed, or runs.
        PlainCopies = "CH-E131", Finding,
            "copies of an export lie in plain in the office's staging folder" => "unless an export is running, run any command that acts, such as `chancery register checkpoint`; it removes them",
            "办公室暂存目录中有导出用的明文副本" => "如无正在进行的导出，运行任一写入命令（如 `chancery register checkpoint`）即会清除";
        /// Everything in this office is a sample.
        Sample = "CH-U024", Finding,
            "this is a sample office: every page is marked 样张" => "found another for real work with `chancery init DIR`",
            "这是样例办公室：每页均标有“样张”" => "正式工作请用 `chancery init DIR` 另设";
    }
}

/// Days before an end at which it is told.
const SOON: i64 = 30;

/// Looks at everything and changes nothing.
pub fn run(context: &Context) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let mut found: Vec<Report> = Vec::new();
    embedded::fonts().map_err(Stopped)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let inside = credentials.folders.iter().any(|folder| folder.starts_with(office.paths().root()));
    if inside && credentials.holds(Service::CertificateAuthority) {
        found.push(DoctorFinding::CredentialsInside.into());
    }
    if office.state().sample {
        found.push(DoctorFinding::Sample.into());
    }
    let size = office.view().size()?;
    let covered = office.view().newest_checkpoint()?.map_or(0, |note| note.checkpoint().size);
    if size > covered {
        found.push(DoctorFinding::CheckpointDue { entries: size - covered }.into());
    }
    let today = office.today();
    for operator in office.state().operators.values().filter(|one| one.revoked_at.is_none()) {
        let until = operator.certificate.not_after().date_naive();
        if until.signed_duration_since(today).num_days() < SOON {
            let told = DoctorFinding::CertificateEnds {
                operator: operator.id.clone(),
                until: until.to_string(),
            };
            found.push(told.into());
        }
    }
    for id in office.state().principals.keys() {
        match office.profile(id) {
            Ok(profile) => {
                let until = profile.mandate.until;
                if until.signed_duration_since(today).num_days() < SOON {
                    let until = until.to_string();
                    found.push(DoctorFinding::MandateEnds { principal: id.clone(), until }.into());
                }
            }
            Err(reports) => found.extend(reports),
        }
    }
    if export_room::leftover(office.paths()) {
        found.push(DoctorFinding::PlainCopies.into());
    }
    let leftovers: Vec<ArchiveFinding> = office.archive().leftovers()?;
    found.extend(leftovers.iter().map(Report::of));
    let rows: Vec<Value> = found.iter().map(|report| context.printer.report_json(report)).collect();
    let json = json!({ "findings": rows });
    if found.is_empty() {
        return Ok(Answer::done(json, context.pick("一切正常", "nothing is wrong")));
    }
    let text: Vec<String> =
        found.iter().map(|report| context.printer.report_text(report)).collect();
    Ok(Answer::found(json, text.join("\n")))
}
