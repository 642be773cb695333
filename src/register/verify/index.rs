//! The index beside the entries, line by line.

use super::{
    super::{
        entry::Entry,
        error::Result,
        finding::RegisterFinding,
        store::{IndexLine, Read},
        view::PAGE,
    },
    sound,
};

/// Goes through the index in step with the entries.
pub(super) struct IndexCursor<'a> {
    rows: &'a dyn Read,
    next: Option<u64>,
    page: std::iter::Peekable<std::vec::IntoIter<IndexLine>>,
}

impl<'a> IndexCursor<'a> {
    pub(super) fn new(rows: &'a dyn Read) -> Self {
        Self { rows, next: Some(0), page: Vec::new().into_iter().peekable() }
    }

    /// Compares with the entry in place `seq`, if its bytes could be read.
    pub(super) fn compare(
        &mut self,
        seq: u64,
        entry: Option<&Entry>,
        findings: &mut Vec<RegisterFinding>,
    ) -> Result<()> {
        while let Some(line) = self.line_up_to(seq, findings)? {
            if line.seq < seq {
                findings.push(RegisterFinding::IndexExtra { seq: line.seq });
                continue;
            }
            if entry.is_some_and(|entry| line != IndexLine { seq, ..IndexLine::of(entry) }) {
                findings.push(RegisterFinding::IndexDiffers { seq });
            }
            return Ok(());
        }
        findings.push(RegisterFinding::IndexMissing { seq });
        Ok(())
    }

    /// What is left names no entry.
    pub(super) fn finish(&mut self, findings: &mut Vec<RegisterFinding>) -> Result<()> {
        while let Some(line) = self.line_up_to(u64::MAX, findings)? {
            findings.push(RegisterFinding::IndexExtra { seq: line.seq });
        }
        Ok(())
    }

    fn line_up_to(
        &mut self,
        seq: u64,
        findings: &mut Vec<RegisterFinding>,
    ) -> Result<Option<IndexLine>> {
        if self.page.peek().is_none()
            && let Some(from) = self.next
        {
            let page = sound(self.rows.index(from, PAGE), findings)?.unwrap_or_default();
            self.next = page.last().map(|line| line.seq.saturating_add(1));
            self.page = page.into_iter().peekable();
        }
        Ok(self.page.next_if(|line| line.seq <= seq))
    }
}
