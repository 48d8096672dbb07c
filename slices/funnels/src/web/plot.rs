//! The scale under precision and recall: one for all stages of a page, and its ends and middle named.

use funnel::backtest::StageFigures;

/// Where a line begins in a picture.
pub(super) const LEFT: f64 = 70.0;
/// How long it is.
pub(super) const WIDTH: f64 = 236.0;
/// Where scales of small shares may end.
const ENDS: [f64; 6] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

/// Where the scale of precision ends, so that what all these figures say has room on it: a round share.
pub(super) fn precision_end<'a>(figures: impl IntoIterator<Item = &'a StageFigures>) -> f64 {
    let most = figures
        .into_iter()
        .flat_map(|one| [one.precision, one.precision_interval.map(|interval| interval.high)])
        .flatten()
        .fold(0.0, f64::max);
    ENDS.into_iter().find(|end| most <= *end).unwrap_or(1.0)
}

/// Where a share lies on a scale that ends with another.
pub(super) fn x(share: f64, end: f64) -> f64 {
    LEFT + WIDTH * (share / end).min(1.0)
}

/// The line of a scale at a height, its name before it, and what its beginning, middle and end stand for below it.
pub(super) fn scale(name: &str, end: f64, y: f64, names_y: f64) -> String {
    let mut svg = format!(
        "<text x=\"0\" y=\"{}\" class=\"t-2\">{name}</text><path class=\"grid\" d=\"M{LEFT} {y}H{}\"/>",
        y + 4.0,
        LEFT + WIDTH
    );
    for share in [0.0, end / 2.0, end] {
        let x = x(share, end);
        svg.push_str(&format!(
            "<path class=\"axis\" d=\"M{x:.1} {}v8\"/><text x=\"{x:.1}\" y=\"{names_y}\" text-anchor=\"middle\" class=\"tick\">{} %</text>",
            y - 4.0,
            share * 100.0
        ));
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(precision: f64) -> StageFigures {
        StageFigures { precision: Some(precision), ..StageFigures::default() }
    }

    #[test]
    fn one_scale_has_room_for_the_precision_of_every_stage() {
        let ends = |figures: &[StageFigures]| format!("{:.2}", precision_end(figures));
        assert_eq!(ends(&[of(0.038), of(0.082), of(0.238)]), "0.50");
        assert_eq!(ends(&[of(0.038)]), "0.05");
        assert_eq!(ends(&[of(0.51)]), "1.00");
        assert_eq!(ends(&[StageFigures::default()]), "0.01");
        let [first, second] = [0.1, 0.2].map(|share| x(share, 0.5) - LEFT);
        assert!(
            (second - 2.0 * first).abs() < 1e-9,
            "twice the share is twice as far, whatever the stage"
        );
        let drawn = scale("Precision", 0.05, 30.0, 60.0);
        for named in [">0 %<", ">2.5 %<", ">5 %<"] {
            assert!(drawn.contains(named), "{drawn}");
        }
    }
}
