//! `/invitations`: links by which somebody becomes a user.

use platform::failure::Failure;
use platform::{App, Tx};
use serde_json::{Value, json};
use team::invitation::{self, INVITATION, Invitation};
use team::{Right, roster};

use super::ask::Ask;
use super::call::{Call, delete, get, post};
use super::given::Given;
use super::members;
use super::shape::{Shape, has, id, list, moment, named, object, text, text_of};

pub(super) fn calls() -> Vec<Call> {
    let part = || text_of(1, 100).says("The id of an invitation.");
    let calls = vec![
        get("/invitations", "listInvitations", "The newest invitations, with those that came to their end")
            .gives(200, "The newest first.", object(vec![has("invitations", list(named("Invitation")))]))
            .reads(all),
        post("/invitations", "invite", "Invite somebody by a link")
            .more("Nothing is sent: pass the link on. It lets in one person once, within a week, and is told this once.")
            .takes(
                object(vec![
                    has("email", text_of(1, 254).format("email")),
                    has("role", text_of(1, 100).format("role").says("The name of a role.")),
                ]),
                json!({ "email": "ida@north.example", "role": "member" }),
            )
            .gives(201, "The invitation, with the way of its link.", named("NewInvitation"))
            .refuses(&[409])
            .secret()
            .waits(|app, ask| Box::pin(invite(app, ask))),
        post("/invitations/{invitation}/renew", "renewInvitation", "Give an invitation a new link and another week")
            .more("The link before it opens nothing any more.")
            .at("invitation", part())
            .gives(200, "The invitation, with the way of its link.", named("NewInvitation"))
            .refuses(&[409])
            .secret()
            .waits(|app, ask| Box::pin(renew(app, ask))),
        delete("/invitations/{invitation}", "revokeInvitation", "Take an invitation back")
            .at("invitation", part())
            .gives_nothing("Its link lets nobody in any more.")
            .writes(revoke),
    ];
    calls.into_iter().map(|call| call.right(Right::ManageTeam)).collect()
}

pub(super) fn shapes() -> Vec<(&'static str, Shape)> {
    let kept = || {
        vec![
            has("id", id()),
            has("email", text()),
            has("role", text()),
            has("invited_by", id().or_null().says("null for the operator.")),
            has("created_at", moment()),
            has("expires_at", moment()),
            has("accepted_at", moment().or_null()),
            has("revoked_at", moment().or_null()),
        ]
    };
    let mut new = kept();
    new.push(has("join", text().says("The way of the link, behind the address at which people reach this program. Only its hash is kept.")));
    vec![("Invitation", object(kept())), ("NewInvitation", object(new))]
}

fn value(row: &Invitation, outside: platform::public_id::PublicIds) -> Value {
    json!({
        "id": outside.encode(INVITATION, row.id),
        "email": row.email,
        "role": row.role,
        "invited_by": row.invited_by.map(|id| outside.encode(team::USER, id)),
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "accepted_at": row.accepted_at,
        "revoked_at": row.revoked_at,
    })
}

fn with_link(row: &Invitation, ask: &Ask, token: &str) -> Value {
    let mut value = value(row, ask.outside);
    if let Some(members) = value.as_object_mut() {
        members.insert("join".to_owned(), json!(invitation::way(token)));
    }
    value
}

fn all(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let rows = invitation::list(tx, &ask.who)?;
    let values: Vec<Value> = rows.iter().map(|row| value(row, ask.outside)).collect();
    Ok(Given::value(json!({ "invitations": values })))
}

async fn invite(app: App, ask: Ask) -> Result<Given, Failure> {
    let said = |name: &str| ask.said(name).unwrap_or_default().to_owned();
    let (email, role, token) = (said("email"), said("role"), app.dice.token());
    let (who, now, link) = (ask.who.clone(), ask.now, token.clone());
    let made = app.db.write(move |tx| {
        who.may(Right::ManageTeam)?;
        let role = roster::role_named(tx, &role)?;
        invitation::invite(tx, &who, (&email, role), &token, now)
    });
    let made = made.await.map_err(members)?;
    let value = with_link(&made, &ask, &link);
    Ok(Given::created(value, "/invitations"))
}

async fn renew(app: App, ask: Ask) -> Result<Given, Failure> {
    let (id, token) = (ask.id("invitation", INVITATION)?, app.dice.token());
    let (who, now, link) = (ask.who.clone(), ask.now, token.clone());
    let renewed = app.db.write(move |tx| invitation::renew(tx, &who, id, &token, now));
    let renewed = renewed.await.map_err(|failure| gone(failure, &ask))?;
    Ok(Given::value(with_link(&renewed, &ask, &link)))
}

fn revoke(tx: &mut Tx, ask: &Ask) -> Result<Given, Failure> {
    let id = ask.id("invitation", INVITATION)?;
    invitation::revoke(tx, &ask.who, id, ask.now).map_err(|failure| gone(failure, ask))?;
    Ok(Given::nothing())
}

/// That none waits, by the id that was asked for.
fn gone(failure: Failure, ask: &Ask) -> Failure {
    match failure {
        Failure::Missing { what, .. } => Failure::missing(what, ask.text("invitation")),
        other => other,
    }
}
