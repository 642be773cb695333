//! The register's behaviour, the same over every store.

use std::{collections::BTreeMap, ops::ControlFlow};

use proptest::prelude::*;

use super::{
    testing::{Key, NOTED, log_key, moment, note},
    *,
};

fn founded<S: Store>(store: S) -> Register<S> {
    Register::create(store, note("office", "founded"), &Key::new("admin"), &moment(0)).unwrap().0
}

fn memory() -> Register<MemoryStore> {
    founded(MemoryStore::default())
}

/// Appends `count` entries, a few to a transaction.
fn filled(count: u64) -> Register<MemoryStore> {
    let mut register = memory();
    let clerk = Key::new("clerk");
    let mut seq = 1;
    while seq < count {
        register
            .transact::<_, RegisterError, _>(|tx| {
                for _ in 0..(count - seq).min(50) {
                    tx.append(note(&format!("S{}", seq % 7), "x"), &clerk, &moment(1))?;
                    seq += 1;
                }
                Ok(())
            })
            .unwrap();
    }
    register
}

#[test]
fn a_register_is_founded_once_and_never_opened_empty() {
    assert!(matches!(Register::open(MemoryStore::default()), Err(RegisterError::NotFounded)));
    let store = memory().into_store();
    let again = Register::create(store, note("office", "b"), &Key::new("admin"), &moment(0));
    assert!(matches!(again, Err(RegisterError::AlreadyFounded)));
}

#[test]
fn each_entry_is_chained_to_the_one_before() {
    let mut register = memory();
    let clerk = Key::new("clerk");
    let first = register.view().get(0).unwrap().unwrap();
    assert_eq!(first.entry().previous.as_bytes(), &[0; 32]);
    let second = register.append(note("S1", "x"), &clerk, &moment(1)).unwrap();
    assert_eq!((second.seq(), second.entry().previous), (1, first.leaf_hash()));
    assert_eq!(second.entry().operator, "clerk");
    let head = register.view().head().unwrap();
    assert_eq!(head.size, 2);
    assert_eq!(head.root, merkle::node_hash(&first.leaf_hash(), &second.leaf_hash()));
}

#[test]
fn a_clock_behind_the_last_entry_is_refused() {
    let mut register = memory();
    let verdict = register.append(note("S1", "x"), &Key::new("clerk"), &moment(-1));
    assert!(matches!(verdict, Err(RegisterError::ClockBehind { .. })));
    assert_eq!(register.view().size().unwrap(), 1);
    assert!(register.append(note("S1", "x"), &Key::new("clerk"), &moment(0)).is_ok());
}

#[test]
fn a_transaction_is_kept_whole_or_not_at_all() {
    let mut register = memory();
    let clerk = Key::new("clerk");
    let before = register.view().head().unwrap();
    let failed = register.transact(|tx| {
        tx.append(note("S1", "x"), &clerk, &moment(1))?;
        assert_eq!(tx.view().size()?, 2);
        tx.append(note("", "x"), &clerk, &moment(1))
    });
    assert!(matches!(failed, Err(RegisterError::BadSubject)));
    assert_eq!(register.view().head().unwrap(), before);
    let done = register
        .transact::<_, RegisterError, _>(|tx| {
            tx.append(note("S1", "x"), &clerk, &moment(1))?;
            tx.append(note("S2", "y"), &clerk, &moment(2))
        })
        .unwrap();
    assert_eq!(done.recorded.len(), 2);
    assert_eq!((done.value.seq, done.value.new), (2, true));
}

#[test]
fn a_number_once_given_is_never_given_again() {
    let mut register = memory();
    let clerk = Key::new("clerk");
    let take = |register: &mut Register<MemoryStore>| {
        register.transact(|tx| {
            let number = tx.view().next_number("letter/2026")?;
            tx.append(note("L", "reserved").with_number(&number), &clerk, &moment(1))?;
            Ok::<_, RegisterError>(number)
        })
    };
    assert_eq!(take(&mut register).unwrap().value.value(), 1);
    let second = take(&mut register).unwrap();
    assert_eq!(second.value.value(), 2);
    assert_eq!(second.recorded[0].entry().number(), Some(second.value.clone()));
    let again = register.append(note("L", "x").with_number(&second.value), &clerk, &moment(1));
    assert!(matches!(again, Err(RegisterError::NumberNotNext { expected: 3 })));
    assert_eq!(register.view().next_number("letter/2027").unwrap().value(), 1);
    assert!(matches!(register.view().next_number("Letter"), Err(RegisterError::BadSeries)));
    register.rebuild_index().unwrap();
    assert_eq!(register.view().next_number("letter/2026").unwrap().value(), 3);
}

#[test]
fn trying_again_registers_nothing_twice() {
    let mut register = memory();
    let clerk = Key::new("clerk");
    let first = register.append_once(note("L1", "issued"), &clerk, &moment(1)).unwrap();
    let again = register.append_once(note("L1", "issued"), &clerk, &moment(9)).unwrap();
    assert_eq!(first.leaf_hash(), again.leaf_hash());
    let other = register.append_once(note("L1", "otherwise"), &clerk, &moment(9));
    assert!(matches!(other, Err(RegisterError::Differs { seq: 1 })));
}

#[test]
fn entries_are_found_by_kind_and_subject() {
    let mut register = filled(600);
    let other = Draft::new("test.other".parse().unwrap(), "S3");
    register.append(other, &Key::new("clerk"), &moment(2)).unwrap();
    let view = register.view();
    let seqs = |kind: Option<&EntryKind>, subject| -> Vec<u64> {
        view.find(kind, subject).map(|found| found.unwrap().seq()).collect()
    };
    assert_eq!(seqs(Some(&NOTED), None).len(), 600);
    assert_eq!(seqs(None, Some("S3")).len(), 87);
    assert_eq!(seqs(Some(&NOTED), Some("S3")).len(), 86);
    assert_eq!(seqs(None, None), (0..=600).collect::<Vec<_>>());
    assert_eq!(view.last(&NOTED, "S3").unwrap().unwrap().seq(), 598);
    assert!(view.last(&NOTED, "S9").unwrap().is_none());
    assert_eq!(view.entries(595).map(|entry| entry.unwrap().seq()).last(), Some(600));
    assert!(view.get(601).unwrap().is_none());
}

#[test]
fn proofs_hold_against_the_checkpoints_filed_over_the_register() {
    let mut register = filled(700);
    let log = LogSigner::new("example.cn/register", log_key(1)).unwrap();
    let old = register.checkpoint(&log, moment(5)).unwrap();
    for seq in 0..40 {
        register.append(note("later", &seq.to_string()), &Key::new("clerk"), &moment(6)).unwrap();
    }
    let new = register.checkpoint(&log, moment(7)).unwrap();
    let view = register.view();
    let (old, new) = (old.checkpoint(), new.checkpoint());
    assert_eq!((old.size, new.size), (700, 740));
    assert_eq!(view.root(700).unwrap(), old.root);
    let proof = view.prove_consistency(700, 740).unwrap();
    assert_eq!(proof.check(&old.root, &new.root), Ok(()));
    for seq in [0, 255, 256, 511, 512, 699, 739] {
        let proof = view.prove_inclusion(seq, 740).unwrap();
        let entry = view.get(seq).unwrap().unwrap();
        assert_eq!(proof.check(&entry.leaf_hash(), &new.root), Ok(()));
    }
    assert!(matches!(view.prove_inclusion(740, 740), Err(RegisterError::OutOfRange { size: 740 })));
    assert!(matches!(view.prove_inclusion(0, 741), Err(RegisterError::OutOfRange { .. })));
    assert!(matches!(view.prove_consistency(700, 741), Err(RegisterError::OutOfRange { .. })));
    assert_eq!(view.checkpoints().count(), 2);
    assert_eq!(view.newest_checkpoint().unwrap().unwrap().checkpoint(), new);
}

#[test]
fn a_snapshot_does_not_see_what_comes_later() {
    let mut register = memory();
    let snapshot = register.snapshot().unwrap().rows().size().unwrap();
    register.append(note("S1", "x"), &Key::new("clerk"), &moment(1)).unwrap();
    assert_eq!(snapshot, 1);
    assert_eq!(register.snapshot().unwrap().rows().size().unwrap(), 2);
}

/// What a random history does next.
#[derive(Clone, Debug)]
enum Step {
    Append { subject: u8, seconds: i64 },
    Take { series: u8 },
    Fail,
    Checkpoint,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_u8..5, 0_i64..3).prop_map(|(subject, seconds)| Step::Append { subject, seconds }),
        3 => (0_u8..3).prop_map(|series| Step::Take { series }),
        1 => Just(Step::Fail),
        1 => Just(Step::Checkpoint),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_history_verifies_and_gives_each_number_once(
        steps in prop::collection::vec(step(), 1..400),
    ) {
        let mut register = memory();
        let clerk = Key::new("clerk");
        let log = LogSigner::new("example.cn/log", log_key(1)).unwrap();
        let (mut now, mut wanted) = (0, 1);
        let mut numbers = BTreeMap::<u8, u64>::new();
        for step in steps {
            match step {
                Step::Append { subject, seconds } => {
                    now += seconds;
                    let draft = note(&format!("S{subject}"), "x");
                    register.append(draft, &clerk, &moment(now)).unwrap();
                    wanted += 1;
                }
                Step::Take { series } => {
                    let taken = register.transact(|tx| {
                        let number = tx.view().next_number(&format!("s/{series}"))?;
                        tx.append(note("N", "x").with_number(&number), &clerk, &moment(now))?;
                        Ok::<_, RegisterError>(number.value())
                    });
                    let last = numbers.entry(series).or_default();
                    *last += 1;
                    prop_assert_eq!(taken.unwrap().value, *last);
                    wanted += 1;
                }
                Step::Fail => {
                    let failed: ControlFlow<()> = match register.transact(|tx| {
                        tx.append(note("F", "x"), &clerk, &moment(now))?;
                        Err::<(), _>(RegisterError::Spoiled)
                    }) {
                        Ok(_) => ControlFlow::Continue(()),
                        Err(_) => ControlFlow::Break(()),
                    };
                    prop_assert!(failed.is_break());
                }
                Step::Checkpoint => {
                    register.checkpoint(&log, moment(now)).unwrap();
                }
            }
        }
        let view = register.view();
        let hashes: Vec<_> = view.entries(0).map(|entry| entry.unwrap().leaf_hash()).collect();
        prop_assert_eq!(hashes.len(), wanted);
        prop_assert_eq!(view.head().unwrap().root, merkle::root_of(&hashes));
        prop_assert_eq!(view.root(view.size().unwrap()).unwrap(), merkle::root_of(&hashes));
    }
}
