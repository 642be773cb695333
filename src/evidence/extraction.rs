//! Taking a bundle apart into a folder of files.
//!
//! Owns the writing of what the strict reader read: into a new folder beside its final name, each
//! file proved against its headers while it is written, named only when all is there. Refuses a
//! container with any defect of structure, and never writes into a folder that exists. What the
//! bundle says of itself is judged by [`super::verification`], not here.
//! Source: SPEC "Bundle"; REQUIREMENTS 3 (L223).

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use super::container::{Container, ContainerError, Limits};
use crate::{
    durable::{self, DurableError},
    problem::{Report, alone as report},
};

crate::problems! {
    /// Why a bundle was not taken apart.
    pub enum ExtractionError {
        /// A file or folder cannot be written.
        File { source: DurableError } = "CH-E132", Fault,
            "the bundle cannot be taken apart: {source}" => "name a new folder on a disk with room",
            "无法解开证据包：{source}" => "请指定空间充足的磁盘上的新文件夹";
    }
}

/// Most files that are put on disk one by one; of more, the whole file system is, once.
const FEW: usize = 64;

/// What was written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Extracted {
    /// Files.
    pub files: u64,
    /// Bytes of them together.
    pub bytes: u64,
}

/// The folder while it is being filled; removed unless named.
struct Filling {
    path: PathBuf,
    kept: bool,
}

impl Drop for Filling {
    fn drop(&mut self) {
        if !self.kept {
            // Whatever made it fail is what gets told.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Writes the files of the container at `from` into the new folder `into`. Memory is constant but
/// for the directory.
///
/// # Errors
/// The first defect of the container; [`ExtractionError::File`]. Nothing is left then.
pub fn extract(from: &Path, into: &Path) -> Result<Extracted, Vec<Report>> {
    let fault = |source| report(ExtractionError::File { source });
    durable::vacant(into).map_err(report)?;
    let file = durable::open_regular(from).map_err(report)?;
    let found = Container::inspect(file, Limits::default()).map_err(report)?;
    if !found.defects.is_empty() {
        return Err(found.defects.iter().map(Report::of).collect());
    }
    let container = found.container.ok_or_else(|| report(ContainerError::NoEnd))?;
    let beside = into.parent().filter(|folder| !folder.as_os_str().is_empty());
    let beside = beside.unwrap_or_else(|| Path::new("."));
    let made = tempfile::Builder::new().prefix(".staged-").tempdir_in(beside);
    let made = made.map_err(|error| fault(durable::at(beside)(error)))?.keep();
    let mut filling = Filling { path: made, kept: false };
    let mut done = Extracted::default();
    // It has no name yet: what is cut off half-way is nothing, however much of it is on disk.
    let each = container.entries().len() <= FEW;
    let mut folders = BTreeSet::from([filling.path.clone()]);
    for entry in container.entries() {
        let path = filling.path.join(&entry.path);
        let at = |error| fault(durable::at(&path)(error));
        if let Some(folder) = path.parent()
            && !folders.contains(folder)
        {
            fs::create_dir_all(folder).map_err(at)?;
            let inside = folder.ancestors().take_while(|one| *one != filling.path);
            folders.extend(inside.map(Path::to_owned));
        }
        let mut file = File::create_new(&path).map_err(at)?;
        let fixity = container.copy(entry, &mut file).map_err(report)?;
        if each {
            file.sync_data().map_err(at)?;
        }
        done.files = done.files.saturating_add(1);
        done.bytes = done.bytes.saturating_add(fixity.bytes);
    }
    if each {
        folders.iter().try_for_each(|folder| durable::sync_folder(folder)).map_err(fault)?;
    } else {
        durable::sync_all(&filling.path).map_err(fault)?;
    }
    durable::publish(&filling.path, into).map_err(fault)?;
    filling.kept = true;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::evidence::container::Writer;

    #[test]
    fn a_bundle_comes_apart_into_its_files_or_leaves_nothing() {
        let room = tempfile::tempdir().unwrap();
        let mut writer = Writer::new(Cursor::new(Vec::new()));
        writer.add("mimetype", b"application/zip").unwrap();
        writer.add("data/a/one", b"first").unwrap();
        writer.add("data/a/b/two", b"").unwrap();
        let bytes = writer.finish().unwrap().0.into_inner();
        let bundle = room.path().join("bundle");
        durable::write_new(&bundle, &bytes).unwrap();
        let into = room.path().join("into");
        assert_eq!(extract(&bundle, &into).unwrap(), Extracted { files: 3, bytes: 20 });
        assert_eq!(fs::read(into.join("data/a/one")).unwrap(), b"first");
        assert_eq!(fs::read(into.join("data/a/b/two")).unwrap(), b"");
        assert_eq!(extract(&bundle, &into).unwrap_err()[0].code.code, "CH-F002");

        let at = bytes.windows(5).position(|part| part == b"first").unwrap();
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let forged = room.path().join("forged");
        durable::write_new(&forged, &changed).unwrap();
        let nowhere = room.path().join("nowhere");
        assert_eq!(extract(&forged, &nowhere).unwrap_err()[0].code.code, "CH-E012");
        let cut = room.path().join("cut");
        durable::write_new(&cut, &bytes[..bytes.len() - 1]).unwrap();
        assert_eq!(extract(&cut, &nowhere).unwrap_err()[0].code.code, "CH-E002");
        let mut writer = Writer::new(Cursor::new(Vec::new()));
        for number in 0..=FEW {
            writer.add(&format!("data/{}/{number}", number % 3), b"of many").unwrap();
        }
        let many = room.path().join("many");
        durable::write_new(&many, &writer.finish().unwrap().0.into_inner()).unwrap();
        assert_eq!(extract(&many, &room.path().join("all")).unwrap().files, 65);
        assert_eq!(fs::read(room.path().join("all/data/1/64")).unwrap(), b"of many");

        let mut left: Vec<_> = fs::read_dir(room.path())
            .unwrap()
            .map(|item| item.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["all", "bundle", "cut", "forged", "into", "many"]);
    }
}
