//! Bags made here, each with one defect, and the corpus of others.

#![expect(clippy::print_stderr, reason = "a skipped check has to be seen")]

use std::{path::PathBuf, process::Command};

use sha2::{Digest as _, Sha256};

use super::*;
use crate::evidence::container::tests::corpus;

struct Bag {
    folder: tempfile::TempDir,
}

impl Bag {
    /// A valid bag of BagIt 1.0 with two files.
    fn new() -> Self {
        let bag = Self { folder: tempfile::tempdir().unwrap() };
        bag.put("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
        bag.put("data/a.txt", "alpha");
        bag.put("data/b/门牌.txt", "beta");
        bag.put(
            "manifest-sha256.txt",
            Self::lines(&[("data/a.txt", "alpha"), ("data/b/门牌.txt", "beta")]),
        );
        bag
    }

    fn old(version: &str) -> Self {
        let bag = Self::new();
        bag.put(
            "bagit.txt",
            format!("BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n"),
        );
        bag
    }

    fn lines(files: &[(&str, &str)]) -> String {
        let line = |(path, text): &(&str, &str)| {
            [&hex::encode(Sha256::digest(text)), "  ", path, "\n"].concat()
        };
        files.iter().map(line).collect()
    }

    fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = std::fs::remove_file(&path);
        durable::write_new(&path, bytes.as_ref()).unwrap();
    }

    fn told(&self) -> (&'static str, Vec<&'static str>) {
        told(self.folder.path())
    }
}

fn told(path: &Path) -> (&'static str, Vec<&'static str>) {
    let judgement = judge(path).unwrap();
    let codes = judgement.findings.iter().map(|judged| judged.report.code.code).collect();
    (judgement.verdict(), codes)
}

#[test]
fn a_bag_of_any_version_and_checksum_is_valid() {
    for version in ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"] {
        assert_eq!(Bag::old(version).told(), ("valid", vec![]), "{version}");
    }
    let bag = Bag::new();
    let md5 = |text: &str| hex::encode(md5::Md5::digest(text));
    bag.put(
        "manifest-md5.txt",
        format!("{}  data/a.txt\r\n{} data/b/门牌.txt", md5("alpha").to_uppercase(), md5("beta")),
    );
    assert_eq!(bag.told(), ("valid", vec![]));
    bag.put("manifest-md5.txt", format!("{}  data/a.txt\n", md5("alpha")));
    assert_eq!(bag.told(), ("invalid", vec!["CH-B035"]));
    let bag = Bag::old("0.97");
    bag.put("manifest-md5.txt", format!("{}  data/a.txt\n", md5("alpha")));
    assert_eq!(bag.told(), ("warning", vec!["CH-B055"]));
}

#[test]
fn each_defect_is_told_by_its_code() {
    let beta = ("data/b/门牌.txt", "beta");
    let both = Bag::lines(&[("data/a.txt", "alpha"), beta]);
    let with = |path: &str, bytes: &str| {
        let bag = Bag::new();
        bag.put(path, bytes);
        bag.told()
    };
    let declared = |text: &str| with("bagit.txt", text);
    let listed = |line: &str| with("manifest-sha256.txt", &format!("{both}{line}"));
    let sum = hex::encode(Sha256::digest("alpha"));
    let invalid = |code| ("invalid", vec![code]);
    let warned = |code| ("warning", vec![code]);
    assert_eq!(with("data/a.txt", "alphA"), invalid("CH-B036"));
    assert_eq!(with("data/c.txt", "more"), invalid("CH-B034"));
    assert_eq!(listed(&format!("{sum}  data/none.txt\n")), invalid("CH-B033"));
    assert_eq!(listed(&format!("{sum}  data/a.txt\n")), invalid("CH-B037"));
    assert_eq!(listed(&format!("{}  data/a.txt\n", "0".repeat(64))), invalid("CH-B038"));
    assert_eq!(listed(&format!("{sum}  ../a.txt\n")), invalid("CH-B030"));
    assert_eq!(listed(&format!("{sum}  ~/a.txt\n")), invalid("CH-B030"));
    assert_eq!(listed(&format!("{sum}  C:\\a.txt\n")), invalid("CH-B030"));
    assert_eq!(listed(&format!("{sum}  bagit.txt\n")).1[0], "CH-B031");
    assert_eq!(listed(&format!("{sum}  data/b\n")), invalid("CH-B049"));
    assert_eq!(listed("nonsense\n"), invalid("CH-B029"));
    assert_eq!(with("manifest-sha256.txt", &both.replace("  data", " *data")), warned("CH-B050"));
    assert_eq!(with("manifest-sha256.txt", &both.replace("data/", "./data/")), warned("CH-B051"));
    assert_eq!(with("manifest-sha256.txt", &format!("\u{feff}{both}")), invalid("CH-B025"));
    assert_eq!(with("manifest-blake3.txt", "00  data/a.txt\n"), warned("CH-B028"));
    assert_eq!(with("tagmanifest-sha256.txt", ""), invalid("CH-B048"));
    assert_eq!(with("bag-info.txt", "Payload-Oxum: 9.2\n"), ("valid", vec![]));
    assert_eq!(with("bag-info.txt", "Payload-Oxum: 9.3\n"), invalid("CH-B039"));
    assert_eq!(with("bag-info.txt", "no field\n"), invalid("CH-B041"));
    assert_eq!(with("fetch.txt", "https://a.example/a - data/a.txt\n"), ("valid", vec![]));
    assert_eq!(with("fetch.txt", "https://a.example/a - data/n.txt\n").1, ["CH-B044", "CH-B043"]);
    assert_eq!(with("fetch.txt", "https://a.example/a - ../../n.txt\n"), invalid("CH-B030"));
    assert_eq!(with("fetch.txt", "https://a.example/a - bagit.txt\n"), invalid("CH-B042"));
    let utf8 = "Tag-File-Character-Encoding: UTF-8\n";
    assert_eq!(declared(&format!("BagIt-Version: 1.0\n\u{feff}{utf8}")).1, ["CH-B021"]);
    assert_eq!(declared(&format!("\u{feff}BagIt-Version: 1.0\n{utf8}")), invalid("CH-B025"));
    assert_eq!(declared(&format!("BagIt-Version: 2.0\n{utf8}")), invalid("CH-B022"));
    assert_eq!(declared(&format!("BagIt-Version: one\n{utf8}")), invalid("CH-B021"));
    assert_eq!(declared(&format!("BagIt-Version : 1.0\n{utf8}")), invalid("CH-B021"));
    assert_eq!(declared(&format!("BagIt-Version : 0.97\n{utf8}")), ("valid", vec![]));
    assert_eq!(declared(&format!("BagIt-Version: 1.0\n{utf8}more\n")), invalid("CH-B054"));
    assert_eq!(declared(&format!("BagIt-Version: 0.97\n{utf8}more\n")), warned("CH-B054"));
    assert_eq!(declared("BagIt-Version: 1.0\n"), invalid("CH-B021"));
    assert_eq!(
        declared("BagIt-Version: 1.0\nTag-File-Character-Encoding: klingon\n").1[0],
        "CH-B023"
    );
    let bare = Bag::new();
    std::fs::remove_file(bare.folder.path().join("manifest-sha256.txt")).unwrap();
    assert_eq!(bare.told(), invalid("CH-B027"));
    std::fs::remove_file(bare.folder.path().join("bagit.txt")).unwrap();
    assert_eq!(bare.told(), invalid("CH-B020"));
    let linked = Bag::new();
    std::os::unix::fs::symlink("/etc/hostname", linked.folder.path().join("data/l")).unwrap();
    assert_eq!(linked.told(), invalid("CH-B045"));
}

#[test]
fn percent_signs_are_decoded_since_one_point_zero_and_not_before() {
    let bag = Bag::new();
    bag.put("data/100%.txt", "x");
    bag.put("data/two\nlines", "y");
    let base = [("data/a.txt", "alpha"), ("data/b/门牌.txt", "beta")];
    let put = |bag: &Bag, percent: &str| {
        let more = [(percent, "x"), ("data/two%0Alines", "y")];
        bag.put("manifest-sha256.txt", Bag::lines(&[&base[..], &more].concat()));
    };
    put(&bag, "data/100%25.txt");
    assert_eq!(bag.told(), ("valid", vec![]));
    put(&bag, "data/100%.txt");
    assert_eq!(bag.told(), ("invalid", vec!["CH-B047"]));
    bag.put("bagit.txt", "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n");
    assert_eq!(bag.told(), ("valid", vec![]));
}

#[test]
fn names_that_differ_in_unicode_form_alone_are_found_with_a_warning() {
    let bag = Bag::new();
    bag.put("data/e\u{301}.txt", "x");
    let base = [("data/a.txt", "alpha"), ("data/b/门牌.txt", "beta"), ("data/\u{e9}.txt", "x")];
    bag.put("manifest-sha256.txt", Bag::lines(&base));
    let (verdict, codes) = bag.told();
    assert!(verdict == "warning" && codes.iter().all(|code| *code == "CH-B052"), "{codes:?}");
    // A name in another case alone is another name.
    bag.put("manifest-sha256.txt", Bag::lines(&base).replace("a.txt", "A.txt"));
    assert_eq!(bag.told().0, "invalid");
}

#[test]
fn tag_files_are_read_in_the_declared_encoding() {
    let bag = Bag::new();
    let utf16 = |text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    bag.put("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n");
    let lines = Bag::lines(&[("data/a.txt", "alpha"), ("data/b/门牌.txt", "beta")]);
    bag.put("manifest-sha256.txt", utf16(&lines));
    assert_eq!(bag.told(), ("valid", vec![]));
    bag.put("manifest-sha256.txt", &lines.as_bytes()[1..]);
    assert_eq!(bag.told().0, "invalid");
}

/// The bags of the sample of the Library of Congress suite, each with the verdict it must get.
#[test]
fn bags_of_the_conformance_suite_are_told_apart() {
    let Some(archive) = corpus("bagit") else { return };
    let folder = tempfile::tempdir().unwrap();
    let unpacked =
        Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(folder.path()).status().unwrap();
    assert!(unpacked.success());
    let mut bags = 0;
    let below = |folder: &Path| -> Vec<PathBuf> {
        let mut found: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        found.retain(|path| path.is_dir());
        found.sort();
        found
    };
    for version in below(folder.path()) {
        for class in below(&version) {
            let expected = match class.file_name().unwrap().to_str().unwrap() {
                // What leads out of the bag on one system does so on all.
                "linux-only" | "windows-only" => "invalid",
                name => name,
            }
            .to_owned();
            for bag in below(&class) {
                let (verdict, codes) = told(&bag);
                assert_eq!(verdict, expected, "{}: {codes:?}", bag.display());
                bags += 1;
            }
        }
    }
    eprintln!("{bags} bags told apart");
    assert!(bags >= 15, "{bags}");
}

#[test]
fn a_zip_by_common_packers_is_judged_as_its_folder_is() {
    // `zip` writes other names without saying in which encoding; that is refused.
    let bag = Bag::new();
    std::fs::remove_dir_all(bag.folder.path().join("data/b")).unwrap();
    bag.put("data/c/d/b.txt", "beta");
    let lines = [("data/a.txt", "alpha"), ("data/c/d/b.txt", "beta")];
    bag.put("manifest-sha256.txt", Bag::lines(&lines));
    let room = tempfile::tempdir().unwrap();
    let base = bag.folder.path();
    let name = base.file_name().unwrap().to_str().unwrap();
    let zip = room.path().join("bag.zip");
    let file = zip.to_str().unwrap();
    let script = "import os,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED)\nfor r,d,f in os.walk(sys.argv[2]):\n  for n in f: z.write(os.path.join(r,n))\nz.close()";
    let commands: [(&str, Vec<&str>); 3] = [
        ("zip", vec!["-qr", file, name]),
        ("7z", vec!["a", "-bd", "-tzip", file, name]),
        ("python3", vec!["-c", script, file, name]),
    ];
    for (program, arguments) in commands {
        if !crate::evidence::container::tests::found(program) {
            continue;
        }
        let ran = Command::new(program)
            .args(&arguments)
            .current_dir(base.parent().unwrap())
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        assert!(ran.status.success(), "{program}: {ran:?}");
        let (verdict, codes) = told(&zip);
        assert_eq!(verdict, "valid", "{program}: {codes:?}");
        std::fs::remove_file(&zip).unwrap();
    }
}

#[test]
fn a_folder_of_too_many_files_is_told_before_their_names_are_held() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        File::create(folder.path().join(name)).unwrap();
    }
    let met = |most| {
        let mut findings = Findings::default();
        let tree = Tree::of_folder(folder.path(), most, &mut findings).unwrap();
        let codes = findings.into_list().iter().map(|one| one.report.code.code).collect::<Vec<_>>();
        (tree.files.len(), codes)
    };
    assert_eq!(met(3), (3, vec![]));
    assert_eq!(met(2), (2, vec!["CH-B060"]));
}
