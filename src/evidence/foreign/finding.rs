//! What can be wrong with a bag that somebody else made, and how gravely.

use std::collections::BTreeSet;

use crate::{evidence::words::Words, problem::Report};

crate::problems! {
    /// What is wrong with a bag of others. Paths are shown masked.
    pub enum ForeignFinding {
        /// There is no declaration.
        NoDeclaration = "CH-B020", Finding,
            "there is no `bagit.txt`: this is no bag" => "name the folder or ZIP that holds `bagit.txt`",
            "没有 `bagit.txt`，这不是 BagIt 包" => "请指定含有 `bagit.txt` 的文件夹或 ZIP";
        /// The declaration is not of the form.
        Declaration { what: Words } = "CH-B021", Finding,
            "`bagit.txt` is not of the form it must have: {what}" => "have the bag made again by its sender",
            "`bagit.txt` 格式不符：{what:#}" => "请发送方重新制作";
        /// Another version.
        Version = "CH-B022", Finding,
            "`bagit.txt` declares no version from 0.93 to 1.0" => "have the bag made again as BagIt 1.0",
            "`bagit.txt` 未声明 0.93 至 1.0 之间的版本" => "请按 BagIt 1.0 重新制作";
        /// An encoding nobody knows.
        EncodingUnknown = "CH-B023", Finding,
            "`bagit.txt` declares a character encoding that is not known" => "have the bag made again in UTF-8",
            "`bagit.txt` 声明了未知的字符编码" => "请以 UTF-8 重新制作";
        /// A tag file is not in the declared encoding.
        Undecodable { file: String } = "CH-B024", Finding,
            "`{file}` is not text in the encoding that `bagit.txt` declares" => "have the bag made again in UTF-8",
            "`{file}` 不是 `bagit.txt` 所声明编码的文本" => "请以 UTF-8 重新制作";
        /// A mark where none may be.
        ByteOrderMark { file: String } = "CH-B025", Finding,
            "`{file}` begins with a byte-order mark" => "have it written again without",
            "`{file}` 以字节顺序标记开头" => "请去除后重新制作";
        /// No payload.
        NoPayload = "CH-B026", Finding,
            "there is no folder `data`" => "get the bag again; something was taken out",
            "没有 `data` 文件夹" => "请重新获取该包";
        /// No manifest.
        NoManifest = "CH-B027", Finding,
            "there is no payload manifest" => "get the bag again; without one nothing can be checked",
            "没有载荷清单" => "请重新获取；缺少清单则无从核验";
        /// An algorithm nobody here knows.
        AlgorithmUnknown { file: String } = "CH-B028", Finding,
            "the checksums of `{file}` are of a kind that is not known" => "ask for a manifest with sha256 or sha512",
            "`{file}` 的校验算法未知" => "请索取 sha256 或 sha512 清单";
        /// A line of a manifest is not of the form.
        ManifestLine { file: String, line: usize } = "CH-B029", Finding,
            "line {line} of `{file}` is not a checksum and a path" => "have the bag made again by its sender",
            "`{file}` 第 {line} 行不是校验值与路径" => "请发送方重新制作";
        /// A path leads out.
        Escape { file: String, line: usize } = "CH-B030", Finding,
            "line {line} of `{file}` leads out of the bag" => "do not unpack it; ask the sender what this is",
            "`{file}` 第 {line} 行指向包外" => "请勿解包，并向发送方查询";
        /// A payload manifest lists something else.
        OutsidePayload { file: String, path: String } = "CH-B031", Finding,
            "`{file}` lists `{path}`, which is not in `data`" => "have the bag made again by its sender",
            "`{file}` 列有不在 `data` 中的 `{path}`" => "请发送方重新制作";
        /// A tag manifest lists what it must not.
        NotListable { file: String, path: String } = "CH-B032", Finding,
            "`{file}` lists `{path}`, which it must not" => "have the bag made again by its sender",
            "`{file}` 不应列出 `{path}`" => "请发送方重新制作";
        /// Listed and missing.
        Missing { file: String, path: String } = "CH-B033", Finding,
            "`{path}` is listed in `{file}` and is missing" => "get the bag again; something was taken out",
            "`{file}` 所列 `{path}` 缺失" => "请重新获取该包";
        /// There and in no manifest.
        Extra { path: String } = "CH-B034", Finding,
            "`{path}` is in no payload manifest" => "do not trust it; it was put in later",
            "`{path}` 未列入任何载荷清单" => "请勿采信，该文件系后来加入";
        /// Not in every manifest.
        NotInEvery { file: String, path: String } = "CH-B035", Finding,
            "`{path}` is not listed in `{file}`, though in another manifest" => "have the manifests made again; since BagIt 1.0 each lists all",
            "`{path}` 未列入 `{file}`，但列入其他清单" => "请重新制作清单；BagIt 1.0 起各清单须列全";
        /// Other bytes.
        Changed { file: String, path: String } = "CH-B036", Finding,
            "`{path}` does not have the checksum that `{file}` lists" => "get the bag again; it was damaged or changed",
            "`{path}` 的校验值与 `{file}` 不符" => "请重新获取；其已损坏或被改动";
        /// Listed twice.
        Twice { file: String, path: String } = "CH-B037", Finding,
            "`{file}` lists `{path}` more than once" => "have the manifest made again",
            "`{file}` 重复列出 `{path}`" => "请重新制作清单";
        /// Listed twice with two checksums.
        TwoChecksums { file: String, path: String } = "CH-B038", Finding,
            "`{file}` lists `{path}` with two different checksums" => "do not trust it; ask the sender for the right one",
            "`{file}` 对 `{path}` 列有两个不同校验值" => "请勿采信，并向发送方索取正确清单";
        /// Number or bytes of the payload are others.
        Oxum = "CH-B039", Finding,
            "the payload is not as large as `Payload-Oxum` says" => "get the bag again; something was taken out or put in",
            "载荷大小与 `Payload-Oxum` 不符" => "请重新获取该包";
        /// Not the form of an Oxum, or twice.
        OxumForm = "CH-B040", Finding,
            "`Payload-Oxum` is not two numbers joined by a dot, given once" => "have the bag made again by its sender",
            "`Payload-Oxum` 不是以点相连的两个数，或多次出现" => "请发送方重新制作";
        /// A line of the metadata is not of the form.
        InfoLine { file: String, line: usize } = "CH-B041", Finding,
            "line {line} of `{file}` is not a label, a colon and a value" => "have the bag made again by its sender",
            "`{file}` 第 {line} 行不是标签、冒号与值" => "请发送方重新制作";
        /// A line of the fetch file is not of the form.
        FetchLine { line: usize } = "CH-B042", Finding,
            "line {line} of `fetch.txt` is not an address, a length and a path below `data`" => "have the bag made again by its sender",
            "`fetch.txt` 第 {line} 行不是地址、长度与 `data` 下的路径" => "请发送方重新制作";
        /// To be fetched; nothing here fetches.
        NotFetched { path: String } = "CH-B043", Finding,
            "`{path}` is still to be fetched: the bag is not complete" => "have the sender complete the bag; nothing is fetched here",
            "`{path}` 尚待获取，包不完整" => "请发送方补全；本程序不会下载";
        /// To be fetched and in no manifest.
        FetchUnlisted { path: String } = "CH-B044", Finding,
            "`fetch.txt` lists `{path}`, which is not in every payload manifest" => "have the bag made again by its sender",
            "`fetch.txt` 所列 `{path}` 未列入每份载荷清单" => "请发送方重新制作";
        /// A link, device, pipe or socket.
        NotRegular { path: String } = "CH-B045", Finding,
            "`{path}` is a link or no regular file" => "do not follow it; have the file itself put in",
            "`{path}` 是链接或非普通文件" => "请勿跟随，并要求放入文件本身";
        /// More than is looked at.
        TooMany { limit: u64 } = "CH-B060", Finding,
            "there are more than {limit} files and folders" => "have it sent in several bags",
            "文件与文件夹超过 {limit} 个" => "请分为多个包发送";
        /// Names not marked as UTF-8.
        NamesNative { names: usize } = "CH-B061", Finding,
            "{names} names are UTF-8 and the ZIP does not mark them as such, as `zip` on Linux writes them; some programs, Python's among them, unpack them under other names" => "accept it if the rest holds; unpack it by `unzip`, 7-Zip or bsdtar",
            "有 {names} 个名称为 UTF-8 而 ZIP 未作标记（Linux 的 `zip` 即如此）；部分程序（如 Python）解包后名称会不同" => "其余无误即可接受；请用 `unzip`、7-Zip 或 bsdtar 解包";
        /// Name not in UTF-8.
        NameForm { path: String } = "CH-B046", Finding,
            "the name `{path}` is not UTF-8" => "have the file renamed and the bag made again",
            "文件名 `{path}` 不是 UTF-8" => "请改名后重新制作";
        /// A percent sign that stands for itself.
        Percent { file: String, line: usize } = "CH-B047", Finding,
            "line {line} of `{file}` holds a percent sign that is not written `%25`" => "have the bag made again; since BagIt 1.0 it must be",
            "`{file}` 第 {line} 行含未写作 `%25` 的百分号" => "请重新制作；BagIt 1.0 起必须如此";
        /// A tag manifest leaves a payload manifest out.
        ManifestUnlisted { file: String, path: String } = "CH-B048", Finding,
            "`{file}` does not list the payload manifest `{path}`" => "have the bag made again; since BagIt 1.0 it must",
            "`{file}` 未列出载荷清单 `{path}`" => "请重新制作；BagIt 1.0 起必须列出";
        /// A folder in a manifest.
        Folder { file: String, path: String } = "CH-B049", Finding,
            "`{file}` lists the folder `{path}`" => "have the bag made again; manifests list files only",
            "`{file}` 列有文件夹 `{path}`" => "请重新制作；清单仅列文件";
        /// Written by md5sum and its like.
        Asterisk { file: String } = "CH-B050", Finding,
            "`{file}` marks its paths with an asterisk, as md5sum does" => "accept it if the rest holds; BagIt knows no such mark",
            "`{file}` 的路径带星号，系 md5sum 类工具生成" => "其余无误即可接受；BagIt 无此标记";
        /// Paths begin with a dot.
        DotSlash { file: String } = "CH-B051", Finding,
            "`{file}` begins its paths with `./`" => "accept it if the rest holds; other programs may not find the files",
            "`{file}` 的路径以 `./` 开头" => "其余无误即可接受；其他程序可能找不到文件";
        /// One name to some system.
        Alike { path: String } = "CH-B052", Finding,
            "`{path}` is the same name as another but for case or Unicode form" => "accept it if the rest holds; on some systems one of the two is lost",
            "`{path}` 与另一名称仅大小写或 Unicode 形式不同" => "其余无误即可接受；某些系统上会丢失其一";
        /// Left by a system.
        SystemFile { path: String } = "CH-B053", Finding,
            "`{path}` is a file that an operating system leaves by itself" => "accept it if the rest holds; such files change by themselves",
            "`{path}` 是操作系统自动生成的文件" => "其余无误即可接受；此类文件会自行变动";
        /// More lines than two.
        MoreLines = "CH-B054", Finding,
            "`bagit.txt` has more than its two lines" => "accept it if the rest holds",
            "`bagit.txt` 多于两行" => "其余无误即可接受";
        /// Manifests of different sets, in an old bag.
        SetsDiffer { file: String } = "CH-B055", Finding,
            "`{file}` does not list what the other payload manifests list" => "accept it if the rest holds; since BagIt 1.0 it would be refused",
            "`{file}` 与其他载荷清单所列不同" => "其余无误即可接受；BagIt 1.0 起不予接受";
        /// Backslashes.
        Backslash { file: String } = "CH-B056", Finding,
            "`{file}` holds paths with a backslash" => "accept it if the rest holds; Windows reads such paths otherwise",
            "`{file}` 的路径含反斜杠" => "其余无误即可接受；Windows 会另作解释";
        /// The file is no ZIP with one bag.
        NotOneBag = "CH-B057", Finding,
            "the ZIP does not hold one bag, at its root or in one folder" => "unpack it and name the bag's own folder",
            "该 ZIP 并非在根目录或单一文件夹中含一个包" => "请解包后指定包所在文件夹";
        /// A tag file larger than can be one.
        TooLarge { file: String } = "CH-B058", Finding,
            "`{file}` is larger than such a file can be" => "do not trust it; ask the sender what this is",
            "`{file}` 超出此类文件应有大小" => "请勿采信，并向发送方查询";
        /// The bag cannot be read.
        Unreadable { path: String, source: std::io::Error } = "CH-B059", Fault,
            "cannot read `{path}`: {source}" => "check that it exists and that you may read it",
            "无法读取 `{path}`：{source}" => "请检查其是否存在以及读取权限";
    }
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// The bag holds, and yet somebody may stumble.
    Warning,
    /// The bag does not hold.
    Invalid,
}

impl Level {
    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Invalid => "invalid",
        }
    }
}

/// Something that is wrong with a bag.
#[derive(Clone, Debug)]
pub struct Judged {
    /// How grave it is.
    pub level: Level,
    /// What it is.
    pub report: Report,
}

/// What is wrong, in the order it was found; the same thing is told once.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Judged>,
    told: BTreeSet<String>,
}

impl Findings {
    pub(super) fn add(&mut self, level: Level, finding: &ForeignFinding) {
        let report = Report::of(finding);
        if self.told.insert(report.english.clone()) {
            self.list.push(Judged { level, report });
        }
    }

    pub(super) fn invalid(&mut self, finding: &ForeignFinding) {
        self.add(Level::Invalid, finding);
    }

    pub(super) fn warn(&mut self, finding: &ForeignFinding) {
        self.add(Level::Warning, finding);
    }

    pub(super) fn report(&mut self, report: Report) {
        self.list.push(Judged { level: Level::Invalid, report });
    }

    pub(super) fn into_list(self) -> Vec<Judged> {
        self.list
    }
}
