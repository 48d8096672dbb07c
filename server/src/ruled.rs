//! Rules of retention as programs read them. The command line and the API give the same.

use away::retention::{RULE, Ruled};
use platform::public_id::PublicIds;
use serde_json::{Value, json};

/// A rule with what it came to.
pub(crate) fn rule_value(outside: PublicIds, ruled: &Ruled) -> Value {
    let draft = &ruled.rule.draft;
    let stages: Vec<&str> = draft.stages.iter().map(|stage| stage.as_str()).collect();
    json!({
        "id": outside.encode(RULE, ruled.rule.id),
        "name": draft.name,
        "quiet_months": draft.quiet_months,
        "stages": stages,
        "where": draft.condition,
        "erases": draft.erases,
        "notice_days": draft.notice_days,
        "made_at": ruled.rule.made_at,
        "noticed": ruled.noticed,
        "next_due_at": ruled.next_due_at,
        "runs": ruled.runs,
    })
}
