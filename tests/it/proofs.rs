//! The finished pages of every package with short and with long values, as they were placed.

use chancery::{
    case::amount::Fen,
    letter::proof::{ProofPage, ProofSet, Strain},
    office::embedded,
    template::package::{self, Package},
    typeset::PlacedPage,
};

const STRAINS: [Strain; 3] = [Strain::Usual, Strain::Extreme, Strain::Zero];

/// Gives `look` every package with its pages of every strain.
fn each(mut look: impl FnMut(&Package, Strain, &[PlacedPage])) {
    let room = crate::office::room();
    let templates = room.path().join("templates");
    embedded::write_templates(&templates).unwrap();
    let fonts = embedded::fonts().unwrap();
    let ids = package::list(&templates).unwrap();
    assert!(ids.len() >= 36);
    for id in ids {
        let package = Package::load(&templates, &id).unwrap();
        for strain in STRAINS {
            look(&package, strain, ProofPage::of(&package, fonts, strain).unwrap().placed());
        }
    }
}

/// The lines of a section that hold no field.
fn plain(package: &Package, section: &str) -> Vec<String> {
    let head = format!("=== {section}\n");
    let wording = package.text("wording.tera");
    let Some((_, after)) = wording.split_once(&head) else { return Vec::new() };
    let section = after.split("\n===").next().unwrap_or_default();
    section.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn no_signature_stands_on_a_page_without_a_sentence_of_what_is_signed() {
    let mut signed = 0;
    each(|package, strain, pages| {
        let labels = plain(package, "signatures");
        let id = &package.metadata().id;
        // Ledgers close with the last of their rows.
        if labels.is_empty()
            || package.metadata().table.as_ref().is_some_and(|t| !t.widths.is_empty())
        {
            return;
        }
        signed += 1;
        let sentences: Vec<String> = ["terms", "effect", "note"]
            .iter()
            .flat_map(|section| plain(package, section))
            .filter(|line| !line.contains("{{"))
            .collect();
        // A party may be named elsewhere too: the page that is signed holds all labels.
        let mut places = pages.iter().map(PlacedPage::text);
        let page = places.find(|text| labels.iter().all(|label| text.contains(label.as_str())));
        let page = page.unwrap_or_else(|| panic!("{id} {strain:?}: labels apart"));
        assert!(sentences.iter().any(|one| page.contains(one.as_str())), "{id} {strain:?}");
    });
    assert_eq!(signed, 7 * STRAINS.len());
}

#[test]
fn the_template_in_the_foot_stands_on_one_line() {
    each(|package, strain, pages| {
        let id = &package.metadata().id;
        for page in pages {
            // The foot's right end: the runs that hold the id, and the version.
            let Some(name) = page.texts.iter().find(|run| run.text.contains(id.as_str())) else {
                continue;
            };
            let foot = |run: &&chancery::typeset::PlacedText| {
                run.area.top > name.area.top + 1.0 && run.area.left > page.width / 2.0
            };
            let below: Vec<&str> =
                page.texts.iter().filter(foot).map(|run| run.text.as_str()).collect();
            assert!(
                below.iter().all(|text| text.chars().count() > 60 || !text.contains('版')),
                "{id} {strain:?} {below:?}"
            );
        }
    });
}

#[test]
fn the_parts_of_a_proof_add_up_and_its_words_are_true_of_its_rows() {
    let mut summed = 0;
    each(|package, strain, pages| {
        let id = &package.metadata().id;
        if id != "repayment_plan_agreement" {
            return;
        }
        summed += 1;
        let text: String = pages.iter().map(PlacedPage::text).collect();
        let count = if strain == Strain::Extreme { 60 } else { 3 };
        assert!(text.contains(&format!("分{count}期")), "{strain:?}");
        let amounts: Vec<Fen> = pages
            .iter()
            .flat_map(|page| &page.texts)
            .filter(|run| run.area.left > 120.0 && run.text.contains('.'))
            .filter_map(|run| run.text.trim().parse().ok())
            .collect();
        let (total, parts) = amounts.split_last().unwrap();
        assert_eq!(parts.len(), count, "{strain:?}");
        assert_eq!(Fen::total(parts.iter().copied()).unwrap(), *total);
    });
    assert_eq!(summed, STRAINS.len());
}

/// The type area of a letter, in millimetres from the top; the mark across a proof is larger than its type.
const TYPE_AREA: std::ops::Range<f64> = 36.5..263.0;
const LARGEST: f64 = 40.0;

/// Whether the page is one of a letter: A4 upright, with margins of its own.
fn is_letter(package: &Package) -> bool {
    let layout = package.text("layout.typ");
    layout.contains("letter-page")
}

/// Lines of a page within the type area: their upper edge, lower edge and text.
fn lines(page: &PlacedPage) -> Vec<(f64, f64, String)> {
    let mut lines: Vec<(f64, f64, String)> = Vec::new();
    for run in &page.texts {
        if run.size > LARGEST || !TYPE_AREA.contains(&run.area.top) {
            continue;
        }
        // Runs of one line may be of different faces; the middle of one lies within the other.
        let middle = f64::midpoint(run.area.top, run.area.bottom);
        match lines.iter_mut().find(|line| (line.0..line.1).contains(&middle)) {
            Some(line) => line.2.push_str(&run.text),
            None => lines.push((run.area.top, run.area.bottom, run.text.clone())),
        }
    }
    lines
}

#[test]
fn no_page_but_the_last_is_left_more_than_two_fifths_empty() {
    let mut seen = 0;
    each(|package, strain, pages| {
        let id = &package.metadata().id;
        if !is_letter(package) {
            return;
        }
        for (at, page) in pages.iter().enumerate().rev().skip(1) {
            seen += 1;
            let end = lines(page).iter().map(|line| line.1).fold(0.0, f64::max);
            let empty = (262.0 - end) / 225.0;
            assert!(empty < 0.4, "{id} {strain:?} page {}: {empty:.2} empty", at + 1);
        }
    });
    assert!(seen > 30);
}

#[test]
fn the_name_under_a_letter_stands_on_no_page_alone() {
    let mut seen = 0;
    each(|package, strain, pages| {
        let id = &package.metadata().id;
        let complaints = plain(package, "complaints");
        if !is_letter(package) || complaints.is_empty() || plain(package, "signoff").is_empty() {
            return;
        }
        seen += 1;
        let last = pages.last().unwrap().text();
        assert!(last.contains("投诉电话"), "{id} {strain:?}");
    });
    assert!(seen >= 10 * STRAINS.len());
}

#[test]
fn no_line_holds_the_last_one_or_two_characters_of_a_text_alone() {
    each(|package, strain, pages| {
        if !is_letter(package) {
            return;
        }
        for (top, _, text) in pages.iter().flat_map(lines) {
            let count = text.chars().filter(|c| c.is_alphanumeric()).count();
            assert!(count > 1, "{} {strain:?} at {top:.0} mm: {text}", package.metadata().id);
        }
    });
}

#[test]
fn an_envelope_lacks_an_address_in_a_proof_only_where_the_letter_shows_its_own() {
    let room = crate::office::room();
    let templates = room.path().join("templates");
    embedded::write_templates(&templates).unwrap();
    let package = Package::load(&templates, "envelope").unwrap();
    let proofs = ProofSet::of(&package, embedded::fonts().unwrap()).unwrap();
    let told: Vec<&str> = proofs.cases.iter().map(|(name, _)| name.as_str()).collect();
    for paper in ["B6", "C4", "C5", "DL", "ZL"] {
        for case in ["usual", "extreme"] {
            assert!(told.contains(&format!("{paper}, {case}").as_str()), "{told:?}");
        }
    }
    // Neither paper nor window shows a case of its own without an address.
    assert_eq!(told.len(), 12, "{told:?}");
    assert!(told.iter().all(|name| !name.contains("to_address")), "{told:?}");
}
