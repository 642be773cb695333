//! A template package: every byte that can change a page of one document.
//!
//! Owns loading, limits and the package digest; refuses links, foreign names and oversized files.
//! The digest is SHA-256 over the sorted (path, SHA-256) list, the fonts and the engine id, so one
//! changed byte in any of them is another package. Source: SPEC decision 11, REQUIREMENTS L209.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    digest::{Digest, Hasher},
    durable,
    masking::{Masking, mask_text},
    template::metadata::{Block, Metadata},
};

/// Folder of the parts that all packages share, beside the packages.
pub const SHARED: &str = "_shared";
/// Folder of what principals put on their own letters, beside the packages: a folder for each id.
pub const PRINCIPALS: &str = "_principals";
/// Where a package holds what its principal put there.
const OWN: &str = "_principal";
/// The principal's line under the letterhead; its logo; its seal image, which takes the shared one's
/// place.
const OVERLAY: [&str; 3] = ["letterhead.txt", "assets/logo.svg", "assets/seal.svg"];
/// The seal image that all packages share.
const SHARED_SEAL: &str = "_shared/assets/seal.svg";
/// Most characters of a principal's line.
const LINE_LIMIT: usize = 40;
/// Largest file of a package, in bytes.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;
/// Most files in a package.
const FILE_COUNT: usize = 200;

crate::problems! {
    /// Why a folder is no template package.
    pub enum PackageError {
        /// No such template in this office.
        Unknown { id: String } = "CH-T001", Refusal,
            "no template `{id}` in this office" => "choose one that `chancery template list` shows",
            "本办公室没有模板 `{id}`" => "请从 `chancery template list` 所列模板中选择";
        /// A part is missing.
        Missing { id: String, part: &'static str } = "CH-T002", Input,
            "template `{id}` has no `{part}`" => "restore the file",
            "模板 `{id}` 缺少 `{part}`" => "请恢复该文件";
        /// The metadata cannot be read.
        Metadata { id: String, line: usize, detail: String } = "CH-T003", Input,
            "`template.toml` of `{id}` line {line}: {detail}" => "correct it; docs/templates.md shows every member",
            "`{id}` 的 `template.toml` 第 {line} 行：{detail}" => "请更正；各项见 docs/templates.md";
        /// A file has a name or kind a package may not hold.
        Entry { id: String } = "CH-T004", Input,
            "template `{id}` holds a file that a package may not hold" => "keep only regular files with names of ASCII letters, digits, `_`, `-` and `.`, none above 4 MiB, at most 200",
            "模板 `{id}` 含有不允许的文件" => "仅可放置普通文件，文件名限 ASCII 字母、数字、`_`、`-`、`.`，单个不超过 4 MiB，总数不超过 200";
        /// What a principal put on its letters is not what it may put there.
        Overlay { principal: String } = "CH-T052", Input,
            "`_principals/{principal}` holds something that may not stand on letters" => "keep only letterhead.txt (one line of at most 40 characters), assets/logo.svg and assets/seal.svg",
            "`_principals/{principal}` 含有不得用于函件的内容" => "仅可放置 letterhead.txt（一行，不超过 40 字）、assets/logo.svg 与 assets/seal.svg";
        /// A file could not be read.
        File { source: durable::DurableError } = "CH-T005", Fault,
            "a template cannot be read: {source}" => "check the file and its permissions",
            "无法读取模板：{source}" => "请检查文件及其权限";
    }
}

/// Files and metadata of one document in one version.
#[derive(Clone, Debug)]
pub struct Package {
    metadata: Metadata,
    files: BTreeMap<String, Vec<u8>>,
}

/// A package with the digest that its bytes have, hashed once and shared from then on.
#[derive(Clone, Debug)]
pub struct Hashed {
    package: Arc<Package>,
    digest: Digest,
}

impl Hashed {
    /// Hashes `package` with `fonts` and `engine`.
    #[must_use]
    pub fn new(package: Package, fonts: &Digest, engine: &str) -> Self {
        let digest = package.digest(fonts, engine);
        Self { package: Arc::new(package), digest }
    }

    /// The package.
    #[must_use]
    pub fn package(&self) -> &Package {
        &self.package
    }

    /// The package, shared.
    #[must_use]
    pub fn shared(&self) -> Arc<Package> {
        Arc::clone(&self.package)
    }

    /// Digest of the package with fonts and engine.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
}

/// A package as it stands in the archive and in an approval request.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Packed {
    format: String,
    id: String,
    files: BTreeMap<String, String>,
}

const FORMAT: &str = "chancery template package v1";

impl Package {
    /// Loads `templates/ID` together with `templates/_shared`.
    ///
    /// # Errors
    /// [`PackageError`], by variant.
    pub fn load(templates: &Path, id: &str) -> Result<Self, PackageError> {
        let own = templates.join(id);
        if !safe_name(id) || id == SHARED || !own.is_dir() {
            return Err(PackageError::Unknown { id: shown(id) });
        }
        let mut files = BTreeMap::new();
        read_folder(id, &own, "", &mut files)?;
        read_folder(id, &templates.join(SHARED), SHARED, &mut files)?;
        Self::from_files(id, files)
    }

    /// Loads the package in `folder`, wherever that stands, with `templates/_shared`.
    ///
    /// # Errors
    /// As [`Package::load`].
    pub fn load_beside(folder: &Path, templates: &Path, id: &str) -> Result<Self, PackageError> {
        let shared = templates.join(SHARED);
        if !safe_name(id) || id == SHARED || !folder.is_dir() || !shared.is_dir() {
            return Err(PackageError::Unknown { id: shown(id) });
        }
        let mut files = BTreeMap::new();
        read_folder(id, folder, "", &mut files)?;
        read_folder(id, &shared, SHARED, &mut files)?;
        Self::from_files(id, files)
    }

    /// Loads `templates/ID` as it is for `principal`: with the line, the logo and the seal image it put
    /// into `templates/_principals/PRINCIPAL`, as far as this document may show them.
    ///
    /// Line and logo name the principal, so only a document that says for whom it is written
    /// (the identity block) shows them; a seal image only one that may carry a seal. What a
    /// document cannot show is no part of it and voids no approval.
    ///
    /// # Errors
    /// As [`Package::load`], and [`PackageError::Overlay`].
    pub fn load_for(templates: &Path, id: &str, principal: &str) -> Result<Self, PackageError> {
        let package = Self::load(templates, id)?;
        let folder = templates.join(PRINCIPALS).join(principal);
        if !crate::office::operator::is_id(principal) || !folder.is_dir() {
            return Ok(package);
        }
        let refused = || PackageError::Overlay { principal: principal.to_owned() };
        let mut own = BTreeMap::new();
        read_folder(id, &folder, "", &mut own).map_err(|error| match error {
            PackageError::Entry { .. } => refused(),
            other => other,
        })?;
        let Self { metadata, mut files } = package;
        for (path, bytes) in own {
            let line = std::str::from_utf8(&bytes).map(str::trim).unwrap_or_default();
            let is_line = !line.is_empty()
                && line.chars().count() <= LINE_LIMIT
                && !line.chars().any(char::is_control);
            let shown = match path.as_str() {
                "letterhead.txt" if !is_line => return Err(refused()),
                "letterhead.txt" | "assets/logo.svg" => metadata.blocks.contains(&Block::Identity),
                "assets/seal.svg" => metadata.seal,
                _ => return Err(refused()),
            };
            if shown {
                files.insert(format!("{OWN}/{path}"), bytes);
            }
        }
        Ok(Self { metadata, files })
    }

    /// The principal's line under the letterhead, if this document shows one.
    #[must_use]
    pub fn letterhead(&self) -> Option<&str> {
        let line = self.text(&format!("{OWN}/{}", OVERLAY[0])).trim();
        Some(line).filter(|line| !line.is_empty())
    }

    /// The principal's logo, if this document shows one.
    #[must_use]
    pub fn logo(&self) -> Option<&[u8]> {
        self.files.get(&format!("{OWN}/{}", OVERLAY[1])).map(Vec::as_slice)
    }

    /// The seal image this document may carry: its principal's own, else the shared one.
    #[must_use]
    pub fn seal(&self) -> Option<&[u8]> {
        let own = self.files.get(&format!("{OWN}/{}", OVERLAY[2]));
        let seal = own.or_else(|| self.files.get(SHARED_SEAL)).map(Vec::as_slice);
        seal.filter(|_| self.metadata.seal)
    }

    /// Whether a file of it stands on pages as a picture only, and is not the layout's to read.
    #[must_use]
    pub fn is_picture_given(path: &str) -> bool {
        path == SHARED_SEAL || path.split('/').next() == Some(OWN)
    }

    /// Makes a package of files by path; own files at the top, shared ones below `_shared/`.
    ///
    /// # Errors
    /// [`PackageError::Missing`], [`PackageError::Metadata`], [`PackageError::Entry`].
    pub fn from_files(id: &str, files: BTreeMap<String, Vec<u8>>) -> Result<Self, PackageError> {
        let id = shown(id);
        for part in ["template.toml", "wording.tera", "layout.typ"] {
            if !files.contains_key(part) {
                return Err(PackageError::Missing { id, part });
            }
        }
        if files.len() > FILE_COUNT || !files.keys().all(|path| path.split('/').all(safe_name)) {
            return Err(PackageError::Entry { id });
        }
        let malformed = |line, detail: &str| PackageError::Metadata {
            id: id.clone(),
            line,
            detail: detail.to_owned(),
        };
        let bytes = files.get("template.toml").map(Vec::as_slice).unwrap_or_default();
        let text = std::str::from_utf8(bytes).map_err(|_| malformed(1, "not UTF-8"))?;
        let metadata: Metadata = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            malformed(before.matches('\n').count().saturating_add(1), error.message())
        })?;
        if metadata.id != id {
            return Err(malformed(1, "`id` is not the name of the folder"));
        }
        Ok(Self { metadata, files })
    }

    /// Its metadata.
    #[must_use]
    pub const fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Its files by path.
    #[must_use]
    pub const fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }

    /// A text file of it; empty where there is none or it is not UTF-8.
    #[must_use]
    pub fn text(&self, path: &str) -> &str {
        self.files.get(path).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// What approvers sign: every file, the fonts and the engine.
    #[must_use]
    pub fn digest(&self, fonts: &Digest, engine: &str) -> Digest {
        let mut hasher = Hasher::default();
        for (path, bytes) in &self.files {
            hasher.update(format!("{} {path}\n", Digest::of(bytes)).as_bytes());
        }
        hasher.update(format!("fonts {fonts}\nengine {engine}\n").as_bytes());
        hasher.finish()
    }

    /// The package as one canonical object for the archive.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        let files =
            self.files.iter().map(|(path, bytes)| (path.clone(), BASE64_STANDARD.encode(bytes)));
        let packed = Packed {
            format: FORMAT.to_owned(),
            id: self.metadata.id.clone(),
            files: files.collect(),
        };
        serde_json_canonicalizer::to_vec(&packed).unwrap_or_default()
    }

    /// Reads what [`Package::pack`] wrote.
    ///
    /// # Errors
    /// [`PackageError::Metadata`] if the object is not a package, and those of
    /// [`Package::from_files`].
    pub fn unpack(object: &[u8]) -> Result<Self, PackageError> {
        use base64::{Engine as _, prelude::BASE64_STANDARD};
        let malformed = || PackageError::Metadata {
            id: "?".to_owned(),
            line: 1,
            detail: "the object is not a template package".to_owned(),
        };
        let packed: Packed = serde_json::from_slice(object).map_err(|_| malformed())?;
        if packed.format != FORMAT {
            return Err(malformed());
        }
        let files = packed.files.into_iter().map(|(path, text)| {
            BASE64_STANDARD.decode(text).map(|bytes| (path, bytes)).map_err(|_| malformed())
        });
        Self::from_files(&packed.id, files.collect::<Result<_, _>>()?)
    }
}

/// Ids of the packages in a folder of templates, sorted.
///
/// # Errors
/// [`PackageError::File`].
pub fn list(templates: &Path) -> Result<Vec<String>, PackageError> {
    let fault = |source| PackageError::File { source };
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(templates).map_err(durable::at(templates)).map_err(fault)? {
        let entry = entry.map_err(durable::at(templates)).map_err(fault)?;
        if let Ok(name) = entry.file_name().into_string()
            && name != SHARED
            && safe_name(&name)
            && entry.path().join("template.toml").is_file()
        {
            ids.push(name);
        }
    }
    ids.sort();
    Ok(ids)
}

fn read_folder(
    id: &str,
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), PackageError> {
    let fault = |source| PackageError::File { source };
    for entry in std::fs::read_dir(folder).map_err(durable::at(folder)).map_err(fault)? {
        let entry = entry.map_err(durable::at(folder)).map_err(fault)?;
        let refused = || PackageError::Entry { id: shown(id) };
        let name = entry.file_name().into_string().map_err(|_| refused())?;
        let kind = entry.file_type().map_err(durable::at(folder)).map_err(fault)?;
        if !safe_name(&name) || files.len() >= FILE_COUNT {
            return Err(refused());
        }
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if kind.is_dir() {
            read_folder(id, &entry.path(), &path, files)?;
        } else if kind.is_file() {
            let bytes = durable::read(&entry.path(), FILE_LIMIT).map_err(|error| match error {
                durable::DurableError::TooLarge { .. } => refused(),
                other => fault(other),
            })?;
            files.insert(path, bytes);
        } else {
            return Err(refused());
        }
    }
    Ok(())
}

/// Whether a path component may stand in a package.
fn safe_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && !name.starts_with(['.', '-'])
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// An id as it may be shown: what is no id is not repeated, and a number in it is masked.
fn shown(id: &str) -> String {
    if safe_name(id) { mask_text(id, &Masking::default()).text } else { "?".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> BTreeMap<String, Vec<u8>> {
        let metadata = r#"
            id = "card"
            number = "4"
            version = 1
            title = "回电通知书"
            title_en = "Call-back card"
            purpose = "请收件人回电"
            purpose_en = "asks for a call"
            issuer = "clerk"
            audience = ["addressee"]
            channels = ["ems"]
            fonts = ["Noto Serif SC"]
            [fields]
            required = ["recipient_name"]
        "#;
        [
            ("template.toml", metadata),
            ("wording.tera", "=== body\n{{ recipient_name }}\n"),
            ("layout.typ", ""),
            ("_shared/page.typ", ""),
        ]
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .into()
    }

    #[test]
    fn every_byte_font_and_engine_is_in_the_digest() {
        let fonts = Digest::of("fonts");
        let digest = Package::from_files("card", files()).unwrap().digest(&fonts, "engine 1");
        for path in files().keys() {
            let mut changed = files();
            changed.get_mut(path).unwrap().push(b'\n');
            let changed = Package::from_files("card", changed).unwrap();
            assert_ne!(changed.digest(&fonts, "engine 1"), digest, "{path}");
        }
        let package = Package::from_files("card", files()).unwrap();
        assert_ne!(package.digest(&Digest::of("other"), "engine 1"), digest);
        assert_ne!(package.digest(&fonts, "engine 2"), digest);
        assert_eq!(Package::unpack(&package.pack()).unwrap().digest(&fonts, "engine 1"), digest);
    }

    #[test]
    fn a_link_or_a_foreign_name_is_no_part_of_a_package() {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in files() {
            let own = if path.starts_with(SHARED) { path } else { format!("card/{path}") };
            let path = folder.path().join(own);
            durable::create_folder(path.parent().unwrap()).unwrap();
            durable::write_new(&path, &bytes).unwrap();
        }
        Package::load(folder.path(), "card").unwrap();
        assert_eq!(list(folder.path()).unwrap(), ["card"]);
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("card/asset.svg")).unwrap();
        let error = Package::load(folder.path(), "card").unwrap_err();
        assert!(matches!(error, PackageError::Entry { .. }));
        for id in ["../card", "", "_shared", "卡"] {
            let error = Package::load(folder.path(), id).unwrap_err();
            assert!(matches!(error, PackageError::Unknown { .. }));
        }
    }
}
