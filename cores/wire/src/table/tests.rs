//! The horrors, one row each, and the properties.

use std::io::{self, Read};

use proptest::prelude::*;

use super::*;
use crate::write::{Style, Writer};

/// Gives at most so many bytes at once, so that every seam between two reads is tried.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.0.len().min(self.1).min(room.len());
        let (now, later) = self.0.split_at(count);
        room[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

/// `line: [fields]` for a row, `line: words` for a rejected one.
fn all<R: Read>(mut table: Table<R>) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(record) = table.next().unwrap() {
        lines.push(match record {
            Record::Row(row) => {
                format!("{}: {:?}", row.line(), row.iter().collect::<Vec<_>>())
            }
            Record::Rejected(bad) => format!("{}: {}", bad.line, bad.fault),
        });
    }
    assert_eq!(table.records(), lines.len() as u64);
    lines
}

fn small() -> Layout {
    let limits = Limits { field_bytes_max: 20, row_bytes_max: 50, columns_max: 6 };
    Layout { limits, ..Layout::default() }
}

fn check(file: &[u8], layout: &Layout, expected: &[&str]) {
    let whole = all(Table::open(file, layout).unwrap());
    assert_eq!(whole, expected, "{:?}", String::from_utf8_lossy(file));
    for step in [1, 2, 3, 7] {
        let dribbled = all(Table::open(Dribble(file, step), layout).unwrap());
        assert_eq!(dribbled, expected, "{step} bytes at once");
    }
}

fn utf16(text: &str, is_le: bool, marked: bool) -> Vec<u8> {
    let mark = if marked { "\u{feff}" } else { "" };
    let units = format!("{mark}{text}").encode_utf16().collect::<Vec<_>>();
    let bytes = |unit: &u16| if is_le { unit.to_le_bytes() } else { unit.to_be_bytes() };
    units.iter().flat_map(bytes).collect()
}

#[test]
fn every_delimiter_and_line_end_is_read() {
    let rows = [r#"2: ["1", "2"]"#, r#"3: ["3", ""]"#];
    for (delimiter, line_end) in
        [(",", "\n"), (";", "\r\n"), ("\t", "\r"), ("|", "\n"), (",", "\r"), (";", "\n")]
    {
        for tail in ["", line_end] {
            let file = format!("a{delimiter}b{line_end}1{delimiter}2{line_end}3{delimiter}{tail}");
            check(file.as_bytes(), &Layout::default(), &rows);
        }
    }
}

#[test]
fn the_delimiter_is_the_one_under_which_rows_agree() {
    for (file, delimiter) in [
        ("a;b\n1,5;2,5\n", b';'),
        ("a,b\n\"x;y;z\",2\n", b','),
        ("Name, Vorname;Mail;Ort\n\"Lind, Greta\";g@k.example;Ulm\n", b';'),
        ("a\tb c, d\n1\t2\n", b'\t'),
        ("only one\n1;2\n", b','),
        ("sep=|\na|b\n1|2\n", b'|'),
        ("a,b\n\"x;\"\"y\"\"\n;z\",1\n", b','),
    ] {
        let table = Table::open(file.as_bytes(), &Layout::default()).unwrap();
        assert_eq!(char::from(table.delimiter()), char::from(delimiter), "{file}");
    }
    let told = Layout { delimiter: Some(b';'), ..Layout::default() };
    check(b"a,b;c\n1,2;3\n", &told, &[r#"2: ["1,2", "3"]"#]);
    let quote = Layout { delimiter: Some(b'"'), ..Layout::default() };
    assert!(matches!(Table::open(&b"a"[..], &quote), Err(Unreadable::Delimiter(b'"'))));
}

#[test]
fn every_encoding_is_read() {
    let text = "Ort;Name\nKöln;Žižek\nŁódź;\"Øre\n2\"\n";
    let rows = [r#"2: ["Köln", "Žižek"]"#, r#"3: ["Łódź", "Øre\n2"]"#];
    let layout = Layout::default();
    check(text.as_bytes(), &layout, &rows);
    check(format!("\u{feff}{text}").as_bytes(), &layout, &rows);
    for (is_le, marked) in [(true, true), (true, false), (false, true), (false, false)] {
        check(&utf16(text, is_le, marked), &layout, &rows);
    }
    let unmarked = utf16(text, true, false);
    let table = Table::open(&unmarked[..], &layout).unwrap();
    assert_eq!(table.encoding(), "UTF-16LE");
    let cyrillic = "имя;город\nАнна;Москва\nПётр;Казань\n";
    check(
        &utf16(cyrillic, true, false),
        &layout,
        &[r#"2: ["Анна", "Москва"]"#, r#"3: ["Пётр", "Казань"]"#],
    );

    let latin = b"Ort;Name\nK\xf6ln;\"M\xfcller \"\"\x80\"\"\"\n";
    check(latin, &layout, &[r#"2: ["Köln", "Müller \"€\""]"#]);
    let told = Layout { encoding: Some("windows-1251".into()), ..Layout::default() };
    check(b"a,b\n\xcc\xee\xf1\xea\xe2\xe0,1\n", &told, &[r#"2: ["Москва", "1"]"#]);
    let nonsense = Layout { encoding: Some("klingon".into()), ..Layout::default() };
    assert!(matches!(Table::open(&b"a"[..], &nonsense), Err(Unreadable::Encoding(_))));
}

#[test]
fn bytes_of_another_encoding_are_rejected_not_guessed() {
    let layout = Layout::default();
    // UTF-8 was seen first: a stray byte is a fault.
    check(
        b"a,b\n\xc3\xb6,1\n2,\xf6\n3,4\n",
        &layout,
        &[r#"2: ["ö", "1"]"#, "3: column 2 holds bytes that are not UTF-8", r#"4: ["3", "4"]"#],
    );
    // ASCII in the head, Latin-1 far behind it; and a row of UTF-8 among Latin-1 is what it is.
    let mut file = b"a,b\n".to_vec();
    file.extend(b"1,2\n".repeat(HEAD_BYTES / 4));
    file.extend(b"K\xf6ln,1\n\xc3\xb6,2\n");
    let rows = all(Table::open(&file[..], &layout).unwrap());
    assert!(rows.ends_with(&[
        format!("{}: [\"Köln\", \"1\"]", HEAD_BYTES / 4 + 2),
        format!("{}: [\"ö\", \"2\"]", HEAD_BYTES / 4 + 3)
    ]));
    // Half a surrogate pair, in the second of three rows.
    let mut file = utf16("a,b\n1,2\n3,X\n5,6\n", true, true);
    let x = file.windows(2).position(|unit| unit == [b'X', 0]).unwrap();
    file[x..x + 2].copy_from_slice(&[0x00, 0xd8]);
    check(
        &file,
        &layout,
        &[r#"2: ["1", "2"]"#, "3: holds bytes that are not UTF-16LE", r#"4: ["5", "6"]"#],
    );
    // A file that ends within a unit.
    file.push(b'7');
    let rows = all(Table::open(&file[..], &layout).unwrap());
    assert_eq!(rows.last().unwrap(), "5: holds bytes that are not UTF-16LE");
}

#[test]
fn what_is_no_table_is_named() {
    for (file, words) in [
        (&b"PK\x03\x04xxxx"[..], "spreadsheet (.xlsx, .ods)"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"%PDF-1.7", "a PDF"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "UTF-32"),
        (b"", "holds no row"),
        (b"\n\r\n\n", "holds no row"),
        (b"\xef\xbb\xbf", "holds no row"),
        (b"a,\"b\n1,2\n", "line 1 cannot be read: the quote that opens in column 2, line 1"),
    ] {
        let Err(error) = Table::open(file, &Layout::default()) else { panic!("{words}") };
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn ragged_rows_are_rejected_and_empty_lines_passed_over() {
    let file = b"a,b,c\n\n1,2\n1,2,3,4\n\n\n,,\n1,2,3,\n1,2,3\n";
    check(
        file,
        &Layout::default(),
        &[
            "3: 2 fields where the header has 3",
            "4: 4 fields where the header has 3",
            r#"7: ["", "", ""]"#,
            "8: 4 fields where the header has 3",
            r#"9: ["1", "2", "3"]"#,
        ],
    );
    let mut table = Table::open(&file[..], &Layout::default()).unwrap();
    while table.next().unwrap().is_some() {}
    assert_eq!((table.records(), table.empty_lines()), (5, 3));
}

#[test]
fn a_row_comes_out_as_it_stood() {
    let file = b"a;b\n\n\" x\r\n\";\"1\"\"2\"\r\nz\n";
    let mut table = Table::open(&file[..], &Layout::default()).unwrap();
    let Some(Record::Row(row)) = table.next().unwrap() else { panic!() };
    assert_eq!((row.raw(), row.line(), row.offset()), ("\" x\r\n\";\"1\"\"2\"", 3, 5));
    assert_eq!((row.get(0), row.get(1), row.get(2)), (Some(" x\r\n"), Some("1\"2"), None));
    let Some(Record::Rejected(bad)) = table.next().unwrap() else { panic!() };
    assert_eq!((bad.raw.as_ref(), bad.line, bad.offset, bad.is_excerpt), ("z", 5, 20, false));
    let mut latin = Table::open(&b"a,b\n\xe9,\"\xe8\"\n\xe9\n"[..], &Layout::default()).unwrap();
    let Some(Record::Row(row)) = latin.next().unwrap() else { panic!() };
    assert_eq!(row.raw(), "é,\"è\"");
    let Some(Record::Rejected(bad)) = latin.next().unwrap() else { panic!() };
    assert_eq!(bad.raw, "é");
}

#[test]
fn a_broken_quote_costs_its_lines_and_no_more() {
    let layout = Layout::default();
    let beside = |line: u32, of: u32| {
        format!(
            "{line}: a quote is broken in the row of line {of}, and this line may be part of it"
        )
    };
    // Closed by the opening quote of a later row.
    check(
        b"a,b\n1,\"x\n2,y\n3,\"z\"\n4,\"w\"\n",
        &layout,
        &[
            "2: text follows the closing quote in column 2, line 4; \
             a quote inside a quoted field is written twice",
            &beside(3, 2),
            &beside(4, 2),
            r#"5: ["4", "w"]"#,
        ],
    );
    // Never closed.
    check(
        b"a,b\n0,0\n1,\"x\r\n\r\n2,y",
        &layout,
        &[
            r#"2: ["0", "0"]"#,
            "3: the quote that opens in column 2, line 3, is never closed",
            &beside(5, 3),
        ],
    );
    // Not doubled, in a field of two lines: the second line must not pass for a row.
    check(
        b"a,b\n1,\"he said \"hi\" to\nme,and left\"\n5,6\" pipe\n7,8\n9,6\" pipe\n",
        &layout,
        &[
            "2: text follows the closing quote in column 2, line 2; \
             a quote inside a quoted field is written twice",
            &beside(3, 2),
            &beside(4, 2),
            r#"5: ["7", "8"]"#,
            r#"6: ["9", "6\" pipe"]"#,
        ],
    );
    check(b"a,b\n1,\"x\"", &layout, &[r#"2: ["1", "x"]"#]);
    check(b"a,b\n1,\"", &layout, &["2: the quote that opens in column 2, line 2, is never closed"]);
}

#[test]
fn what_is_too_long_is_rejected_and_not_held() {
    let big = "x".repeat(30);
    let file = format!(
        "a,b\n1,{big}\n\"{big}\n\",2\n1,2\n{}\n\"{big}\"bad,\"\n3,4\n1,\"{big}",
        ["1234567890"; 6].join(",")
    );
    check(
        file.as_bytes(),
        &small(),
        &[
            "2: the field in column 2 is longer than 20 bytes; the row ends on line 2",
            "3: the field in column 1 is longer than 20 bytes; the row ends on line 4",
            r#"5: ["1", "2"]"#,
            "6: the row is longer than 50 bytes; it ends on line 6",
            "7: the field in column 1 is longer than 20 bytes; the row ends on line 7",
            r#"8: ["3", "4"]"#,
            "9: the field in column 2 is longer than 20 bytes; the row ends on line 9",
        ],
    );
    check(b"a,b\n,,,,,,,,\n1,2\n", &small(), &["2: more than 6 fields", r#"3: ["1", "2"]"#]);
    let error = Table::open(&b"a,b,c,d,e,f,g,h\n"[..], &small()).err().unwrap();
    assert_eq!(error.to_string(), "the header on line 1 cannot be read: more than 6 fields");
}

#[test]
fn a_field_of_fifty_megabytes_takes_little_memory() {
    let quoted = Layout { delimiter: Some(b','), ..Layout::default() };
    for (open, close) in [("\"", "\""), ("", "")] {
        let head = format!("a,b\n1,2\n3,{open}");
        let tail = format!("{close}\n5,6\n");
        let file = head.as_bytes().chain(io::repeat(b'x').take(50 << 20)).chain(tail.as_bytes());
        let mut table = Table::open(file, &quoted).unwrap();
        assert!(matches!(table.next().unwrap(), Some(Record::Row(_))));
        let Some(Record::Rejected(bad)) = table.next().unwrap() else { panic!() };
        let words = "the field in column 2 is longer than 1 MB; the row ends on line 3";
        assert_eq!(bad.fault.to_string(), words);
        assert_eq!((bad.raw.len(), bad.is_excerpt), (EXCERPT_BYTES_MAX, true));
        let Some(Record::Row(row)) = table.next().unwrap() else { panic!() };
        assert_eq!((row.get(0), row.line()), (Some("5"), 4));
        assert_eq!(row.offset(), head.len() as u64 + (50 << 20) + close.len() as u64 + 1);
        assert!(table.next().unwrap().is_none());
        assert_eq!(table.bytes_read(), (50 << 20) + (head.len() + tail.len()) as u64);
        assert!(table.scanner.buffer_bytes() <= 4 << 20);
    }
}

#[test]
fn nul_bytes_are_rejected_by_column() {
    check(
        b"a,b\n1,x\0y\n\0,2\n3,4\n",
        &Layout::default(),
        &["2: column 2 holds a NUL byte", "3: column 1 holds a NUL byte", r#"4: ["3", "4"]"#],
    );
}

#[test]
fn columns_are_called_by_labels_that_differ() {
    let file = "\u{feff}E-Mail, Phone ,Phone,,\"Home\n town\",\n1,2,3,4,5,6\n";
    let table = Table::open(file.as_bytes(), &Layout::default()).unwrap();
    let labels = ["E-Mail", "Phone", "Phone (2)", "column 4", "Home town", "column 6"];
    assert_eq!(table.header().labels(), labels);
    assert_eq!(table.header().position(" Phone (2)"), Some(2));
    assert_eq!(table.header().position("phone"), None);
    let nameless = Layout { has_header: false, ..Layout::default() };
    check(
        b"\n1,2\n3\n4,5",
        &nameless,
        &[r#"2: ["1", "2"]"#, "3: 1 field where the header has 2", r#"4: ["4", "5"]"#],
    );
    let table = Table::open(&b"1;2"[..], &nameless).unwrap();
    assert_eq!(table.header().labels(), ["column 1", "column 2"]);
}

#[test]
fn a_count_of_records_is_a_place_to_go_on_from() {
    let file = b"a,b\n1,2\nbad\n\n3,\"x\ny\n4,5\n6,7\n";
    let every = all(Table::open(&file[..], &Layout::default()).unwrap());
    for count in 0..=every.len() {
        let mut table = Table::open(&file[..], &Layout::default()).unwrap();
        table.skip(count as u64).unwrap();
        assert_eq!(table.records(), count as u64);
        let mut rest = Vec::new();
        while let Some(record) = table.next().unwrap() {
            rest.push(match record {
                Record::Row(row) => format!("{}: {:?}", row.line(), row.iter().collect::<Vec<_>>()),
                Record::Rejected(bad) => format!("{}: {}", bad.line, bad.fault),
            });
        }
        assert_eq!(rest, every[count..]);
    }
}

/// Bytes that are likely to matter, among any others.
fn nasty_bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        6 => prop::sample::select(&b"\",;\t|\r\n\r\n\"\"ab1 \0\xff\xfe\xc3\xb6\xf6"[..]),
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_to_the_end_with_every_record_counted(
        bytes in nasty_bytes(), step in 1_usize..50, tight in any::<bool>(), named in any::<bool>(),
    ) {
        let layout = if tight { small() } else { Layout::default() };
        let layout = Layout { has_header: named, ..layout };
        let whole = Table::open(&bytes[..], &layout).map(all).map_err(|e| e.to_string());
        let parts = Table::open(Dribble(&bytes, step), &layout).map(all).map_err(|e| e.to_string());
        if !tight {
            prop_assert_eq!(&whole, &parts);
        }
        let count = |lines: Result<Vec<String>, String>| lines.map(|lines| lines.len());
        prop_assert_eq!(count(whole), count(parts));
    }

    #[test]
    fn what_is_written_is_read_again(
        rows in (1_usize..6).prop_flat_map(|columns| prop::collection::vec(
            prop::collection::vec("[a-zäж€\", ;\t\r\n'=]{0,12}", columns), 1..12)),
        delimiter in prop::sample::select(&b",;\t|"[..]), is_crlf in any::<bool>(),
    ) {
        let mut writer = Writer::new(Vec::new(), Style { delimiter, is_crlf, is_defused: false });
        for row in &rows {
            writer.row(row).unwrap();
        }
        let file = writer.finish().unwrap();
        let layout = Layout { delimiter: Some(delimiter), has_header: false, ..Layout::default() };
        let mut table = Table::open(&file[..], &layout).unwrap();
        for row in &rows {
            let Some(Record::Row(read)) = table.next().unwrap() else { panic!("{row:?}") };
            prop_assert_eq!(&read.iter().collect::<Vec<_>>(), row);
        }
        prop_assert!(table.next().unwrap().is_none());
    }

    #[test]
    fn on_well_formed_input_the_csv_crate_agrees(
        rows in prop::collection::vec(prop::collection::vec("[a-cé\",\r\n ]{0,8}", 3), 1..12),
        quote_all in any::<bool>(), by_cr in any::<bool>(),
    ) {
        let style = if quote_all { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let line_end = if by_cr { csv::Terminator::Any(b'\r') } else { csv::Terminator::CRLF };
        let mut writer =
            csv::WriterBuilder::new().quote_style(style).terminator(line_end).from_writer(vec![]);
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let file = writer.into_inner().unwrap();
        let mut theirs = csv::ReaderBuilder::new().has_headers(false).from_reader(&file[..]);
        let theirs: Vec<Vec<String>> = theirs
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let layout = Layout { delimiter: Some(b','), has_header: false, ..Layout::default() };
        let mut table = Table::open(&file[..], &layout).unwrap();
        let mut ours: Vec<Vec<String>> = Vec::new();
        while let Some(record) = table.next().unwrap() {
            let Record::Row(row) = record else { panic!("{file:?}") };
            ours.push(row.iter().map(str::to_owned).collect());
        }
        prop_assert_eq!(ours, theirs);
    }
}
