//! Named defects, and what verification says of each.

use super::{
    super::{
        Checkpoint, Draft, EntrySigner, LogSigner, MemoryStore, Register,
        entry::{self, Place},
        merkle::{self, Frontier, leaf_hash},
        store::{IndexLine, Rows},
        testing::{Key, Keyring, log_key, moment, note},
        view::{Stored, View},
    },
    *,
};
use crate::problem::Problem;

const THREADS: NonZeroUsize = NonZeroUsize::new(2).unwrap();

fn log() -> LogSigner {
    LogSigner::new("example.cn/register", log_key(1)).unwrap()
}

fn verdict(rows: &dyn Read, outside: &[Note]) -> Verdict {
    let log = [log().verifier()];
    let against = Against { operators: &Keyring, log: &log, outside, threads: THREADS };
    let mut last = 0;
    let verdict = verify(rows, &against, &mut |done| last = done).unwrap();
    assert!(last >= verdict.size || !verdict.is_sound());
    verdict
}

/// Codes of what is found, each with the place of its entry.
fn found(store: &MemoryStore) -> Vec<(&'static str, Option<u64>)> {
    codes(&verdict(store, &[]))
}

fn codes(verdict: &Verdict) -> Vec<(&'static str, Option<u64>)> {
    verdict.findings.iter().map(|finding| (finding.code().code, finding.seq())).collect()
}

/// A register of `count` entries, a minute apart, with a checkpoint every 100.
fn sound_store(count: u64) -> MemoryStore {
    let (admin, clerk) = (Key::new("admin"), Key::new("clerk"));
    let (mut register, _) =
        Register::create(MemoryStore::default(), note("office", "founded"), &admin, &moment(0))
            .unwrap();
    for seq in 1..count {
        let now = moment(60 * i64::try_from(seq).unwrap());
        if seq % 100 == 0 {
            register.checkpoint(&log(), now).unwrap();
        }
        let done = register.transact(|tx| {
            let number = tx.view().next_number("n")?;
            let draft = note(&format!("S{}", seq % 9), "x");
            let draft = if seq % 10 == 0 { draft.with_number(&number) } else { draft };
            tx.append(draft, &clerk, &now)
        });
        done.unwrap();
    }
    register.into_store()
}

/// An entry as someone with `key` can make it, at any place and time.
fn forged(store: &MemoryStore, seq: u64, seconds: i64, key: &Key, draft: Draft) -> Vec<u8> {
    let before = seq.checked_sub(1).map(|before| leaf_hash(&store.leaves[&before]));
    let place = Place {
        seq,
        previous: before.unwrap_or(Digest::from_bytes([0; 32])),
        recorded_at: moment(seconds),
    };
    entry::sign(draft, &place, key).unwrap().1
}

/// Makes tiles, frontier and index again, as an intruder would who knows the program.
fn rebuild(store: &mut MemoryStore) {
    store.tiles.clear();
    store.index.clear();
    store.frontier = Frontier::default();
    for (seq, leaf) in &store.leaves {
        store.frontier.push(leaf_hash(leaf));
        if let Ok(entry) = Entry::parse(leaf) {
            store.index.insert(*seq, IndexLine { seq: *seq, ..IndexLine::of(&entry) });
        }
    }
    let (mut tier, mut count) = (0, store.frontier.size() >> 8);
    while count > 0 {
        for index in 0..count {
            let tile = Stored(store).make_tile(tier, index).unwrap();
            store.tiles.insert((tier, index), tile);
        }
        (tier, count) = (tier + 1, count >> 8);
    }
}

/// Signs again every entry from `from` on with the keys of all operators.
fn resign(store: &mut MemoryStore, from: u64) {
    let last = *store.leaves.last_key_value().unwrap().0;
    for seq in from..=last {
        let old = Entry::parse(&store.leaves[&seq]).unwrap();
        let draft = Draft {
            kind: old.kind,
            subject: old.subject,
            occurred_at: old.occurred_at,
            body: old.body,
        };
        let seconds = (old.recorded_at - moment(0)).num_seconds();
        let leaf = forged(store, seq, seconds, &Key::new(&old.operator), draft);
        store.leaves.insert(seq, leaf);
    }
    rebuild(store);
}

#[test]
fn an_honest_register_is_sound() {
    let store = sound_store(600);
    let verdict = verdict(&store, &[]);
    assert_eq!(codes(&verdict), []);
    assert!(verdict.is_sound());
    assert_eq!((verdict.size, verdict.root), (600, store.frontier.root()));
    assert_eq!(verdict.first_bad(), None);
    let mut rebuilt = store.clone();
    rebuild(&mut rebuilt);
    assert_eq!((rebuilt.tiles, rebuilt.index), (store.tiles, store.index));
}

#[test]
fn an_edited_entry_is_named_first() {
    let mut store = sound_store(300);
    let leaf = store.leaves.get_mut(&42).unwrap();
    let text = String::from_utf8(leaf.clone()).unwrap().replace(r#""text":"x""#, r#""text":"y""#);
    *leaf = text.into_bytes();
    let found = found(&store);
    for code in ["CH-L103", "CH-L110", "CH-L123"] {
        assert!(found[..3].contains(&(code, Some(42))), "{code}");
    }
    assert!(found.contains(&("CH-L132", None)));
    assert!(found.iter().all(|(_, seq)| seq.is_none_or(|seq| seq == 42)));
}

#[test]
fn every_further_bad_entry_is_named_too() {
    let mut store = sound_store(300);
    for seq in [7, 100, 299] {
        store.leaves.get_mut(&seq).unwrap()[0] ^= 1;
    }
    let found = found(&store);
    for seq in [7, 100, 299] {
        assert!(found.contains(&("CH-L101", Some(seq))), "{seq}");
    }
    assert_eq!(found[0].1, Some(7));
}

#[test]
fn a_missing_entry_is_named() {
    let mut store = sound_store(20);
    store.leaves.remove(&5);
    store.leaves.remove(&6);
    let found = found(&store);
    assert_eq!(found[0], ("CH-L104", Some(5)));
    assert!(found.contains(&("CH-L122", Some(5))));
    assert!(found.contains(&("CH-L126", None)));
}

#[test]
fn an_entry_cut_off_the_end_shows_in_the_frontier() {
    let mut store = sound_store(20);
    store.leaves.remove(&19);
    store.index.remove(&19);
    assert_eq!(found(&store), [("CH-L104", Some(19)), ("CH-L126", None)]);
}

#[test]
fn two_entries_that_changed_places_are_named() {
    let mut store = sound_store(20);
    let (five, six) = (store.leaves[&5].clone(), store.leaves[&6].clone());
    store.leaves.insert(5, six);
    store.leaves.insert(6, five);
    let found = found(&store);
    assert!(found.contains(&("CH-L105", Some(5))) && found.contains(&("CH-L105", Some(6))));
    assert!(found.contains(&("CH-L108", Some(6))));
}

#[test]
fn an_entry_that_stands_twice_is_named() {
    let mut store = sound_store(20);
    let five = store.leaves[&5].clone();
    store.leaves.insert(9, five);
    assert!(found(&store).contains(&("CH-L106", Some(9))));
}

#[test]
fn an_operator_who_rewrites_an_own_entry_is_given_away_by_the_next() {
    let mut store = sound_store(20);
    let leaf = forged(&store, 5, 300, &Key::new("clerk"), note("S5", "otherwise"));
    store.leaves.insert(5, leaf);
    rebuild(&mut store);
    assert_eq!(found(&store), [("CH-L103", Some(5))]);
}

#[test]
fn a_history_signed_again_by_all_is_given_away_by_a_checkpoint() {
    let mut store = sound_store(120);
    let leaf = forged(&store, 5, 300, &Key::new("clerk"), note("S5", "otherwise"));
    store.leaves.insert(5, leaf);
    resign(&mut store, 6);
    assert_eq!(found(&store), [("CH-L132", None)]);
    let outside = [Note::parse(&store.notes[0].1).unwrap()];
    store.notes.clear();
    assert_eq!(found(&store), []);
    assert_eq!(codes(&verdict(&store, &outside)), [("CH-L132", None)]);
}

#[test]
fn a_register_cut_short_with_all_traces_is_given_away_by_a_checkpoint_outside() {
    let mut store = sound_store(220);
    let outside = [Note::parse(&store.notes[1].1).unwrap()];
    store.leaves.split_off(&150);
    store.notes.clear();
    rebuild(&mut store);
    assert_eq!(found(&store), []);
    let verdict = verdict(&store, &outside);
    assert!(matches!(
        verdict.findings[..],
        [RegisterFinding::Truncated { size: 200, held: 150, .. }]
    ));
}

#[test]
fn an_entry_dated_back_behind_a_checkpoint_is_named() {
    let mut store = sound_store(101);
    let leaf = forged(&store, 100, 99 * 60, &Key::new("clerk"), note("S1", "late"));
    store.leaves.insert(100, leaf);
    rebuild(&mut store);
    assert_eq!(found(&store), [("CH-L116", Some(100))]);
}

#[test]
fn time_never_runs_backwards() {
    let mut store = sound_store(20);
    let leaf = forged(&store, 19, 60, &Key::new("clerk"), note("S1", "x"));
    store.leaves.insert(19, leaf);
    rebuild(&mut store);
    assert_eq!(found(&store), [("CH-L108", Some(19))]);
}

#[test]
fn who_signed_is_checked_against_the_certificates() {
    for (key, code) in [("stranger", "CH-L111"), ("retired", "CH-L113")] {
        let mut store = sound_store(20);
        let leaf = forged(&store, 19, 19 * 60, &Key::new(key), note("S1", "x"));
        store.leaves.insert(19, leaf);
        rebuild(&mut store);
        assert_eq!(found(&store), [(code, Some(19))]);
    }
}

#[test]
fn an_operator_who_signs_in_anothers_name_is_named() {
    struct Impostor(Key);
    impl EntrySigner for Impostor {
        fn operator(&self) -> &'static str {
            "archivist"
        }
        fn certificate_fingerprint(&self) -> Digest {
            self.0.certificate_fingerprint()
        }
        fn sign(&self, message: &[u8]) -> std::result::Result<[u8; 64], super::super::BoxError> {
            self.0.sign(message)
        }
    }
    let mut register = Register::open(sound_store(20)).unwrap();
    let draft = note("S1", "x");
    register.append(draft, &Impostor(Key::new("clerk")), &moment(9_999)).unwrap();
    assert_eq!(found(&register.into_store()), [("CH-L112", Some(20))]);
}

#[test]
fn a_number_given_twice_or_left_out_is_named() {
    for (value, code) in [(1, "CH-L114"), (3, "CH-L115")] {
        let mut store = sound_store(20);
        let number = super::super::Reservation::new("n", value).unwrap();
        let draft = note("S1", "x").with_number(&number);
        let leaf = forged(&store, 19, 19 * 60, &Key::new("clerk"), draft);
        store.leaves.insert(19, leaf);
        rebuild(&mut store);
        assert_eq!(found(&store), [(code, Some(19))]);
    }
}

#[test]
fn an_index_that_differs_from_the_entries_is_found_and_can_be_made_again() {
    let mut store = sound_store(20);
    store.index.get_mut(&3).unwrap().subject = "S8".into();
    store.index.remove(&4);
    let extra = IndexLine { seq: 20, ..store.index[&5].clone() };
    store.index.insert(20, extra);
    assert_eq!(found(&store), [("CH-L120", Some(3)), ("CH-L121", Some(4)), ("CH-L122", Some(20))]);
    let mut register = Register::open(store).unwrap();
    register.rebuild_index().unwrap();
    assert_eq!(found(&register.into_store()), []);
}

#[test]
fn a_stored_tree_that_differs_from_the_entries_is_found() {
    let sound = sound_store(300);
    let mut store = sound.clone();
    store.tiles.get_mut(&(0, 0)).unwrap().hashes[9] = Digest::of("x");
    assert_eq!(found(&store), [("CH-L123", Some(9)), ("CH-L124", None)]);
    let mut store = sound.clone();
    store.tiles.get_mut(&(0, 0)).unwrap().root = Digest::of("x");
    assert_eq!(found(&store), [("CH-L124", None)]);
    let mut store = sound.clone();
    let tile = store.tiles.remove(&(0, 0)).unwrap();
    assert_eq!(found(&store), [("CH-L125", None)]);
    store.tiles.insert((0, 0), tile.clone());
    store.tiles.insert((0, 1), tile);
    assert_eq!(found(&store), [("CH-L127", None)]);
    let mut store = sound;
    store.frontier = Frontier::from_parts(300, vec![Digest::of("x"); 4]).unwrap();
    assert_eq!(found(&store), [("CH-L126", None)]);
}

#[test]
fn upper_tiers_are_checked_against_those_below() {
    let mut store = sound_store(1);
    let leaf = store.leaves[&0].clone();
    for seq in 0..65_536 {
        store.leaves.insert(seq, leaf.clone());
    }
    rebuild(&mut store);
    let mut findings = Vec::new();
    tree::check(&store, 65_536, &store.frontier.clone(), &mut findings).unwrap();
    assert!(findings.is_empty());
    store.tiles.get_mut(&(1, 0)).unwrap().hashes[200] = Digest::of("x");
    tree::check(&store, 65_536, &store.frontier.clone(), &mut findings).unwrap();
    assert!(matches!(findings[..], [RegisterFinding::TileDiffers { tier: 1, index: 0 }]));
}

#[test]
fn checkpoints_that_are_not_the_logs_are_found() {
    let mut store = sound_store(120);
    let genuine = store.notes[0].clone();
    let head = View::of(&store).head().unwrap();
    let other = LogSigner::new("example.cn/register", log_key(2)).unwrap();
    let checkpoint =
        Checkpoint::at("example.cn/register", head.size, head.root, moment(9_999)).unwrap();
    store.notes.push((120, other.sign(&checkpoint).unwrap().as_str().to_owned()));
    store.notes.push((120, "nothing".to_owned()));
    store.notes.push((99, genuine.1));
    assert_eq!(found(&store), [("CH-L131", None), ("CH-L130", None), ("CH-L134", None)]);
}

#[test]
fn an_empty_register_is_a_finding() {
    assert_eq!(found(&MemoryStore::default()), [("CH-L143", None)]);
}

#[test]
fn a_proof_made_from_a_verified_register_leads_to_its_root() {
    let store = sound_store(300);
    let root = verdict(&store, &[]).root;
    let proof = merkle::prove_inclusion(&Stored(&store), 7, 300).unwrap().unwrap();
    assert_eq!(proof.check(&leaf_hash(&store.leaves[&7]), &root), Ok(()));
    assert_eq!(Rows::rows(&store).size().unwrap(), 300);
}

#[cfg(feature = "sqlite")]
mod sqlite;
