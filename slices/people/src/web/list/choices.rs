//! What one can choose on the list: columns, density, what is missing, tabs of stages and views; and of what the page is.

use funnel::{Condition, Stage};
use platform::public_id::PublicIds;
use team::{Right, User};

use super::ask::{ALL, Ask, cols};
use super::columns::Column;
use super::{Looked, Within, both, int};
use crate::Of;
use crate::fields::{FieldRow, Kind, Labels};
use crate::lists::LIST;
use crate::of::Kept;
use crate::pages::list::{Choice, Scope, Tab, ViewHere};
use crate::segment::SEGMENT;
use crate::views::{VIEW, ViewRow};

/// What a column is called: a custom field by its label.
pub(super) fn label(column: &Column, fields: &[FieldRow]) -> String {
    let field = fields.iter().find(|field| field.key == column.word());
    field.map_or_else(|| column.label(), |field| field.label.clone())
}

/// The columns whose values follow from a condition.
pub(super) fn formulas<'c>(columns: &'c [Column], fields: &[FieldRow]) -> Vec<&'c str> {
    let is_formula =
        |word: &&str| fields.iter().any(|field| field.key == *word && field.kind == Kind::Formula);
    columns.iter().map(Column::word).filter(is_formula).collect()
}

pub(super) fn column_choices(ask: &Ask, shown: &[Column], fields: &[FieldRow]) -> Vec<Choice> {
    let known = Column::all(ask.of);
    let others = shown.iter().filter(|column| matches!(column, Column::Fact(_))).cloned();
    // Of people what is known of their company may be shown, too.
    let fits = |field: &&FieldRow| ask.of == Of::People || field.is_of_company();
    let own = fields.iter().filter(fits).map(|field| Column::Fact(field.key.clone()));
    let others = others.chain(own.filter(|column| !shown.contains(column)));
    let choice = |column: Column| {
        let is_here = shown.contains(&column);
        let mut columns = shown.to_vec();
        if is_here {
            columns.retain(|other| *other != column);
        } else {
            columns.push(column.clone());
        }
        let href = ask.but(|ask| (ask.cols, ask.col) = (cols(ask.of, &columns), String::new()));
        Choice { label: label(&column, fields), href, is_here }
    };
    known.chain(others).map(choice).collect()
}

/// The words of densities; the middle one is usual.
const DENSITIES: [(&str, &str); 3] = [("compact", "Compact"), ("", "Usual"), ("roomy", "Roomy")];

pub(super) fn density(word: &str) -> &'static str {
    DENSITIES.iter().find(|(known, _)| *known == word).map_or("", |(known, _)| known)
}

pub(super) fn densities(ask: &Ask) -> Vec<Choice> {
    let choice = |(word, label): (&str, &str)| Choice {
        label: label.to_owned(),
        href: ask.but(|ask| ask.density = word.to_owned()),
        is_here: word == density(&ask.density),
    };
    DENSITIES.into_iter().map(choice).collect()
}

/// The stages for which it can be said what is missing, and not to say it; of people alone.
pub(super) fn missing(ask: &Ask) -> Vec<Choice> {
    if ask.of == Of::Companies {
        return Vec::new();
    }
    let words = [
        ("", "Not shown"),
        ("next", "for the next stage"),
        ("lead", "to be a lead"),
        ("prospect", "to be a prospect"),
        ("opportunity", "to be an opportunity"),
        ("customer", "to be a customer"),
    ];
    let choice = |(word, label): (&str, &str)| Choice {
        label: label.to_owned(),
        href: ask.but(|ask| ask.missing = word.to_owned()),
        is_here: word == ask.missing,
    };
    words.into_iter().map(choice).collect()
}

pub(super) fn tabs(
    ask: &Ask,
    looked: &Looked,
    tally: &[(Stage, u64)],
    outside: PublicIds,
) -> Vec<Tab> {
    // Of a segment or a list it is not known how many stand where.
    let is_everybody = matches!(looked.within, Within::Everybody);
    let everyone = tally.iter().map(|(_, n)| *n).sum();
    let is_viewed = !ask.view.is_empty() && ask.view != ALL;
    let has_first = looked.views.iter().any(|view| view.is_first);
    // A tab is a stage; whoever goes to another takes the columns and the order along, not the condition.
    let tab = |label: &str, stage: &'static str, count: u64| {
        let is_here = ask.stage == stage && ask.condition.trim().is_empty() && !is_viewed;
        let href = ask.but(|ask| {
            ask.stage = stage.to_owned();
            ask.condition.clear();
            ask.changed.clear();
            ask.view = if has_first { ALL.to_owned() } else { String::new() };
        });
        let count = is_everybody.then(|| int(count));
        Tab { label: label.to_owned(), href, count, stage, is_here, is_shared: None }
    };
    let all = match ask.of {
        Of::People => "Everyone",
        Of::Companies => "All companies",
    };
    let mut tabs = vec![tab(all, "", everyone)];
    for (stage, count) in tally {
        if *stage == Stage::None && *count == 0 && ask.stage != stage.as_str() {
            continue;
        }
        // A company stands as far as the furthest of its people, and never at an exit.
        if ask.of == Of::Companies && matches!(stage, Stage::Recycled | Stage::Disqualified) {
            continue;
        }
        tabs.push(tab(plural(*stage), stage.as_str(), *count));
    }
    // Who stands nowhere yet comes last.
    if tabs.get(1).is_some_and(|tab| tab.stage == "none") {
        let nowhere = tabs.remove(1);
        tabs.push(nowhere);
    }
    tabs.extend(looked.views.iter().map(|view| {
        let id = outside.encode(VIEW, view.id);
        Tab {
            label: view.name.clone(),
            href: format!("{}?view={id}", ask.of.page()),
            count: None,
            stage: "",
            is_here: ask.view == id,
            is_shared: Some(view.is_shared),
        }
    }));
    tabs
}

/// The segment or the list of which the page is.
pub(super) fn within(
    within: &Within,
    ask: &Ask,
    labels: &Labels,
    outside: PublicIds,
) -> Option<Scope> {
    match within {
        Within::Everybody => None,
        Within::Segment(row) => {
            let english = Condition::parse(&row.condition).ok();
            Some(Scope {
                id: outside.encode(SEGMENT, row.id),
                is_segment: true,
                name: row.name.clone(),
                says: english.map(|it| labels.english(&it).to_string()).unwrap_or_default(),
                condition: both(&row.condition, &ask.condition),
            })
        }
        Within::List(row) => Some(Scope {
            id: outside.encode(LIST, row.id),
            is_segment: false,
            name: row.name.clone(),
            says: String::new(),
            condition: String::new(),
        }),
    }
}

/// The view that is shown, if one is.
pub(super) fn view_here(
    ask: &Ask,
    views: &[ViewRow],
    who: &User,
    outside: PublicIds,
) -> Option<ViewHere> {
    let view = views.iter().find(|view| outside.encode(VIEW, view.id) == ask.view)?;
    Some(ViewHere {
        id: ask.view.clone(),
        name: view.name.clone(),
        is_shared: view.is_shared,
        is_first: view.is_first,
        is_changed: !ask.changed.is_empty(),
        may_change: view.owner == who.actor() || view.is_shared && who.can(Right::ManageLists),
    })
}

fn plural(stage: Stage) -> &'static str {
    match stage {
        Stage::None => "No stage",
        Stage::Lead => "Leads",
        Stage::Prospect => "Prospects",
        Stage::Opportunity => "Opportunities",
        Stage::Customer => "Customers",
        Stage::Recycled => "Recycled",
        Stage::Disqualified => "Disqualified",
    }
}
