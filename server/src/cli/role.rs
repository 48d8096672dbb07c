//! `sluice role …`

use clap::{Args, Subcommand};
use platform::failure::Failure;
use serde_json::{Value, json};
use team::roster::{self, RoleAsk, RoleRow};
use team::{FieldRights, RIGHTS, Right, Rights, Role, Sees};

use super::user::read_sees;
use crate::house::{House, asking};
use crate::say::{Ink, Outcome};

/// Make roles of rights: list, make, change and remove them
#[derive(Subcommand)]
pub(crate) enum RoleCommand {
    List(List),
    Create(Create),
    Change(Change),
    Remove(Remove),
}

/// List the roles, with what each may and sees
#[derive(Args)]
pub(crate) struct List {}

/// Make a role
#[derive(Args)]
#[command(
    long_about = "Makes a role of rights, of how far it sees, and of rules for fields: a fact of a person or a company is hidden, \
        read or write; what no rule names may be written. `sluice role list` names the rights.",
    after_long_help = "Examples:\n  \
        sluice role create Caller --may people.read,people.edit --sees team --field person.custom.salary=hidden\n  \
        sluice role create Auditor --may people.read,definitions.read,audit.read --field 'person.*=read'"
)]
pub(crate) struct Create {
    /// What it is called
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    powers: Powers,
}

/// Change a role, for everybody who has it; what is not named stays
#[derive(Args)]
pub(crate) struct Change {
    /// Which
    #[arg(value_name = "ROLE")]
    role: String,
    /// What it is to be called
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    powers: Powers,
}

#[derive(Args)]
struct Powers {
    /// What it may: rights with commas between
    #[arg(long, value_name = "RIGHTS", value_delimiter = ',', value_parser = read_right)]
    may: Option<Vec<Right>>,
    /// own: the people whom one owns, and one's territories; team: those of one's teams, too; everybody
    #[arg(long, value_name = "WHOM", value_parser = read_sees)]
    sees: Option<Sees>,
    /// What may be done with a fact: person.phone=hidden, company.*=read; may be said often. `--field none` takes all
    /// rules away
    #[arg(long, value_name = "RULE")]
    field: Vec<String>,
}

/// Take a role away that nobody has
#[derive(Args)]
pub(crate) struct Remove {
    /// Which
    #[arg(value_name = "ROLE")]
    role: String,
}

fn read_right(text: &str) -> Result<Right, String> {
    Right::parse(text).ok_or_else(|| {
        let words: Vec<&str> = RIGHTS.iter().map(|(_, word, _)| *word).collect();
        format!("there are {}", words.join(", "))
    })
}

impl Powers {
    fn fields(&self) -> Result<Option<FieldRights>, Failure> {
        let text = match self.field.as_slice() {
            [] => return Ok(None),
            [none] if none == "none" => String::new(),
            rules => rules.join(" "),
        };
        let fields = FieldRights::parse(&text);
        fields.map(Some).map_err(|wrong| Failure::invalid("field", wrong.to_string()))
    }
}

impl RoleCommand {
    pub(super) fn run(self, house: &House) -> Result<Outcome, Failure> {
        let app = house.open()?;
        let asking = asking(&app);
        let now = app.clock.now();
        match self {
            RoleCommand::List(List {}) => {
                let rows = app.db.read_blocking(|tx| roster::roles(tx, asking))?;
                let rights: Value = RIGHTS
                    .iter()
                    .map(|(_, word, what)| json!({ "right": word, "is": what }))
                    .collect();
                let roles: Vec<Value> = rows.iter().map(|row| told(&row.role, row.users)).collect();
                let value = json!({ "roles": roles, "rights": rights });
                house.mouth.result(&value, |ink| listed(&rows, ink))?;
                return Ok(Outcome::Done);
            }
            RoleCommand::Create(Create { name, powers }) => {
                let ask = RoleAsk {
                    changes: None,
                    name,
                    fields: powers.fields()?.unwrap_or_default(),
                    rights: Rights::of(&powers.may.unwrap_or_default()),
                    sees: powers.sees.unwrap_or(Sees::Everybody),
                };
                let role =
                    app.db.write_blocking(move |tx| roster::save_role(tx, asking, ask, now))?;
                house.mouth.result(&told(&role, 0), |ink| {
                    format!(
                        "There is a role {}; give it with `sluice user change`.",
                        ink.strong(role.as_str())
                    )
                })?;
            }
            RoleCommand::Change(Change { role, name, powers }) => {
                let fields = powers.fields()?;
                let role = app.db.write_blocking(move |tx| {
                    asking.may(Right::ManageTeam)?;
                    let before = roster::role_named(tx, &role)?;
                    let ask = RoleAsk {
                        changes: Some(role),
                        name: name.unwrap_or_else(|| before.as_str().to_owned()),
                        rights: powers.may.map_or(before.rights(), |may| Rights::of(&may)),
                        sees: powers.sees.unwrap_or(before.sees()),
                        fields: fields.unwrap_or_else(|| FieldRights::clone(before.fields())),
                    };
                    roster::save_role(tx, asking, ask, now)
                })?;
                house.mouth.result(&told(&role, 0), |ink| {
                    format!(
                        "The role {} holds as it is now for everybody who has it.",
                        ink.strong(role.as_str())
                    )
                })?;
            }
            RoleCommand::Remove(Remove { role }) => {
                let name = role.clone();
                app.db.write_blocking(move |tx| roster::remove_role(tx, asking, &role, now))?;
                house.mouth.result(&json!({ "removed": name }), |ink| {
                    format!("There is no role {} any more.", ink.strong(&name))
                })?;
            }
        }
        Ok(Outcome::Done)
    }
}

fn told(role: &Role, users: u64) -> Value {
    let mut value = json!({
        "name": role.as_str(),
        "is_built_in": !matches!(role, Role::Custom(_)),
        "may": role.rights().iter().map(Right::as_str).collect::<Vec<_>>(),
        "sees": role.sees().as_str(),
        "fields": role.fields().rules().iter()
            .map(|(name, right)| json!({ "field": name, "right": right.as_str() }))
            .collect::<Vec<_>>(),
    });
    if users > 0 {
        value["users"] = json!(users);
    }
    value
}

fn listed(rows: &[RoleRow], ink: Ink) -> String {
    let mut text = String::new();
    for RoleRow { role, users } in rows {
        let rights = match role.rights().iter().count() {
            all if all == RIGHTS.len() => "everything".to_owned(),
            0 => "nothing".to_owned(),
            _ => role.rights().to_string().replace(' ', ", "),
        };
        let users = if *users == 1 { "1 user".to_owned() } else { format!("{users} users") };
        text.push_str(&format!(
            "{}  {users}, sees {}\n",
            ink.strong(role.as_str()),
            role.sees().words()
        ));
        text.push_str(&format!("  may {rights}\n"));
        if !role.fields().rules().is_empty() {
            text.push_str(&format!("  {}\n", role.fields().to_string().replace(' ', ", ")));
        }
    }
    text.push_str("\nRights:\n");
    for (_, word, what) in RIGHTS {
        text.push_str(&format!("  {word:<20}{}\n", ink.quiet(what)));
    }
    text
}
