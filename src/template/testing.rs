//! A bare package for tests of wording.

#![expect(clippy::unwrap_used, reason = "used by tests alone")]

use super::package::Package;

const METADATA: &str = "id = \"card\"\nnumber = \"4\"\nversion = 1\ntitle = \"卡\"\ntitle_en = \"Card\"\n\
    purpose = \"p\"\npurpose_en = \"p\"\nissuer = \"clerk\"\naudience = []\nchannels = []\nfonts = []\n[fields]\n";

/// The package `card` of the least metadata, an empty layout and `files`.
pub fn card(files: &[(&str, &str)]) -> Package {
    let own = [("template.toml", METADATA), ("layout.typ", "")];
    let files = own.iter().chain(files).map(|(path, text)| ((*path).to_owned(), (*text).into()));
    Package::from_files("card", files.collect()).unwrap()
}
