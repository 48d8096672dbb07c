//! What somebody lacks for a stage, told by whoever keeps definitions, for a column of the list.

use std::collections::HashMap;
use std::sync::Arc;

use funnel::Stage;
use moment::Moment;
use platform::db::Tx;
use platform::failure::Failure;
use serde::Serialize;
use team::User;

use crate::{LensId, PersonId};

/// For which stage it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// For each person the next one above where they stand.
    Next,
    /// This one.
    Stage(Stage),
}

impl Toward {
    /// From the word used in addresses and at a terminal: `next`, or a stage that one can climb to.
    pub fn parse(word: &str) -> Option<Toward> {
        match word {
            "next" => Some(Toward::Next),
            word => {
                let stage = Stage::parse(word).filter(|stage| Stage::CLIMB.contains(stage));
                stage.map(Toward::Stage)
            }
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Toward::Next => "next",
            Toward::Stage(stage) => stage.as_str(),
        }
    }
}

/// What somebody lacks for a stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingView {
    /// The stage; nothing if none is above.
    pub stage: Option<Stage>,
    /// Whether they stand there already, or higher.
    pub is_there: bool,
    /// The shortest way there, step by step in a few words; empty if nothing new alone would do, or if they are
    /// there.
    pub steps: Vec<String>,
    /// How much it takes, as why-not counts it; nothing without a way.
    pub cost: Option<u32>,
    /// Whether the way is kept from the user, for it tells of a fact that is hidden from them.
    pub is_kept: bool,
}

impl MissingView {
    /// In a line: `reply from them; yes to budget`.
    pub fn words(&self) -> String {
        if self.is_kept && !self.is_there {
            return "hidden from you".to_owned();
        }
        match (self.stage, self.is_there, self.steps.is_empty()) {
            (None, ..) => "stands as high as one can".to_owned(),
            (Some(_), true, _) => "nothing".to_owned(),
            (Some(_), _, true) => "nothing new alone would do".to_owned(),
            (Some(_), _, false) => self.steps.join("; "),
        }
    }
}

/// Whoever can say what people lack; a part of the app.
pub trait Missing: Send + Sync {
    /// What each of these people lacks under a lens.
    ///
    /// # Errors
    /// `Forbidden` without the right to read people; `Missing` for a lens that there is not.
    fn missing(
        &self,
        tx: &mut Tx,
        who: &User,
        lens: LensId,
        people: &[PersonId],
        toward: Toward,
        now: Moment,
    ) -> Result<HashMap<PersonId, MissingView>, Failure>;
}

/// The part under which [`Missing`] is found.
pub struct MissingSource(pub Arc<dyn Missing>);
