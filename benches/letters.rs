//! One letter after another through a warm press: layout, proof, PDF, reading back; then two
//! threads against one, and what a letter takes in a print stream.
//!
//! Uses the collection notice of this repository where it is there, else a plain page of the same
//! size. Fonts come from `fonts/`. With `CHANCERY_PEERS=DIR` it measures CPU time a letter only,
//! and leaves what `benches/peers/run` gives to other engines.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench ends at the first fault, tells what it skips, and is told where to write"
)]

use std::{
    borrow::Cow,
    collections::BTreeMap,
    hint::black_box,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use chancery::masking::AllowList;
use chancery::typeset::{
    Assets, FinishedText, FontSet, Limits, Marks, Meant, PdfIdentity, Press, PrintStream,
    ProvedPage, qr_svg,
};
use chrono::{FixedOffset, NaiveDate};
use criterion::{Criterion, criterion_group};
use serde_json::{Value, json};

/// The page the bench falls back on.
const PLAIN: &str = r#"
#set document(title: "催收通知书")
#let data() = json("/data.json")
#set page(footer: context {
  data().sections.footer.join(h(1em))
  [第 #counter(page).display() 页／共 #counter(page).final().first() 页]
})
#set text(font: "Noto Serif SC", lang: "zh", region: "cn", size: 11pt, hyphenate: false)
#heading(data().title)
#for (name, lines) in data().sections { if name != "footer" { lines.map(par).join() } }
#data().table.caption
#table(columns: (90mm, 50mm), ..data().table.columns, ..data().table.rows.flatten(),
  ..data().table.total)
#image("/code.svg", width: 21mm, alt: "核验二维码")
"#;

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_file() {
            files.extend(std::fs::read(&path).ok().map(|bytes| (name, bytes)));
        }
    }
    files
}

fn fonts() -> Option<FontSet> {
    let fonts: Vec<_> = files(&folder("fonts"))
        .into_iter()
        .filter(|(name, _)| Path::new(name).extension().is_some_and(|end| end == "ttf"))
        .map(|(name, bytes)| (name, Cow::Owned(bytes)))
        .collect();
    (!fonts.is_empty()).then(|| FontSet::new(fonts).ok())?
}

fn package() -> BTreeMap<String, Vec<u8>> {
    let templates = folder("letter_templates");
    let mut package: BTreeMap<_, _> =
        files(&templates.join("collection_notice")).into_iter().collect();
    for (name, bytes) in files(&templates.join("_shared")) {
        package.insert(format!("_shared/{name}"), bytes);
    }
    package.entry("layout.typ".to_owned()).or_insert_with(|| PLAIN.as_bytes().to_vec());
    package
}

/// Letter `serial`: name, number, amounts and dates differ from letter to letter.
fn letter(serial: usize) -> (Value, Assets) {
    let number = format!("HX2026-{serial:06}");
    let amount = format!("{},{:03}.50", 10 + serial % 80, serial % 1000);
    let data = json!({
        "title": "催收通知书", "language": "zh", "mark": null, "reprint": null,
        "code": true, "seal": false,
        "sections": {
            "letterhead": ["某某资产管理有限公司", "统一社会信用代码：91310000MA1K000000",
                "业务联系电话：021-00000000", "地址：某市某区某路1号　邮编：200000"],
            "window": ["200000", format!("某市某区某路{serial}号"), format!("王某{serial}　收")],
            "number": [format!("函号：{number}")],
            "salutation": [format!("王某{serial}：")],
            "identity": ["本公司受某某银行股份有限公司委托，就下述债务与您联系。委托书编号：WT2026-001。"],
            "claim": [format!("截至2026年11月{}日，您名下信用卡欠款（合同编号HT{serial:06}，账号************{:04}）\
                尚欠人民币{amount}元（大写及构成见下表）；此后的利息、违约金依约计算。",
                1 + serial % 28, serial % 10_000)],
            "table_note": ["大写：壹万零壹佰元伍角整"],
            "demand": ["催收依据：《中华人民共和国民法典》第六百七十五条。",
                "请于2026年12月31日（含当日）前履行还款义务，或与我们协商还款安排。"],
            "inquiry": ["账户查询", "您有权查询账户明细、取得还款凭证；查询方式：委托机构客服热线。"],
            "dispute": ["异议与核实", "如对债务有异议，请于收到本函后十五日内书面提出；核实期间暂停催收。"],
            "payment": ["还款渠道", "仅可通过委托机构官方渠道还款；本公司及工作人员不收取任何款项。"],
            "complaints": ["投诉", "本公司：021-00000001；委托机构：021-00000002。"],
            "signoff": ["某某资产管理有限公司", "业务联系电话：021-00000003", "经办：李某"],
            "date": ["2026年11月23日"],
            "check": [format!("核验码：{:04X}-7K4Q", serial % 65_536), "凭函号、核验码可核实本函"],
            "footer": ["某某资产管理有限公司", "模板 collection_notice 第1版"],
        },
        "table": {
            "caption": "欠款构成", "columns": ["项目", "金额（人民币元）"],
            "align": ["left", "right"],
            "rows": [["本金", "10,000.00"], ["利息", amount], ["费用", "0.00"]],
            "total": ["合计", "11,200.50"],
        },
    });
    let code = qr_svg(&number).unwrap_or_default();
    (data, Assets::from([("code.svg".to_owned(), code)]))
}

fn proved(press: &Press, serial: usize) -> ProvedPage {
    let (data, assets) = letter(serial);
    let composition = press.compose(&data, &assets, Limits::default());
    let proved = composition.and_then(|pages| pages.prove(&Meant::of_letter(&data)));
    proved.unwrap_or_else(|reports| panic!("{reports:?}"))
}

fn pdf(proved: &ProvedPage, serial: usize) -> Vec<u8> {
    let identity = PdfIdentity {
        ident: format!("HX2026-{serial:06}"),
        title: "催收通知书".to_owned(),
        issued_on: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap_or_default(),
        zone: FixedOffset::east_opt(8 * 3600).unwrap(),
    };
    proved.to_pdf(&identity).unwrap_or_else(|reports| panic!("{reports:?}"))
}

fn letters(criterion: &mut Criterion) {
    let Some(fonts) = fonts() else {
        println!("SKIPPED: no fonts in fonts/");
        return;
    };
    let press = Press::new(&fonts, package()).unwrap_or_else(|reports| panic!("{reports:?}"));
    let mut serial = 0;
    let mut next = move || {
        serial += 1;
        serial
    };
    let mut group = criterion.benchmark_group("letter");
    group.bench_function("compose", |bench| {
        bench.iter(|| {
            let (data, assets) = letter(next());
            black_box(press.compose(&data, &assets, Limits::default()).is_ok())
        });
    });
    let (data, assets) = letter(1);
    let meant = Meant::of_letter(&data);
    group.bench_function("prove", |bench| {
        bench.iter_batched(
            || press.compose(&data, &assets, Limits::default()).unwrap(),
            |composition| black_box(composition.prove(&meant).is_ok()),
            criterion::BatchSize::SmallInput,
        );
    });
    let page = proved(&press, 1);
    let bytes = pdf(&page, 1);
    println!("{} pages, {} bytes", page.pages().len(), bytes.len());
    group.bench_function("export", |bench| bench.iter(|| black_box(pdf(&page, 1))));
    group.bench_function("read back", |bench| {
        bench.iter(|| black_box(page.read_back(&bytes).is_ok()));
    });
    let finished = FinishedText::read(&bytes).unwrap();
    let allow = AllowList::default();
    group.bench_function("sweep", |bench| {
        bench.iter(|| black_box(finished.sweep(&allow).len()));
    });
    group.bench_function("compose, prove, export", |bench| {
        bench.iter(|| {
            let serial = next();
            black_box(pdf(&proved(&press, serial), serial))
        });
    });
    group.finish();
}

/// Letters of one measurement.
const MANY: usize = 300;

/// One blank page for each of `pages`, as a mark.
fn blanks(fonts: &FontSet, pages: usize) -> Marks {
    let layout = format!(
        "#set document(title: \"x\")\n#set page(width: 210mm, height: 297mm, fill: none)\n\
         #for i in range({pages}) {{ if i > 0 {{ pagebreak() }}; place(rect(width: 8mm, height: 0.5mm)) }}"
    );
    let press = Press::new(fonts, [("layout.typ".to_owned(), layout.into_bytes())].into());
    let limits = Limits { pages, deadline: Duration::from_mins(5), ..Limits::default() };
    let blank = press.and_then(|press| press.compose(&json!({}), &Assets::new(), limits));
    let pages = blank.unwrap_or_else(|reports| panic!("{reports:?}"));
    Marks { pages, codes: Vec::new(), corner: (4.0, 147.0), side: 10.0 }
}

/// Wall time of `MANY` letters over `threads` presses.
fn spread(press: &Press, threads: usize) -> Duration {
    let presses: Vec<Press> = (0..threads).map(|_| press.another().unwrap()).collect();
    let began = Instant::now();
    thread::scope(|scope| {
        for (at, press) in presses.iter().enumerate() {
            scope.spawn(move || {
                for serial in (at..MANY).step_by(threads) {
                    let page = proved(press, serial);
                    let bytes = pdf(&page, serial);
                    black_box(page.read_back(&bytes).is_ok());
                }
            });
        }
    });
    began.elapsed()
}

fn batches(_: &mut Criterion) {
    let Some(fonts) = fonts() else { return };
    let press = Press::new(&fonts, package()).unwrap_or_else(|reports| panic!("{reports:?}"));
    // Once for nothing, so that both start warm.
    spread(&press, 1);
    let (one, two) = (spread(&press, 1), spread(&press, 2));
    println!(
        "{MANY} letters: one thread {one:.2?}, two threads {two:.2?}, ratio {:.2}",
        one.as_secs_f64() / two.as_secs_f64()
    );
    let mut stream = PrintStream::default();
    for serial in 0..MANY {
        stream.add(&proved(&press, serial));
    }
    let marks = blanks(&fonts, stream.len());
    let identity = PdfIdentity {
        ident: "bench".to_owned(),
        title: "打印卷".to_owned(),
        issued_on: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap_or_default(),
        zone: FixedOffset::east_opt(8 * 3600).unwrap(),
    };
    let began = Instant::now();
    let bytes = stream.finish(marks, &identity).unwrap_or_else(|reports| panic!("{reports:?}"));
    let spent = began.elapsed();
    println!("print stream: {} bytes a letter, {spent:.2?} for {MANY}", bytes.len() / MANY);
}

/// CPU time of this process so far, in clock ticks of 10 ms.
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// Measures `MANY` letters and leaves package, data and result in `folder` for other engines.
fn peers(folder: &Path) {
    let Some(fonts) = fonts() else { return };
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    for (name, bytes) in package() {
        write(&format!("package/{name}"), &bytes);
    }
    let mut lines = String::new();
    for serial in 0..MANY {
        let (data, assets) = letter(serial);
        let code = assets.get("code.svg").map(|svg| String::from_utf8_lossy(svg));
        lines.push_str(&json!({ "data": data, "code": code }).to_string());
        lines.push('\n');
    }
    write("letters.jsonl", lines.as_bytes());
    let press = Press::new(&fonts, package()).unwrap_or_else(|reports| panic!("{reports:?}"));
    black_box(pdf(&proved(&press, 0), 0));
    let began = ticks();
    for serial in 0..MANY {
        black_box(pdf(&proved(&press, serial), serial));
    }
    let made = ticks() - began;
    let began = ticks();
    for serial in 0..MANY {
        let page = proved(&press, serial);
        let bytes = pdf(&page, serial);
        let finished = page.read_back(&bytes).unwrap();
        black_box(finished.sweep(&AllowList::default()).len());
    }
    let checked = ticks() - began;
    let result = json!({ "letters": MANY, "made_ticks": made, "checked_ticks": checked });
    write("chancery.json", result.to_string().as_bytes());
}

criterion_group!(benches, letters, batches);

fn main() {
    if let Some(folder) = std::env::var_os("CHANCERY_PEERS") {
        peers(Path::new(&folder));
    } else {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}
