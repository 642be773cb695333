//! What a batch tells when it is done or was stopped, and the lists it writes.

use chancery::{
    durable,
    letter::{
        issued,
        print::lists::{self, RefusedRow},
    },
    masking::{Masking, mask_text},
    office::Office,
};
use serde_json::json;

use super::{
    SUMMARY, Tally,
    printing::{Printed, Printing, holds},
};
use crate::cli::report::{Answer, Stopped};

impl Printing<'_> {
    /// Writes the lists and tells the summary.
    pub(super) fn answer(
        &self,
        office: &Office,
        tally: &Tally,
        printed: &Printed,
    ) -> Result<Answer, Stopped> {
        let out = &self.arguments.out;
        let mut refusals: Vec<&RefusedRow> = tally.refusals.iter().collect();
        refusals.sort_by_key(|one| one.row);
        let alone = |report| Stopped(vec![report]);
        lists::refusals(out, &refusals).map_err(alone)?;
        lists::manifest(out, &printed.volumes).map_err(alone)?;
        self.manifest(&printed.volumes)?;
        let (mail, seals) =
            lists::mail_and_seals(office, out, &printed.volumes).map_err(Stopped)?;
        if self.arguments.letters {
            let folder = self.path("letters");
            durable::create_folder(&folder)?;
            for (_, letter) in &tally.letters {
                let issued = issued::find(office, &letter.number)?;
                if let Some(issued) = issued {
                    let path = folder.join(format!("{}.pdf", issued.number));
                    let pdf = office.object(&issued.pdf)?;
                    let length = u64::try_from(pdf.len()).unwrap_or(u64::MAX);
                    if !holds(&path, &issued.pdf, length)? {
                        durable::replace(&path, &pdf)?;
                    }
                }
            }
        }
        let withheld: Vec<_> = printed
            .withheld
            .iter()
            .map(|(number, reason)| json!({ "number": number, "reason": reason.name() }))
            .collect();
        let json = json!({
            "batch": self.batch,
            "summary": tally.json(),
            "codes": tally.codes(),
            "volumes": printed.volumes.iter().map(|volume| json!({
                "volume": volume.manifest.volume,
                "envelope": volume.manifest.envelope.name(),
                "file": volume.manifest.file_name(),
                "sha256": volume.stream.to_string(),
                "bytes": volume.stream_bytes,
                "sheets": volume.manifest.sheets(),
                "entry": volume.entry,
                "letters": volume.manifest.letters.len(),
            })).collect::<Vec<_>>(),
            "withheld": withheld,
            "printed_elsewhere": printed.elsewhere,
            "issued_singly": printed.singly,
            "mail": mail,
            "seals": seals,
        });
        // What tells one run from another stays out of it: the same batch gives the same file.
        let kept = json!({ "batch": self.batch, "file": self.arguments.file.file_name().map(
            |name| mask_text(&name.to_string_lossy(), &Masking::default()).text) });
        self.put(SUMMARY, format!("{kept:#}\n").as_bytes())?;
        let exit = match (tally.refused, tally.unread) {
            (_, 1..) | (1.., _) => 1,
            (0, 0) => 0,
        };
        Ok(Answer { json, text: self.text(tally, Some(printed)), exit })
    }

    /// What is told after Ctrl-C.
    pub(super) fn stopped(&self, tally: &Tally) -> Answer {
        let json = json!({
            "batch": self.batch,
            "stopped": true,
            "summary": tally.json(),
        });
        let mut text = self.text(tally, None);
        text.push('\n');
        text.push_str(self.context.pick(
            "已按要求停止；再次执行同一命令即可续办，不会重复签发",
            "stopped as asked; the same command goes on from here, nothing is issued twice",
        ));
        Answer { json, text, exit: 3 }
    }

    pub(super) fn text(&self, tally: &Tally, printed: Option<&Printed>) -> String {
        let Tally { rows, issued, already, refused, unread, .. } = tally;
        let batch = self.batch;
        let chinese = self.context.pick("zh", "en") == "zh";
        let mut lines = vec![if chinese {
            format!(
                "批次 {batch}：共 {rows} 行，签发 {issued}，此前已签发 {already}，拒绝 {refused}，无法读取 {unread}"
            )
        } else {
            format!(
                "batch {batch}: {rows} rows, {issued} issued, {already} issued before, {refused} refused, {unread} unreadable"
            )
        }];
        lines.extend(tally.codes().into_iter().map(|(code, count)| format!("  {code} × {count}")));
        let Some(printed) = printed else { return lines.join("\n") };
        for volume in &printed.volumes {
            let manifest = &volume.manifest;
            let (letters, sheets) = (manifest.letters.len(), manifest.sheets());
            let name = manifest.file_name();
            lines.push(if chinese {
                format!("  第 {} 卷 {letters} 件 {sheets} 页  {name}", manifest.volume)
            } else {
                format!("  volume {} {letters} letters {sheets} sheets  {name}", manifest.volume)
            });
        }
        for (number, reason) in &printed.withheld {
            let reason = reason.name();
            lines.push(if chinese {
                format!("  未入卷 {number}（{reason}）")
            } else {
                format!("  kept out of the volumes: {number} ({reason})")
            });
        }
        lines.join("\n")
    }
}
