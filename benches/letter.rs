//! One letter after another through a warm press: layout, proof, PDF, reading back.
//!
//! Uses the collection notice of this repository where it is there, else a plain page of the same
//! size. Fonts come from `fonts/`.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench ends at the first fault and tells what it skips"
)]

use std::{borrow::Cow, collections::BTreeMap, hint::black_box, path::Path};

use chancery::masking::AllowList;
use chancery::typeset::{
    Assets, FinishedText, FontSet, Limits, Meant, PdfIdentity, Press, ProvedPage, qr_svg,
};
use chrono::{FixedOffset, NaiveDate};
use criterion::{Criterion, criterion_group, criterion_main};
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

criterion_group!(benches, letters);
criterion_main!(benches);
