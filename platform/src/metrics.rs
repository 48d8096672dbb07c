//! Figures that a running program keeps of itself, and how they are told: the text format of Prometheus, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
//!
//! **Promise:** noting a figure takes no lock and waits for nobody.
//! **Never:** holds who did what: a label names a route, a state, a kind.
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Upper bounds of durations, in microseconds: from a quick answer to one that somebody has given up on.
const DURATIONS_US: &[u64] = &[
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 10_000_000, 30_000_000,
];
/// Upper bounds of numbers of things that are done together.
const SIZES: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256];
/// Microseconds in the second in which durations are told.
const MICROS: f64 = 1e6;

/// How often a value was at most so large.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// What one of the unit told is in the unit noted.
    scale: f64,
    /// One for each bound, and one for what is beyond the last.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    /// Of durations; told in seconds.
    pub fn of_durations() -> Histogram {
        Histogram::with_bounds(DURATIONS_US, MICROS)
    }

    /// Of numbers of things.
    pub fn of_sizes() -> Histogram {
        Histogram::with_bounds(SIZES, 1.0)
    }

    fn with_bounds(bounds: &'static [u64], scale: f64) -> Histogram {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Histogram { bounds, scale, counts, sum: AtomicU64::new(0) }
    }

    /// Notes a value: microseconds, or a number of things.
    pub fn note(&self, value: u64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Notes a duration.
    pub fn note_duration(&self, length: Duration) {
        self.note(u64::try_from(length.as_micros()).unwrap_or(u64::MAX));
    }

    /// Notes how long it is since then.
    pub fn note_since(&self, started: Instant) {
        self.note_duration(started.elapsed());
    }

    /// How many values were noted.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }
}

/// What kind of figure a family holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only ever grows, but for a restart.
    Counter,
    /// How it is now.
    Gauge,
    /// A [`Histogram`].
    Histogram,
}

/// A label and its value.
pub type Label<'a> = (&'a str, &'a str);

/// The text that is told, family by family.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// The content type of the text.
    pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// Begins a family; all its samples follow at once.
    pub fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One number of the family.
    pub fn sample(&mut self, name: &str, labels: &[Label<'_>], value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{name}{} {value}", shown(labels, None));
    }

    /// A family of one number without labels.
    pub fn one(&mut self, name: &str, kind: Kind, help: &str, value: impl std::fmt::Display) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    /// The lines of one histogram of the family.
    pub fn histogram(&mut self, name: &str, labels: &[Label<'_>], histogram: &Histogram) {
        let mut so_far = 0;
        for (place, count) in histogram.counts.iter().enumerate() {
            so_far += count.load(Ordering::Relaxed);
            let bound = histogram
                .bounds
                .get(place)
                .map_or("+Inf".to_owned(), |bound| (*bound as f64 / histogram.scale).to_string());
            let _ = writeln!(self.0, "{name}_bucket{} {so_far}", shown(labels, Some(&bound)));
        }
        let sum = histogram.sum.load(Ordering::Relaxed) as f64 / histogram.scale;
        let _ = writeln!(self.0, "{name}_sum{} {sum}", shown(labels, None));
        let _ = writeln!(self.0, "{name}_count{} {so_far}", shown(labels, None));
    }

    /// The whole text.
    pub fn text(self) -> String {
        self.0
    }
}

fn shown(labels: &[Label<'_>], bound: Option<&str>) -> String {
    let all = labels.iter().copied().chain(bound.map(|bound| ("le", bound)));
    let pairs: Vec<String> =
        all.map(|(name, value)| format!("{name}=\"{}\"", safe(value))).collect();
    if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
}

fn safe(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_all_up_to_their_bound() {
        let histogram = Histogram::of_sizes();
        for value in [1, 1, 3, 256, 10_000] {
            histogram.note(value);
        }
        let mut told = Exposition::default();
        told.family("group_size", Kind::Histogram, "Writes that were committed together.");
        told.histogram("group_size", &[("of", "a \"b\"\n")], &histogram);
        let text = told.text();
        for line in [
            "# TYPE group_size histogram",
            r#"group_size_bucket{of="a \"b\"\n",le="1"} 2"#,
            r#"group_size_bucket{of="a \"b\"\n",le="2"} 2"#,
            r#"group_size_bucket{of="a \"b\"\n",le="4"} 3"#,
            r#"group_size_bucket{of="a \"b\"\n",le="256"} 4"#,
            r#"group_size_bucket{of="a \"b\"\n",le="+Inf"} 5"#,
            r#"group_size_sum{of="a \"b\"\n"} 10261"#,
            r#"group_size_count{of="a \"b\"\n"} 5"#,
        ] {
            assert!(text.lines().any(|told| told == line), "{line} in\n{text}");
        }
        assert_eq!(histogram.count(), 5);
    }

    #[test]
    fn durations_are_told_in_seconds() {
        let histogram = Histogram::of_durations();
        histogram.note_duration(Duration::from_millis(2));
        let mut told = Exposition::default();
        told.histogram("wait_seconds", &[], &histogram);
        let text = told.text();
        assert!(text.contains("wait_seconds_bucket{le=\"0.001\"} 0\n"), "{text}");
        assert!(text.contains("wait_seconds_bucket{le=\"0.0025\"} 1\n"), "{text}");
        assert!(text.contains("wait_seconds_sum 0.002\n"), "{text}");
    }
}
