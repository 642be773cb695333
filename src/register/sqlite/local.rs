//! Whether a folder is on this machine's own disk.
//!
//! SQLite's WAL keeps its index in memory shared by the processes of one machine, and many network
//! file systems do not keep locks. FUSE is told apart by the name it was mounted under.
//! Source: SPEC decision 17; `statfs(2)`; `proc_pid_mountinfo(5)`.

use std::{fs, os::unix::fs::MetadataExt, path::Path};

use rustix::fs::{FsWord, major, minor, statfs};

use super::super::error::{RegisterError, Result};

const FUSE: FsWord = 0x6573_5546;

const NETWORK: &[(FsWord, &str)] = &[
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB2"),
    (0x5346_414F, "AFS"),
    (0x6B41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x564C, "NCP"),
    (0x00C3_6400, "Ceph"),
    (0x0102_1997, "9P"),
    (0x0BD0_0BD0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x1983_0326, "BeeGFS"),
    (0x0116_1970, "GFS2"),
    (0x7461_636F, "OCFS2"),
];

const NETWORK_FUSE: &[&str] = &[
    "sshfs",
    "s3fs",
    "gcsfuse",
    "goofys",
    "rclone",
    "glusterfs",
    "ceph",
    "davfs",
    "smbnetfs",
    "curlftpfs",
    "juicefs",
    "moosefs",
    "mfs",
    "blobfuse",
    "blobfuse2",
    "afpfs",
    "nfs",
    "vmhgfs-fuse",
];

/// Refuses a file or folder on a network file system.
pub(super) fn refuse_network(path: &Path) -> Result<()> {
    let name = path.display().to_string();
    let system = statfs(path).map_err(|error| super::file_problem(path, error.into()))?;
    let kind = match network(system.f_type) {
        None if masked(system.f_type) == FUSE => mounted_as(path).as_deref().and_then(network_fuse),
        kind => kind,
    };
    match kind {
        Some(kind) => Err(RegisterError::NetworkFileSystem { path: name, kind }),
        None => Ok(()),
    }
}

fn network(magic: FsWord) -> Option<&'static str> {
    NETWORK.iter().find(|(known, _)| *known == masked(magic)).map(|(_, kind)| *kind)
}

/// The system may give the number with its sign spread over the upper half.
const fn masked(magic: FsWord) -> FsWord {
    magic & 0xFFFF_FFFF
}

fn network_fuse(mounted_as: &str) -> Option<&'static str> {
    let name = mounted_as.strip_prefix("fuse.")?;
    NETWORK_FUSE.iter().find(|known| **known == name).copied()
}

/// Name of the file system `path` is on, as it was mounted.
fn mounted_as(path: &Path) -> Option<String> {
    let device = fs::metadata(path).ok()?.dev();
    let number = format!("{}:{}", major(device), minor(device));
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    mounts.lines().find_map(|line| kind_in(line, &number)).map(str::to_owned)
}

/// Reads one line of mountinfo: the type stands behind the lone dash.
fn kind_in<'a>(line: &'a str, device: &str) -> Option<&'a str> {
    let (place, source) = line.split_once(" - ")?;
    (place.split(' ').nth(2)? == device).then(|| source.split(' ').next()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_known_by_number() {
        assert_eq!(network(0x6969), Some("NFS"));
        assert_eq!(network(0xFF53_4D42), Some("CIFS"));
        assert_eq!(network(0x0102_1997), Some("9P"));
        assert_eq!(network(0xEF53), None);
        assert_eq!(network(FUSE), None);
    }

    #[test]
    fn fuse_is_judged_by_what_it_was_mounted_as() {
        let line = "36 35 0:45 / /mnt rw,noatime shared:1 - fuse.sshfs host:/x rw";
        assert_eq!(kind_in(line, "0:45"), Some("fuse.sshfs"));
        assert_eq!(kind_in(line, "0:46"), None);
        assert_eq!(network_fuse("fuse.sshfs"), Some("sshfs"));
        assert_eq!(network_fuse("fuse.fuse-overlayfs"), None);
        assert_eq!(network_fuse("ext4"), None);
    }

    #[test]
    fn a_folder_of_this_disk_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refuse_network(folder.path()).is_ok());
        let missing = refuse_network(&folder.path().join("none"));
        assert!(matches!(missing, Err(RegisterError::Missing { .. })));
    }
}
