//! Mouths: by which doors, commands and calls each thing is done that this program does. What one can do by a page or at
//! the command line a program can do by a call, or it says here why not.
//!
//! Whoever adds a door, a command or a call adds it to a line of the table, or a line for it; the tests fail until then.

use std::collections::BTreeSet;

use super::table::{COMMANDS, DOORS};
use crate::http::api;

/// Something that is done, and by which mouths.
struct Verb {
    doors: &'static [&'static str],
    commands: &'static [&'static str],
    calls: &'static [&'static str],
    /// Why there is no call, if there is none.
    why: &'static str,
}

const fn verb(
    doors: &'static [&'static str],
    commands: &'static [&'static str],
    calls: &'static [&'static str],
) -> Verb {
    Verb { doors, commands, calls, why: "" }
}

const fn apart(
    doors: &'static [&'static str],
    commands: &'static [&'static str],
    why: &'static str,
) -> Verb {
    Verb { doors, commands, calls: &[], why }
}

/// A session is opened by whoever sits at a browser; programs come with a token.
const SIGNS_IN: &str = "it opens, proves or ends a browser's session: programs come with a token";
/// Whoever holds the machine does it there.
const OPERATES: &str = "it is done to the installation, on the machine that holds the data";
/// A part of a page, of which a program has no use.
const PART: &str = "it shows or builds a piece of a page, and changes nothing";
/// What everybody may fetch.
const OPEN: &str = "it is there for whoever asks, and is of no workspace";

#[rustfmt::skip]
const VERBS: &[Verb] = &[
    // Notes, and who is told of what.
    verb(&["POST /people/{person}/notes", "POST /companies/{company}/notes"], &["note add"], &["writeNote", "writeCompanyNote"]),
    verb(&[], &["note list"], &["listNotes", "listCompanyNotes", "getNote"]),
    verb(&["POST /notes/{note}/edit"], &["note edit"], &["changeNote", "addFile"]),
    verb(&["POST /notes/{note}/remove"], &["note remove"], &["removeNote"]),
    verb(&["POST /notes/{note}/restore"], &["note restore"], &["restoreNote"]),
    verb(&["GET /files/{file}"], &[], &["getFile"]),
    verb(&["POST /files/{file}/remove"], &[], &["removeFile"]),
    apart(&["GET /people/{person}/colleagues", "GET /companies/{company}/colleagues"], &[], PART),
    verb(&["POST /people/{person}/follow", "POST /companies/{company}/follow"], &[], &["follow", "unfollow", "followCompany", "unfollowCompany"]),
    verb(&[], &[], &["listFollowers", "listCompanyFollowers"]),
    verb(&["GET /notifications", "GET /notifications/panel", "GET /notifications/{notification}"], &[], &["listNotifications"]),
    verb(&["POST /notifications/seen"], &[], &["seeNotifications"]),
    verb(&["POST /notifications/{notification}/seen"], &[], &["seeNotification"]),
    apart(&["GET /live"], &[], PART),
    // The people.
    verb(&["GET /people", "GET /people/count", "GET /people/counts", "GET /people/ready", "GET /lists/{list}", "GET /segments/{segment}"], &["people"], &["listPeople", "listListPeople", "listSegmentPeople"]),
    verb(&["GET /people/export", "GET /companies/export"], &["export"], &["exportPeople", "exportCompanies"]),
    verb(&["GET /people/{person}"], &["person"], &["getPerson", "listActivities", "listFacts", "listStandings"]),
    verb(&[], &["why"], &["listTransitions"]),
    verb(&[], &["why-not"], &["whyNot"]),
    verb(&["GET /people/new", "POST /people/new"], &["person add"], &["tellPerson", "tellPeople", "updatePerson"]),
    verb(&[], &[], &["tellActivity", "tellActivities"]),
    verb(&["POST /people/{person}/facts", "POST /companies/{company}/facts"], &["set"], &["setFact", "setCompanyFact"]),
    verb(&["POST /people/{person}/undo", "POST /companies/{company}/undo"], &[], &["undoEdit", "undoCompanyEdit"]),
    verb(&["GET /people/{person}/facts/{key}", "GET /companies/{company}/facts/{key}"], &["said"], &["getFact", "getCompanyFact"]),
    verb(&["POST /people/{person}/owner"], &["assign"], &["assignPerson"]),
    verb(&["POST /people/{person}/answer"], &["answer"], &["answerCriterion"]),
    verb(&["POST /people/{person}/move"], &["move"], &["movePerson"]),
    verb(&["POST /people/{person}/handoff"], &["handoff"], &["answerHandoff"]),
    verb(&["POST /people/{person}/dispute"], &["dispute raise"], &["disputeMove"]),
    verb(&["POST /people/{person}/dispute/{dispute}"], &["dispute resolve"], &["resolveDispute"]),
    verb(&["POST /people/bulk", "POST /companies/bulk", "GET /changes/{change}", "GET /changes/{change}/progress"], &[], &["changeMany", "getChange"]),
    verb(&["GET /changes/{change}/rejected.csv"], &[], &["listChangeRejected"]),
    verb(&["GET /companies/{company}"], &["company"], &["getCompany"]),
    verb(&["GET /companies", "GET /companies/count", "GET /companies/counts", "GET /companies/ready"], &["companies"], &["listCompanies", "countCompanies"]),
    verb(&["GET /companies/new", "POST /companies/new"], &["company add"], &["tellCompany", "tellCompanies", "updateCompany"]),
    verb(&["GET /search", "GET /search/palette"], &["search"], &["search"]),
    verb(&[], &["sources"], &["listSources", "rankSources"]),
    verb(&["GET /people/{person}/privacy", "POST /people/{person}/basis"], &["gdpr basis"], &["listBases", "recordBasis"]),
    verb(&["GET /people/{person}/everything"], &["gdpr export"], &["getEverything", "getEverythingAsFile"]),
    verb(&["POST /people/{person}/erase"], &["gdpr erase"], &["erasePerson"]),
    verb(&["GET /settings/retention"], &["retention list"], &["listRetentionRules", "listReported"]),
    verb(&["POST /settings/retention/preview"], &["retention try"], &["tryRetentionRule"]),
    verb(&["POST /settings/retention"], &["retention create"], &["makeRetentionRule"]),
    verb(&["POST /settings/retention/{rule}/remove"], &["retention remove"], &["removeRetentionRule"]),
    apart(&[], &["retention run"], "rules run by themselves, every day"),
    verb(&["GET /settings/workspace/export"], &["workspace export"], &["exportWorkspace"]),
    apart(&[], &["user password"], OPERATES),
    // Lists, segments, views and fields.
    verb(&["GET /segments"], &["segment list"], &["listSegments", "getSegment"]),
    verb(&["POST /segments"], &["segment create"], &["createSegment"]),
    verb(&["POST /segments/{segment}/change"], &["segment change"], &["changeSegment"]),
    verb(&["POST /segments/{segment}/remove"], &["segment remove"], &["removeSegment"]),
    verb(&["GET /lists"], &["list list"], &["listLists", "getList"]),
    verb(&["POST /lists"], &["list create"], &["createList"]),
    verb(&[], &["list add"], &["putIntoList", "putCompaniesIntoList"]),
    verb(&[], &["list take"], &["takeOutOfList"]),
    verb(&["POST /lists/{list}/rename"], &[], &["renameList"]),
    verb(&["POST /lists/{list}/remove"], &["list remove"], &["removeList"]),
    verb(&["POST /people/views", "POST /companies/views"], &[], &["listViews", "getView", "createView", "changeView"]),
    verb(&["POST /people/views/{view}/first", "POST /people/views/none/first", "POST /companies/views/{view}/first", "POST /companies/views/none/first"], &[], &["chooseFirstView"]),
    verb(&["POST /people/views/{view}/remove", "POST /companies/views/{view}/remove"], &[], &["removeView"]),
    apart(&["GET /people/conditions", "POST /people/conditions", "GET /companies/conditions", "POST /companies/conditions"], &[], PART),
    verb(&["GET /settings/fields"], &["field list"], &["listFields", "getField"]),
    verb(&["POST /settings/fields"], &["field create"], &["createField"]),
    verb(&["POST /settings/fields/{key}"], &["field change"], &["changeField"]),
    verb(&["POST /settings/fields/{key}/remove"], &["field remove"], &["removeField"]),
    // Imports.
    verb(&["POST /imports"], &[], &["upload"]),
    verb(&["POST /imports/dry-run"], &[], &["tryImport"]),
    verb(&["POST /imports/start"], &["import"], &["startImport"]),
    verb(&["GET /imports", "GET /imports/{import}", "GET /imports/{import}/progress"], &[], &["listImports", "getImport"]),
    verb(&["GET /imports/{import}/rejected.csv"], &[], &["listRejected"]),
    verb(&["GET /imports/{import}/noted.csv"], &[], &["listNoted"]),
    apart(&["GET /imports/new"], &[], PART),
    // The funnel and what decides it.
    verb(&["GET /funnel"], &["funnel"], &["getFunnel"]),
    verb(&["GET /kinds"], &["kinds"], &["listKinds"]),
    verb(&["GET /handoffs"], &["handoffs"], &["listHandoffs", "listHandedOver"]),
    verb(&["GET /lenses"], &["lenses"], &["compareLenses"]),
    verb(&["GET /definitions", "GET /definitions/{lens}/{version}"], &["definition show"], &["listDefinitions", "listVersions", "getDefinition"]),
    verb(&["POST /definitions/check"], &["definition check", "definition test", "definition diff"], &["checkDefinition"]),
    verb(&[], &["definition adopt"], &["adoptDefinition"]),
    verb(&["POST /definitions/take-back"], &["definition take-back"], &["takeBackDefinition"]),
    verb(&["POST /definitions/drafts", "POST /definitions/files"], &["definition propose"], &["createDraft"]),
    verb(&["GET /definitions/drafts/{draft}"], &[], &["listDrafts", "getDraft"]),
    verb(&["POST /definitions/drafts/{draft}"], &[], &["changeDraft", "proposeDraft", "withdrawDraft"]),
    verb(&["POST /definitions/drafts/{draft}/approve"], &[], &["approveDraft"]),
    verb(&["POST /definitions/drafts/{draft}/adopt"], &[], &["adoptDraft"]),
    verb(&["GET /backtests/{test}", "GET /backtests/{test}/progress"], &["definition backtest"], &["startBacktest", "listBacktests", "getBacktest"]),
    verb(&["POST /backtests/{test}/cancel"], &[], &["cancelBacktest"]),
    verb(&["GET /backtests/compare"], &["definition compare"], &["compareBacktests"]),
    apart(&[], &["definition try"], "it judges a file of people without any workspace"),
    apart(&["GET /definitions/packs/{pack}"], &[], "the packs come with the program: their files say the same"),
    apart(&["POST /definitions/add", "POST /definitions/form", "POST /definitions/remove", "POST /definitions/rewrite"], &[], PART),
    apart(&["GET /people/{person}/call"], &[], PART),
    apart(&["POST /lens"], &[], "it says through which lens one's own pages look: a call names its lens"),
    verb(&["GET /tell"], &["tell"], &["tell"]),
    // The team.
    verb(&["GET /team"], &["user list", "team list", "role list", "territory list"], &["listUsers", "getUser", "listTeams", "listRoles", "listTerritories"]),
    verb(&[], &["user create"], &["createUser"]),
    verb(&["POST /tokens/users"], &[], &["createServiceUser"]),
    verb(&["POST /team/users/{user}"], &["user change"], &["changeUser"]),
    verb(&["POST /team/teams"], &["team create", "team change"], &["createTeam", "changeTeam"]),
    verb(&["POST /team/teams/{team}/place"], &["team join", "team leave"], &["joinTeam", "leaveTeam"]),
    verb(&["POST /team/teams/{team}/remove"], &["team remove"], &["removeTeam"]),
    verb(&["POST /team/roles"], &["role create", "role change"], &["createRole", "changeRole"]),
    verb(&["POST /team/roles/remove"], &["role remove"], &["removeRole"]),
    verb(&["POST /team/territories"], &["territory create", "territory change"], &["createTerritory", "changeTerritory"]),
    verb(&["POST /team/territories/remove"], &["territory remove"], &["removeTerritory"]),
    verb(&["GET /invitations"], &[], &["listInvitations"]),
    verb(&["POST /invitations"], &[], &["invite"]),
    verb(&["POST /invitations/renew"], &[], &["renewInvitation"]),
    verb(&["POST /invitations/revoke"], &[], &["revokeInvitation"]),
    verb(&["GET /tokens"], &["token list"], &["listTokens"]),
    verb(&["POST /tokens", "POST /me/tokens"], &["token create"], &["createToken"]),
    verb(&["POST /tokens/revoke"], &["token revoke"], &["revokeToken"]),
    verb(&["GET /me"], &[], &["getMe", "listMySessions", "listMyTokens"]),
    verb(&["POST /me/passkeys/rename"], &[], &["listMyPasskeys", "renameMyPasskey"]),
    verb(&["POST /me/sessions/end"], &[], &["endMySession"]),
    verb(&["POST /me/sessions/end-others"], &[], &["endMySessions"]),
    verb(&["GET /second-factor", "POST /second-factor", "POST /second-factor/forget"], &["second-factor"], &["getSecondFactor", "demandSecondFactor", "forgetSecondFactor"]),
    verb(&["GET /audit"], &["audit"], &["listAudit", "checkAudit"]),
    verb(&["GET /audit.csv", "GET /audit.jsonl"], &[], &["exportAudit"]),
    // Doors of browsers.
    apart(&["GET /sign-in", "POST /sign-in", "GET /sign-in/code", "POST /sign-in/code", "GET /sign-in/provider", "GET /sign-in/provider/back", "GET /sign-in/provider/{provider}", "GET /sign-in/provider/{provider}/back", "POST /sign-out"], &[], SIGNS_IN),
    apart(&["POST /sign-in/code/passkey", "GET /sign-in/enrol", "POST /sign-in/enrol", "POST /sign-in/enrol/passkey", "POST /sign-in/passkey", "POST /sign-in/passkey/ask"], &[], SIGNS_IN),
    apart(&["POST /me/passkeys", "POST /me/passkeys/ask", "POST /me/passkeys/remove", "POST /me/prove/passkey"], &[], SIGNS_IN),
    apart(&["GET /setup", "POST /setup", "GET /join/{invitation}", "POST /join/{invitation}"], &[], SIGNS_IN),
    apart(&["POST /me/password", "GET /me/prove", "POST /me/prove", "POST /me/second", "POST /me/second/codes", "POST /me/second/confirm", "POST /me/second/remove"], &[], SIGNS_IN),
    apart(&["GET /", "GET /assets/{name}", "GET /healthz", "GET /readyz", "GET /api/v1/openapi.json", "ANY /api/{*rest}"], &[], OPEN),
    apart(&["GET /api", "POST /api/try"], &[], "it shows and tries the calls themselves"),
    // The installation.
    apart(&["GET /metrics"], &[], OPERATES),
    apart(&[], &["backup", "doctor", "migrate", "restore", "serve", "verify", "web", "work", "workspace check", "workspace import"], OPERATES),
    apart(&["POST /demo"], &["demo"], "it fills an empty workspace once, with what is invented"),
];

/// What stands in the table of one kind, and what there is of it.
fn compared(what: &str, said: &[&'static str], there: &BTreeSet<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    let once: BTreeSet<String> = said.iter().map(|name| (*name).to_owned()).collect();
    for name in &once {
        if said.iter().filter(|other| *other == name).count() > 1 {
            wrong.push(format!("{what} {name} stands in two lines"));
        }
    }
    wrong.extend(once.difference(there).map(|name| format!("{what} {name} is no more")));
    wrong.extend(there.difference(&once).map(|name| format!("{what} {name} stands in no line")));
    wrong
}

#[test]
fn whatever_is_done_by_one_mouth_a_program_can_do_or_it_is_said_why_not() {
    let all = |of: fn(&Verb) -> &'static [&'static str]| -> Vec<&'static str> {
        VERBS.iter().flat_map(|verb| of(verb).iter().copied()).collect()
    };
    let doors = DOORS.iter().map(|door| door.at.to_owned()).collect();
    let commands = COMMANDS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let calls = api::ids().map(str::to_owned).collect();
    let mut wrong = compared("the door", &all(|verb| verb.doors), &doors);
    wrong.extend(compared("the command", &all(|verb| verb.commands), &commands));
    wrong.extend(compared("the call", &all(|verb| verb.calls), &calls));
    for verb in VERBS {
        if verb.calls.is_empty() == verb.why.is_empty() {
            wrong.push(format!(
                "{:?} {:?}: a verb has a call, or a reason why it has none",
                verb.doors, verb.commands
            ));
        }
    }
    assert!(wrong.is_empty(), "server/src/rights/mouths.rs: {wrong:#?}");
}
