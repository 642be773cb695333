//! `evidence custody·inspect·sheet·stamp`.

use std::path::Path;

use chancery::{
    durable,
    evidence::{
        container::path::shown,
        media::{self, Defect, MediaFacts},
    },
    office::{Office, embedded},
    sheet::{self, Occasion, Pictures},
};
use serde_json::{Value, json};

use crate::cli::{
    context::Context,
    report::{Answer, Stopped},
};

/// Tells who did what with a bundle.
pub fn custody(context: &Context, id: &str) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let kept = office.bundle(id).map_err(Stopped)?;
    let (lines, entries) = office.custody(&kept).map_err(Stopped)?;
    let mut rows = Vec::new();
    let mut text = Vec::new();
    for line in &lines {
        let mut row = json!(line);
        let act = row.get("act").and_then(Value::as_str).unwrap_or_default().to_owned();
        text.push(format!("{}  {act}  {}", line.at.to_rfc3339(), line.by));
        if let Some(object) = row.as_object_mut() {
            object.insert("from".to_owned(), "bundle".into());
        }
        rows.push(row);
    }
    for recorded in &entries {
        let entry = recorded.entry();
        text.push(format!(
            "{}  {}  {}  #{}",
            entry.recorded_at.to_rfc3339(),
            entry.kind.as_str(),
            entry.operator,
            recorded.seq()
        ));
        rows.push(json!({
            "from": "register", "act": entry.kind.as_str(), "at": entry.recorded_at.to_rfc3339(),
            "by": entry.operator, "entry": recorded.seq(), "body": entry.body,
        }));
    }
    Ok(Answer::done(json!({ "bundle": id, "custody": rows }), text.join("\n")))
}

/// Tells what files say of themselves; a defect is a finding.
pub fn inspect(context: &Context, files: &[std::path::PathBuf]) -> Result<Answer, Stopped> {
    let mut rows = Vec::new();
    let mut text = Vec::new();
    let mut bad = false;
    for path in files {
        let file = durable::open_regular(path)?;
        let facts = media::inspect(&file).map_err(durable::at(path))?;
        bad |= facts.defect.is_some();
        let name = shown(&path.display().to_string());
        text.push(format!("{name}\n  {}", described(context, &facts)));
        let mut row = json!(facts);
        if let Some(object) = row.as_object_mut() {
            object.insert("file".to_owned(), name.into());
            object.insert("lines".to_owned(), json!(facts.lines()));
        }
        rows.push(row);
    }
    let json = json!({ "files": rows });
    let text = text.join("\n");
    Ok(if bad { Answer::found(json, text) } else { Answer::done(json, text) })
}

fn described(context: &Context, facts: &MediaFacts) -> String {
    let mut parts = vec![facts.format.name().to_owned()];
    parts.extend(facts.codec.clone());
    if let (Some(width), Some(height)) = (facts.width, facts.height) {
        parts.push(format!("{width}×{height}"));
    }
    if let Some(time) = facts.duration_ms {
        let (seconds, rest) = (time.div_euclid(1000), time.rem_euclid(1000));
        parts.push(format!("{seconds}.{rest:03} s"));
    }
    parts.extend(facts.captured.clone());
    parts.extend(facts.device.clone());
    parts.extend(facts.position.clone());
    parts.extend(facts.defect.map(|defect| {
        let words = match defect {
            Defect::Truncated => context.pick("不完整", "cut off"),
            Defect::Encrypted => context.pick("已加密", "encrypted"),
            Defect::Malformed => context.pick("文件头有误", "malformed"),
        };
        words.to_owned()
    }));
    parts.join(" · ")
}

/// When and for which case a sheet is made.
fn occasion(office: &Office, case: Option<&str>) -> Occasion {
    Occasion {
        case: case.map(str::to_owned),
        day: office.today(),
        zone: *office.now().offset(),
        sample: office.state().sample,
    }
}

/// Makes a sheet of the pictures in a folder, in as many parts as it takes.
pub fn sheet(
    context: &Context,
    folder: &Path,
    out: &Path,
    case: Option<&str>,
) -> Result<Answer, Stopped> {
    let occasion = occasion(&context.look()?, case);
    let fonts = embedded::fonts().map_err(Stopped)?;
    let pictures = Pictures::of_folder(folder).map_err(Stopped)?;
    let mut files = Vec::new();
    let mut placed = 0_usize;
    for number in 0..pictures.parts() {
        let (pdf, count) = pictures.part(number, &occasion, fonts).map_err(Stopped)?;
        let path = if number == 0 {
            out.to_owned()
        } else {
            let stem = out.file_stem().and_then(|stem| stem.to_str()).unwrap_or("sheet");
            out.with_file_name(format!("{stem}-{}.pdf", number.saturating_add(1)))
        };
        durable::write_new(&path, &pdf)?;
        placed = placed.saturating_add(count);
        files.push(path);
    }
    let mut text: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    text.push(format!("{placed} {}", context.pick("幅", "pictures")));
    text.extend(pictures.left_out.iter().map(|report| context.printer.report_text(report)));
    let left_out: Vec<Value> =
        pictures.left_out.iter().map(|report| context.printer.report_json(report)).collect();
    let json = json!({ "files": files, "pictures": placed, "left_out": left_out });
    let text = text.join("\n");
    Ok(if pictures.left_out.is_empty() {
        Answer::done(json, text)
    } else {
        Answer::found(json, text)
    })
}

/// Stamps a copy of a PDF that the archive keeps, and registers that.
pub fn stamp(context: &Context, file: &Path, out: &Path) -> Result<Answer, Stopped> {
    let original = durable::read(file, sheet::LARGEST)?;
    durable::vacant(out)?;
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let copy = office.certify_copy(&original, &actor).map_err(Stopped)?;
    durable::write_new(out, &copy.pdf)?;
    context.auto_checkpoint(&mut office);
    let json = json!({
        "file": file, "out": out, "original_bytes": original.len(),
        "original": copy.original.to_string(), "of": copy.of, "entry": copy.entry,
    });
    let text = match context.pick("zh", "en") {
        "zh" => format!("{}\n{} 的副本，登记条目 {}", out.display(), copy.of, copy.entry),
        _ => format!("{}\ncopy of {}, entry {}", out.display(), copy.of, copy.entry),
    };
    Ok(Answer::done(json, text))
}
