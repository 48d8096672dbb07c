//! The command line: what there is to say, and who does it.

mod answer;
mod audit;
mod backup;
mod companies;
mod company;
mod definition;
mod demo;
mod dispute;
mod doctor;
mod export;
mod field;
mod funnel;
mod gdpr;
mod handoffs;
mod import;
mod job;
mod kinds;
mod lenses;
mod list;
mod migrate;
pub(crate) mod note;
mod people;
mod person;
mod restore;
mod retention;
mod role;
mod search;
mod second_factor;
mod segment;
mod serve;
mod set;
mod team;
mod tell;
mod territory;
mod token;
mod user;
mod verify;
mod why;
mod why_not;
mod workspace;

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use platform::App;
use platform::failure::Failure;

use crate::config::{self, Config, FILE_VARIABLE, LogFormat};
use crate::house::House;
use crate::logs;
use crate::say::{EXIT_DIFFERENCES, EXIT_FAILED, EXIT_USAGE, Mouth, Outcome};

/// A revenue funnel that can say why
#[derive(Parser)]
#[command(
    name = "sluice",
    version,
    max_term_width = 100,
    long_about = "Sluice takes strangers to customers: it decides by written rules whether each person is a lead, a \
        prospect, an opportunity or a customer, and can always say why.\n\n\
        Everything lives in one folder, ./sluice-data unless you say otherwise. To begin:\n\n  \
        sluice serve                                  then open the address it prints\n  \
        sluice demo                                   fills an empty workspace with a story\n  \
        sluice import leads.csv --mapping leads.toml  brings your own people in",
    after_help = "`sluice help COMMAND` teaches a command, with examples.",
    after_long_help = "Results go to standard output (with --json as JSON), progress and logs to standard error.\n\n\
        Exit codes:\n  \
        0  done\n  \
        1  refused or failed; standard error says why, with --json also {\"error\": …} on standard output\n  \
        2  not understood: a command, an option or a value is wrong\n  \
        3  looked, and found what should not be: differences, problems, examples that fail\n\n\
        Every option and setting can also be configured: `sluice serve --defaults` prints them all."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be said with every command.
#[derive(Args)]
#[command(next_help_heading = "Everywhere")]
struct Common {
    /// The folder of the workspace [default: ./sluice-data]
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    /// A PostgreSQL database instead of the one in the folder: postgres://user:password@host/name
    #[arg(long, value_name = "URL", global = true)]
    database: Option<String>,
    /// Print results as JSON
    #[arg(long, global = true)]
    json: bool,
    /// Ask on behalf of a user, with no more than they may and see: an address, or an id usr_…
    #[arg(long = "as", value_name = "USER", global = true)]
    acts_as: Option<String>,
    /// A configuration file; what it leaves out is as in config.default.toml
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Serve(serve::Serve),
    Web(serve::Web),
    Work(serve::Work),
    Import(import::ImportFile),
    Demo(demo::Tell),
    People(people::People),
    Person(person::Person),
    Export(export::ExportList),
    Companies(companies::Companies),
    Company(company::Company),
    Search(search::SearchFor),
    Set(set::Set),
    Assign(set::Assign),
    Said(set::Said),
    Sources(set::Sources),
    #[command(subcommand)]
    Note(note::NoteCommand),
    #[command(subcommand)]
    Gdpr(gdpr::Gdpr),
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
    Why(why::Why),
    WhyNot(why_not::WhyNot),
    Answer(answer::AnswerTo),
    Move(answer::Move),
    #[command(subcommand)]
    Dispute(dispute::DisputeCommand),
    Tell(tell::Tell),
    Lenses(lenses::Lenses),
    Funnel(funnel::Funnel),
    Kinds(kinds::Kinds),
    Handoffs(handoffs::Handoffs),
    Handoff(handoffs::Handoff),
    #[command(subcommand)]
    Definition(definition::Definition),
    #[command(subcommand)]
    Field(field::FieldCommand),
    #[command(subcommand)]
    Segment(segment::SegmentCommand),
    #[command(subcommand)]
    List(list::ListCommand),
    #[command(subcommand)]
    User(user::UserCommand),
    #[command(subcommand)]
    Team(team::TeamCommand),
    #[command(subcommand)]
    Role(role::RoleCommand),
    #[command(subcommand)]
    Territory(territory::TerritoryCommand),
    #[command(subcommand)]
    Token(token::TokenCommand),
    SecondFactor(second_factor::SecondFactor),
    Audit(audit::Audit),
    Verify(verify::Verify),
    Doctor(doctor::Doctor),
    #[command(subcommand)]
    Workspace(workspace::WorkspaceCommand),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Migrate(migrate::Migrate),
}

/// Reads arguments, variables and configuration, once, and does what is asked.
pub(crate) fn main() -> ExitCode {
    let variables: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A help that was asked for is a result; one that was not is a mistake.
            let _unheard = error.print();
            return if error.use_stderr() { EXIT_USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    let mouth = Mouth::new(cli.common.json, variables.get("NO_COLOR").map(String::as_str));
    match run(cli, mouth, &variables) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Differences) => EXIT_DIFFERENCES.into(),
        Err(failure) => {
            mouth.failure(&failure);
            EXIT_FAILED.into()
        }
    }
}

fn run(cli: Cli, mouth: Mouth, variables: &BTreeMap<String, String>) -> Result<Outcome, Failure> {
    let mut config = configured(&cli.common, variables)?;
    match &cli.command {
        Command::Serve(command) => command.overlay(&mut config),
        Command::Web(command) => command.overlay(&mut config),
        Command::Work(command) => command.overlay(&mut config),
        // A command at a terminal tells its own story; its log is for what goes wrong.
        _ if !variables.contains_key("SLUICE_LOG_LEVEL") => config.log.level = "warn".to_owned(),
        _ => {}
    }
    logs::start(&config.log, mouth.side_ink.is_coloured())?;
    let house = House { config, mouth, acts_as: cli.common.acts_as };
    obey(house, cli.command)
}

/// Does what is asked, on the house's behalf.
pub(crate) fn obey(house: House, command: Command) -> Result<Outcome, Failure> {
    match &command {
        Command::Serve(_) | Command::Web(_) | Command::Work(_) if house.acts_as.is_some() => {
            let words = "A server asks on nobody's behalf: leave out --as.";
            return Err(Failure::refused("not_as", words));
        }
        Command::Verify(_) | Command::Doctor(_) | Command::Backup(_) | Command::Migrate(_) => {
            house.must_operate()?;
        }
        _ => {}
    }
    match command {
        Command::Serve(command) => command.run(&house),
        Command::Web(command) => command.run(&house),
        Command::Work(command) => command.run(&house),
        Command::Import(command) => command.run(&house),
        Command::Demo(command) => command.run(&house),
        Command::People(command) => command.run(&house),
        Command::Person(command) => command.run(&house),
        Command::Export(command) => command.run(&house),
        Command::Companies(command) => command.run(&house),
        Command::Company(command) => command.run(&house),
        Command::Set(command) => command.run(&house),
        Command::Assign(command) => command.run(&house),
        Command::Said(command) => command.run(&house),
        Command::Sources(command) => command.run(&house),
        Command::Search(command) => command.run(&house),
        Command::Note(command) => command.run(&house),
        Command::Gdpr(command) => command.run(&house),
        Command::Retention(command) => command.run(&house),
        Command::Why(command) => command.run(&house),
        Command::WhyNot(command) => command.run(&house),
        Command::Answer(command) => command.run(&house),
        Command::Move(command) => command.run(&house),
        Command::Dispute(command) => command.run(&house),
        Command::Tell(command) => command.run(&house),
        Command::Lenses(command) => command.run(&house),
        Command::Funnel(command) => command.run(&house),
        Command::Kinds(command) => command.run(&house),
        Command::Handoffs(command) => command.run(&house),
        Command::Handoff(command) => command.run(&house),
        Command::Audit(command) => command.run(&house),
        Command::Verify(command) => command.run(&house),
        Command::Definition(command) => command.run(&house),
        Command::Field(command) => command.run(&house),
        Command::Segment(command) => command.run(&house),
        Command::List(command) => command.run(&house),
        Command::User(command) => command.run(&house),
        Command::Team(command) => command.run(&house),
        Command::Role(command) => command.run(&house),
        Command::Territory(command) => command.run(&house),
        Command::Token(command) => command.run(&house),
        Command::SecondFactor(command) => command.run(&house),
        Command::Doctor(command) => command.run(&house),
        Command::Workspace(command) => command.run(&house),
        Command::Backup(command) => command.run(&house),
        Command::Restore(command) => command.run(&house),
        Command::Migrate(command) => command.run(&house),
    }
}

fn configured(common: &Common, variables: &BTreeMap<String, String>) -> Result<Config, Failure> {
    let named = variables.get(FILE_VARIABLE).map(PathBuf::from);
    let file = common.config.clone().or(named);
    let mut config = config::read(file.as_deref(), variables)?;
    if let Some(data) = &common.data {
        config.workspace.data.clone_from(data);
        // Whoever names a folder means the database in it, unless they name another beside it.
        config.workspace.database.clear();
    }
    if let Some(database) = &common.database {
        config.workspace.database.clone_from(database);
    }
    Ok(config)
}

/// Runs a verb that waits, on this thread.
fn wait_for<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(work)
}

/// The program on a workspace to be read, with everybody standing where they stand now: time moves standings,
/// and perhaps no server was there to see it.
fn reading(house: &House) -> Result<App, Failure> {
    let app = house.open_begun()?;
    funnels::refold::wake_due(&app)?;
    Ok(app)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
