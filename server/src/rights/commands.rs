//! The walk through the commands: each is run on behalf of each role, and lets in whom the table says.

use std::fs;

use clap::Parser;
use platform::failure::Failure;

use super::Need;
use super::table::{COMMANDS, IDS};
use super::world::{World, address, roles};
use crate::cli::{Cli, obey};

const LEADS: &str = "Email,Name\nlena@north.example,Lena\n";
const MAPPING: &str = "[key]\nemail = \"Email\"\n";
const PEOPLE: &str = r#"{"as_of":"2026-01-01T00:00:00Z","people":[]}"#;
const DEFINITION: &str = "name = \"Walked\"\n[stages.lead]\nenter = 'known(person.email)'\n";

/// How the walk says a command that takes something; words with spaces in single quotes.
const ARGS: &[(&str, &str)] = &[
    ("answer", "{person} need yes"),
    ("assign", "{person} nobody@nowhere.example"),
    ("backup", "{folder}/copy.db"),
    ("company", "{company}"),
    ("company add", "--name 'North Lines' --domain north.example"),
    ("definition adopt", "{definition}"),
    ("definition take-back", ""),
    ("definition backtest", "{definition}"),
    ("definition check", "{definition}"),
    ("definition compare", "{backtest} {backtest}"),
    ("definition diff", "{definition}"),
    ("definition propose", "{definition}"),
    ("definition test", "{definition}"),
    ("definition try", "{definition} --people {people}"),
    ("demo", "--people 0"),
    ("dispute raise", "{person} So"),
    ("dispute resolve", "dsp_0 So"),
    ("export", "{folder}/walked.csv"),
    ("field change", "person.custom.none --label None"),
    ("field create", "Walked --type text"),
    ("field remove", "person.custom.none"),
    ("gdpr basis", "{person} marketing consent"),
    ("gdpr erase", "nobody@nowhere.example --yes"),
    ("gdpr export", "nobody@nowhere.example {folder}/all.json"),
    ("handoff", "{person} accepted"),
    ("import", "{file} --mapping {mapping} --dry-run"),
    ("list add", "None {person}"),
    ("list create", "'By command'"),
    ("list remove", "None"),
    ("list take", "None {person}"),
    ("migrate", "--check"),
    ("move", "{person} lead --reason so"),
    ("note add", "{person} So"),
    ("note edit", "not_0 So"),
    ("note list", "{person}"),
    ("note remove", "not_0"),
    ("note restore", "not_0"),
    ("person", "{person}"),
    ("person add", "--email walked@nowhere.example"),
    ("said", "{person} person.title"),
    ("restore", "{folder}/none.db"),
    ("retention create", "Walked --quiet 240"),
    ("retention remove", "None"),
    ("retention try", "--quiet 240"),
    ("role change", "none --sees own"),
    ("role create", "walked --may people.read"),
    ("role remove", "none"),
    ("search", "vera"),
    ("segment change", "None --name Other"),
    ("segment create", "Walked --where true"),
    ("segment remove", "None"),
    ("set", "{person} person.title COO"),
    ("sources", "api"),
    ("team change", "None --name Other"),
    ("team create", "Walked"),
    ("team join", "None nobody@nowhere.example"),
    ("team leave", "None nobody@nowhere.example"),
    ("team remove", "None"),
    ("territory change", "None --name Other"),
    ("territory create", "Walked --where 'known(person.country)' --for South"),
    ("territory remove", "None"),
    ("token create", "--user {email} --name walked"),
    ("token revoke", "tok_0"),
    ("user change", "nobody@nowhere.example --name None"),
    ("user create", "--email new@nowhere.example --role member --password-stdin"),
    ("user password", "nobody@nowhere.example --password-stdin"),
    ("why", "{person}"),
    ("why-not", "{person}"),
    ("workspace check", "{folder}/none.tar.gz"),
    ("workspace export", "{folder}/{email}.tar.gz"),
    ("workspace import", "{folder}/none.tar.gz"),
];

/// Words with spaces between; those in single quotes are one.
fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (place, part) in text.split('\'').enumerate() {
        match place % 2 {
            0 => found.extend(part.split_whitespace().map(str::to_owned)),
            _ => found.push(part.to_owned()),
        }
    }
    found
}

/// What stands for what is in brackets.
fn filled(world: &World, word: &str, role: &str) -> String {
    let folder = world.folder().display().to_string();
    let mut word = word
        .replace("{person}", &world.own)
        .replace("{company}", &world.own_company)
        .replace("{email}", &address(role))
        .replace("{file}", &format!("{folder}/walk.csv"))
        .replace("{mapping}", &format!("{folder}/walk.toml"))
        .replace("{definition}", &format!("{folder}/definition.toml"))
        .replace("{people}", &format!("{folder}/people.json"))
        .replace("{folder}", &folder);
    for (name, prefix) in IDS {
        word = word.replace(name, &world.app.public_ids().encode(prefix, 1));
    }
    word
}

#[test]
fn each_command_lets_in_whom_the_table_says() {
    let world = World::begun();
    let files = [
        ("walk.csv", LEADS),
        ("walk.toml", MAPPING),
        ("definition.toml", DEFINITION),
        ("people.json", PEOPLE),
    ];
    for (name, text) in files {
        fs::write(world.folder().join(name), text).unwrap();
    }
    let mut wrong = Vec::new();
    for (name, need) in COMMANDS {
        let args = ARGS.iter().find(|(known, _)| known == name).map_or("", |(_, args)| *args);
        for (role, rights) in roles() {
            let mut line = vec!["sluice".to_owned()];
            line.extend(words(name));
            line.extend(words(args).iter().map(|word| filled(&world, word, role)));
            let said = line.join(" ");
            let cli = Cli::try_parse_from(&line).unwrap_or_else(|error| {
                panic!("say in ARGS of this file how it is called: {said}: {error}")
            });
            let came = obey(world.house(Some(address(role))), cli.command);
            let is_right = match (*need, &came) {
                (_, Err(Failure::Broken(_) | Failure::Busy { .. })) => false,
                (Need::Nothing | Need::Known, came) => !matches!(came, Err(Failure::Forbidden)),
                (Need::Right(right), came) => {
                    rights.contains(right) != matches!(came, Err(Failure::Forbidden))
                }
                (Need::Secret, _) => false,
            };
            if !is_right {
                wrong
                    .push(format!("{said} as {role}: {need:?} is needed, and it came to {came:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} commands stand otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nobody_asks_on_behalf_of_whoever_is_not_let_in() {
    let world = World::begun();
    for who in ["nobody@nowhere.example", "usr_0"] {
        let cli = Cli::try_parse_from(["sluice", "people"]).unwrap();
        let came = obey(world.house(Some(who.to_owned())), cli.command);
        assert!(matches!(came, Err(Failure::Missing { .. })), "{came:?}");
    }
}
