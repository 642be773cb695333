//! What the program carries: fonts, template packages, sample media.
//!
//! Nothing is read from the system; `init` copies the packages into the office, where they may be
//! changed (and then need new approvals).

use std::{borrow::Cow, path::Path, sync::LazyLock};

use include_dir::{Dir, include_dir};

use crate::{durable, problem::Report, typeset::FontSet};

static FONTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fonts");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/letter_templates");
static SAMPLE_SEAL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/samples/seal");
static SAMPLE_MEDIA: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/samples/media");

static FONT_SET: LazyLock<Result<FontSet, Vec<Report>>> =
    LazyLock::new(|| FontSet::new(font_files()));

/// The product's font files by name.
pub fn font_files() -> impl Iterator<Item = (String, Cow<'static, [u8]>)> {
    FONTS.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?;
        let is_font = Path::new(name).extension().is_some_and(|ending| ending == "ttf");
        is_font.then(|| (name.to_owned(), Cow::Borrowed(file.contents())))
    })
}

/// The product's fonts, read once.
///
/// # Errors
/// As [`FontSet::new`].
pub fn fonts() -> Result<&'static FontSet, Vec<Report>> {
    FONT_SET.as_ref().map_err(Clone::clone)
}

/// Copies the template packages into `folder`.
///
/// # Errors
/// [`durable::DurableError`].
pub fn write_templates(folder: &Path) -> durable::Result<()> {
    write_folder(&TEMPLATES, folder)
}

/// A file of the sample media, by name.
#[must_use]
pub fn sample_media(name: &str) -> Option<&'static [u8]> {
    SAMPLE_MEDIA.get_file(name).map(include_dir::File::contents)
}

/// The sample agency's seal image.
#[must_use]
pub fn sample_seal() -> Option<&'static [u8]> {
    SAMPLE_SEAL.get_file("seal.svg").map(include_dir::File::contents)
}

fn write_folder(dir: &Dir<'_>, folder: &Path) -> durable::Result<()> {
    durable::create_folder(folder)?;
    for file in dir.files() {
        if let Some(name) = file.path().file_name() {
            durable::write_new(&folder.join(name), file.contents())?;
        }
    }
    for inner in dir.dirs() {
        if let Some(name) = inner.path().file_name() {
            write_folder(inner, &folder.join(name))?;
        }
    }
    Ok(())
}
