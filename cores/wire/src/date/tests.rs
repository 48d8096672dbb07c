//! What is read and what is refused, one text a row; and the properties.

use proptest::prelude::*;

use super::*;

fn read(format: &str, text: &str) -> String {
    read_in(format, "UTC", text)
}

fn read_in(format: &str, place: &str, text: &str) -> String {
    match Format::new(format, zone(place).unwrap()).unwrap().read(text) {
        Ok(moment) => moment.to_string(),
        Err(NotADate::Format { .. }) => "another format".to_owned(),
        Err(NotADate::Impossible(_)) => "impossible".to_owned(),
        Err(NotADate::Absurd(_)) => "absurd".to_owned(),
    }
}

#[test]
fn dates_are_read_by_their_format() {
    for (format, text, expected) in [
        ("iso", "2026-06-30", "2026-06-30T00:00:00Z"),
        ("iso", " 2018-02-26 19:58:54 ", "2018-02-26T19:58:54Z"),
        ("iso", "2026-06-30T12:00", "2026-06-30T12:00:00Z"),
        ("iso", "2026-06-30T12:00:00.25+02:00", "2026-06-30T10:00:00.25Z"),
        ("iso", "2026-06-30T12:00:00-0330", "2026-06-30T15:30:00Z"),
        ("iso", "2026-06-30T12:00Z", "2026-06-30T12:00:00Z"),
        ("iso", "2024-02-29", "2024-02-29T00:00:00Z"),
        ("iso", "2026-02-30", "impossible"),
        ("iso", "2026-02-29", "impossible"),
        ("iso", "0000-00-00", "impossible"),
        ("iso", "2026-06-30T24:30", "impossible"),
        ("iso", "2026-06-30T12:00+99:00", "impossible"),
        ("iso", "0001-01-01", "absurd"),
        ("iso", "1899-12-31", "absurd"),
        ("iso", "9999-12-31", "absurd"),
        ("iso", "30.06.2026", "another format"),
        ("iso", "2026-6-30", "another format"),
        ("iso", "2026-06-30T", "another format"),
        ("iso", "2026-06-30 12:00 Uhr", "another format"),
        ("iso", "", "another format"),
        ("rfc3339", "2026-06-30T12:00:00Z", "2026-06-30T12:00:00Z"),
        ("rfc3339", "2026-06-30T12:00:00", "another format"),
        ("rfc3339", "2026-06-30", "another format"),
        ("unix", "0", "1970-01-01T00:00:00Z"),
        ("unix", "1782820800.5", "2026-06-30T12:00:00.5Z"),
        ("unix", "-86400", "1969-12-31T00:00:00Z"),
        ("unix", "1782820800000", "absurd"),
        ("unix", "99999999999999999999", "absurd"),
        ("unix", "soon", "another format"),
        ("unix_ms", "1782820800123", "2026-06-30T12:00:00.123Z"),
        ("%d.%m.%Y", "30.06.2026", "2026-06-30T00:00:00Z"),
        ("%d.%m.%Y", "1.6.2026", "2026-06-01T00:00:00Z"),
        ("%d.%m.%Y", "31.06.2026", "impossible"),
        ("%d.%m.%Y", "32.01.2026", "impossible"),
        ("%d.%m.%Y", "06/30/2026", "another format"),
        ("%m/%d/%Y", "06/30/2026", "2026-06-30T00:00:00Z"),
        ("%m/%d/%Y", "30/06/2026", "impossible"),
        ("%d.%m.%y %H:%M", "30.06.26 14:05", "2026-06-30T14:05:00Z"),
        ("%d.%m.%Y", "30.06.2026 14:05", "another format"),
        ("%m/%d/%Y %I:%M %p", "06/30/2026 02:05 PM", "2026-06-30T14:05:00Z"),
        ("%a, %d %b %Y %H:%M:%S %z", "Tue, 30 Jun 2026 12:00:00 +0200", "2026-06-30T10:00:00Z"),
        ("%A, %d %B %Y", "Monday, 30 June 2026", "impossible"),
    ] {
        assert_eq!(read(format, text), expected, "{text:?} as {format}");
    }
}

#[test]
fn a_time_without_an_offset_is_in_the_zone_told() {
    for (text, expected) in [
        ("2026-06-30", "2026-06-29T22:00:00Z"),
        ("2026-01-31 12:00", "2026-01-31T11:00:00Z"),
        ("2026-06-30T12:00Z", "2026-06-30T12:00:00Z"),
        ("2026-03-29 02:30", "2026-03-29T01:30:00Z"), // skipped
        ("2026-10-25 02:30", "2026-10-25T00:30:00Z"), // twice
    ] {
        assert_eq!(read_in("iso", "Europe/Berlin", text), expected, "{text}");
    }
    assert!(zone("Europe/Atlantis").unwrap_err().to_string().contains("no time zone"));
}

#[test]
fn a_format_that_gives_no_date_is_refused() {
    for (format, words) in [
        ("dd.mm.yyyy", "a pattern has parts like %Y"),
        ("%d.%m", "year, month and day"),
        ("%H:%M", "year, month and day"),
        ("%Y-%m-%d %J", "a part that no date has"),
        ("%Y-%m-%d %H:%M %Q", "name of a zone"),
        ("%Y-%m-%d %%%", "no date format"),
    ] {
        let error = Format::new(format, TimeZone::UTC).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn a_sample_proposes_a_format_and_says_when_two_fit() {
    for (sample, format, or) in [
        (&["2026-06-30", ""][..], Some("iso"), None),
        (&["2026-06-30 12:00:00"], Some("iso"), None),
        (&["30.06.2026", "1.2.2026"], Some("%d.%m.%Y"), None),
        (&["30/06/2026", "01/02/2026"], Some("%d/%m/%Y"), None),
        (&["06/30/2026", "01/02/2026"], Some("%m/%d/%Y"), None),
        (&["05/06/2026", "01/02/2026"], Some("%d/%m/%Y"), Some("%m/%d/%Y")),
        (&["5 Jun 2026"], Some("%d %b %Y"), None),
        (&["1782820800"], Some("unix"), None),
        (&["1782820800123"], Some("unix_ms"), None),
        (&["140", "250"], None, None),
        (&["", " "], None, None),
        (&["Ulm"], None, None),
    ] {
        let found = guess(sample.iter().copied());
        assert_eq!(found.as_ref().map(|guess| guess.format), format, "{sample:?}");
        assert_eq!(found.and_then(|guess| guess.or), or, "{sample:?}");
    }
    for format in TRIED {
        assert!(Format::new(format, TimeZone::UTC).is_ok(), "{format}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_text_makes_it_panic(text in "[0-9TZ:. +-]{0,30}|\\PC{0,12}") {
        for name in ["iso", "rfc3339", "unix", "unix_ms", "%d.%m.%Y %H:%M", "%s"] {
            let _ = Format::new(name, TimeZone::UTC).unwrap().read(&text);
        }
        let _ = Format::new(&text, TimeZone::UTC);
        guess([text.as_str()]);
    }

    #[test]
    fn what_is_written_is_read_again(us in -2_000_000_000_000_000_i64..7_000_000_000_000_000) {
        let moment = Moment(us);
        let text = moment.to_string();
        prop_assert_eq!(Format::new("iso", TimeZone::UTC).unwrap().read(&text), Ok(moment));
        prop_assert_eq!(Format::new("rfc3339", TimeZone::UTC).unwrap().read(&text), Ok(moment));
    }
}
