//! How the dates of a column are written, as far as a sample of it tells.

use jiff::tz::TimeZone;
use wire::date::Format;

/// A format that reads a sample, or most of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dates {
    /// As [`wire::date::Format`] has it.
    pub format: &'static str,
    /// Another that reads the same texts otherwise: day and month may be the other way round.
    pub or: Option<&'static str>,
    /// A text of the sample; if two formats read it, one that they read differently, if there is any.
    pub example: String,
    /// Texts of the sample that no format reads together with the others, the first of them, and of how many.
    pub odd: Option<(usize, String)>,
    /// Texts of the sample.
    pub texts: usize,
}

impl Dates {
    /// The format that reads all of these texts, or else the one that reads most of them, if that is more than
    /// half; empty ones do not count.
    pub fn of(texts: &[&str]) -> Option<Dates> {
        let texts: Vec<&str> =
            texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        let whole = wire::date::guess(texts.iter().copied());
        let (guess, odd) = match whole {
            Some(guess) => (guess, Vec::new()),
            None => {
                let format = most(&texts)?;
                let (read, odd): (Vec<&str>, Vec<&str>) =
                    texts.iter().partition(|text| reads(format, text));
                (wire::date::guess(read)?, odd)
            }
        };
        let is_told_apart = |text: &&&str| match guess.or {
            Some(or) => read(guess.format, text).is_some_and(|it| Some(it) != read(or, text)),
            None => reads(guess.format, text),
        };
        let example = texts.iter().find(is_told_apart);
        let example = example.or(texts.iter().find(|text| reads(guess.format, text)))?;
        Some(Dates {
            format: guess.format,
            or: guess.or,
            example: (*example).to_owned(),
            odd: odd.first().map(|first| (odd.len(), (*first).to_owned())),
            texts: texts.len(),
        })
    }

    /// Whether it counts since 1970, as many a number does that is no date.
    pub fn is_count(&self) -> bool {
        matches!(self.format, "unix" | "unix_ms")
    }

    /// What the example is under one of its formats, read in that zone: `22 October 2025, 14:30`.
    pub fn example_as(&self, format: &str, zone: &TimeZone) -> String {
        let moment = Format::new(format, zone.clone()).map(|it| it.read(&self.example).ok());
        let Ok(Some(moment)) = moment else { return String::new() };
        let has_time = self.is_count() || self.example.contains(':');
        let shape = if has_time { "%-d %B %Y, %H:%M" } else { "%-d %B %Y" };
        moment.timestamp().to_zoned_datetime(zone.clone()).strftime(shape).to_string()
    }
}

/// A format in words: `day.month.year time`.
pub fn in_words(format: &str) -> String {
    const PARTS: [(&str, &str); 12] = [
        ("%H:%M:%S", "time"),
        ("%H:%M", "time"),
        ("%I:%M %p", "time"),
        ("%a", "weekday"),
        ("%d", "day"),
        ("%m", "month"),
        ("%b", "month"),
        ("%B", "month"),
        ("%Y", "year"),
        ("%y", "year"),
        ("%:z", "offset"),
        ("%z", "offset"),
    ];
    match format {
        "iso" => "year-month-day".to_owned(),
        "rfc3339" => "year-month-day, time and offset".to_owned(),
        "unix" => "seconds since 1970".to_owned(),
        "unix_ms" => "milliseconds since 1970".to_owned(),
        pattern => {
            PARTS.iter().fold(pattern.to_owned(), |text, (part, word)| text.replace(part, word))
        }
    }
}

fn read(format: &str, text: &str) -> Option<moment::Moment> {
    Format::new(format, TimeZone::UTC).ok()?.read(text).ok()
}

fn reads(format: &str, text: &str) -> bool {
    read(format, text).is_some()
}

/// Of the formats that some text proposes, the one that reads most of them; none if that is not more than half.
fn most(texts: &[&str]) -> Option<&'static str> {
    let mut formats: Vec<&'static str> = Vec::new();
    for text in texts {
        let guess = wire::date::guess([*text]);
        for format in guess.into_iter().flat_map(|guess| [Some(guess.format), guess.or]).flatten() {
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
    }
    let counted = formats
        .into_iter()
        .map(|format| (texts.iter().filter(|text| reads(format, text)).count(), format));
    // Of two that read as many, the one that was proposed first.
    let best = counted.reduce(|best, other| if other.0 > best.0 { other } else { best });
    best.filter(|(count, _)| count * 2 > texts.len()).map(|(_, format)| format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_what_the_sample_tells() {
        let berlin = wire::date::zone("Europe/Berlin").unwrap();
        for (texts, format, or, odd, words) in [
            (&["2025-10-22", ""][..], "iso", None, 0, "22 October 2025"),
            (&["22.10.2025", "3.4.2025"], "%d.%m.%Y", None, 0, "22 October 2025"),
            (&["22.10.2025 14:30"], "%d.%m.%Y %H:%M", None, 0, "22 October 2025, 14:30"),
            (&["03/03/2025", "03/04/2025"], "%d/%m/%Y", Some("%m/%d/%Y"), 0, "3 April 2025"),
            (&["03/04/2025", "10/22/2025"], "%m/%d/%Y", None, 0, "4 March 2025"),
            (&["22.10.2025", "soon", "23.10.2025"], "%d.%m.%Y", None, 1, "22 October 2025"),
            (&["soon", "03/04/2025", "10/22/2025"], "%m/%d/%Y", None, 1, "4 March 2025"),
            (&["1761136200"], "unix", None, 0, "22 October 2025, 14:30"),
            (&["2025-10-22T12:30:00Z"], "iso", None, 0, "22 October 2025, 14:30"),
        ] {
            let dates = Dates::of(texts).unwrap_or_else(|| panic!("{texts:?}"));
            assert_eq!((dates.format, dates.or), (format, or), "{texts:?}");
            assert_eq!(dates.odd.as_ref().map_or(0, |(count, _)| *count), odd, "{texts:?}");
            assert_eq!(dates.example_as(dates.format, &berlin), words, "{texts:?}");
        }
        assert_eq!(Dates::of(&["soon", "later", "22.10.2025"]), None);
        assert_eq!(Dates::of(&["", " "]), None);
    }

    #[test]
    fn a_format_has_words() {
        assert_eq!(in_words("%d.%m.%Y %H:%M"), "day.month.year time");
        assert_eq!(in_words("%b %d, %Y"), "month day, year");
        assert_eq!(in_words("iso"), "year-month-day");
    }
}
