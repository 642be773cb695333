//! The closed world one letter is laid out in.
//!
//! Owns the virtual files: those of the package, parsed once, and those of one letter
//! (`/data.json` and its pictures). There are no packages, network, system fonts, clock or
//! inputs, and the functions that would run text as code (`eval`, `plugin`) are taken out of the
//! library. The same virtual paths are used for every letter, since Typst numbers paths with
//! 16 bits and never frees one. Source: FINDINGS "Typst 0.15.1 in process".

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{Arc, LazyLock},
};

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult, PackageError},
    foundations::{Binding, Bytes, Datetime, Duration, Value},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook, TextElem},
    utils::LazyHash,
};

use super::{FontSet, TypesetError};
use crate::problem::Report;

/// The main file of every package.
pub(super) const MAIN: &str = "layout.typ";

/// The virtual file that holds the letter.
pub(super) const DATA: &str = "data.json";

/// Functions no layout may call: they run text as code.
const TAKEN_OUT: [&str; 2] = ["eval", "plugin"];

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let mut library = Library::default();
    for name in TAKEN_OUT {
        if let Some(binding) = library.global.scope_mut().get_mut(name) {
            *binding = Binding::detached(Value::None);
        }
    }
    library.std = Binding::detached(library.global.clone());
    library.styles.set(TextElem::fallback, false);
    LazyHash::new(library)
});

/// The files of one package, read once.
#[derive(Clone)]
pub(super) struct PackageFiles(Arc<HashMap<FileId, PackageFile>>);

struct PackageFile {
    bytes: Bytes,
    source: Option<Source>,
}

impl PackageFiles {
    /// Takes in the files of a package by their path inside it.
    pub(super) fn new(files: BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<Report>> {
        let mut known = HashMap::new();
        let mut reports = Vec::new();
        for (path, bytes) in files {
            match Self::take_in(&path, bytes) {
                Ok((id, file)) => drop(known.insert(id, file)),
                Err(refused) => reports.push(Report::from(refused)),
            }
        }
        let main = file_id(MAIN)
            .and_then(|id| known.get(&id))
            .is_some_and(|file: &PackageFile| file.source.is_some());
        if !main {
            reports.push(TypesetError::NoLayout.into());
        }
        if reports.is_empty() { Ok(Self(Arc::new(known))) } else { Err(reports) }
    }

    fn take_in(path: &str, bytes: Vec<u8>) -> Result<(FileId, PackageFile), TypesetError> {
        let named = || path.to_owned();
        let id = file_id(path)
            .filter(|_| path.trim_start_matches('/') != DATA)
            .ok_or_else(|| TypesetError::FileName { path: named() })?;
        if !is_plain_picture(path, &bytes) {
            return Err(TypesetError::Picture { path: named() });
        }
        if !is_named(path, "typ") {
            return Ok((id, PackageFile { bytes: Bytes::new(bytes), source: None }));
        }
        let text = String::from_utf8(bytes).map_err(|_| TypesetError::NotText { path: named() })?;
        let source = Source::new(id, text);
        let bytes = Bytes::from_string(source.clone());
        Ok((id, PackageFile { bytes, source: Some(source) }))
    }

    /// Whether the package itself has a file of that name.
    pub(super) fn holds(&self, id: FileId) -> bool {
        self.0.contains_key(&id)
    }
}

/// The world of one letter.
pub(super) struct Sheet {
    main: FileId,
    fonts: FontSet,
    package: PackageFiles,
    letter: BTreeMap<u16, Bytes>,
}

impl Sheet {
    /// A sheet for `letter`, the virtual files of this letter alone.
    pub(super) fn new(
        fonts: FontSet,
        package: PackageFiles,
        letter: impl IntoIterator<Item = (FileId, Bytes)>,
    ) -> Option<Self> {
        let letter = letter.into_iter().map(|(id, bytes)| (id.into_raw().get(), bytes)).collect();
        Some(Self { main: file_id(MAIN)?, fonts, package, letter })
    }
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let file = self.package.0.get(&id).ok_or_else(|| absent(id))?;
        file.source.clone().ok_or(FileError::NotSource)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match self.package.0.get(&id) {
            Some(file) => Ok(file.bytes.clone()),
            None => self.letter.get(&id.into_raw().get()).cloned().ok_or_else(|| absent(id)),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.face(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn absent(id: FileId) -> FileError {
    match id.root() {
        VirtualRoot::Package(spec) => FileError::Package(PackageError::NotFound(spec.clone())),
        VirtualRoot::Project => FileError::NotFound(id.vpath().get_with_slash().into()),
    }
}

/// The id of a virtual path made of plain parts; a leading `/` is allowed.
pub(super) fn file_id(path: &str) -> Option<FileId> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let plain = path.len() <= 200
        && path.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        });
    let path = VirtualPath::new(path).ok().filter(|_| plain)?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// Whether `path` ends in `.extension`, in capitals or not.
pub(super) fn is_named(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end.eq_ignore_ascii_case(extension))
}

/// Whether a file, if it is a picture, can hold nothing that the proof of the page would not see.
pub(super) fn is_plain_picture(path: &str, bytes: &[u8]) -> bool {
    let document = is_named(path, "pdf") || is_named(path, "svgz") || bytes.starts_with(b"%PDF");
    !document && (!is_named(path, "svg") || is_plain_svg(bytes))
}

/// Whether an SVG holds shapes only: no text, script, style sheet, link or picture in it.
pub(super) fn is_plain_svg(bytes: &[u8]) -> bool {
    const NOT_PLAIN: [&str; 9] = [
        "<text",
        "<tspan",
        "<script",
        "<foreignobject",
        "<image",
        "<style",
        "href",
        "<!entity",
        "<!doctype",
    ];
    std::str::from_utf8(bytes).is_ok_and(|text| {
        // A reference to another shape of the same picture is harmless.
        let text = text.to_ascii_lowercase().replace("href=\"#", "").replace("href='#", "");
        !NOT_PLAIN.iter().any(|sign| text.contains(sign)) && !has_prefixed_tag(&text)
    })
}

/// Whether a tag carries a namespace prefix, under which any of the signs could hide.
fn has_prefixed_tag(svg: &str) -> bool {
    svg.split('<').skip(1).any(|tag| {
        let name = tag.trim_start_matches('/').split([' ', '>', '/', '\n', '\t', '\r']).next();
        name.is_some_and(|name| name.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &str, bytes: &[u8]) -> String {
        let files = [(MAIN, &b"x"[..]), (path, bytes)];
        let files = files.map(|(path, bytes)| (path.to_owned(), bytes.to_vec()));
        match PackageFiles::new(files.into()) {
            Ok(_) => String::new(),
            Err(reports) => reports[0].code.code.to_owned(),
        }
    }

    #[test]
    fn file_names_are_plain() {
        for path in
            ["../x.typ", "a//b.typ", "a/../b.typ", "a\\b.typ", ".hidden", "中.typ", "", "data.json"]
        {
            assert_eq!(refused(path, b""), "CH-P003", "{path}");
        }
        assert_eq!(refused("_shared/page.typ", b"x"), "");
        assert_eq!(refused("/_shared/blocks/b1.tera", b"x"), "");
    }

    #[test]
    fn pictures_hold_shapes_only() {
        let drawn = br#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1v1z"/></svg>"#;
        assert_eq!(refused("seal.svg", drawn), "");
        for hidden in [
            "<svg><text>6</text></svg>",
            "<svg><TEXT>6</TEXT></svg>",
            "<svg xmlns:s='http://www.w3.org/2000/svg'><s:text>6</s:text></svg>",
            "<svg><a href='https://example.invalid'/></svg>",
            "<!DOCTYPE svg [<!ENTITY a '6'>]><svg/>",
        ] {
            assert_eq!(refused("seal.svg", hidden.as_bytes()), "CH-P006", "{hidden}");
        }
        assert_eq!(refused("page.png", b"%PDF-1.7"), "CH-P006");
    }

    #[test]
    fn a_package_without_a_layout_or_with_one_that_is_not_text_is_refused() {
        assert_eq!(PackageFiles::new(BTreeMap::new()).err().unwrap()[0].code.code, "CH-P004");
        assert_eq!(refused("part.typ", b"\xff"), "CH-P005");
    }
}
