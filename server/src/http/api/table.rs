//! The one table of calls, and the shapes that they have in common.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::call::Call;
use super::shape::{Shape, count, has, list, may, object, text, whole};
use super::{
    activities, audit, backtests, changes, companies, definitions, drafts, exports, facts, fields,
    funnel, handoffs, imports, invitations, kinds, notes, notifications, people, privacy,
    retention, roles, second_factor, segments, sessions, teams, tell, territories, tokens, users,
    views, workspace,
};

static SHAPES: LazyLock<BTreeMap<&'static str, Shape>> = LazyLock::new(|| {
    let shapes = [
        common(),
        people::shapes(),
        companies::shapes(),
        activities::shapes(),
        segments::shapes(),
        users::shapes(),
        definitions::shapes(),
        kinds::shapes(),
        drafts::shapes(),
        backtests::shapes(),
        imports::shapes(),
        notes::shapes(),
        notifications::shapes(),
        tokens::shapes(),
        second_factor::shapes(),
        handoffs::shapes(),
        funnel::shapes(),
        facts::shapes(),
        fields::shapes(),
        views::shapes(),
        changes::shapes(),
        teams::shapes(),
        tell::shapes(),
        roles::shapes(),
        territories::shapes(),
        invitations::shapes(),
        sessions::shapes(),
        audit::shapes(),
        privacy::shapes(),
        retention::shapes(),
    ];
    shapes.into_iter().flatten().collect()
});

/// Sorted by path, so that those of one address follow each other.
static CALLS: LazyLock<Vec<Call>> = LazyLock::new(|| {
    let calls = [
        people::calls(),
        companies::calls(),
        exports::calls(),
        activities::calls(),
        segments::calls(),
        users::calls(),
        definitions::calls(),
        kinds::calls(),
        drafts::calls(),
        backtests::calls(),
        imports::calls(),
        notes::calls(),
        notifications::calls(),
        tokens::calls(),
        second_factor::calls(),
        handoffs::calls(),
        funnel::calls(),
        facts::calls(),
        fields::calls(),
        views::calls(),
        changes::calls(),
        teams::calls(),
        tell::calls(),
        roles::calls(),
        territories::calls(),
        invitations::calls(),
        sessions::calls(),
        audit::calls(),
        privacy::calls(),
        retention::calls(),
        workspace::calls(),
    ];
    let mut calls: Vec<Call> = calls.into_iter().flatten().collect();
    calls.sort_by_key(|call| call.path);
    calls
});

/// The shape of that name.
pub(super) fn shape(name: &str) -> Option<&'static Shape> {
    SHAPES.get(name)
}

/// Every shape with its name.
pub(super) fn shapes() -> impl Iterator<Item = (&'static str, &'static Shape)> {
    SHAPES.iter().map(|(name, shape)| (*name, shape))
}

/// Every call.
pub(super) fn calls() -> &'static [Call] {
    &CALLS
}

/// Every address with the calls that it takes.
pub(super) fn by_path() -> impl Iterator<Item = (&'static str, &'static [Call])> {
    calls()
        .chunk_by(|one, next| one.path == next.path)
        .filter_map(|calls| Some((calls.first()?.path, calls)))
}

fn common() -> Vec<(&'static str, Shape)> {
    let field = object(vec![
        has(
            "name",
            text().says("The way to it: a parameter, or a JSON pointer into what was sent."),
        ),
        has("words", text()),
    ]);
    let problem = object(vec![
        has("type", text()),
        has("title", text()),
        has("status", whole(400, 599)),
        has("detail", text().says("What went wrong this time, in words for people.")),
        has("code", text().says("What went wrong, for programs: it does not change.")),
        may("fields", list(super::shape::named("Field"))),
        may("request_id", text().says("By which number the log knows the request.")),
        may("incident", text().says("By which number the log knows what broke.")),
    ]);
    let counts = object(vec![
        has("rows", count()),
        has("created", count()),
        has("updated", count()),
        has("unchanged", count()),
        has("rejected", count()),
    ]);
    vec![
        ("Field", field),
        ("Problem", problem.says("What went wrong (RFC 9457).")),
        ("Counts", counts.says("rows = created + updated + unchanged + rejected.")),
    ]
}
