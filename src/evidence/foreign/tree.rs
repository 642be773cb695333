//! The files of a bag of others, in a folder or in a ZIP.
//!
//! No link is followed. A ZIP is read by the strict reader; only what common packers write and no
//! two programs read differently is let pass. Nothing is unpacked to disk.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, Write},
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
};

use rustix::fd::OwnedFd;

use super::finding::{Findings, ForeignFinding};
use crate::{
    evidence::{
        container::{Container, ContainerError, Inspection, Limits, Profile, path::shown},
        walk::{open_file, open_folder},
    },
    problem::Report,
};

/// Deepest folder that is looked into.
const DEEPEST: usize = 64;

/// The files of a bag, each with its size, and its folders.
pub(super) struct Tree {
    held: Held,
    pub(super) files: BTreeMap<String, u64>,
    pub(super) folders: BTreeSet<String>,
}

enum Held {
    Folder(OwnedFd),
    /// The container, and the place of each file among its entries.
    Zip {
        container: Container<File>,
        places: BTreeMap<String, usize>,
    },
}

/// Why a file of the tree could not be read.
pub(super) enum Failure {
    /// What the container holds is not what it says.
    Defect(ContainerError),
    /// The system refused.
    Io(io::Error),
}

impl Tree {
    /// The folder at `path`, of which no more than `most` files and folders are looked at.
    pub(super) fn of_folder(path: &Path, most: u64, findings: &mut Findings) -> io::Result<Self> {
        let root = open_folder(rustix::fs::CWD, path)?;
        let mut tree =
            Self { held: Held::Folder(root), files: BTreeMap::new(), folders: BTreeSet::new() };
        let mut open = vec![(path.to_owned(), String::new(), 0_usize)];
        while let Some((folder, prefix, depth)) = open.pop() {
            for entry in std::fs::read_dir(&folder)? {
                let entry = entry?;
                let met = tree.files.len().saturating_add(tree.folders.len());
                if u64::try_from(met).is_ok_and(|met| met >= most) {
                    findings.invalid(&ForeignFinding::TooMany { limit: most });
                    return Ok(tree);
                }
                let name = entry.file_name();
                let Ok(text) = std::str::from_utf8(name.as_bytes()) else {
                    let path = shown(&format!("{prefix}{}", name.to_string_lossy()));
                    findings.invalid(&ForeignFinding::NameForm { path });
                    continue;
                };
                let below = format!("{prefix}{text}");
                // Of the entry itself: a link is not followed.
                let data = entry.metadata()?;
                if data.is_dir() && depth < DEEPEST {
                    open.push((entry.path(), format!("{below}/"), depth.saturating_add(1)));
                    tree.folders.insert(below);
                } else if data.is_file() {
                    tree.files.insert(below, data.len());
                } else {
                    findings.invalid(&ForeignFinding::NotRegular { path: shown(&below) });
                }
            }
        }
        Ok(tree)
    }

    /// The one bag of the ZIP in `file`; nothing where there is none.
    pub(super) fn of_zip(file: File, findings: &mut Findings) -> io::Result<Option<Self>> {
        let limits = Limits { ratio: 1100, ..Limits::default() };
        let found = Container::inspect_as(file, limits, Profile::Foreign);
        let Inspection { container, defects, .. } = match found {
            Ok(found) => found,
            Err(ContainerError::Io { source }) => return Err(source),
            Err(defect) => {
                findings.report(Report::of(&defect));
                return Ok(None);
            }
        };
        // Names in UTF-8 that nobody marked are read alike by most, and a manifest that lists them
        // proves the reading. Beside marked ones, two could become one.
        let is_native =
            |defect: &&ContainerError| matches!(defect, ContainerError::NameNative { .. });
        let native = defects.iter().filter(is_native).count();
        let named = container.iter().flat_map(|container| {
            let entries = container.entries().iter().map(|entry| &entry.path);
            entries.chain(container.folders())
        });
        let is_mixed = named.filter(|name| !name.is_ascii()).count() != native;
        let told: Vec<&ContainerError> =
            defects.iter().filter(|defect| is_mixed || !is_native(defect)).collect();
        for defect in &told {
            findings.report(Report::of(*defect));
        }
        let Some(container) = container.filter(|_| told.is_empty()) else { return Ok(None) };
        if native > 0 {
            findings.warn(&ForeignFinding::NamesNative { names: native });
        }
        let prefix = if container.entry("bagit.txt").is_some() {
            String::new()
        } else {
            let tops: BTreeSet<&str> = container
                .entries()
                .iter()
                .map(|entry| entry.path.split_once('/').map_or("", |(top, _)| top))
                .collect();
            match (tops.first(), tops.len()) {
                (Some(top), 1) if !top.is_empty() => format!("{top}/"),
                _ => {
                    findings.invalid(&ForeignFinding::NotOneBag);
                    return Ok(None);
                }
            }
        };
        let mut files = BTreeMap::new();
        let mut folders = BTreeSet::new();
        let mut places = BTreeMap::new();
        for (at, entry) in container.entries().iter().enumerate() {
            let Some(path) = entry.path.strip_prefix(&prefix) else { continue };
            places.insert(path.to_owned(), at);
            for (at, _) in path.match_indices('/') {
                folders.extend(path.get(..at).map(str::to_owned));
            }
            files.insert(path.to_owned(), entry.size);
        }
        for folder in container.folders() {
            if let Some(path) = folder.strip_prefix(&prefix).filter(|path| !path.is_empty()) {
                folders.insert(path.trim_end_matches('/').to_owned());
            }
        }
        Ok(Some(Self { held: Held::Zip { container, places }, files, folders }))
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Copies the file at `path` into `out`.
    pub(super) fn copy(&self, path: &str, out: &mut dyn Write) -> Result<(), Failure> {
        match &self.held {
            Held::Folder(root) => {
                let mut file = open_file(root, path).map_err(Failure::Io)?;
                if !file.metadata().map_err(Failure::Io)?.is_file() {
                    return Err(Failure::Io(io::Error::other("no regular file any more")));
                }
                let mut buffer = vec![0; 1 << 20];
                loop {
                    let read = io::Read::read(&mut file, &mut buffer).map_err(Failure::Io)?;
                    match buffer.get(..read) {
                        Some(part) if !part.is_empty() => {
                            out.write_all(part).map_err(Failure::Io)?;
                        }
                        _ => return Ok(()),
                    }
                }
            }
            Held::Zip { container, places } => {
                let missing = || Failure::Io(io::ErrorKind::NotFound.into());
                let entry = places.get(path).and_then(|at| container.entries().get(*at));
                let entry = entry.ok_or_else(missing)?;
                match container.copy(entry, out) {
                    Ok(_) => Ok(()),
                    Err(ContainerError::Io { source }) => Err(Failure::Io(source)),
                    Err(defect) => Err(Failure::Defect(defect)),
                }
            }
        }
    }
}

/// What lies at `path`: a folder, or else a file.
pub(super) fn is_folder(path: &Path) -> io::Result<bool> {
    Ok(PathBuf::from(path).symlink_metadata()?.is_dir())
}
