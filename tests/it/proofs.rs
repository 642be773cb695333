//! The finished pages of every package with short and with long values, as they were placed.

use chancery::{
    case::amount::Fen,
    letter::proof::{ProofPage, Strain},
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
