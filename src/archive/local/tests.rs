//! What the archive in a folder must do: put once, recover, tell what is wrong.

use std::os::unix::fs::symlink;

use proptest::prelude::*;

use super::{
    super::{Stage as _, is_changed},
    fault::fault,
    *,
};

struct Office {
    folder: tempfile::TempDir,
    archive: LocalArchive,
}

fn office() -> Office {
    let folder = tempfile::tempdir().unwrap();
    let archive = LocalArchive::create(&folder.path().join("archive")).unwrap();
    Office { folder, archive }
}

fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    durable::write_new(path, bytes).unwrap();
    fs::set_permissions(path, Permissions::from_mode(MODE)).unwrap();
}

fn codes(findings: &[ArchiveFinding]) -> Vec<&'static str> {
    findings.iter().map(|finding| crate::problem::Problem::code(finding).code).collect()
}

#[test]
fn an_object_comes_back_byte_for_byte_and_is_read_only() {
    let Office { archive, folder: _folder } = office();
    let put = archive.put(b"letter").unwrap();
    assert_eq!((put.digest(), put.length()), (Digest::of("letter"), 6));
    assert_eq!(archive.read(&put.digest(), 6).unwrap(), b"letter");
    assert!(archive.contains(&put.digest()).unwrap());
    let path = archive.path_of(&put.digest());
    assert!(path.to_str().unwrap().contains("/objects/"));
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o444);
    assert!(archive.check(&put.digest(), Some(6)).unwrap().is_empty());
    assert!(archive.leftovers().unwrap().is_empty());
    let mut text = String::new();
    archive.open_checked(&put.digest()).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "letter");
    let too_long = archive.read(&put.digest(), 5);
    assert!(matches!(too_long, Err(ArchiveError::TooLarge { limit: 5 })));
}

#[test]
fn putting_again_succeeds_only_if_the_bytes_are_the_same() {
    let Office { archive, folder: _folder } = office();
    let put = archive.put(b"letter").unwrap();
    assert_eq!(archive.put(b"letter").unwrap(), put);
    assert!(archive.leftovers().unwrap().is_empty());
    overwrite(&archive.path_of(&put.digest()), b"LETTER");
    let again = archive.put(b"letter");
    assert!(matches!(again, Err(ArchiveError::Changed { .. })));
    assert_eq!(fs::read(archive.path_of(&put.digest())).unwrap(), b"LETTER");
    // The right bytes are still there to restore from.
    assert_eq!(archive.staged().unwrap().len(), 1);
}

#[test]
fn what_is_staged_is_no_object_until_it_is_published() {
    let Office { archive, folder: _folder } = office();
    let staged = archive.stage(&mut &b"letter"[..]).unwrap();
    let digest = staged.digest();
    assert_eq!((digest, staged.length()), (Digest::of("letter"), 6));
    assert!(!archive.contains(&digest).unwrap());
    assert!(matches!(archive.read(&digest, 9), Err(ArchiveError::Missing { .. })));
    archive.publish(staged).unwrap();
    assert!(archive.contains(&digest).unwrap());
    let other = archive.stage(&mut &b"other"[..]).unwrap();
    archive.discard(other).unwrap();
    assert!(!archive.contains(&Digest::of("other")).unwrap());
    assert!(archive.leftovers().unwrap().is_empty());
}

#[test]
fn recovery_sees_what_the_dead_left_and_leaves_the_living_alone() {
    let Office { archive, folder: _folder } = office();
    let living = archive.stage(&mut &b"living"[..]).unwrap();
    drop(archive.stage(&mut &b"dead"[..]).unwrap());
    drop(archive.stage(&mut &b"spoiled"[..]).unwrap());
    durable::write_new(&archive.folder.join(STAGED).join(".part-x"), b"half").unwrap();
    assert_eq!(codes(&archive.leftovers().unwrap()), ["CH-S107", "CH-S107", "CH-S108"]);
    for staged in archive.staged().unwrap() {
        if staged.digest() == Digest::of("dead") {
            archive.publish(staged).unwrap();
        } else {
            assert_eq!(staged.digest(), Digest::of("spoiled"));
            archive.discard(staged).unwrap();
        }
    }
    assert_eq!(archive.discard_half_made().unwrap(), 1);
    archive.publish(living).unwrap();
    assert!(archive.leftovers().unwrap().is_empty());
    assert_eq!(archive.list().unwrap().count(), 2);
}

#[test]
fn a_leftover_changed_since_is_not_published() {
    let Office { archive, folder: _folder } = office();
    let path = archive.stage(&mut &b"dead"[..]).unwrap().path;
    overwrite(&path, b"DEAD");
    let staged = archive.staged().unwrap().pop().unwrap();
    assert!(matches!(archive.publish(staged), Err(ArchiveError::Changed { .. })));
    assert!(!archive.contains(&Digest::of("dead")).unwrap());
}

#[test]
fn a_source_that_fails_leaves_nothing() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let Office { archive, folder: _folder } = office();
    let staged = archive.stage(&mut (&b"some"[..]).chain(Broken));
    assert!(matches!(staged, Err(ArchiveError::Source { .. })));
    assert_eq!(fs::read_dir(archive.folder.join(STAGED)).unwrap().count(), 0);
}

#[test]
fn a_check_says_everything_that_is_wrong() {
    let Office { archive, folder: _folder } = office();
    let digest = archive.put(b"letter").unwrap().digest();
    let path = archive.path_of(&digest);
    overwrite(&path, b"letters");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let findings = archive.check(&digest, Some(6)).unwrap();
    assert_eq!(codes(&findings), ["CH-S103", "CH-S106", "CH-S102"]);
    assert!(matches!(archive.open_checked(&digest), Err(ArchiveError::Changed { .. })));
    fs::remove_file(&path).unwrap();
    assert_eq!(codes(&archive.check(&digest, None).unwrap()), ["CH-S101"]);
    symlink("/dev/null", &path).unwrap();
    assert_eq!(codes(&archive.check(&digest, None).unwrap()), ["CH-S105"]);
}

#[test]
fn what_is_no_object_is_told_by_its_folder() {
    let Office { archive, folder: _folder } = office();
    let digest = archive.put(b"letter").unwrap().digest();
    let objects = archive.folder.join(OBJECTS);
    let shard = archive.path_of(&digest).parent().unwrap().to_owned();
    durable::write_new(&objects.join("readme"), b"x").unwrap();
    durable::write_new(&shard.join("readme"), b"x").unwrap();
    symlink("/", objects.join("zz")).unwrap();
    symlink("/etc/passwd", shard.join("0".repeat(62))).unwrap();
    let (mut objects, mut foreign) = (0, Vec::new());
    for listed in archive.list().unwrap() {
        match listed.unwrap() {
            Listed::Object(object) => {
                assert_eq!((object.digest(), object.length()), (digest, 6));
                objects += 1;
            }
            Listed::Foreign(finding) => foreign.push(finding),
        }
    }
    foreign.sort_by_key(|finding| crate::problem::Problem::code(finding).code);
    assert_eq!(objects, 1);
    assert_eq!(codes(&foreign), ["CH-S104", "CH-S104", "CH-S104", "CH-S105"]);
    assert!(foreign.iter().all(|finding| !finding.to_string().contains("readme")));
}

#[test]
fn an_archive_is_made_once_and_never_in_passing() {
    let Office { folder, archive } = office();
    let again = LocalArchive::create(&archive.folder);
    assert!(matches!(again, Err(ArchiveError::Exists { .. })));
    assert!(LocalArchive::open_folder(&archive.folder).is_ok());
    let none = LocalArchive::open_folder(folder.path());
    assert!(matches!(none, Err(ArchiveError::NoArchive { .. })));
    let staged = archive.folder.join(STAGED);
    fs::remove_dir(&staged).unwrap();
    symlink("/tmp", &staged).unwrap();
    let linked = LocalArchive::open_folder(&archive.folder);
    assert!(matches!(linked, Err(ArchiveError::Obstructed { .. })));
}

#[test]
fn a_folder_that_may_not_be_written_to_is_named() {
    let folder = Path::new("/office/archive");
    for errno in [rustix::io::Errno::ROFS, rustix::io::Errno::ACCESS, rustix::io::Errno::PERM] {
        let error = fault(Path::new("staged"), folder, errno.into());
        assert!(matches!(error, ArchiveError::ReadOnly { path } if path == "/office/archive"));
    }
    let full = fault(Path::new("staged"), folder, rustix::io::Errno::NOSPC.into());
    assert!(matches!(full, ArchiveError::Io { .. }));
    if !rustix::process::geteuid().is_root() {
        let Office { archive, folder: _folder } = office();
        let staged = archive.folder.join(STAGED);
        fs::set_permissions(&staged, Permissions::from_mode(0o500)).unwrap();
        assert!(matches!(archive.put(b"x"), Err(ArchiveError::ReadOnly { .. })));
    }
}

#[test]
fn a_link_in_the_place_of_a_shard_is_refused() {
    let Office { folder, archive } = office();
    let digest = Digest::of("letter");
    let shard = archive.path_of(&digest).parent().unwrap().to_owned();
    symlink(folder.path(), shard).unwrap();
    assert!(matches!(archive.put(b"letter"), Err(ArchiveError::Obstructed { .. })));
    assert_eq!(archive.staged().unwrap().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_changed_byte_is_found(
        bytes in prop::collection::vec(any::<u8>(), 1..2000),
        at in any::<usize>(),
        flip in 1_u8..=255,
    ) {
        let Office { archive, folder: _folder } = office();
        let digest = archive.put(&bytes).unwrap().digest();
        let mut changed = bytes.clone();
        let at = at % changed.len();
        changed[at] ^= flip;
        overwrite(&archive.path_of(&digest), &changed);
        prop_assert_eq!(codes(&archive.check(&digest, None).unwrap()), ["CH-S102"]);
        let read = archive.read(&digest, 4000);
        let found = matches!(read, Err(ArchiveError::Changed { .. }));
        prop_assert!(found);
        let mut reader = archive.open(&digest).unwrap();
        prop_assert!(is_changed(&io::copy(&mut reader, &mut io::sink()).unwrap_err()));
    }
}
