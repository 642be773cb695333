//! Copies certified as agreeing with their originals.
//!
//! Owns what may be certified: the bytes of a PDF that the archive keeps, as a document of its own
//! or as a file in a sealed bundle. Orders the stages: role, comparison with the archive, stamp,
//! entry (`evidence.stamped`, the act's custody line); the copy leaves only then. Refuses what is
//! not kept, was changed, destroyed, or is a stamped copy itself. Source: issue "Evidence" item 6.

use super::{Office, actor::Actor, embedded, journal, operator::Role};
use crate::{
    digest::Digest,
    problem::{Report, alone as report},
    register::Draft,
    sheet::{self, Occasion},
};

crate::problems! {
    /// Why no copy is certified.
    pub enum StampRefusal {
        /// Nothing that is kept has these bytes.
        NotKept = "CH-E211", Refusal,
            "no document that the archive keeps has these bytes, so nothing says that a copy agrees with its original" => "give the file as the office issued or sealed it; one that was changed, destroyed after its term or stamped before is not certified",
            "档案中没有与该文件字节一致的文书，无从证明副本与原件一致" => "请提供本办公室签发或封存的原文件；被改动、期满销毁或已盖副本章的文件不予证明";
    }
}

type Reports<T> = Result<T, Vec<Report>>;

/// A certified copy, registered.
#[derive(Clone, Debug)]
pub struct Certified {
    /// The copy.
    pub pdf: Vec<u8>,
    /// Digest of what it is a copy of.
    pub original: Digest,
    /// Number of the letter, paper or bundle that holds the original.
    pub of: String,
    /// The entry of the act.
    pub entry: u64,
}

impl Office {
    /// Stamps a copy of `original` and registers that.
    ///
    /// # Errors
    /// Where the operator is no archivist; [`StampRefusal::NotKept`]; [`sheet::SheetError`]; faults
    /// of register and archive.
    pub fn certify_copy(&mut self, original: &[u8], actor: &Actor) -> Reports<Certified> {
        actor.require(Role::Archivist).map_err(report)?;
        let digest = Digest::of(original);
        let of = self.keeper_of(&digest)?.ok_or_else(|| report(StampRefusal::NotKept))?;
        let occasion = Occasion {
            case: None,
            day: self.today(),
            zone: *self.now().offset(),
            sample: self.state().sample,
        };
        let fonts = embedded::fonts()?;
        let pdf = sheet::stamp(original, &self.settings().agency.name, &occasion, fonts)?;
        // Registered first: no copy leaves unregistered, whatever fails afterwards.
        let draft = Draft::new(journal::EVIDENCE_STAMPED, of.clone())
            .with("original", digest.to_string())
            .with("copy", Digest::of(&pdf).to_string());
        let entry = self.append(draft, actor).map_err(report)?.seq();
        Ok(Certified { pdf, original: digest, of, entry })
    }

    /// Number of what holds the bytes `wanted`: a document of the archive, compared with what lies
    /// there, or a sealed bundle.
    fn keeper_of(&self, wanted: &Digest) -> Reports<Option<String>> {
        let shelves = self.shelves().map_err(report)?;
        let found = shelves.kept.iter().find(|kept| kept.objects.contains(wanted));
        if let Some(kept) = found {
            self.object(wanted).map_err(report)?;
            return Ok(Some(kept.id.clone()));
        }
        self.bundle_of_file(wanted)
    }
}
