//! A timed key agent: a passphrase is typed once and the key signs until the time is up.
//!
//! Owns the protocol on the session's Unix socket and the signer that speaks it. The key never
//! leaves the agent's memory; the socket lies in a folder only its owner may enter.
//! A request is `S`, four bytes of length (big-endian) and the message; the answer is `+` and 64
//! bytes of signature, or `-`. `E` ends the session. Source: SPEC "session start·end".

use std::{
    io::{self, Read, Write},
    os::unix::{
        fs::{DirBuilderExt as _, PermissionsExt as _},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::signing::{
    certificate::Certificate,
    signer::{SignatureBytes, Signer, SigningError},
};

/// Longest message a session signs, in bytes.
const LIMIT: u32 = 4 * 1024 * 1024;
/// How long a peer may be silent within a request.
const PATIENCE: Duration = Duration::from_secs(5);

crate::problems! {
    /// Why a session cannot be used.
    pub enum SessionError {
        /// The socket cannot be made.
        Socket { source: io::Error } = "CH-O030", Fault,
            "the session's socket cannot be used: {source}" => "end the old session, or check the `sessions` folder",
            "会话套接字无法使用：{source}" => "请结束旧会话，或检查 `sessions` 目录";
        /// No session runs.
        None { operator: String } = "CH-O031", Input,
            "no session of `{operator}` is running" => "start one with `chancery session start`",
            "操作员 `{operator}` 没有进行中的会话" => "请用 `chancery session start` 开始";
        /// The agent did not start.
        Agent { english: String, chinese: String } = "CH-O033", Fault,
            "the session's agent did not start: {english}" => "mend the cause; a socket's path may have at most 107 bytes",
            "会话代理未能启动：{chinese}" => "请排除原因；套接字路径不得超过 107 字节";
        /// One runs already.
        Running { operator: String } = "CH-O032", Input,
            "a session of `{operator}` is running already" => "use it, or end it with `chancery session end`",
            "操作员 `{operator}` 已有进行中的会话" => "请直接使用，或用 `chancery session end` 结束";
    }
}

/// Serves `signer` on `socket` until `lifetime` is over or the session is ended.
///
/// # Errors
/// [`SessionError::Running`] if a session answers there; [`SessionError::Socket`].
pub fn serve(
    socket: &Path,
    signer: &dyn Signer,
    lifetime: Duration,
    ready: impl FnOnce(),
) -> Result<(), SessionError> {
    let fault = |source| SessionError::Socket { source };
    let operator = || signer.certificate().common_name().unwrap_or_default();
    if UnixStream::connect(socket).is_ok() {
        return Err(SessionError::Running { operator: operator() });
    }
    if let Some(folder) = socket.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fault)?;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(fault)?;
    }
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(error)),
        _ => {}
    }
    let listener = UnixListener::bind(socket).map_err(fault)?;
    listener.set_nonblocking(true).map_err(fault)?;
    ready();
    let end = Instant::now().checked_add(lifetime);
    while end.is_some_and(|end| Instant::now() < end) {
        match listener.accept() {
            Ok((stream, _)) => {
                if answer(stream, signer).unwrap_or(false) {
                    break;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(fault(error)),
        }
    }
    std::fs::remove_file(socket).map_err(fault)
}

/// Answers one peer until it hangs up; whether the session is to end.
fn answer(mut stream: UnixStream, signer: &dyn Signer) -> io::Result<bool> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut verb = [0];
    while stream.read_exact(&mut verb).is_ok() {
        match &verb {
            b"E" => return Ok(true),
            b"S" => {
                let mut length = [0; 4];
                stream.read_exact(&mut length)?;
                let length = u32::from_be_bytes(length);
                if length > LIMIT {
                    return stream.write_all(b"-").map(|()| false);
                }
                let mut message = Vec::new();
                (&mut stream).take(length.into()).read_to_end(&mut message)?;
                match signer.sign(&message) {
                    Ok(signature) => {
                        stream.write_all(b"+")?;
                        stream.write_all(&signature)?;
                    }
                    Err(_) => stream.write_all(b"-")?,
                }
            }
            _ => return Ok(false),
        }
    }
    Ok(false)
}

/// Whether a session answers on `socket`.
#[must_use]
pub fn runs(socket: &Path) -> bool {
    UnixStream::connect(socket).is_ok()
}

/// Ends the session on `socket`.
///
/// # Errors
/// [`SessionError::None`] if none answers.
pub fn end(socket: &Path, operator: &str) -> Result<(), SessionError> {
    UnixStream::connect(socket)
        .and_then(|mut stream| stream.write_all(b"E"))
        .map_err(|_| SessionError::None { operator: operator.to_owned() })
}

/// Signs through a running session.
#[derive(Debug)]
pub struct SessionSigner {
    socket: PathBuf,
    certificate: Certificate,
}

impl SessionSigner {
    /// The session on `socket`, if one answers.
    #[must_use]
    pub fn connect(socket: &Path, certificate: Certificate) -> Option<Self> {
        UnixStream::connect(socket).ok()?;
        Some(Self { socket: socket.to_owned(), certificate })
    }
}

impl Signer for SessionSigner {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, SigningError> {
        let ask = || -> io::Result<SignatureBytes> {
            let mut stream = UnixStream::connect(&self.socket)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            let length = u32::try_from(message.len()).map_err(io::Error::other)?;
            stream.write_all(b"S")?;
            stream.write_all(&length.to_be_bytes())?;
            stream.write_all(message)?;
            let mut said = [0];
            stream.read_exact(&mut said)?;
            let mut signature = [0; 64];
            if &said != b"+" {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            stream.read_exact(&mut signature)?;
            Ok(signature)
        };
        let signature = ask().map_err(|_| SigningError::Device)?;
        self.certificate
            .verify(message, &signature)
            .map_err(|_| SigningError::OtherKey)
            .map(|()| signature)
    }
}
