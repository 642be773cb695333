//! Files that are whole or absent, and on disk when a call returns.
//!
//! The one home of writing, renaming and link-safe opening of files. Contract of every writer
//! here: durable on return (file and folder are synced), atomic (a reader sees all or nothing),
//! safe to retry. Numbers in paths are masked in messages.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, OFlags, RenameFlags};

use crate::masking::{Masking, mask_text};

crate::problems! {
    /// Why a file could not be read or written.
    pub enum DurableError {
        /// The system refused.
        Io { path: String, source: io::Error } = "CH-F001", Fault,
            "cannot use `{path}`: {source}" => "check that it exists, that you may use it and that the disk has room",
            "无法使用 `{path}`：{source}" => "请检查其是否存在、权限与磁盘空间";
        /// Nothing is there.
        Missing { path: String } = "CH-U040", Input,
            "there is no `{path}`" => "check the name and the folder it is in",
            "`{path}` 不存在" => "请核对名称及所在文件夹";
        /// Something else is where a folder is needed.
        NotFolder { path: String } = "CH-U041", Input,
            "`{path}` is not a folder" => "give a folder",
            "`{path}` 不是文件夹" => "请提供文件夹";
        /// A file of that name is there already and is never overwritten.
        Exists { path: String } = "CH-F002", Input,
            "`{path}` exists already" => "choose another name or remove it yourself",
            "`{path}` 已存在" => "请另选名称，或自行移走原文件";
        /// It is larger than its kind may be.
        TooLarge { path: String, limit: u64 } = "CH-F003", Input,
            "`{path}` is larger than {limit} bytes" => "split it, or check that it is the right file",
            "`{path}` 超过 {limit} 字节" => "请拆分文件，或确认文件是否正确";
        /// It is a link, a folder, a device or a pipe.
        NotRegular { path: String } = "CH-F004", Input,
            "`{path}` is not a regular file" => "give the file itself, not a link, folder or device",
            "`{path}` 不是普通文件" => "请提供文件本身，而非链接、文件夹或设备";
    }
}

/// A path as messages show it: a number that must not leave is masked in it as anywhere.
fn shown(path: &Path) -> String {
    mask_text(&path.display().to_string(), &Masking::default()).text
}

/// Bytes that are copied at once.
const BUFFER: usize = 256 << 10;

/// Result of file work.
pub type Result<T> = std::result::Result<T, DurableError>;

/// Attaches the path to a system error.
pub fn at(path: &Path) -> impl FnOnce(io::Error) -> DurableError + '_ {
    move |source| DurableError::Io { path: shown(path), source }
}

/// As [`at`], for a path that must exist: that it does not is told as such.
pub fn existing(path: &Path) -> impl FnOnce(io::Error) -> DurableError + '_ {
    move |source| match source.kind() {
        io::ErrorKind::NotFound => DurableError::Missing { path: shown(path) },
        io::ErrorKind::NotADirectory => DurableError::NotFolder { path: shown(parent(path)) },
        _ => at(path)(source),
    }
}

/// Says whether a new file could be given the name `path`, before work is done for it.
///
/// # Errors
/// [`DurableError::Exists`] if the name is taken; [`DurableError::Missing`] or
/// [`DurableError::NotFolder`] if its folder is none.
pub fn vacant(path: &Path) -> Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(DurableError::Exists { path: shown(path) });
    }
    let folder = parent(path);
    if folder.metadata().map_err(existing(folder))?.is_dir() {
        Ok(())
    } else {
        Err(DurableError::NotFolder { path: shown(folder) })
    }
}

/// Opens a regular file for reading without following a link in its last component.
///
/// # Errors
/// [`DurableError::Missing`]; [`DurableError::NotRegular`] for links, folders, devices and pipes;
/// [`DurableError::Io`].
pub fn open_regular(path: &Path) -> Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed();
    let not_regular = || DurableError::NotRegular { path: shown(path) };
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            return Err(not_regular());
        }
        Err(error) => return Err(existing(path)(error)),
    };
    if file.metadata().map_err(at(path))?.is_file() { Ok(file) } else { Err(not_regular()) }
}

/// Reads a whole regular file of at most `limit` bytes.
///
/// # Errors
/// [`DurableError::TooLarge`] past the limit, and those of [`open_regular`].
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(at(path))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(DurableError::TooLarge { path: shown(path), limit })
    }
}

/// Makes a folder and its parents, durably.
///
/// # Errors
/// [`DurableError::NotFolder`] if something else stands there; [`DurableError::Io`].
pub fn create_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            DurableError::NotFolder { path: shown(path) }
        }
        _ => at(path)(error),
    })?;
    sync_folder(parent(path))
}

/// Makes a folder unless it is there, and tries whether a file can be written into it, so that
/// nothing is begun whose result could not be put down.
///
/// # Errors
/// [`DurableError::Io`].
pub fn writable_folder(path: &Path) -> Result<()> {
    create_folder(path)?;
    let mut probe = tempfile::tempfile_in(path).map_err(at(path))?;
    probe.write_all(&[0; 4096]).and_then(|()| probe.sync_all()).map_err(at(path))
}

/// Appends one line to a log, making it if need be; on disk when the call returns.
///
/// # Errors
/// [`DurableError::NotRegular`] if something else stands there; [`DurableError::Io`].
pub fn append_line(path: &Path, line: &str) -> Result<()> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed();
    let made = !path.exists();
    let options =
        OpenOptions::new().append(true).create(true).mode(0o600).custom_flags(flags).open(path);
    let mut file = options.map_err(at(path))?;
    if !file.metadata().map_err(at(path))?.is_file() {
        return Err(DurableError::NotRegular { path: shown(path) });
    }
    // One write, so that two processes never mix their lines.
    file.write_all(format!("{line}\n").as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(at(path))?;
    if made { sync_folder(parent(path)) } else { Ok(()) }
}

/// Writes a new file that nothing may overwrite.
///
/// # Errors
/// [`DurableError::Exists`] if the name is taken; [`DurableError::Io`].
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let staged = stage(path, bytes, 0o644)?;
    publish(&staged, path)
}

/// Writes a new file only its owner may read, such as a key.
///
/// # Errors
/// As [`write_new`].
pub fn write_new_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let staged = stage(path, bytes, 0o600)?;
    publish(&staged, path)
}

/// Writes a new file of any length that nothing may overwrite. Memory is constant.
///
/// # Errors
/// As [`write_new`]; whatever `reader` returns is told as [`DurableError::Io`] of `path`.
pub fn write_new_from(path: &Path, reader: &mut dyn Read) -> Result<()> {
    let staged = temporary(path, 0o644)?;
    // Without its buffer a long content goes through in steps of 8 KiB.
    let mut buffered = io::BufWriter::with_capacity(BUFFER, staged.as_file());
    io::copy(reader, &mut buffered).map_err(at(path))?;
    buffered.flush().map_err(at(path))?;
    drop(buffered);
    staged.as_file().sync_all().map_err(at(path))?;
    let (_, kept) = staged.keep().map_err(|error| at(path)(error.error))?;
    publish(&kept, path)
}

/// Puts `bytes` in the place of whatever `path` holds.
///
/// # Errors
/// As [`Replacement`].
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut staged = Replacement::begin(path)?;
    staged.write_all(bytes).map_err(at(path))?;
    staged.finish()
}

/// A file of any length that takes the place of whatever its path holds once it is finished.
/// Dropped before, it leaves nothing.
#[derive(Debug)]
pub struct Replacement {
    path: PathBuf,
    staged: tempfile::NamedTempFile,
}

impl Replacement {
    /// Begins a file for `path`.
    ///
    /// # Errors
    /// [`DurableError::Missing`] or [`DurableError::NotFolder`] of its folder, [`DurableError::Io`].
    pub fn begin(path: &Path) -> Result<Self> {
        Ok(Self { path: path.to_owned(), staged: temporary(path, 0o644)? })
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// [`DurableError::Io`].
    pub fn finish(self) -> Result<()> {
        let Self { path, staged } = self;
        staged.as_file().sync_all().map_err(at(&path))?;
        staged.persist(&path).map_err(|error| at(&path)(error.error))?;
        sync_folder(parent(&path))
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.staged.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.staged.flush()
    }
}

impl io::Seek for Replacement {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.staged.seek(to)
    }
}

/// Moves a written and synced file to its final name, unless that name is taken.
///
/// # Errors
/// [`DurableError::Exists`] if the name is taken, [`DurableError::Io`]; a staged file is removed
/// either way, a staged folder is left to its maker.
pub fn publish(staged: &Path, path: &Path) -> Result<()> {
    match rustix::fs::renameat_with(CWD, staged, CWD, path, RenameFlags::NOREPLACE) {
        Ok(()) => sync_folder(parent(path)),
        Err(rustix::io::Errno::EXIST) => {
            // A folder that was staged is removed by whoever staged it.
            let _ = std::fs::remove_file(staged);
            Err(DurableError::Exists { path: shown(path) })
        }
        Err(error) => {
            // What was staged is of no use under another name.
            let _ = std::fs::remove_file(staged);
            Err(at(path)(error.into()))
        }
    }
}

/// Makes the entries of a folder durable.
///
/// # Errors
/// [`DurableError::Io`].
pub fn sync_folder(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(at(path))
}

/// Makes all that was written to the file system that `path` is on durable, at once: for many
/// files far sooner than each by itself.
///
/// # Errors
/// [`DurableError::Io`].
pub fn sync_all(path: &Path) -> Result<()> {
    let folder = File::open(path).map_err(at(path))?;
    rustix::fs::syncfs(&folder).map_err(io::Error::from).map_err(at(path))
}

fn temporary(path: &Path, mode: u32) -> Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".staged-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))
        .tempfile_in(parent(path))
        .map_err(existing(parent(path)))
}

fn stage(path: &Path, bytes: &[u8], mode: u32) -> Result<PathBuf> {
    let staged = temporary(path, mode)?;
    staged.as_file().write_all(bytes).map_err(at(path))?;
    staged.as_file().sync_all().map_err(at(path))?;
    let (_, kept) = staged.keep().map_err(|error| at(path)(error.error))?;
    Ok(kept)
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_name_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("entry");
        write_new(&path, b"first").unwrap();
        assert!(matches!(write_new(&path, b"second"), Err(DurableError::Exists { .. })));
        assert_eq!(read(&path, 10).unwrap(), b"first");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_finds_no_place_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let staged = stage(&folder.path().join("name"), b"bytes", 0o644).unwrap();
        assert!(publish(&staged, &folder.path().join("missing").join("name")).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_not_there_is_told_as_input() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        write_new(&file, b"").unwrap();
        let missing = folder.path().join("missing");
        assert!(matches!(open_regular(&missing), Err(DurableError::Missing { .. })));
        assert!(matches!(write_new(&missing.join("a"), b""), Err(DurableError::Missing { .. })));
        assert!(matches!(write_new(&file.join("a"), b""), Err(DurableError::NotFolder { .. })));
        assert!(matches!(create_folder(&file), Err(DurableError::NotFolder { .. })));
        assert!(matches!(vacant(&file), Err(DurableError::Exists { .. })));
        assert!(matches!(vacant(&missing.join("a")), Err(DurableError::Missing { .. })));
        assert!(matches!(vacant(&file.join("a")), Err(DurableError::NotFolder { .. })));
        vacant(&missing).unwrap();
    }

    #[test]
    fn a_log_grows_by_whole_lines_and_follows_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        append_line(&log, "one").unwrap();
        append_line(&log, "two").unwrap();
        assert_eq!(read(&log, 100).unwrap(), b"one\ntwo\n");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&log, &link).unwrap();
        assert!(append_line(&link, "three").is_err());
        assert_eq!(read(&log, 100).unwrap(), b"one\ntwo\n");
    }

    #[test]
    fn links_folders_and_large_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_new(&path, b"0123456789").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(open_regular(&link), Err(DurableError::NotRegular { .. })));
        assert!(matches!(open_regular(folder.path()), Err(DurableError::NotRegular { .. })));
        assert!(matches!(read(&path, 9), Err(DurableError::TooLarge { limit: 9, .. })));
    }
}
