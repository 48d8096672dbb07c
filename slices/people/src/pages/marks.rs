//! Marks that pages share: a stage, a truth, a temperature, a score. Each is a shape and a word before it is a hue.

use std::fmt::{self, Display, Write as _};

use askama::filters::HtmlSafe;
use platform::page::{Icon, words};

/// A stage as it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StageMark {
    /// Known, but not yet at any stage.
    #[default]
    None,
    /// At the first stage.
    Lead,
    /// At the second.
    Prospect,
    /// At the third.
    Opportunity,
    /// At the last.
    Customer,
    /// Out, with a way back.
    Recycled,
    /// Out, by rule.
    Disqualified,
}

impl StageMark {
    /// All of them, in order.
    pub const ALL: [StageMark; 7] = [
        StageMark::None,
        StageMark::Lead,
        StageMark::Prospect,
        StageMark::Opportunity,
        StageMark::Customer,
        StageMark::Recycled,
        StageMark::Disqualified,
    ];

    /// The four stages and the two exits: where somebody can be said to stand.
    pub const STANDS: [StageMark; 6] = [
        StageMark::Lead,
        StageMark::Prospect,
        StageMark::Opportunity,
        StageMark::Customer,
        StageMark::Recycled,
        StageMark::Disqualified,
    ];

    /// From the word in definitions and addresses; whatever else it says is no stage.
    pub fn of(word: &str) -> StageMark {
        StageMark::ALL.into_iter().find(|stage| stage.word() == word).unwrap_or_default()
    }

    /// The word in definitions and addresses.
    pub const fn word(self) -> &'static str {
        match self {
            StageMark::None => "none",
            StageMark::Lead => "lead",
            StageMark::Prospect => "prospect",
            StageMark::Opportunity => "opportunity",
            StageMark::Customer => "customer",
            StageMark::Recycled => "recycled",
            StageMark::Disqualified => "disqualified",
        }
    }

    /// At the beginning of a line.
    pub const fn title(self) -> &'static str {
        match self {
            StageMark::None => "No stage",
            StageMark::Lead => "Lead",
            StageMark::Prospect => "Prospect",
            StageMark::Opportunity => "Opportunity",
            StageMark::Customer => "Customer",
            StageMark::Recycled => "Recycled",
            StageMark::Disqualified => "Disqualified",
        }
    }

    /// Within a sentence, of so many people: `1 lead`, `250 prospects`, `39 recycled`.
    pub fn counted(self, number: i64) -> String {
        let word = match (self, number) {
            (StageMark::None, _) => "without a stage",
            (StageMark::Lead, 1) => "lead",
            (StageMark::Lead, _) => "leads",
            (StageMark::Prospect, 1) => "prospect",
            (StageMark::Prospect, _) => "prospects",
            (StageMark::Opportunity, 1) => "opportunity",
            (StageMark::Opportunity, _) => "opportunities",
            (StageMark::Customer, 1) => "customer",
            (StageMark::Customer, _) => "customers",
            (StageMark::Recycled, _) => "recycled",
            (StageMark::Disqualified, _) => "disqualified",
        };
        format!("{} {word}", words::grouped(number))
    }

    /// Before a noun: `a lead`, `an opportunity`.
    pub fn with_article(self) -> &'static str {
        match self {
            StageMark::None => "without a stage",
            StageMark::Lead => "a lead",
            StageMark::Prospect => "a prospect",
            StageMark::Opportunity => "an opportunity",
            StageMark::Customer => "a customer",
            StageMark::Recycled => "recycled",
            StageMark::Disqualified => "disqualified",
        }
    }

    /// On a ground of its hue; once on a page.
    pub fn pill(self) -> Markup {
        Markup(format!(
            r#"<span class="stage stage--pill" data-stage="{}">{}</span>"#,
            self.word(),
            self.title()
        ))
    }

    /// In lower case, within a heading.
    pub fn inline(self) -> Markup {
        let words = if self == StageMark::None { "no stage" } else { self.word() };
        Markup(format!(r#"<span class="stage" data-stage="{}">{words}</span>"#, self.word()))
    }
}

impl Display for StageMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<span class="stage" data-stage="{}">{}</span>"#, self.word(), self.title())
    }
}

impl HtmlSafe for StageMark {}

/// Markup made by one of the marks here.
#[derive(Clone, Debug)]
pub struct Markup(String);

/// Conditions in English as they are built up: chips, and the words between them.
#[derive(Debug, Default)]
pub struct Chips(String);

impl Chips {
    /// One thing asked.
    pub fn chip(&mut self, words: &str) {
        self.gap();
        self.0.push_str("<b>");
        escape(&mut self.0, words);
        self.0.push_str("</b>");
    }

    /// A word between two.
    pub fn word(&mut self, word: &str) {
        self.gap();
        self.0.push_str("<i>");
        escape(&mut self.0, word);
        self.0.push_str("</i>");
    }

    fn gap(&mut self) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
    }
}

impl Markup {
    /// Chips put together by `build`.
    pub fn escaped_from(build: impl FnOnce(&mut Chips)) -> Markup {
        let mut chips = Chips::default();
        build(&mut chips);
        Markup(chips.0)
    }
}

impl Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

/// The value of a condition or a criterion: three shapes, so that unknown is never read as no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TruthMark {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Nobody knows.
    #[default]
    Unknown,
}

impl TruthMark {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            TruthMark::True => "true",
            TruthMark::False => "false",
            TruthMark::Unknown => "unknown",
        }
    }

    const fn icon(self) -> Icon<'static> {
        let name = match self {
            TruthMark::True => "truth-true",
            TruthMark::False => "truth-false",
            TruthMark::Unknown => "truth-unknown",
        };
        Icon { name, class: "" }
    }

    /// With a word beside it instead of its own.
    pub fn labelled(self, label: &str) -> Markup {
        let mut text = format!(r#"<span class="truth" data-v="{}">{}"#, self.word(), self.icon());
        escape(&mut text, label);
        text.push_str("</span>");
        Markup(text)
    }
}

impl Display for TruthMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, icon) = (self.word(), self.icon());
        write!(
            f,
            r#"<span class="truth" data-v="{word}" title="{word}">{icon}<span class="sr">{word}</span></span>"#
        )
    }
}

impl HtmlSafe for TruthMark {}

/// How warm somebody is, as the definition has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heat {
    /// Most criteria hold.
    Hot,
    /// Some do.
    Warm,
    /// Few do.
    Cold,
}

impl Heat {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Heat::Hot => ("hot", "Hot"),
            Heat::Warm => ("warm", "Warm"),
            Heat::Cold => ("cold", "Cold"),
        }
    }

    /// From its word; nothing for another.
    pub fn of(word: &str) -> Option<Heat> {
        [Heat::Hot, Heat::Warm, Heat::Cold].into_iter().find(|heat| heat.words().0 == word)
    }
}

/// A temperature, and one pip for each criterion that it counts, in the framework's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Temperature {
    /// The word.
    pub heat: Heat,
    /// Each criterion's name and truth; may be empty.
    pub pips: Vec<(String, TruthMark)>,
}

impl Display for Temperature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, title) = self.heat.words();
        if self.pips.is_empty() {
            return write!(f, r#"<span class="temp" data-temp="{word}">{title}</span>"#);
        }
        let mut says = String::new();
        for (place, (name, truth)) in self.pips.iter().enumerate() {
            says.push_str(if place == 0 { "" } else { ", " });
            escape(&mut says, name);
            says.push(' ');
            says.push_str(truth.word());
        }
        write!(
            f,
            r#"<span class="temp" data-temp="{word}" title="{says}"><span class="pips" role="img" aria-label="{says}">"#
        )?;
        for (_, truth) in &self.pips {
            write!(f, r#"<i data-v="{}"></i>"#, truth.word())?;
        }
        write!(f, "</span>{title}</span>")
    }
}

impl HtmlSafe for Temperature {}

/// A score from 0 to 100. What is still unknown may raise it, so it is a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// What is certain.
    pub low: i64,
    /// What it may be at most; `low` if nothing is unknown.
    pub high: i64,
}

impl Score {
    /// A score of which nothing is unknown.
    pub const fn exactly(value: i64) -> Score {
        Score { low: value, high: value }
    }

    /// From a core's range: rounded, within 0 to 100.
    pub fn between(low: f64, high: f64) -> Score {
        Score { low: whole(low), high: whole(high).max(whole(low)) }
    }

    /// Whether nothing at all is known of it.
    pub const fn is_unknown(self) -> bool {
        self.low <= 0 && self.high >= 100
    }

    /// In words: `78`, `at least 40, at most 70`, `unknown`.
    pub fn words(self) -> String {
        if self.is_unknown() {
            "unknown".to_owned()
        } else if self.low == self.high {
            self.low.to_string()
        } else {
            format!("at least {}, at most {}", self.low, self.high)
        }
    }

    /// In a narrow place: `78`, `40–70`.
    pub fn short(self) -> String {
        if self.high > self.low {
            format!("{}–{}", self.low, self.high)
        } else {
            self.low.to_string()
        }
    }

    /// In a column named `name`: number and meter, or the ring of the unknown.
    pub fn cell(self, name: &str) -> Markup {
        let words = self.words();
        if self.is_unknown() {
            return unknown(&format!("{name} is unknown"));
        }
        let range = if self.high > self.low { " score-cell--range" } else { "" };
        Markup(format!(
            r#"<span class="score-cell{range}" title="{name} {words}"><span>{}</span><meter min="0" max="100" value="{}" aria-label="{name} {words}"></meter></span>"#,
            self.short(),
            self.low
        ))
    }
}

/// To the nearest whole number from 0 to 100.
fn whole(value: f64) -> i64 {
    (0..100_i32)
        .take_while(|below| f64::from(*below) + 0.5 <= value)
        .count()
        .try_into()
        .unwrap_or(100)
}

/// What stands where a value is kept from whoever looks.
pub const KEPT: &str = "Kept from you";

/// The same as a mark, apart from the unknown: somebody knows it.
pub fn kept() -> Markup {
    let (word, whom) = KEPT.split_once(' ').unwrap_or((KEPT, ""));
    Markup(format!(
        r#"<span class="muted" title="{KEPT}">{word}<span class="sr"> {whom}</span></span>"#
    ))
}

/// The ring of the unknown, with what is unknown for whoever asks.
pub fn unknown(what: &str) -> Markup {
    let icon = Icon { name: "truth-unknown", class: "i--sm" };
    let mut text = String::from(r#"<span class="unknown" title=""#);
    escape(&mut text, what);
    let _ = write!(text, r#"">{icon}<span class="sr">"#);
    escape(&mut text, what);
    text.push_str("</span></span>");
    Markup(text)
}

/// Adds text with what means something to HTML written as entities.
fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&#60;"),
            '>' => out.push_str("&#62;"),
            '&' => out.push_str("&#38;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
}

/// A bar of several counts, in the hues of what they count, with its words for whoever cannot see it.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    /// Class of the svg.
    pub class: &'static str,
    /// Each part: its `data-c`, and how many.
    pub parts: Vec<(&'static str, i64)>,
    /// What the full length stands for; the sum of the parts if it is less.
    pub whole: i64,
    /// What it says.
    pub words: String,
}

/// Length of a [`Bar`] in its own units, and the gap between two parts.
const BAR: (f64, f64) = (1000.0, 6.0);

impl Bar {
    /// Where each part begins and how long it is, of 1000; a part that is not nothing is never too thin to see.
    fn spans(&self) -> Vec<(f64, f64)> {
        let sum: i64 = self.parts.iter().map(|(_, n)| n.max(&0)).sum();
        let whole = real(self.whole.max(sum).max(1));
        let shown = self.parts.iter().filter(|(_, n)| *n > 0).count();
        let gaps = real(i64::try_from(shown).unwrap_or(0).saturating_sub(1)) * BAR.1;
        let thin = 4.0;
        let free = BAR.0 - gaps - real(i64::try_from(shown).unwrap_or(0)) * thin;
        let mut x = 0.0;
        self.parts
            .iter()
            .map(|(_, n)| {
                if *n <= 0 {
                    return (x, 0.0);
                }
                let length = thin + free * real(*n) / whole;
                let begin = x;
                x += length + BAR.1;
                (begin, length)
            })
            .collect()
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a picture needs no more digits"
)]
pub(crate) fn real(number: i64) -> f64 {
    number as f64
}

impl Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = String::new();
        escape(&mut words, &self.words);
        write!(
            f,
            r#"<svg class="{}" viewBox="0 0 {} 10" role="img" aria-label="{words}" preserveAspectRatio="none">"#,
            self.class, BAR.0
        )?;
        for ((hue, _), (x, length)) in self.parts.iter().zip(self.spans()) {
            if length > 0.0 {
                write!(f, r#"<rect x="{x:.1}" width="{length:.1}" height="10" class="f-{hue}"/>"#)?;
            }
        }
        f.write_str("</svg>")
    }
}

impl HtmlSafe for Bar {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_reads_back_from_its_word() {
        for stage in StageMark::ALL {
            assert_eq!(StageMark::of(stage.word()), stage);
        }
        assert_eq!(StageMark::of("champion"), StageMark::None);
        assert_eq!(StageMark::Opportunity.counted(1), "1 opportunity");
        assert_eq!(StageMark::Opportunity.counted(1_200), "1,200 opportunities");
    }

    #[test]
    fn unknown_has_a_shape_and_a_word_of_its_own() {
        let marks =
            [TruthMark::True, TruthMark::False, TruthMark::Unknown].map(|truth| truth.to_string());
        assert!(marks[2].contains("truth-unknown") && marks[2].contains(">unknown<"));
        assert_ne!(marks[1], marks[2]);
        assert!(Score { low: 0, high: 100 }.cell("fit").to_string().contains("fit is unknown"));
        assert!(!Score::exactly(0).is_unknown());
    }

    #[test]
    fn a_score_is_a_range_until_all_is_known() {
        for (score, words) in [
            (Score::exactly(78), "78"),
            (Score { low: 40, high: 70 }, "at least 40, at most 70"),
            (Score::between(59.6, 59.6), "60"),
            (Score::between(-3.0, 400.0), "unknown"),
        ] {
            assert_eq!(score.words(), words);
        }
        assert_eq!(Score { low: 40, high: 70 }.short(), "40–70");
    }

    #[test]
    fn names_of_criteria_cannot_break_out_of_the_page() {
        let temperature =
            Temperature { heat: Heat::Warm, pips: vec![("\"><b>".to_owned(), TruthMark::True)] };
        assert!(!temperature.to_string().contains("<b>"));
        assert!(!unknown("<b>").to_string().contains("<b>"));
        assert!(!TruthMark::True.labelled("<b>").to_string().contains("<b>"));
    }

    #[test]
    fn a_bar_is_never_longer_than_itself_and_hides_nobody() {
        for (parts, whole) in [
            (vec![("lead", 7_158), ("prospect", 0), ("customer", 842)], 0),
            (vec![("lead", 1_000_000), ("prospect", 1), ("customer", 1)], 0),
            (vec![("lead", 5)], 1_000),
            (vec![("lead", 0)], 0),
        ] {
            let bar = Bar { parts, whole, ..Bar::default() };
            let spans = bar.spans();
            let end = spans.iter().map(|(x, length)| x + length).fold(0.0, f64::max);
            assert!(end <= BAR.0 + 1e-9, "{end}");
            for ((_, n), (_, length)) in bar.parts.iter().zip(&spans) {
                assert_eq!(*n > 0, *length > 1.0, "{n} is {length} long");
            }
        }
    }
}
