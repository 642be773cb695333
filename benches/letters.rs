//! One letter after another through a warm press: layout, proof, PDF, reading back; then two
//! threads against one, and what a letter takes in a print stream.
//!
//! The letters are collection notices of this repository's own package, with fonts from `fonts/`.
//! With `CHANCERY_PEERS=DIR` it measures CPU time a letter only, and leaves what `benches/peers/run`
//! gives to other engines. `CHANCERY_BENCH_LETTERS` is how many letters that and the comparison of
//! threads take (300). Memory is given out as in the command.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench ends at the first fault, tells what it skips, and is told where to write"
)]

use std::{
    borrow::Cow,
    hint::black_box,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use chancery::{
    letter::{
        page::{self, Dress, PageData},
        record::fixed_text,
    },
    masking::AllowList,
    template::{package::Package, wording::Wording},
    typeset::{
        Assets, Composition, FinishedText, FontSet, Limits, Marks, PdfIdentity, Press, PrintStream,
        ProvedPage, qr_svg,
    },
};
use chrono::{FixedOffset, NaiveDate};
use criterion::{Criterion, criterion_group};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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

/// What a run of letters shares.
struct Template {
    package: Package,
    wording: Wording,
}

impl Template {
    fn load() -> Self {
        let package = Package::load(&folder("letter_templates"), "collection_notice").unwrap();
        let wording = Wording::compile(&package).unwrap();
        Self { package, wording }
    }

    /// The press of the package, which knows its fixed wording as the command's press does.
    fn press(&self, fonts: &FontSet) -> Press {
        let files = self.package.files().iter();
        let files = files.map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
        let press = Press::new(fonts, files).unwrap_or_else(|reports| panic!("{reports:?}"));
        press.knowing(fixed_text(&self.package, &self.wording))
    }

    /// Letter `serial`: name, address, number, amounts and dates differ from letter to letter.
    fn letter(&self, serial: usize) -> Letter {
        let number = format!("HX2026-{serial:06}");
        let amount = format!("{},{:03}.50", 10 + serial % 80, serial % 1000);
        let facts = json!({
            "agency_name": "某某资产管理有限公司", "agency_uscc": "91310000MA1K000000",
            "from_address": "某省某市某区某路1号6层", "from_postcode": "200000",
            "business_phone": "021-00000000", "agency_complaint_phone": "021-00000001",
            "principal_name": "某某银行股份有限公司", "principal_hotline": "021-00000100",
            "principal_complaint_phone": "021-00000002", "mandate_no": "WT2026-001",
            "clerk_name": "李某", "recipient_name": format!("王某{serial}"),
            "recipient_form": "person", "debt_kind_label": "信用卡欠款",
            "contract_no": format!("HT{serial:06}"),
            "account_masked": format!("************{:04}", serial % 10_000),
            "amount_rows": {
                "rows": [["透支本金", amount], ["利息", "1,000.00"], ["违约金及费用", "0.00"]],
                "total": "11,200.50",
            },
            "amount_total": amount, "amount_cap": "人民币壹万壹仟贰佰元伍角",
            "as_of_date": format!("2026年11月{}日", 1 + serial % 28), "due_date": "2026年12月31日",
            "legal_basis": "双方签订的借款合同及《中华人民共和国民法典》第六百七十五条",
            "official_channels": "某某银行手机银行、营业网点", "inquiry_channel": "委托机构客服热线",
            "dispute_channel": "本公司业务联系电话或来函", "letter_no": number,
            "issue_date": "2026年11月23日", "check_code": format!("{:04X}-7K4Q", serial % 65_536),
            "to_postcode": "200000", "to_address": format!("某省某市某区某路{serial}号"),
        });
        let facts = facts.as_object().unwrap();
        let page = page::write(&self.package, &self.wording, facts, Dress::default()).unwrap();
        let code = qr_svg(&format!("CHANCERY {number} 7K4Q-7K4Q")).unwrap();
        Letter { number, page, assets: Assets::from([("code.svg".to_owned(), code)]) }
    }

    fn letters(&self, count: usize) -> Vec<Letter> {
        (0..count).map(|serial| self.letter(serial)).collect()
    }
}

/// One letter, before anything of it is laid out.
struct Letter {
    number: String,
    page: PageData,
    assets: Assets,
}

fn composed(press: &Press, letter: &Letter) -> Composition {
    let composition = press.compose(&letter.page.json, &letter.assets, Limits::default());
    composition.unwrap_or_else(|reports| panic!("{reports:?}"))
}

fn proved(press: &Press, letter: &Letter) -> ProvedPage {
    let proved = composed(press, letter).prove(&letter.page.meant);
    proved.unwrap_or_else(|reports| panic!("{reports:?}"))
}

fn identity(ident: &str, title: &str) -> PdfIdentity {
    PdfIdentity {
        ident: ident.to_owned(),
        title: title.to_owned(),
        issued_on: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
        zone: FixedOffset::east_opt(8 * 3600).unwrap(),
    }
}

fn pdf(proved: &ProvedPage, letter: &Letter) -> Vec<u8> {
    let identity = identity(&letter.number, "催收通知书");
    proved.to_pdf(&identity).unwrap_or_else(|reports| panic!("{reports:?}"))
}

fn letters(criterion: &mut Criterion) {
    let Some(fonts) = fonts() else {
        println!("SKIPPED: no fonts in fonts/");
        return;
    };
    let template = Template::load();
    let press = template.press(&fonts);
    let many = template.letters(500);
    let mut round = many.iter().cycle();
    let mut next = move || round.next().unwrap();
    let mut group = criterion.benchmark_group("letter");
    group.bench_function("compose", |bench| {
        bench.iter(|| black_box(composed(&press, next())));
    });
    let first = many.first().unwrap();
    group.bench_function("prove", |bench| {
        bench.iter_batched(
            || composed(&press, first),
            |composition| black_box(composition.prove(&first.page.meant).is_ok()),
            criterion::BatchSize::SmallInput,
        );
    });
    let page = proved(&press, first);
    let bytes = pdf(&page, first);
    println!("{} pages, {} bytes", page.pages().len(), bytes.len());
    group.bench_function("export", |bench| bench.iter(|| black_box(pdf(&page, first))));
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
            let letter = next();
            black_box(pdf(&proved(&press, letter), letter))
        });
    });
    group.finish();
}

/// Letters of one measurement.
fn many() -> usize {
    let given = std::env::var("CHANCERY_BENCH_LETTERS").ok();
    given.and_then(|given| given.parse().ok()).unwrap_or(300)
}

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

/// Wall time of `letters` over `threads` presses.
fn spread(press: &Press, letters: &[Letter], threads: usize) -> Duration {
    let presses: Vec<Press> = (0..threads).map(|_| press.another().unwrap()).collect();
    let began = Instant::now();
    thread::scope(|scope| {
        for (at, press) in presses.iter().enumerate() {
            scope.spawn(move || {
                for letter in letters.iter().skip(at).step_by(threads) {
                    let page = proved(press, letter);
                    let bytes = pdf(&page, letter);
                    black_box(page.read_back(&bytes).is_ok());
                }
            });
        }
    });
    began.elapsed()
}

fn batches(_: &mut Criterion) {
    let Some(fonts) = fonts() else { return };
    let template = Template::load();
    let press = template.press(&fonts);
    let letters = template.letters(many());
    // Once for nothing, so that both start warm.
    spread(&press, &letters, 1);
    let (one, two) = (spread(&press, &letters, 1), spread(&press, &letters, 2));
    println!(
        "{} letters: one thread {one:.2?}, two threads {two:.2?}, ratio {:.2}",
        letters.len(),
        one.as_secs_f64() / two.as_secs_f64()
    );
    let mut stream = PrintStream::default();
    for letter in &letters {
        stream.add(&proved(&press, letter));
    }
    let marks = blanks(&fonts, stream.len());
    let identity = identity("bench", "打印卷");
    let began = Instant::now();
    let bytes = stream.finish(marks, &identity).unwrap_or_else(|reports| panic!("{reports:?}"));
    let spent = began.elapsed();
    println!(
        "print stream: {} bytes a letter, {spent:.2?} for {}",
        bytes.len() / letters.len(),
        letters.len()
    );
}

/// CPU time of this process so far, in clock ticks of 10 ms.
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// Measures all letters and leaves package, data and result in `folder` for other engines.
fn peers(folder: &Path) {
    let Some(fonts) = fonts() else { return };
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    let template = Template::load();
    for (name, bytes) in template.package.files() {
        write(&format!("package/{name}"), bytes);
    }
    let letters = template.letters(many());
    let mut lines = String::new();
    for Letter { page, assets, .. } in &letters {
        let code = assets.get("code.svg").map(|svg| String::from_utf8_lossy(svg));
        lines.push_str(&json!({ "data": page.json, "code": code }).to_string());
        lines.push('\n');
    }
    write("letters.jsonl", lines.as_bytes());
    let press = template.press(&fonts);
    let first = letters.first().unwrap();
    black_box(pdf(&proved(&press, first), first));
    let timed = |work: &dyn Fn(&Letter)| {
        let began = ticks();
        letters.iter().for_each(work);
        ticks() - began
    };
    let composed = timed(&|letter| drop(black_box(composed(&press, letter))));
    let made = timed(&|letter| drop(black_box(pdf(&proved(&press, letter), letter))));
    let checked = timed(&|letter| {
        let page = proved(&press, letter);
        let finished = page.read_back(&pdf(&page, letter)).unwrap();
        black_box(finished.sweep(&AllowList::default()).len());
    });
    let result = json!({
        "letters": letters.len(), "composed_ticks": composed, "made_ticks": made,
        "checked_ticks": checked,
    });
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
