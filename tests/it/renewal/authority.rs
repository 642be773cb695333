//! A timestamp authority of openssl behind a server on the loopback, which can be absent or lie.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, Ordering},
    },
};

use crate::{
    command::Ran,
    office::{Desk, text},
    tools::tool,
};

pub const GOOD: u8 = 0;
pub const ABSENT: u8 = 1;
pub const LYING: u8 = 2;

/// An authority of openssl.
pub struct Authority {
    pub url: String,
    pub mode: Arc<AtomicU8>,
    /// Its clock, if it is not the machine's.
    pub now: Arc<Mutex<Option<chrono::NaiveDateTime>>>,
    pub root: PathBuf,
}

impl Authority {
    pub fn new(desk: &Desk) -> Option<Self> {
        Self::of(&desk.office(), desk.beside("tsa"), None)
    }

    /// An authority founded at the time `now` for this office.
    pub fn of(
        office: &Path,
        folder: PathBuf,
        founded: Option<chrono::NaiveDateTime>,
    ) -> Option<Self> {
        tool("openssl")?;
        fs::create_dir(&folder).unwrap();
        let at = |name: &str| text(&folder.join(name)).to_owned();
        let config = format!(
            "[tsa]\ndefault_tsa=t\n[t]\nserial={}\nsigner_digest=sha256\ndefault_policy=1.2.3.4.5\n\
             digests=sha256, sha384, sha512\nordering=no\ntsa_name=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n",
            at("serial")
        );
        fs::write(folder.join("tsa.cnf"), config).unwrap();
        fs::write(folder.join("serial"), "01\n").unwrap();
        fs::write(
            folder.join("ext"),
            "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n",
        )
        .unwrap();
        let run = |line: &[&str]| openssl(founded, line);
        for key in ["root.key", "tsa.key"] {
            run(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", &at(key)]);
        }
        run(&[
            "req",
            "-new",
            "-x509",
            "-key",
            &at("root.key"),
            "-subj",
            "/CN=TSA root",
            "-days",
            "9000",
            "-addext",
            "keyUsage=critical,keyCertSign",
            "-out",
            &at("root.pem"),
        ]);
        run(&["req", "-new", "-key", &at("tsa.key"), "-subj", "/CN=TSA", "-out", &at("tsa.csr")]);
        run(&[
            "x509",
            "-req",
            "-in",
            &at("tsa.csr"),
            "-CA",
            &at("root.pem"),
            "-CAkey",
            &at("root.key"),
            "-set_serial",
            "9",
            "-days",
            "8000",
            "-extfile",
            &at("ext"),
            "-out",
            &at("tsa.pem"),
        ]);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let mode = Arc::new(AtomicU8::new(GOOD));
        let now = Arc::new(Mutex::new(founded));
        let (seen, clock, own) = (Arc::clone(&mode), Arc::clone(&now), folder.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let now = *clock.lock().unwrap();
                answer(stream, seen.load(Ordering::SeqCst), now, &own);
            }
        });
        let root = folder.join("root.pem");
        fs::copy(&root, office.join("tsa.pem")).unwrap();
        let settings = office.join("office.toml");
        let text = fs::read_to_string(&settings).unwrap();
        assert!(text.contains("\n[timestamp]\n"), "{text}");
        let table = format!("\n[timestamp]\nurl = \"{url}\"\nanchor = \"tsa.pem\"\n");
        fs::write(&settings, text.replace("\n[timestamp]\n", &table)).unwrap();
        Some(Self { url, mode, now, root })
    }

    pub fn is(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
    }
}

/// Runs openssl at the time `now`, or at the machine's.
pub fn openssl(now: Option<chrono::NaiveDateTime>, line: &[&str]) {
    match now {
        None => tool("openssl").unwrap().run(line),
        Some(now) => {
            let mut command = crate::past::dated(now, "openssl");
            command.args(line);
            Ran::of(command, b"")
        }
    }
    .ends(0);
}

fn answer(mut stream: TcpStream, mode: u8, now: Option<chrono::NaiveDateTime>, folder: &Path) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let body = loop {
        let Ok(count @ 1..) = stream.read(&mut piece) else { return };
        bytes.extend(&piece[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.unwrap().trim().parse().unwrap();
        if bytes.len() >= end + 4 + length {
            break bytes[end + 4..].to_vec();
        }
    };
    if mode == ABSENT {
        let _ = stream
            .write_all(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    }
    let at = |name: &str| text(&folder.join(name)).to_owned();
    if mode == LYING {
        fs::write(folder.join("other"), "other").unwrap();
        let line =
            ["ts", "-query", "-data", &at("other"), "-sha256", "-cert", "-out", &at("query")];
        openssl(now, &line);
    } else {
        fs::write(folder.join("query"), body).unwrap();
    }
    let line = [
        "ts",
        "-reply",
        "-config",
        &at("tsa.cnf"),
        "-queryfile",
        &at("query"),
        "-signer",
        &at("tsa.pem"),
        "-inkey",
        &at("tsa.key"),
        "-out",
        &at("reply"),
    ];
    openssl(now, &line);
    let reply = fs::read(folder.join("reply")).unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        reply.len()
    );
    let _ = stream.write_all(&[head.as_bytes(), &reply].concat());
}
