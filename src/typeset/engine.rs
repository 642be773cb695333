//! The name of the engine that makes pages, as it is written into approvals and archives.
//!
//! A page is made again only by the engine release that made it. The id names this program and
//! the two libraries that decide about bytes: Typst for the layout and krilla for the PDF. A test
//! compares it with `Cargo.lock`. Source: SPEC, promise 4.

/// This release and the libraries that decide about the bytes of a page.
pub const ENGINE_ID: &str =
    concat!("chancery ", env!("CARGO_PKG_VERSION"), " / typst 0.15.1 / krilla 0.8.2");

/// The program named as creator in a PDF.
pub const CREATOR: &str = concat!("chancery ", env!("CARGO_PKG_VERSION"));

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions of package `name` in the lock file.
    fn locked(name: &str) -> Vec<&'static str> {
        let lock = include_str!("../../Cargo.lock");
        let head = format!("name = \"{name}\"");
        lock.split("[[package]]")
            .filter(|package| package.lines().any(|line| line == head))
            .filter_map(|package| {
                package.lines().find_map(|line| line.strip_prefix("version = \""))
            })
            .map(|version| version.trim_end_matches('"'))
            .collect()
    }

    #[test]
    fn engine_id_names_the_locked_versions() {
        let [typst] = locked("typst")[..] else { panic!("one Typst is expected") };
        let [krilla] = locked("krilla")[..] else { panic!("one krilla is expected") };
        let [own] = locked("chancery")[..] else { panic!("one chancery is expected") };
        assert_eq!(ENGINE_ID, format!("chancery {own} / typst {typst} / krilla {krilla}"));
        assert_eq!(locked("typst-pdf"), [typst]);
        assert_eq!(locked("typst-layout"), [typst]);
    }

    #[test]
    fn there_is_one_comemo_so_that_evict_reaches_the_cache_typst_uses() {
        assert_eq!(locked("comemo").len(), 1);
    }
}
