//! The page of the funnel.

use askama::Template;
use people::pages::marks::{Markup, StageMark};
use platform::page::filters;

/// A choice of the window.
#[derive(Clone, Debug)]
pub struct Window {
    /// What it says.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Whether it is shown.
    pub is_here: bool,
}

/// A stage now.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The stage.
    pub stage: StageMark,
    /// How many stand there now.
    pub count: i64,
    /// Where the list of them is.
    pub href: String,
}

/// A rule of a stage in English and as text.
#[derive(Clone, Debug)]
pub struct RuleLine {
    /// `enter`, `gate`, `leave` …
    pub part: &'static str,
    /// In English, with a chip for each thing asked.
    pub english: Markup,
    /// After it: a reason, or empty.
    pub note: String,
    /// As text.
    pub text: String,
}

/// What a stage means.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// The stage.
    pub stage: StageMark,
    /// Its rules.
    pub rules: Vec<RuleLine>,
    /// How many came to it in the window: `1,903 came`.
    pub entered: String,
}

/// A label within a stage, or a temperature.
#[derive(Clone, Debug)]
pub struct KindLine {
    /// Its name.
    pub name: String,
    /// In English.
    pub english: Markup,
    /// As text.
    pub text: String,
}

/// A bar of the ladder that a phone shows in place of the picture.
#[derive(Clone, Debug)]
pub struct Rung {
    /// The stage.
    pub stage: StageMark,
    /// How many came to it.
    pub entered: i64,
    /// What became of them, in words.
    pub words: String,
}

/// A stage in the window and in the one before.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The stage.
    pub stage: StageMark,
    /// How many came to it.
    pub now: i64,
    /// How many had before.
    pub was: i64,
    /// The difference in words.
    pub change: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "funnel.html")]
pub struct FunnelPage {
    /// The lens's name.
    pub lens: String,
    /// The definition's name and version: `Sluice default, version 1`.
    pub definition: String,
    /// Since when it holds, in words.
    pub since: String,
    /// Who agreed to it, as a sentence; empty if nobody was asked.
    pub agreed: String,
    /// Whether it is what the workspace began with.
    pub is_starter: bool,
    /// The windows to choose from.
    pub windows: Vec<Window>,
    /// In words: `the last 90 days`.
    pub window: String,
    /// The switch that holds it against the window before; nothing where there is none.
    pub compare: Option<Window>,
    /// What came of that.
    pub before: Vec<Compared>,
    /// How many stand where now.
    pub standing: Vec<Standing>,
    /// The picture; nothing if nobody came.
    pub picture: Option<String>,
    /// The same for a phone.
    pub ladder: Vec<Rung>,
    /// Who came in.
    pub came: i64,
    /// Where they are: `956 lead + 250 prospect`.
    pub balance: String,
    /// Whether the two agree, which they must.
    pub is_balanced: bool,
    /// What each stage means.
    pub meanings: Vec<Meaning>,
    /// Temperatures.
    pub temperatures: Vec<KindLine>,
    /// Kinds.
    pub kinds: Vec<KindLine>,
    /// The whole definition's text.
    pub text: String,
    /// What its examples say of it.
    pub examples: String,
    /// The panel of the draft that was tried last.
    pub tried: String,
    /// The panel that compares the lenses.
    pub lenses: String,
    /// Whether whoever looks may change the definition.
    pub may_change: bool,
    /// The lens, for the form that changes its definition.
    pub lens_name: String,
}
