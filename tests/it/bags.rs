//! Bags that others made, judged by the command.

use std::{fs, path::Path, process::Command};

use crate::{
    command::{Ran, chancery},
    office::{room, text},
    tools::tool,
};

fn bag(folder: &Path) {
    fs::create_dir_all(folder.join("data")).unwrap();
    fs::write(folder.join("bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        .unwrap();
    fs::write(folder.join("data/a.txt"), "alpha").unwrap();
    let line = format!("{}  data/a.txt\n", crate::office::digest("alpha"));
    fs::write(folder.join("manifest-sha256.txt"), line).unwrap();
}

#[test]
fn a_bag_is_judged_without_an_office_and_by_exit_status() {
    let room = room();
    let folder = room.path().join("bag");
    bag(&folder);
    let judge = |status| {
        let ran = chancery().json().run(&["evidence", "verify", text(&folder)]).ends(status).json();
        let also = chancery().json().run(&["verify", text(&folder)]).ends(status).json();
        assert_eq!(also["files"][0]["verdict"], ran["verdict"]);
        ran["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(judge(0), "valid");
    let manifest = folder.join("manifest-sha256.txt");
    let lines = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, lines.replace("data/", "./data/")).unwrap();
    assert_eq!(judge(0), "warning");
    fs::write(folder.join("data/a.txt"), "alphA").unwrap();
    assert_eq!(judge(1), "invalid");
}

#[test]
fn what_leads_out_of_a_bag_is_told_and_never_read() {
    let room = room();
    let folder = room.path().join("bag");
    bag(&folder);
    let outside = room.path().join("secret");
    fs::write(&outside, "secret").unwrap();
    let sum = crate::office::digest("secret");
    let manifest = folder.join("manifest-sha256.txt");
    let lines = fs::read_to_string(&manifest).unwrap();
    for path in ["../secret", text(&outside), "data/../../secret"] {
        fs::write(&manifest, format!("{lines}{sum}  {path}\n")).unwrap();
        let ran = chancery().run(&["evidence", "verify", text(&folder)]).ends(1);
        assert!(ran.both().contains("CH-B030"), "{path}: {}", ran.both());
    }
    fs::write(&manifest, lines).unwrap();
    std::os::unix::fs::symlink(&outside, folder.join("data/link")).unwrap();
    let ran = chancery().run(&["evidence", "verify", text(&folder)]).ends(1);
    assert!(ran.both().contains("CH-B045"), "{}", ran.both());
}

#[test]
fn a_bag_packed_by_any_common_tool_is_valid() {
    let room = room();
    let folder = room.path().join("bag");
    bag(&folder);
    // What looks like the description that packers put behind a content.
    let tricky = [&b"PK\x07\x08"[..], &[0; 12], b"tail"].concat();
    let manifest = fs::read_to_string(folder.join("manifest-sha256.txt")).unwrap();
    let line = format!("{}  data/tricky\n", crate::office::digest(&tricky));
    fs::write(folder.join("data/tricky"), tricky).unwrap();
    fs::write(folder.join("manifest-sha256.txt"), manifest + &line).unwrap();
    let store = "--options=zip:compression=store";
    for (name, program, line) in [
        ("bsdtar", "bsdtar", &["--format=zip", "-cf"][..]),
        ("bsdtar-stored", "bsdtar", &["--format=zip", store, "-cf"]),
        ("7z", "7z", &["a", "-bd"]),
        ("7z-stored", "7z", &["a", "-bd", "-mx=0"]),
        ("zip", "zip", &["-qr"]),
        ("zip-stored", "zip", &["-q0r"]),
        ("python", "python3", &["-m", "zipfile", "-c"]),
        ("jar", "jar", &["-cMf"]),
    ] {
        if tool(program).is_none() {
            continue;
        }
        let file = format!("{name}.zip");
        let mut command = Command::new(program);
        command.current_dir(room.path()).args(line).args([&file, "bag"]);
        Ran::of(command, b"").ends(0);
        let ran = chancery().run(&["evidence", "verify", text(&room.path().join(&file))]);
        assert_eq!(ran.status, Some(0), "{name}: {}", ran.both());
        // A file of one byte more than the directory tells of is none of it.
        let mut longer = fs::read(room.path().join(&file)).unwrap();
        longer.push(0);
        fs::write(room.path().join(&file), longer).unwrap();
        let ran = chancery().run(&["evidence", "verify", text(&room.path().join(&file))]);
        assert_eq!(ran.status, Some(1), "{name}: {}", ran.both());
    }
}

/// Packs the folder `bag` below `room` by a script of Python's, which has the archive's name.
fn packed_by(room: &Path, name: &str, script: &str) -> std::path::PathBuf {
    let zip = room.join(name);
    let mut command = Command::new("python3");
    command.current_dir(room).env("LC_ALL", "C.UTF-8").args(["-c", script, name]);
    Ran::of(command, b"").ends(0);
    zip
}

#[test]
fn a_bag_with_chinese_names_is_taken_in_from_any_common_tool_and_refused_with_a_hint_else() {
    let room = room();
    let folder = room.path().join("证据包");
    fs::create_dir_all(folder.join("data/照片")).unwrap();
    fs::write(folder.join("bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        .unwrap();
    fs::write(folder.join("data/照片/门牌一.txt"), "alpha").unwrap();
    let line = format!("{}  data/照片/门牌一.txt\n", crate::office::digest("alpha"));
    fs::write(folder.join("manifest-sha256.txt"), line).unwrap();
    let judged = |zip: &Path| {
        let ran = chancery().json().run(&["evidence", "verify", text(zip)]);
        let told = ran.json();
        (ran.status.unwrap(), told["verdict"].as_str().unwrap().to_owned(), ran.both())
    };
    for (name, program, line, verdict) in [
        ("bsdtar", "bsdtar", &["--format=zip", "-cf"][..], "valid"),
        ("7z", "7z", &["a", "-bd"], "valid"),
        ("python", "python3", &["-m", "zipfile", "-c"], "valid"),
        ("jar", "jar", &["-cMf"], "valid"),
        // It does not mark its names, and Python reads others.
        ("zip", "zip", &["-qr"], "warning"),
    ] {
        if tool(program).is_none() {
            continue;
        }
        let file = format!("{name}.zip");
        let mut command = Command::new(program);
        command.env("LC_ALL", "C.UTF-8").current_dir(room.path());
        Ran::of(with(command, line, &[&file, "证据包"]), b"").ends(0);
        let (status, found, told) = judged(&room.path().join(&file));
        assert_eq!((status, found.as_str()), (0, verdict), "{name}: {told}");
        assert_eq!(verdict == "warning", told.contains("CH-B061"), "{name}: {told}");
    }
    if tool("python3").is_none() {
        return;
    }
    // Lengths moved into wide fields without need, as programs do that do not know them before.
    let walk = "import os,sys,zipfile,struct,zlib\nfiles=sorted(os.path.join(d,f) for d,_,fs in \
                os.walk('证据包') for f in fs)\n";
    let streamed = "z=zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED)\nfor f in files:\n  \
                    with z.open(zipfile.ZipInfo(f),'w',force_zip64=True) as o: \
                    o.write(open(f,'rb').read())\nz.close()\n";
    let (status, found, told) =
        judged(&packed_by(room.path(), "wide.zip", &format!("{walk}{streamed}")));
    assert_eq!((status, found.as_str()), (0, "valid"), "{told}");
    let by_hand = |name: &str, says: &str| {
        // made by, flags, the size the wide field of the directory tells, the name's encoding
        let script = format!(
            "{walk}made,flags,more,code={says}\nb=c=b''\nfor f in files:\n  \
             d=open(f,'rb').read();n=f.encode(code);x=struct.pack('<HHQQ',1,16,len(d)+more,len(d))\n  \
             m=struct.pack('<HHHHHIII',45,flags,0,0,0x5821,zlib.crc32(d),len(d),len(d))\n  \
             c+=struct.pack('<IH',0x02014b50,made)+m+struct.pack('<HHHHHII',len(n),20,0,0,0,0,len(b))+n+x\n  \
             b+=struct.pack('<I',0x04034b50)+m+struct.pack('<HH',len(n),20)+n+x+d\n\
             e=struct.pack('<IHHHHIIH',0x06054b50,0,0,len(files),len(files),len(c),len(b),0)\n\
             open(sys.argv[1],'wb').write(b+c+e)\n"
        );
        judged(&packed_by(room.path(), name, &script))
    };
    let (status, found, told) = by_hand("again.zip", "0x32d,0x800,0,'utf-8'");
    assert_eq!((status, found.as_str()), (0, "valid"), "{told}");
    // A wide field that tells another length is read by some and passed over by others.
    let (status, found, told) = by_hand("other.zip", "0x32d,0x800,1,'utf-8'");
    assert_eq!((status, found.as_str()), (1, "invalid"), "{told}");
    // Older Windows programs write the names in the system's own characters and do not say so.
    for (made, code) in [("0x14", "gb18030"), ("0x14", "utf-8"), ("0x32d", "gb18030")] {
        let (status, found, told) = by_hand("old.zip", &format!("{made},0,0,'{code}'"));
        assert_eq!((status, found.as_str()), (1, "invalid"), "{told}");
        assert!(told.contains("CH-E017") && told.contains("7-Zip"), "{told}");
        assert!(!told.contains("CH-E008"), "told once: {told}");
    }
}

#[test]
fn unmarked_names_beside_marked_ones_are_refused() {
    if tool("python3").is_none() {
        return;
    }
    let room = room();
    bag(&room.path().join("bag"));
    // Read by some as the very name of the other, marked, entry.
    let script = "import sys,zipfile\n\
        z=zipfile.ZipFile(sys.argv[1],'w')\n\
        for f in ['bagit.txt','manifest-sha256.txt','data/a.txt']: z.write('bag/'+f)\n\
        z.writestr('bag/data/包','one')\n\
        z.writestr('bag/data/'+'包'.encode().decode('cp437'),'two')\nz.close()\n\
        b=bytearray(open(sys.argv[1],'rb').read())\n\
        n='bag/data/包'.encode()\n\
        for head,at in ((b'PK\\x03\\x04',6),(b'PK\\x01\\x02',8)):\n  \
        i=b.find(head)\n  \
        while i>=0:\n    \
        k=i+(30 if at==6 else 46)\n    \
        if b[k:k+len(n)]==n: b[i+at+1]&=~8\n    \
        i=b.find(head,i+4)\n\
        open(sys.argv[1],'wb').write(b)\n";
    let zip = packed_by(room.path(), "mixed.zip", script);
    let ran = chancery().run(&["evidence", "verify", text(&zip)]).ends(1);
    assert!(ran.both().contains("CH-E016"), "{}", ran.both());
}

fn with(mut command: Command, line: &[&str], more: &[&str]) -> Command {
    command.args(line).args(more);
    command
}
