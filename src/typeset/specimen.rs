//! Fonts and layouts for the tests of this module.

use std::{borrow::Cow, collections::BTreeMap, path::Path, sync::OnceLock};

use super::{FontSet, Press};
use crate::problem::Report;

/// A character of Extension A, which only a face for running text draws.
const PROBE: char = '㛃';

/// The font files in `fonts/`, or a visible skip; a failure in CI.
#[expect(clippy::print_stderr, reason = "a skip has to be seen")]
pub(crate) fn font_files() -> Option<Vec<(String, Cow<'static, [u8]>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
    let mut files: Vec<(String, Cow<'static, [u8]>)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "ttf" || end == "otf"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap().into())
        })
        .collect();
    files.sort();
    if files.is_empty() {
        assert!(option_env!("CI").is_none(), "fonts/ must hold the fonts in CI");
        eprintln!("SKIPPED: no fonts in fonts/");
        return None;
    }
    Some(files)
}

pub(crate) fn fonts() -> Option<&'static FontSet> {
    static FONTS: OnceLock<Option<FontSet>> = OnceLock::new();
    FONTS.get_or_init(|| Some(FontSet::new(font_files()?).unwrap())).as_ref()
}

/// A press whose layout sets A4, the first Chinese family, language and title, then `layout`.
pub(crate) fn press(layout: &str) -> Option<Press> {
    let fonts = fonts()?;
    let family = fonts.families().find(|family| fonts.draws(family, PROBE)).unwrap();
    let layout = format!(
        "#set text(font: \"{family}\", lang: \"zh\", region: \"cn\", hyphenate: false);\
         #set document(title: \"函\");{layout}"
    );
    let files = BTreeMap::from([("layout.typ".to_owned(), layout.into_bytes())]);
    Some(Press::new(fonts, files).unwrap())
}

pub(crate) fn codes(reports: &[Report]) -> Vec<&'static str> {
    reports.iter().map(|report| report.code.code).collect()
}
