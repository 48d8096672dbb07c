//! The picture of the flow: how those who came in a window moved on, drawn to scale.
//!
//! A stage's bar is as high as the moves into it; what leaves it and what is still there fills the same
//! height, so that the picture adds up as the numbers do.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use funnel::Stage;
use platform::page::words::grouped;

use crate::funnel::Moved;

/// The flow, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    edges: BTreeMap<(Stage, Stage), u64>,
    ways: Vec<(String, u64)>,
}

/// Ways in that have a bar of their own; the rest is `other`.
const WAYS_MAX: usize = 6;

impl Flow {
    /// Counts moves.
    pub fn of(moves: &[Moved]) -> Flow {
        let mut edges: BTreeMap<(Stage, Stage), u64> = BTreeMap::new();
        let mut ways: BTreeMap<&str, u64> = BTreeMap::new();
        for step in moves {
            *edges.entry((step.from, step.to)).or_default() += step.count;
            if step.from == Stage::None && step.to == Stage::Lead {
                *ways.entry(step.via.as_str()).or_default() += step.count;
            }
        }
        let mut ways: Vec<(String, u64)> =
            ways.into_iter().map(|(way, n)| (way.to_owned(), n)).collect();
        ways.sort_by_key(|(way, n)| (way == "other", std::cmp::Reverse(*n)));
        if ways.len() > WAYS_MAX {
            let rest: u64 = ways.split_off(WAYS_MAX - 1).iter().map(|(_, n)| n).sum();
            ways.push(("other".to_owned(), rest));
        }
        Flow { edges, ways }
    }

    /// Moves from one stage to another.
    pub fn moved(&self, from: Stage, to: Stage) -> u64 {
        self.edges.get(&(from, to)).copied().unwrap_or(0)
    }

    /// Moves into a stage.
    pub fn entered(&self, stage: Stage) -> u64 {
        self.edges.iter().filter(|((_, to), _)| *to == stage).map(|(_, n)| n).sum()
    }

    /// Moves out of a stage.
    pub fn left(&self, stage: Stage) -> u64 {
        self.edges.iter().filter(|((from, _), _)| *from == stage).map(|(_, n)| n).sum()
    }

    /// Who came to a stage and is still there.
    pub fn still(&self, stage: Stage) -> u64 {
        self.entered(stage).saturating_sub(self.left(stage))
    }

    /// People who came in.
    pub fn came(&self) -> u64 {
        self.left(Stage::None)
    }

    /// Where those who came in are now; adds up to [`Flow::came`].
    pub fn stand(&self) -> Vec<(Stage, u64)> {
        STAGES.iter().map(|stage| (*stage, self.still(*stage))).collect()
    }
}

const STAGES: [Stage; 6] = [
    Stage::Lead,
    Stage::Prospect,
    Stage::Opportunity,
    Stage::Customer,
    Stage::Recycled,
    Stage::Disqualified,
];

/// How wide the picture is.
const ACROSS: f64 = 1130.0;
/// Width of a stage's bar.
const BAR: f64 = 9.0;
/// The height that the largest stage takes.
const TALL: f64 = 250.0;
/// Where the bars of the climb begin.
const TOP: f64 = 84.0;
/// The least height of a line between two labels.
const LINE: f64 = 13.0;

fn x(stage: Stage) -> f64 {
    match stage {
        Stage::None => 104.0,
        Stage::Lead => 262.0,
        Stage::Prospect => 524.0,
        Stage::Opportunity => 782.0,
        Stage::Customer | Stage::Recycled | Stage::Disqualified => 1012.0,
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a picture needs no more digits"
)]
fn real(n: u64) -> f64 {
    n as f64
}

/// About how wide a label is.
fn wide(words: &str) -> f64 {
    6.5 * real(u64::try_from(words.chars().count()).unwrap_or(0))
}

fn words(n: u64) -> String {
    grouped(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A bar with the places at which the next band comes in and goes out.
#[derive(Clone, Copy, Debug)]
struct Node {
    top: f64,
    height: f64,
    come: f64,
    go: f64,
}

struct Canvas<'a> {
    flow: &'a Flow,
    scale: f64,
    nodes: BTreeMap<Stage, Node>,
    bands: String,
    marks: String,
    labels: String,
    /// Where labels stand: the left and right ends, and the line.
    written: Vec<(f64, f64, f64)>,
    lane: f64,
}

/// The picture as SVG; nothing if nobody came.
pub fn svg(flow: &Flow) -> Option<String> {
    let most = STAGES.iter().map(|stage| flow.entered(*stage)).max().filter(|n| *n > 0)?;
    let scale = TALL / real(most);
    let mut canvas = Canvas {
        flow,
        scale,
        nodes: BTreeMap::new(),
        bands: String::new(),
        marks: String::new(),
        labels: String::new(),
        written: Vec::new(),
        lane: 0.0,
    };
    canvas.place();
    canvas.sources();
    canvas.climb();
    canvas.loops();
    canvas.bars();
    Some(canvas.done())
}

impl Canvas<'_> {
    fn tall(&self, n: u64) -> f64 {
        if n == 0 { 0.0 } else { (real(n) * self.scale).max(1.0) }
    }

    fn place(&mut self) {
        let mut below = TOP;
        for stage in STAGES {
            let height = self.tall(self.flow.entered(stage));
            let top = match stage {
                Stage::Recycled | Stage::Disqualified => below.max(TOP + 150.0),
                _ => TOP,
            };
            self.nodes.insert(stage, Node { top, height, come: top, go: top });
            // The exits hang beneath the customers, with room for their names.
            if matches!(stage, Stage::Customer | Stage::Recycled) {
                below = top + height + 56.0;
            }
        }
        let lowest = self.nodes.values().map(|node| node.top + node.height).fold(TOP, f64::max);
        self.lane = lowest + 34.0;
    }

    fn node(&self, stage: Stage) -> Node {
        self.nodes.get(&stage).copied().unwrap_or(Node {
            top: TOP,
            height: 0.0,
            come: TOP,
            go: TOP,
        })
    }

    fn come(&mut self, stage: Stage, tall: f64) -> f64 {
        self.nodes.get_mut(&stage).map_or(TOP, |node| {
            node.come += tall;
            node.come - tall
        })
    }

    fn go(&mut self, stage: Stage, tall: f64) -> f64 {
        self.nodes.get_mut(&stage).map_or(TOP, |node| {
            node.go += tall;
            node.go - tall
        })
    }

    fn band(
        &mut self,
        (x1, y1): (f64, f64),
        (x2, y2): (f64, f64),
        tall: f64,
        fill: &str,
        title: &str,
    ) {
        let mid = f64::midpoint(x1, x2);
        let _ = writeln!(
            self.bands,
            r#"<path d="M{x1:.0} {y1:.1}C{mid:.0} {y1:.1} {mid:.0} {y2:.1} {x2:.0} {y2:.1}V{:.1}C{mid:.0} {:.1} {mid:.0} {:.1} {x1:.0} {:.1}Z" fill="url(#{fill})"><title>{title}</title></path>"#,
            y2 + tall,
            y2 + tall,
            y1 + tall,
            y1 + tall
        );
    }

    /// The ways in at the left, and those who came straight to a later stage.
    fn sources(&mut self) {
        let ways = self.flow.ways.clone();
        let gaps = 8.0 * real(u64::try_from(ways.len()).unwrap_or(1).saturating_sub(1));
        let lead = self.node(Stage::Lead);
        let total: f64 = ways.iter().map(|(_, n)| self.tall(*n)).sum();
        let mut y = (lead.top + (total - gaps - total) / 2.0).max(TOP - 20.0);
        let mut written = 0.0;
        for (way, n) in ways {
            let tall = self.tall(n);
            let at = self.come(Stage::Lead, tall);
            let title = format!("{} came as leads by {way}", words(n));
            self.band((104.0, y), (262.0, at), tall, "in-lead", &title);
            let _ = writeln!(
                self.marks,
                r#"<rect x="101" y="{y:.1}" width="3" height="{tall:.1}" rx="1.5" class="f-lead"/>"#
            );
            let label = (y + tall / 2.0 + 4.0_f64).max(written + LINE);
            written = label;
            let _ = writeln!(
                self.labels,
                r#"<text x="96" y="{label:.0}" text-anchor="end"><tspan class="t-2">{}</tspan> <tspan class="t-m t-ink">{}</tspan></text>"#,
                title_case(&way),
                words(n)
            );
            y += tall + 8.0;
        }
        let mut above = TOP - 26.0;
        for stage in [
            Stage::Prospect,
            Stage::Opportunity,
            Stage::Customer,
            Stage::Disqualified,
            Stage::Recycled,
        ] {
            let n = self.flow.moved(Stage::None, stage);
            if n == 0 {
                continue;
            }
            let tall = self.tall(n);
            let at = self.come(stage, tall);
            let start = if matches!(stage, Stage::Disqualified | Stage::Recycled) {
                at - 14.0
            } else {
                above
            };
            let from = x(stage) - 92.0;
            let says = format!("{} straight in", words(n));
            let line = start + tall / 2.0 + 4.0;
            self.written.push((from - 6.0 - wide(&says), from - 6.0, line));
            let title = format!("{} came straight in as {stage}", words(n));
            self.band((from, start), (x(stage), at), tall, &format!("in-{stage}"), &title);
            let _ = writeln!(
                self.labels,
                r#"<text x="{:.0}" y="{line:.0}" text-anchor="end" class="t-2">{says}</text>"#,
                from - 6.0
            );
            above = TOP - 26.0;
        }
    }

    /// Moves up and out, from the left to the right; beside each the number, where there is room.
    fn climb(&mut self) {
        for from in STAGES {
            if from == Stage::Recycled || from == Stage::Disqualified {
                continue;
            }
            let edge = x(from) + BAR;
            let mut targets: Vec<Stage> = STAGES
                .into_iter()
                .filter(|to| *to > from && !to.is_exit() && *to != from)
                .rev()
                .collect();
            let ups = targets.len();
            targets.extend([Stage::Disqualified, Stage::Recycled]);
            for (place, to) in targets.into_iter().enumerate() {
                if place == ups {
                    self.stay(from, edge);
                }
                let n = self.flow.moved(from, to);
                if n == 0 {
                    continue;
                }
                let tall = self.tall(n);
                let (y1, y2) = (self.go(from, tall), self.come(to, tall));
                let title = format!("{} from {from} to {to}", words(n));
                self.band((edge, y1), (x(to), y2), tall, &format!("{from}-{to}"), &title);
                let says = if to.is_exit() { to.to_string() } else { format!("to {to}") };
                self.label(edge, y1, tall, n, &says);
            }
        }
    }

    fn stay(&mut self, stage: Stage, edge: f64) {
        let n = self.flow.still(stage);
        if n == 0 || stage == Stage::Customer {
            return;
        }
        let tall = self.tall(n);
        let y = self.go(stage, tall);
        let _ = writeln!(
            self.bands,
            r#"<path class="stay" d="M{edge:.0} {y:.1}h130v{tall:.1}h-130z" fill="url(#st-{stage})"><title>{} are still {stage}</title></path>"#,
            words(n)
        );
        self.label(edge, y, tall, n, &format!("still {stage}"));
    }

    /// A number beside its band, where there is room: in the middle of it, else further down.
    fn label(&mut self, edge: f64, y: f64, tall: f64, n: u64, says: &str) {
        let (left, middle) = (edge + 12.0, y + tall / 2.0 + 4.0);
        let right = left + wide(&format!("{} {says}", words(n)));
        let is_free = |at: &f64| {
            let meets = |(from, to, line): &(f64, f64, f64)| {
                *from < right && left < *to && (line - at).abs() < LINE
            };
            !self.written.iter().any(meets)
        };
        let lowest = y + tall;
        let lines = (0..8).map(|step| middle + f64::from(step) * LINE / 2.0);
        let at = lines.take_while(|at| *at <= lowest.max(middle)).find(is_free);
        let Some(at) = at.filter(|_| tall >= 5.0) else { return };
        self.written.push((left, right, at));
        let _ = writeln!(
            self.labels,
            r#"<text x="{:.0}" y="{at:.0}" class="t-ink t-m">{} <tspan class="t-2" font-weight="400">{says}</tspan></text>"#,
            edge + 12.0,
            words(n)
        );
    }

    /// Moves back down, and back from the exits, each on a lane of its own beneath the picture.
    fn loops(&mut self) {
        let mut backs: Vec<(Stage, Stage, u64)> = self
            .flow
            .edges
            .iter()
            .filter(|((from, to), _)| {
                *from != Stage::None && (from.is_exit() || !to.is_exit() && to < from)
            })
            .map(|((from, to), n)| (*from, *to, *n))
            .collect();
        backs.sort_by(|a, b| x(b.0).total_cmp(&x(a.0)).then(a.1.cmp(&b.1)));
        for (from, to, n) in backs {
            let tall = self.tall(n).min(14.0);
            let (y1, y2) = (self.go(from, tall) + tall / 2.0, self.come(to, tall) + tall / 2.0);
            let lane = self.lane;
            let (right, left) = (x(from) + BAR, x(to));
            let (turn, back) = (right + 14.0, left - 26.0);
            // From one exit to another nobody goes back.
            let (went, back_to) =
                if to.is_exit() { ("went on", "to") } else { ("went back", "back to") };
            let _ = writeln!(
                self.bands,
                r#"<path d="M{right:.0} {y1:.1}H{:.0}Q{turn:.0} {y1:.1} {turn:.0} {:.1}V{:.1}Q{turn:.0} {lane:.1} {:.0} {lane:.1}H{:.0}Q{back:.0} {lane:.1} {back:.0} {:.1}V{:.1}Q{back:.0} {y2:.1} {:.0} {y2:.1}H{left:.0}" fill="none" stroke="var(--{from})" stroke-opacity=".5" stroke-width="{tall:.1}"><title>{} {went} from {from} to {to}</title></path>"#,
                turn - 8.0,
                y1 + 8.0,
                lane - 8.0,
                turn - 8.0,
                back + 8.0,
                lane - 8.0,
                y2 + 8.0,
                back + 8.0,
                words(n)
            );
            let says = format!("{} from {from} {back_to} {to}", words(n));
            let _ = writeln!(
                self.labels,
                r#"<text x="{:.0}" y="{:.0}" class="t-2">{says}</text>"#,
                (back + 16.0).min(ACROSS - wide(&says)),
                lane + tall / 2.0 + 12.0,
            );
            self.lane += tall + 22.0;
        }
    }

    fn bars(&mut self) {
        for stage in STAGES {
            let (node, left) = (self.node(stage), x(stage));
            let _ = writeln!(
                self.marks,
                r#"<rect x="{left:.0}" y="{:.1}" width="{BAR:.0}" height="{:.1}" rx="2" class="f-{stage}"/>"#,
                node.top,
                node.height.max(2.0)
            );
            let (entered, name) = (self.flow.entered(stage), title_case(stage.as_str()));
            if stage.is_exit() {
                let still = self.flow.still(stage);
                let waits = if stage == Stage::Recycled && still < entered {
                    format!(
                        r#" <tspan class="t-2 t-11" font-weight="400">{} wait</tspan>"#,
                        words(still)
                    )
                } else {
                    String::new()
                };
                let _ = writeln!(
                    self.labels,
                    r#"<text x="{:.0}" y="{:.0}" class="t-m t-ink t-13">{name}</text><text x="{:.0}" y="{:.0}" class="t-b t-16">{}{waits}</text>"#,
                    left + 19.0,
                    node.top + 10.0,
                    left + 19.0,
                    node.top + 28.0,
                    words(entered)
                );
            } else {
                let on: u64 = STAGES
                    .into_iter()
                    .filter(|to| *to > stage && !to.is_exit())
                    .map(|to| self.flow.moved(stage, to))
                    .sum();
                let note = match (stage, share(on, entered)) {
                    (Stage::Customer, _) | (_, None) => String::new(),
                    (_, Some(share)) => format!("{share} move on"),
                };
                let _ = writeln!(
                    self.labels,
                    r#"<rect x="{:.2}" y="6.75" width="10.5" height="10.5" rx="3" class="f-{stage}"/><text x="{:.0}" y="16" class="t-m t-ink t-13">{name}</text><text x="{left:.0}" y="40" class="t-b t-20">{}</text><text x="{left:.0}" y="56">{note}</text>"#,
                    left + 0.75,
                    left + 17.0,
                    words(entered)
                );
            }
        }
    }

    fn done(self) -> String {
        let mut defs = String::new();
        let gradient = |defs: &mut String, id: &str, from: (Stage, f64), to: (Stage, f64)| {
            let _ = write!(
                defs,
                r#"<linearGradient id="{id}"><stop offset="0" stop-color="var(--{})" stop-opacity="{}"/><stop offset="1" stop-color="var(--{})" stop-opacity="{}"/></linearGradient>"#,
                from.0, from.1, to.0, to.1
            );
        };
        for stage in STAGES {
            gradient(&mut defs, &format!("in-{stage}"), (stage, 0.1), (stage, 0.45));
            gradient(&mut defs, &format!("st-{stage}"), (stage, 0.35), (stage, 0.0));
            for to in STAGES {
                if self.flow.moved(stage, to) > 0 {
                    gradient(&mut defs, &format!("{stage}-{to}"), (stage, 0.45), (to, 0.45));
                }
            }
        }
        let height = self.lane + 8.0;
        let came = words(self.flow.came());
        let stand: Vec<String> = self
            .flow
            .stand()
            .into_iter()
            .map(|(stage, n)| format!("{} {stage}", words(n)))
            .collect();
        format!(
            r#"<svg class="chart flow" viewBox="0 0 {ACROSS:.0} {height:.0}" role="img" aria-labelledby="flow-t flow-d"><title id="flow-t">How {came} people moved through the funnel</title><desc id="flow-d">They stand now: {}.</desc><defs>{defs}</defs><g>{}</g><g>{}</g><g>{}</g></svg>"#,
            stand.join(", "),
            self.bands,
            self.marks,
            self.labels
        )
    }
}

/// A share as people read it: `24.7 %`; nothing of nothing is unknown.
pub fn share(part: u64, whole: u64) -> Option<String> {
    let (part, whole) = (i64::try_from(part).ok()?, i64::try_from(whole).ok()?);
    platform::page::words::percent(part, whole)
}

/// A word with a capital.
pub fn title_case(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Random people, each with a way through the stages.
    fn moves() -> impl Strategy<Value = Vec<Moved>> {
        let way = proptest::collection::vec(1..Stage::ALL.len(), 1..6);
        proptest::collection::vec((way, 0..3_usize), 0..60).prop_map(|people| {
            let mut moves = Vec::new();
            for (way, via) in people {
                let mut from = Stage::None;
                for code in way {
                    let to = Stage::ALL[code];
                    if to != from {
                        let via = if from == Stage::None {
                            ["forms", "imports", "other"][via]
                        } else {
                            ""
                        };
                        moves.push(Moved { from, to, via: via.to_owned(), count: 1 });
                        from = to;
                    }
                }
            }
            moves
        })
    }

    proptest! {
        #[test]
        fn who_came_in_is_somewhere(moves in moves()) {
            let flow = Flow::of(&moves);
            prop_assert_eq!(flow.stand().iter().map(|(_, n)| n).sum::<u64>(), flow.came());
            for stage in STAGES {
                prop_assert_eq!(flow.entered(stage), flow.left(stage) + flow.still(stage));
            }
        }

        #[test]
        fn a_picture_has_no_number_that_is_none_and_no_style(moves in moves()) {
            if let Some(svg) = svg(&Flow::of(&moves)) {
                prop_assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("style="));
                prop_assert_eq!(svg.matches("<path").count(), svg.matches("</path>").count());
            }
        }
    }

    #[test]
    fn a_move_between_exits_is_none_back_and_its_words_end_within_the_picture() {
        let moved = |from, to, count| Moved { from, to, via: "forms".to_owned(), count };
        let flow = Flow::of(&[
            moved(Stage::None, Stage::Lead, 900),
            moved(Stage::Lead, Stage::Recycled, 40),
            moved(Stage::Recycled, Stage::Disqualified, 1),
            moved(Stage::Recycled, Stage::Lead, 7),
        ]);
        let drawn = svg(&flow).unwrap_or_default();
        assert!(drawn.contains("1 from recycled to disqualified<"), "{drawn}");
        assert!(drawn.contains("7 from recycled back to lead<"), "{drawn}");
        let said = drawn.find("1 from recycled to").map(|end| &drawn[..end]).unwrap_or_default();
        let begins = said.rsplit_once("<text x=\"").and_then(|(_, rest)| rest.split('"').next());
        let begins: f64 = begins.unwrap_or_default().parse().unwrap_or(f64::NAN);
        assert!(begins + wide("1 from recycled to disqualified") <= ACROSS + 1.0, "{begins}");
    }

    #[test]
    fn many_ways_in_are_drawn_as_few() {
        let moves: Vec<Moved> = (1..=9)
            .map(|n| Moved { from: Stage::None, to: Stage::Lead, via: format!("way{n}"), count: n })
            .collect();
        let flow = Flow::of(&moves);
        assert_eq!(flow.ways.len(), WAYS_MAX);
        assert_eq!(flow.ways.iter().map(|(_, n)| n).sum::<u64>(), flow.came());
        assert_eq!(flow.ways.last().map(|(way, _)| way.as_str()), Some("other"));
        assert_eq!(svg(&Flow::default()), None);
    }
}
