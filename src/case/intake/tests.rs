//! Files of requests as people hand them in, sound and spoiled.

use std::io::{Seek, Write};

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};

use super::*;
use crate::case::party::Channel;

const HEADINGS: [&str; 9] = [
    "请求编号",
    "文书类型",
    "委托人代码",
    "案号",
    "送达渠道",
    "收件人身份",
    "收件人姓名",
    "合计金额",
    "还款期限",
];
const ROW: [&str; 9] =
    ["R1", "collection_notice", "bank", "C1", "ems", "debtor", "王䶮", "1,409.50", "2024-06-01"];

fn open_with(bytes: &[u8], options: &Options) -> Result<Intake, Vec<Report>> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    Intake::from_file(file, options)
}

fn open(bytes: impl AsRef<[u8]>) -> Result<Intake, Vec<Report>> {
    open_with(bytes.as_ref(), &Options::default())
}

/// Codes of everything wrong with a file that cannot be opened.
fn refusal(bytes: impl AsRef<[u8]>) -> Vec<&'static str> {
    codes(&open(bytes).err().unwrap())
}

fn codes(reports: &[Report]) -> Vec<&'static str> {
    reports.iter().map(|report| report.code.code).collect()
}

/// Row numbers, with the codes of what is wrong with each.
fn rows(intake: Intake) -> Vec<(u64, Vec<&'static str>)> {
    intake
        .map(|(row, request)| (row, request.map_or_else(|told| codes(&told), |_| vec![])))
        .collect()
}

fn table(separator: &str, rows: &[&[&str]]) -> String {
    let quote = |cell: &&str| {
        if cell.contains([',', ';', '\t', '\n', '"']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            (*cell).to_owned()
        }
    };
    let line = |row: &&[&str]| row.iter().map(quote).collect::<Vec<_>>().join(separator);
    rows.iter().map(line).collect::<Vec<_>>().join("\r\n")
}

fn changed(at: usize, value: &'static str) -> [&'static str; 9] {
    let mut row = ROW;
    row[at] = value;
    row
}

#[test]
fn csv_is_read_with_every_separator_and_in_both_encodings() {
    let expected = {
        let text = table(",", &[&HEADINGS, &ROW]);
        open(&text).unwrap().next().unwrap().1.unwrap()
    };
    for separator in [",", ";", "\t"] {
        let text = table(separator, &[&HEADINGS, &ROW]);
        let (gb, ..) = encoding_rs::GB18030.encode(&text);
        for (bytes, encoding) in [
            (text.clone().into_bytes(), Encoding::Utf8),
            (format!("\u{feff}{text}").into_bytes(), Encoding::Utf8),
            (gb.into_owned(), Encoding::Gb18030),
        ] {
            let mut intake = open(&bytes).unwrap();
            assert_eq!((intake.format(), intake.encoding()), (Format::Csv, encoding));
            assert_eq!(intake.digest(), Digest::of(&bytes));
            assert_eq!(intake.columns().unwrap().all().len(), 9);
            let (row, request) = intake.next().unwrap();
            assert_eq!(row, 2);
            assert!(request.unwrap() == expected);
            assert!(intake.next().is_none());
        }
    }
}

#[test]
fn a_bad_row_is_told_and_the_next_one_is_read() {
    let amount = changed(7, "1.2.3");
    let name = changed(6, "王\n䶮");
    let long = [ROW.as_slice(), &["x"]].concat();
    let text = table(",", &[&HEADINGS, &[""], &amount, &name, &long, &[""; 9], &ROW]);
    let expected =
        vec![(3, vec!["CH-I021"]), (4, vec!["CH-N002"]), (6, vec!["CH-I062"]), (8, vec![])];
    assert_eq!(rows(open(text).unwrap()), expected);
}

#[test]
fn files_that_hold_no_requests_are_refused_by_content() {
    assert_eq!(refusal(""), ["CH-I050"]);
    assert_eq!(refusal("\u{feff} \r\n"), ["CH-I050"]);
    assert_eq!(refusal("%PDF-1.7"), ["CH-I052"]);
    assert_eq!(refusal("PK\u{5}\u{6}"), ["CH-I052"]);
    assert_eq!(refusal("<html><table>"), ["CH-I052"]);
    assert_eq!(refusal([b'a', 0, b'b']), ["CH-I052"]);
    assert_eq!(refusal(b"\xff\xfea\0"), ["CH-I054"]);
    assert_eq!(refusal("[{}]"), ["CH-I057"]);
    assert_eq!(refusal(b"PK\x03\x04garbage"), ["CH-I066"]);
    assert_eq!(refusal("just words"), ["CH-I059"]);
    assert_eq!(refusal("请求编号,姓氏\n"), ["CH-I060"]);
    assert_eq!(refusal("请求编号,\"案号\n"), ["CH-I063"]);
    let compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice();
    assert_eq!(refusal(compound), ["CH-I065"]);
    let name: Vec<u8> = "EncryptedPackage".bytes().flat_map(|byte| [byte, 0]).collect();
    assert_eq!(refusal([compound, &vec![0; 70_000], &name].concat()), ["CH-I064"]);
    assert_eq!(rows(open(HEADINGS.join(",")).unwrap()), [(1, vec!["CH-I079"])]);
}

#[test]
fn a_file_beyond_the_limit_is_refused_unread() {
    let file = tempfile::tempfile().unwrap();
    file.set_len(detect::MOST_BYTES + 1).unwrap();
    let told = Intake::from_file(file, &Options::default()).err().unwrap();
    assert_eq!(codes(&told), ["CH-I051"]);
}

#[test]
fn an_encoding_is_never_guessed_wrong() {
    let text = table(",", &[&HEADINGS, &ROW]);
    let (big5, ..) = encoding_rs::BIG5.encode("請求編號,案號\n王小明,臺北市信義區松仁路");
    assert_eq!(refusal(&big5), ["CH-I053"]);
    assert_eq!(refusal([text.as_bytes(), b"\xff\xff"].concat()), ["CH-I053"]);
    // Two characters whose GB18030 bytes are also valid UTF-8.
    let doubtful = b"case_no,kind\n\xc4\xab\xc5\xb5,x\n";
    assert_eq!(refusal(doubtful), ["CH-I055"]);
    for encoding in [Encoding::Utf8, Encoding::Gb18030] {
        let options = Options { encoding: Some(encoding), ..Options::default() };
        assert_eq!(open_with(doubtful, &options).unwrap().encoding(), encoding);
    }
}

#[test]
fn an_unclosed_row_does_not_fill_the_memory() {
    let text = format!("{}\n\"{}\"", HEADINGS.join(","), "x".repeat(3 << 20));
    assert_eq!(rows(open(text).unwrap()), [(2, vec!["CH-I058"])]);
    let text = format!("{{}}\n{{\"a\":\"{}\"}}", "x".repeat(3 << 20));
    assert_eq!(rows(open(text).unwrap()).last().unwrap(), &(2, vec!["CH-I058"]));
}

#[test]
fn json_is_read_as_one_object_or_as_lines() {
    let object = |id: &str| {
        format!(
            "{{\"request_id\":\"{id}\",\"kind\":\"callback_card\",\"principal\":\"b\",\
             \"case_no\":\"c1\",\"channel\":\"fax\",\"recipient_role\":\"addressee\"}}"
        )
    };
    let lines = format!("\u{feff}{}\n\n{}\nbroken\n{}", object("R1"), object("R2"), object("R3"));
    let mut intake = open(&lines).unwrap();
    assert_eq!(intake.format(), Format::JsonLines);
    assert_eq!(intake.next().unwrap().1.unwrap().channel(), Channel::Forbidden("fax"));
    assert_eq!(rows(intake), [(3, vec![]), (4, vec!["CH-I056"]), (5, vec![])]);
    let pretty = object("R1").replace(',', ",\n");
    let intake = open(&pretty).unwrap();
    assert_eq!(intake.format(), Format::Json);
    assert_eq!(rows(intake), [(1, vec![])]);
    assert_eq!(rows(open("{\n \"a\": ").unwrap()), [(1, vec!["CH-I056"])]);
}

#[test]
fn constants_stand_in_for_columns_a_principal_does_not_send() {
    let headings = HeadingMap::read([("借款人", "recipient_name"), ("网点", "-")]).unwrap();
    let headings = headings.with_constant("principal", "bank").unwrap();
    let options = Options { headings, ..Options::default() };
    let text =
        "request_id,kind,case_no,channel,recipient_role,借款人,网点\nR,k,c1,hand,debtor,王䶮,甲";
    let (_, request) = open_with(text.as_bytes(), &options).unwrap().next().unwrap();
    assert_eq!(request.unwrap().principal(), "bank");
}

fn workbook(edit: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    edit(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

fn sheet(edit: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    workbook(|workbook| {
        let sheet = workbook.add_worksheet();
        for (column, (heading, value)) in (0..).zip(HEADINGS.iter().zip(ROW)) {
            sheet.write_string(0, column, *heading).unwrap();
            sheet.write_string(1, column, value).unwrap();
            sheet.write_string(2, column, value).unwrap();
        }
        edit(sheet);
    })
}

#[test]
fn cells_are_taken_where_nothing_can_be_lost() {
    let day = CellFormat::new().set_num_format("yyyy-mm-dd");
    let bytes = sheet(|sheet| {
        sheet.write_number(1, 7, 1409.5).unwrap();
        let date = ExcelDateTime::from_ymd(2024, 6, 1).unwrap();
        sheet.write_datetime_with_format(1, 8, &date, &day).unwrap();
    });
    let requests: Vec<_> = open(bytes).unwrap().map(|(_, request)| request.unwrap()).collect();
    assert_eq!(requests.len(), 2);
    assert!(requests[0] == requests[1]);
}

#[test]
fn cells_that_may_have_lost_something_are_refused_by_row_and_column() {
    let bytes = sheet(|sheet| {
        sheet.write_string(0, 9, "卡号").unwrap();
        sheet.write_number(1, 9, 6_200_000_000_000_005.0).unwrap();
        sheet.write_number(1, 3, 17.0).unwrap();
        sheet.write_formula(2, 7, "=1+1").unwrap();
        sheet.write_number(2, 8, 45000.0).unwrap();
        sheet.write_boolean(2, 6, true).unwrap();
        sheet.write_string(2, 12, "stray").unwrap();
    });
    let told: Vec<Vec<String>> = open(bytes)
        .unwrap()
        .map(|(_, request)| request.unwrap_err().iter().map(ToString::to_string).collect())
        .collect();
    assert!(told[0][0].starts_with("CH-I071: row 2, column D"), "{told:?}");
    assert!(told[0][1].starts_with("CH-I070: row 2, column J"), "{told:?}");
    assert_eq!(told[0].len(), 2);
    let codes: Vec<_> = told[1].iter().map(|line| &line[..7]).collect();
    assert_eq!(codes, ["CH-I074", "CH-I072", "CH-I071", "CH-I075"]);
}

#[test]
fn dates_of_a_sheet_are_read_as_banks_write_them_and_told() {
    let row = |date: &'static str| changed(8, date);
    let (chinese, slashes, dots) = (row("2024年6月1日"), row("2024/6/1"), row("2024.06.01"));
    let (doubtful, none) = (row("06/01/24"), row("2024/13/01"));
    let text =
        table(",", &[&HEADINGS, &ROW, &chinese, &slashes, &dots, &slashes, &doubtful, &none]);
    let mut intake = open(&text).unwrap();
    let read: Vec<_> = intake.by_ref().collect();
    let first = read[0].1.as_ref().unwrap();
    for (_, request) in &read[1..5] {
        assert!(request.as_ref().unwrap() == first);
    }
    assert_eq!(codes(read[5].1.as_ref().unwrap_err()), ["CH-I140"]);
    assert_eq!(codes(read[6].1.as_ref().unwrap_err()), ["CH-I022"]);
    let notes: Vec<String> = intake.notes().iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 3);
    assert!(notes[1].contains("column I writes 2 of its dates like `2026/12/9`"), "{notes:?}");
    assert!(notes[1].contains("the first in row 4"), "{notes:?}");
    // JSON keeps to the standard.
    let json = "{\"request_id\":\"R\",\"kind\":\"k\",\"principal\":\"p\",\"case_no\":\"c1\",\"channel\":\"hand\",\"recipient_role\":\"debtor\",\"due_date\":\"2024/06/01\"}";
    assert_eq!(rows(open(json).unwrap()), [(1, vec!["CH-I022"])]);
    // A workbook's text cells are read likewise.
    let bytes = sheet(|sheet| {
        sheet.write_string(1, 8, "2024年06月01日").unwrap();
        sheet.write_string(2, 8, "1/6/2024").unwrap();
    });
    assert_eq!(rows(open(bytes).unwrap()), [(2, vec![]), (3, vec!["CH-I140"])]);
}

#[test]
fn what_a_workbook_hides_is_told_and_never_read() {
    let hidden = sheet(|sheet| {
        sheet.set_column_hidden(7).unwrap();
    });
    assert_eq!(refusal(&hidden), ["CH-I141"]);
    let survey = Options { headings: HeadingMap::default().surveying(), encoding: None };
    let surveyed = open_with(&hidden, &survey).unwrap();
    let columns = surveyed.columns().unwrap().all();
    assert!(columns[7].hidden && !columns[6].hidden);
    // What the map ignores is told, as are the sheets beside the first.
    let headings = HeadingMap::read([("合计金额", "-")]).unwrap();
    let aside = open_with(&hidden, &Options { headings, encoding: None }).unwrap();
    assert_eq!(codes(&aside.notes()), ["CH-I142"]);
    let beside = workbook(|workbook| {
        let sheet = workbook.add_worksheet();
        for (column, (heading, value)) in (0..).zip(HEADINGS.iter().zip(ROW)) {
            sheet.write_string(0, column, *heading).unwrap();
            sheet.write_string(1, column, value).unwrap();
        }
        workbook.add_worksheet().set_name("旧账").unwrap().set_hidden(true);
        workbook.add_worksheet().set_name("6200000000000000018").unwrap().set_very_hidden(true);
        workbook.add_worksheet().set_name("说明").unwrap();
    });
    let mut intake = open(beside).unwrap();
    assert_eq!(intake.by_ref().count(), 1);
    let notes: Vec<String> = intake.notes().iter().map(ToString::to_string).collect();
    assert_eq!(codes(&intake.notes()), ["CH-I143", "CH-I143", "CH-I144"]);
    assert!(notes[0].contains("旧账") && notes[2].contains("说明"), "{notes:?}");
    assert!(notes[1].contains("***************0018"), "{notes:?}");
}

#[test]
fn a_sum_is_taken_as_the_cell_holds_it() {
    let money = |number: f64| {
        let cell = sheet::Cell::Number(number);
        sheet::enter_as(cell, Some(crate::case::field::Kind::Money), 2, 0)
    };
    // The last is what a spreadsheet adds up for 0.3.
    for (number, text) in [(1409.5, "1409.50"), (0.1, "0.10"), (0.1 + 0.2, "0.30")] {
        let entered = money(number).unwrap();
        let crate::case::request::Entered::Text(read) = entered else { panic!("{number}") };
        assert_eq!(read.expose(), text);
    }
    assert!(money(9_999_999_999.99).is_ok());
    for number in [1_409.500_000_1, 1_409.505, 0.001, -1.0] {
        assert!(money(number).is_err(), "{number}");
    }
}

#[test]
fn merged_hidden_and_foreign_sheets_are_refused() {
    let merged = sheet(|sheet| {
        sheet.merge_range(2, 3, 2, 4, "甲", &CellFormat::new()).unwrap();
    });
    assert_eq!(rows(open(merged).unwrap()), [(2, vec![]), (3, vec!["CH-I069"])]);
    let heading = sheet(|sheet| {
        sheet.merge_range(0, 3, 0, 4, "案号", &CellFormat::new()).unwrap();
    });
    assert_eq!(refusal(heading), ["CH-I069"]);
    let hidden = workbook(|workbook| {
        workbook.add_worksheet().set_hidden(true).write_string(0, 0, "案号").unwrap();
        workbook.add_worksheet().set_active(true).write_string(0, 0, "案号").unwrap();
    });
    assert_eq!(refusal(hidden), ["CH-I068"]);
    let filtered = sheet(|sheet| {
        sheet.set_row_hidden(2).unwrap();
    });
    assert_eq!(rows(open(filtered).unwrap()), [(2, vec![]), (3, vec!["CH-I131"])]);
    let empty = workbook(|workbook| {
        workbook.add_worksheet();
    });
    assert_eq!(refusal(empty), ["CH-I050"]);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("notes.txt", zip::write::SimpleFileOptions::default()).unwrap();
    assert_eq!(refusal(zip.finish().unwrap().into_inner()), ["CH-I052"]);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
    assert_eq!(refusal(zip.finish().unwrap().into_inner()), ["CH-I066"]);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests");
    let text = table(",", &[&HEADINGS, &ROW]);
    durable::write_new(&path, text.as_bytes()).unwrap();
    let intake = Intake::open(&path, &Options::default()).unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"\r\n").unwrap();
    assert_eq!(codes(&intake.last().unwrap().1.unwrap_err()), ["CH-I077"]);
}

/// A workbook packed anew with bytes of one member changed, so that no checksum betrays it.
fn respoiled(bytes: &[u8], member: &str, spoils: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut into = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut file = from.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        if name == member {
            for (at, byte) in spoils {
                let at = at.index(content.len());
                content[at] = *byte;
            }
        }
        into.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        into.write_all(&content).unwrap();
    }
    into.finish().unwrap().into_inner()
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(intake) = open(&bytes) {
            let _ = intake.count();
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(head in "(\\{|request_id,|case_no;|)", text in any::<String>()) {
        if let Ok(intake) = open(format!("{head}{text}")) {
            let _ = intake.count();
        }
    }

    #[test]
    fn no_spoiled_workbook_makes_the_reader_panic(
        spoils in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = sheet(|_| {});
        for (at, byte) in spoils {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(intake) = open(&bytes) {
            let _ = intake.count();
        }
    }

    #[test]
    fn no_spoiled_sheet_in_a_sound_workbook_makes_the_reader_panic(
        spoils in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        member in prop::sample::select(vec![
            "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml",
        ]),
    ) {
        let bytes = respoiled(&sheet(|_| {}), member, &spoils);
        if let Ok(intake) = open(&bytes) {
            let _ = intake.count();
        }
    }

    #[test]
    fn every_cell_text_survives_csv(value in "[ -~一-龥]{1,60}") {
        let value = value.trim();
        prop_assume!(!value.is_empty());
        let text = table(",", &[
            &["request_id", "kind", "principal", "case_no", "channel", "recipient_role", "outcome"],
            &["R", "k", "p", "c1", "hand", "debtor", value],
        ]);
        // A lone quote cannot be told from a missing one, except where the writer doubles it.
        let (_, request) = open(text).unwrap().next().unwrap();
        let request = request.unwrap();
        prop_assert_eq!(request.raw("outcome").unwrap().expose(), value);
    }
}
