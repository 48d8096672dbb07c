//! The program on a workspace of its own, with a user of every role, and two teams that may not see each other's people.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use funnels::segment::Segment;
use platform::App;
use platform::db::Tx;
use platform::failure::Failure;
use platform::harness::NOON;
use platform::jobs;
use serde_json::{Value, json};
use team::create_user::{CreateUser, create_user};
use team::roster::{self, Place, RoleAsk, TeamAsk};
use team::token::{self, NewToken, Scope};
use team::{FieldRights, Passwords, Right, Rights, Role, Sees, Strength, User};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::{Door, Known};
use crate::config;
use crate::house::House;
use crate::say::Mouth;

/// Whom the limited user must not find anywhere, and by what they are looked for.
pub(super) const CANARY: &str = "Quetzalina";
pub(super) const CANARY_COMPANY: &str = "Tlalocworks";
/// What must not be told of the limited user's own person.
pub(super) const HIDDEN: [&str; 4] = ["918273", "918,273", "918 273", "5550199"];

/// Conditions that the walk asks.
const ASKED: [&str; 2] = ["known(person.email)", "person.custom.salary > 1"];
const PASSWORD: &str = "correct horse";
const ANSWER_BYTES_MAX: usize = 16 << 20;

pub(super) struct World {
    pub(super) app: App,
    runtime: Runtime,
    router: Router,
    sessions: HashMap<String, String>,
    tokens: HashMap<String, String>,
    /// The limited user's own person, and one of the other team.
    pub(super) own: String,
    pub(super) canary: String,
    /// Where they work.
    pub(super) own_company: String,
    pub(super) canary_company: String,
    folder: tempfile::TempDir,
}

/// What came of a request.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Where it leads, if it leads on.
    pub(super) location: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn asks_to_sign_in(&self) -> bool {
        self.status == 401 || self.location.starts_with("/sign-in")
    }
}

pub(super) fn address(name: &str) -> String {
    format!("{name}@north.example")
}

/// Every role that somebody has here: the program's, one without any right, and one that sees a part of the people.
pub(super) fn roles() -> Vec<(&'static str, Rights)> {
    let mut roles: Vec<(&'static str, Rights)> =
        vec![("nothing", Rights::default()), ("seller", SELLER)];
    for (name, role) in [
        ("owner", Role::Owner),
        ("admin", Role::Admin),
        ("manager", Role::Manager),
        ("member", Role::Member),
        ("viewer", Role::Viewer),
    ] {
        roles.push((name, role.rights()));
    }
    roles
}

const SELLER: Rights = Rights::of(&[
    Right::ReadPeople,
    Right::EditPeople,
    Right::ImportPeople,
    Right::ExportPeople,
    Right::ReadDefinitions,
    Right::ManageLists,
]);

/// The house of a folder, as commands are handed it.
fn house(folder: &Path, acts_as: Option<String>) -> House {
    let mut config = config::read(None, &BTreeMap::new()).unwrap();
    config.workspace.data = folder.to_owned();
    config.metrics.token = "a secret of its own".to_owned();
    House { config, mouth: Mouth::new(true, None), acts_as }
}

impl World {
    pub(super) fn begun() -> World {
        let folder = tempfile::tempdir().unwrap();
        let house = house(folder.path(), None);
        let app = house.open().unwrap().with_part(Passwords::new(Strength::Test));
        let runtime = Runtime::new().unwrap();
        let router = runtime.block_on(async { crate::http::for_tests(&house, &app) });
        let mut world = World {
            app,
            runtime,
            router,
            sessions: HashMap::new(),
            tokens: HashMap::new(),
            own: String::new(),
            canary: String::new(),
            own_company: String::new(),
            canary_company: String::new(),
            folder,
        };
        world.people_it();
        let registry = house.jobs();
        for condition in ASKED {
            world.write(move |tx| {
                let who = User::operator();
                let lens = funnels::lens::of(tx, &who, None)?;
                Segment::read(&lens, condition)?.prepare(tx, &who, NOON)
            });
        }
        // Nobody waits for a job in the walk.
        jobs::run_due(&world.app, &registry).unwrap();
        world
    }

    /// The house, for a command that asks on somebody's behalf.
    pub(super) fn house(&self, acts_as: Option<String>) -> House {
        house(self.folder(), acts_as)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx) -> Result<T, Failure> + Send + 'static,
    ) -> T {
        self.app.db.write_blocking(work).unwrap()
    }

    fn people_it(&mut self) {
        let now = self.app.clock.now();
        self.write(move |tx| {
            let who = User::operator();
            for (name, rights, sees, fields) in [
                ("nothing", Rights::default(), Sees::Everybody, ""),
                ("seller", SELLER, Sees::Team, "person.custom.salary=hidden person.phone=hidden"),
            ] {
                let fields = FieldRights::parse(fields).map_err(anyhow::Error::from)?;
                let name = name.to_owned();
                roster::save_role(
                    tx,
                    &who,
                    RoleAsk { changes: None, name, rights, sees, fields },
                    now,
                )?;
            }
            Ok(())
        });
        let mut users: Vec<(&str, &str)> = roles().iter().map(|(name, _)| (*name, *name)).collect();
        users.push(("nora", "seller"));
        for (name, role) in &users {
            let (email, name) = (address(name), (*name).to_owned());
            let role = role.to_owned().to_owned();
            let role = self.app.db.read_blocking(move |tx| roster::role_named(tx, &role)).unwrap();
            let ask = CreateUser { email, name, role, password: PASSWORD.to_owned() };
            self.runtime.block_on(create_user(&self.app, &User::operator(), ask)).unwrap();
        }
        for (team, user) in [("South", "seller"), ("North", "nora")] {
            self.write(move |tx| {
                let who = User::operator();
                let ask = TeamAsk { name: team.to_owned(), ..TeamAsk::default() };
                roster::save_team(tx, &who, &ask, now)?;
                roster::place(tx, &who, (&address(user), team), Place::Member, now)
            });
        }
        for (name, _) in &users {
            let secret = token::secret(&self.app);
            let user = address(name);
            let ask = NewToken { user, name: "walk".to_owned(), scope: Scope::Write, lasts: None };
            let made =
                self.write(move |tx| token::create(tx, &User::operator(), ask, &secret, now));
            self.tokens.insert((*name).to_owned(), made.0);
        }
        let secret = token::secret(&self.app);
        let (user, name) = (address("owner"), "walk".to_owned());
        let ask = NewToken { user, name, scope: Scope::Read, lasts: None };
        let made = self.write(move |tx| token::create(tx, &User::operator(), ask, &secret, now));
        self.tokens.insert("reader".to_owned(), made.0);
        let vera = json!({
            "email": "vera@south.example", "name": "Vera Visible",
            "company": { "domain": "south.example" }, "activities": [{ "kind": "form.submitted" }],
        });
        (self.own, self.own_company) = self.tell("seller", vera);
        let told = json!({
            "email": "vera@south.example", "phone": "+49 30 5550199",
            "facts": { "person.custom.salary": 918_273 },
        });
        self.tell("owner", told);
        (self.canary, self.canary_company) = self.tell(
            "nora",
            json!({
                "email": "quetzal@tlaloc.example", "name": format!("{CANARY} Canary"),
                "company": { "domain": "tlaloc.example", "name": CANARY_COMPANY },
                "activities": [{ "kind": "form.submitted" }],
            }),
        );
        self.note("nora", &self.canary.clone(), format!("{CANARY} likes mornings"), "everybody");
        // What somebody wrote for themselves about whom the limited user sees.
        self.note("owner", &self.own.clone(), format!("earns {}", HIDDEN[0]), "me");
    }

    fn note(&mut self, user: &str, about: &str, text: String, audience: &str) {
        let token = self.tokens[user].clone();
        let note = json!({ "text": text, "audience": audience }).to_string();
        let path = format!("/api/v1/people/{about}/notes");
        let answer = self.send("POST", &path, &note, Some(&token), None);
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    /// Tells of a person as a program of this user; gives their id, and that of their company.
    fn tell(&mut self, user: &str, person: Value) -> (String, String) {
        let token = self.tokens[user].clone();
        let answer = self.send("POST", "/api/v1/people", &person.to_string(), Some(&token), None);
        assert!(matches!(answer.status, 200 | 201), "{}", answer.body);
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        let id = told["id"].as_str().unwrap().to_owned();
        let (asked, now, ids) = (id.clone(), self.app.clock.now(), self.app.public_ids());
        let record = self.app.db.read_blocking(move |tx| {
            people::person::record(tx, &User::operator(), &asked, None, now)
        });
        (id, ids.encode(people::COMPANY, record.unwrap().company.unwrap().id))
    }

    /// Asks at a door as somebody; as nobody, if no user is named.
    pub(super) fn ask(&mut self, door: Door, path: &str, user: Option<&str>) -> Answer {
        let (mut token, mut session) = (None, None);
        match (user, door.by) {
            (Some(user), Known::Token) => token = Some(self.tokens[user].clone()),
            (Some(user), Known::Session) => session = Some(self.session(user, door.ends)),
            (None, _) => {}
        }
        let method = if door.method() == "ANY" { "GET" } else { door.method() };
        self.send(method, path, door.body, token.as_deref(), session.as_deref())
    }

    /// Asks with what opens doors of the other kind: a token at a page, a session at a call.
    pub(super) fn ask_otherwise(&mut self, door: Door, path: &str, user: &str) -> Answer {
        let method = if door.method() == "ANY" { "GET" } else { door.method() };
        match door.by {
            Known::Session => {
                let token = self.tokens[user].clone();
                self.send(method, path, door.body, Some(&token), None)
            }
            Known::Token => {
                let session = self.session(user, false);
                self.send(method, path, door.body, None, Some(&session))
            }
        }
    }

    /// What a door says to somebody who has just signed in: what was walked before may have ended their sessions.
    pub(super) fn ask_signed_in(&mut self, door: Door, path: &str, user: &str) -> Answer {
        let session = self.session(user, true);
        self.send(door.method(), path, door.body, None, Some(&session))
    }

    /// The cookie of somebody's session.
    fn session(&mut self, user: &str, is_fresh: bool) -> String {
        if let (Some(session), false) = (self.sessions.get(user), is_fresh) {
            return session.clone();
        }
        let form = format!("email={}&password=correct+horse", address(user));
        let request = Request::post("/sign-in")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form));
        let response =
            self.runtime.block_on(self.router.clone().oneshot(request.unwrap())).unwrap();
        let cookie = response.headers().get(header::SET_COOKIE);
        let cookie =
            cookie.unwrap_or_else(|| panic!("{user} can't sign in: {}", response.status()));
        let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        if !is_fresh {
            self.sessions.insert(user.to_owned(), cookie.clone());
        }
        cookie
    }

    fn send(
        &mut self,
        method: &str,
        path: &str,
        body: &str,
        token: Option<&str>,
        session: Option<&str>,
    ) -> Answer {
        let (kind, body) = match body {
            "--" => ("multipart/form-data; boundary=walk", "--walk--\r\n"),
            json if json.starts_with(['{', '[']) => ("application/json", json),
            form => ("application/x-www-form-urlencoded", form),
        };
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if method != "GET" {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(session) = session {
            request = request.header(header::COOKIE, session);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let response = router.oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let text = |name: header::HeaderName| {
                let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
                value.unwrap_or_default().to_owned()
            };
            // What never ends is not read.
            let body = match text(header::CONTENT_TYPE).starts_with("text/event-stream") {
                true => String::new(),
                false => {
                    let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap_or_default();
                    String::from_utf8_lossy(&bytes).into_owned()
                }
            };
            Answer { status: parts.status.as_u16(), location: text(header::LOCATION), body }
        })
    }
}
