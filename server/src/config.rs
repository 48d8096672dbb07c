//! Configuration: `config.default.toml`, overlaid with a file, then with variables. Read once, here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use moment::Span;
use platform::failure::Failure;
use serde::Deserialize;
use team::Lengths;
use toml::{Table, Value};

use crate::http::{ForwardedBy, Network, TlsPaths};

/// The defaults and their documentation.
pub(crate) const DEFAULTS: &str = include_str!("../../config.default.toml");
/// What the names of variables begin with.
const PREFIX: &str = "SLUICE_";
/// The variable that stands for `--config`.
pub(crate) const FILE_VARIABLE: &str = "SLUICE_CONFIG";
/// Variables with our prefix that are for others: the tests' own database.
const NOT_OURS: &[&str] = &[FILE_VARIABLE, "SLUICE_TEST_POSTGRES"];

/// The shortest token behind which figures are told.
const METRICS_TOKEN_LETTERS_MIN: usize = 16;

/// Everything that can be configured; what each means stands in `config.default.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Config {
    pub workspace: Workspace,
    pub http: Http,
    pub tls: Tls,
    pub sessions: Sessions,
    pub metrics: Metrics,
    pub api: Api,
    pub work: Work,
    pub log: Log,
    pub tell: Tell,
    pub oidc: Oidc,
    /// Providers of single sign-on beside that one, each in a section `[oidc.NAME]`.
    #[serde(skip)]
    pub providers: Vec<(String, Oidc)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Workspace {
    pub data: PathBuf,
    pub database: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Http {
    pub listen: String,
    pub address: String,
    pub trusted_proxies: Vec<Network>,
    pub forwarded_by: ForwardedBy,
    pub proxy_protocol: bool,
    pub hsts_days: u32,
    pub origins: Vec<String>,
    pub connections_max: usize,
    pub form_bytes_max: usize,
    pub head_timeout_s: u64,
    pub body_timeout_s: u64,
    pub answer_timeout_s: u64,
    pub stop_timeout_s: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub redirect_from: String,
}

impl Tls {
    /// The files, if the program is to speak TLS itself.
    pub(crate) fn paths(&self) -> Option<TlsPaths> {
        let (certificate, key) = (self.certificate.clone(), self.key.clone());
        (!certificate.as_os_str().is_empty()).then_some(TlsPaths { certificate, key })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Sessions {
    pub hours_max: u32,
    pub idle_minutes: u32,
    pub keep_days_max: u32,
    pub keep_idle_days: u32,
}

impl Sessions {
    pub(crate) fn lengths(&self) -> Lengths {
        Lengths {
            longest: Span::hours(i64::from(self.hours_max)),
            idle: Span::minutes(i64::from(self.idle_minutes)),
            kept: Span::days(i64::from(self.keep_days_max)),
            kept_idle: Span::days(i64::from(self.keep_idle_days)),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Metrics {
    pub listen: String,
    pub token: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Api {
    pub calls_per_minute_max: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Work {
    pub threads: usize,
    pub jobs: usize,
    pub keep_jobs_days: u32,
}

/// The provider of single sign-on; none without an issuer.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Oidc {
    pub issuer: String,
    pub name: String,
    pub client_id: String,
    pub client_secret: String,
    pub domains: Vec<String>,
    pub role: String,
    pub near: bool,
}

impl std::fmt::Debug for Oidc {
    /// Without its secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Oidc { issuer, client_id, .. } = self;
        f.debug_struct("Oidc")
            .field("issuer", issuer)
            .field("client_id", client_id)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Tell {
    pub public: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Log {
    pub level: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// For machines
    Json,
}

/// Reads the configuration.
///
/// # Errors
/// `Refused` with `configuration`, naming the file or variable, the key, and what would do.
pub(crate) fn read(
    file: Option<&Path>,
    variables: &BTreeMap<String, String>,
) -> Result<Config, Failure> {
    let mut table: Table = DEFAULTS.parse().map_err(anyhow::Error::from)?;
    if let Some(path) = file {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| refused(format!("{shown} cannot be read: {error}")))?;
        let given: Table = text.parse().map_err(|error| refused(format!("{shown}: {error}")))?;
        overlay(&mut table, given).map_err(|words| refused(format!("{shown}: {words}")))?;
    }
    from_variables(&mut table, variables)?;
    let providers = providers_of(&mut table)?;
    let mut config: Config = table.try_into().map_err(|error: toml::de::Error| {
        let key = error.to_string();
        refused(format!("the configuration holds what cannot be: {}", key.trim()))
    })?;
    config.providers = providers;
    if config.work.threads == 0 || config.work.jobs == 0 || config.http.connections_max == 0 {
        let words = "work.threads, work.jobs and http.connections_max must be 1 or more";
        return Err(refused(words.to_owned()));
    }
    consistent(&config)?;
    Ok(config)
}

/// What each value allows and both together do not.
fn consistent(config: &Config) -> Result<(), Failure> {
    let Config { tls, metrics, http, sessions, .. } = config;
    let is_kept = sessions.keep_days_max > 0;
    if sessions.hours_max == 0
        || sessions.idle_minutes == 0
        || is_kept && sessions.keep_idle_days == 0
    {
        let words = "sessions.hours_max, idle_minutes and keep_idle_days must be 1 or more: nobody could do anything";
        return Err(refused(words.to_owned()));
    }
    if !http.address.is_empty() && !is_origin(&http.address) {
        let words = format!(
            "http.address is {:?}: write how browsers reach Sluice, as https://sales.north.example, without a path",
            http.address
        );
        return Err(refused(words));
    }
    let is_set = |path: &Path| !path.as_os_str().is_empty();
    if is_set(&tls.certificate) != is_set(&tls.key) {
        let words = "tls.certificate and tls.key go together: name both files, or neither";
        return Err(refused(words.to_owned()));
    }
    if !tls.redirect_from.is_empty() && !is_set(&tls.certificate) {
        let words =
            "tls.redirect_from leads to encrypted pages: name tls.certificate and tls.key, too";
        return Err(refused(words.to_owned()));
    }
    if !metrics.token.is_empty() && metrics.token.len() < METRICS_TOKEN_LETTERS_MIN {
        let words = format!(
            "metrics.token is short enough to be guessed: give it {METRICS_TOKEN_LETTERS_MIN} letters or more, e.g. \
             those that `openssl rand -hex 24` prints"
        );
        return Err(refused(words));
    }
    Ok(())
}

/// Whether a text is an address as browsers say it, without a path.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '*']))
}

/// The section whose sections are of one kind each: providers of single sign-on.
const PROVIDERS: &str = "oidc";
/// The longest name of a provider.
const PROVIDER_LETTERS_MAX: usize = 30;

/// Takes the providers out that have a name.
fn providers_of(table: &mut Table) -> Result<Vec<(String, Oidc)>, Failure> {
    let Some(Value::Table(section)) = table.get_mut(PROVIDERS) else { return Ok(Vec::new()) };
    let names: Vec<String> = section
        .iter()
        .filter(|(_, value)| value.is_table())
        .map(|(name, _)| name.clone())
        .collect();
    let mut providers = Vec::new();
    for name in names {
        let Some(value) = section.remove(&name) else { continue };
        let provider: Oidc = value.try_into().map_err(|error: toml::de::Error| {
            refused(format!(
                "[{PROVIDERS}.{name}] holds what cannot be: {}",
                error.to_string().trim()
            ))
        })?;
        if provider.issuer.is_empty() {
            return Err(refused(format!("[{PROVIDERS}.{name}] names no issuer")));
        }
        providers.push((name, provider));
    }
    Ok(providers)
}

/// A section within the section of providers: the same keys, with the same defaults.
fn overlay_provider(default: &Table, name: &str, given: Table) -> Result<Table, String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    // Where the first provider sends people back to ends in this word.
    let is_name =
        name.len() <= PROVIDER_LETTERS_MAX && name.bytes().all(is_plain) && name != "back";
    if !is_name {
        return Err(format!(
            "[{PROVIDERS}.{name}] stands in addresses: take small letters, digits and -, at most \
             {PROVIDER_LETTERS_MAX}, and not the word back"
        ));
    }
    let mut provider = default.clone();
    provider.retain(|_, value| !value.is_table());
    for (key, value) in given {
        let known = provider.keys().cloned().collect::<Vec<_>>().join(", ");
        let Some(slot) = provider.get_mut(&key) else {
            return Err(format!("{PROVIDERS}.{name}.{key} is not known; there are {known}"));
        };
        if !slot.same_type(&value) {
            let (wanted, found) = (slot.type_str(), value.type_str());
            return Err(format!("{PROVIDERS}.{name}.{key} takes {wanted}, not {found}"));
        }
        *slot = value;
    }
    Ok(provider)
}

fn overlay(defaults: &mut Table, given: Table) -> Result<(), String> {
    for (section, values) in given {
        let known = defaults.keys().cloned().collect::<Vec<_>>().join(", ");
        let Some(Value::Table(default)) = defaults.get_mut(&section) else {
            return Err(format!("[{section}] is not known; there are {known}"));
        };
        let Value::Table(values) = values else {
            return Err(format!("{section} is a section: write [{section}] and its keys below"));
        };
        let pristine = default.clone();
        for (key, value) in values {
            if let (PROVIDERS, Value::Table(given)) = (section.as_str(), &value)
                && !pristine.contains_key(&key)
            {
                let provider = overlay_provider(&pristine, &key, given.clone())?;
                default.insert(key, Value::Table(provider));
                continue;
            }
            let known = default.keys().cloned().collect::<Vec<_>>().join(", ");
            let Some(slot) = default.get_mut(&key) else {
                return Err(format!(
                    "{section}.{key} is not known; in [{section}] there are {known}"
                ));
            };
            if !slot.same_type(&value) {
                let (wanted, found) = (slot.type_str(), value.type_str());
                return Err(format!("{section}.{key} takes {wanted}, not {found}"));
            }
            *slot = value;
        }
    }
    Ok(())
}

/// How a variable is called.
fn variable(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

fn from_variables(table: &mut Table, variables: &BTreeMap<String, String>) -> Result<(), Failure> {
    let mut slots: BTreeMap<String, &mut Value> = BTreeMap::new();
    for (section, values) in table.iter_mut() {
        let Value::Table(values) = values else { continue };
        for (key, value) in values.iter_mut() {
            let name = format!("{PREFIX}{section}_{key}").to_uppercase();
            match value {
                Value::Table(provider) => {
                    for (key, value) in provider.iter_mut() {
                        slots.insert(variable(&format!("{name}_{key}")), value);
                    }
                }
                value => _ = slots.insert(name, value),
            }
        }
    }
    for (name, text) in variables {
        if !name.starts_with(PREFIX) || NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        let Some(slot) = slots.get_mut(name) else {
            let known = slots.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(refused(format!("the variable {name} is not known; there are {known}")));
        };
        **slot = match slot {
            Value::Integer(_) => Value::Integer(
                text.trim()
                    .parse()
                    .map_err(|_| refused(format!("{name} takes a whole number, not {text:?}")))?,
            ),
            Value::Boolean(_) => Value::Boolean(
                text.trim()
                    .parse()
                    .map_err(|_| refused(format!("{name} takes true or false, not {text:?}")))?,
            ),
            Value::Array(_) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
            }
            _ => Value::String(text.clone()),
        };
    }
    Ok(())
}

fn refused(words: String) -> Failure {
    Failure::refused("configuration", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn the_defaults_are_complete() {
        let config = read(None, &variables(&[("PATH", "/bin")])).unwrap();
        assert_eq!(config.http.listen, "127.0.0.1:8080");
        assert_eq!(config.log.format, LogFormat::Text);
    }

    #[test]
    fn every_key_names_its_variable() {
        let table: Table = DEFAULTS.parse().unwrap();
        for (section, values) in &table {
            let (_, part) = DEFAULTS.split_once(&format!("\n[{section}]\n")).unwrap();
            for key in values.as_table().unwrap().keys() {
                let name = format!("{PREFIX}{section}_{key}").to_uppercase();
                let line = part.lines().find(|line| line.starts_with(&format!("{key} ="))).unwrap();
                assert!(line.contains(&name), "config.default.toml: say {name} behind {key}");
            }
        }
    }

    #[test]
    fn what_is_packaged_sets_variables_that_exist() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging");
        for name in ["sluice.service", "Containerfile"] {
            let text = std::fs::read_to_string(top.join(name)).unwrap();
            let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            let named: Vec<&str> = words.filter(|word| word.starts_with(PREFIX)).collect();
            assert!(!named.is_empty(), "{name}");
            for word in named {
                assert!(
                    DEFAULTS.contains(word),
                    "packaging/{name} sets {word}, which is not known"
                );
            }
        }
    }

    #[test]
    fn a_variable_wins_over_the_file() {
        let file = file("[http]\nlisten = \"[::1]:1\"\nform_bytes_max = 5\n");
        let named = variables(&[
            ("SLUICE_HTTP_LISTEN", "127.0.0.1:0"),
            ("SLUICE_WORK_THREADS", "7"),
            ("SLUICE_TELL_PUBLIC", "true"),
            ("SLUICE_HTTP_ORIGINS", "https://a.example, https://b.example"),
        ]);
        let config = read(Some(file.path()), &named).unwrap();
        assert_eq!((config.http.listen.as_str(), config.http.form_bytes_max), ("127.0.0.1:0", 5));
        assert_eq!((config.work.threads, config.tell.public), (7, true));
        assert_eq!(config.http.origins, ["https://a.example", "https://b.example"]);
    }

    #[test]
    fn providers_stand_side_by_side() {
        let file = file(
            "[oidc]\nissuer = \"https://a.example\"\nclient_id = \"s\"\nrole = \"viewer\"\n[oidc.work-id]\n\
             issuer = \"https://b.example\"\nname = \"Work\"\n[oidc.second]\nissuer = \"https://c.example\"\n",
        );
        let secret = variables(&[("SLUICE_OIDC_WORK_ID_CLIENT_SECRET", "hush")]);
        let config = read(Some(file.path()), &secret).unwrap();
        assert_eq!(
            (config.oidc.issuer.as_str(), config.oidc.role.as_str()),
            ("https://a.example", "viewer")
        );
        let told: Vec<_> = config
            .providers
            .iter()
            .map(|(key, one)| {
                (key.as_str(), one.name.as_str(), one.role.as_str(), one.client_secret.as_str())
            })
            .collect();
        // What a section leaves out is as in config.default.toml, whatever the first provider says.
        assert_eq!(
            told,
            [("work-id", "Work", "member", "hush"), ("second", "single sign-on", "member", "")]
        );
        for (text, expected) in [
            ("[oidc.a]\nname = \"A\"\n", "[oidc.a] names no issuer"),
            ("[oidc.a]\nisuer = \"x\"\n", "oidc.a.isuer is not known; there are issuer"),
            ("[oidc.a]\nnear = 1\n", "oidc.a.near takes boolean, not integer"),
            ("[oidc.back]\nissuer = \"x\"\n", "not the word back"),
            ("[oidc.\"A b\"]\nissuer = \"x\"\n", "small letters"),
            ("[log.a]\nlevel = \"x\"\n", "log.a is not known"),
            ("[http]\naddress = \"sales.example/x\"\n", "http.address is"),
        ] {
            let wrong = self::file(text);
            let words = read(Some(wrong.path()), &variables(&[])).unwrap_err().to_string();
            assert!(words.contains(expected), "{text:?}: {words}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named, expected) in [
            (
                "[htpp]\n",
                &[][..],
                "[htpp] is not known; there are workspace, http, tls, sessions, metrics, api, work, log",
            ),
            (
                "[log]\nlevle = \"x\"\n",
                &[],
                "log.levle is not known; in [log] there are level, format",
            ),
            ("[work]\nthreads = \"2\"\n", &[], "work.threads takes integer, not string"),
            ("work = 2\n", &[], "work is a section"),
            ("[log]\nformat = \"xml\"\n", &[], "unknown variant `xml`"),
            ("[work]\nthreads = 0\n", &[], "must be 1 or more"),
            ("[tls]\nkey = \"a.pem\"\n", &[], "tls.certificate and tls.key go together"),
            ("[tls]\nredirect_from = \"[::]:80\"\n", &[], "tls.redirect_from leads to encrypted"),
            ("[metrics]\ntoken = \"abc\"\n", &[], "short enough to be guessed"),
            ("[http]\ntrusted_proxies = [\"proxy\"]\n", &[], "no network like 10.0.0.0/8"),
            ("[http]\nforwarded_by = \"both\"\n", &[], "unknown variant `both`"),
            ("[work\n", &[], "line 1"),
            (
                "",
                &[("SLUICE_WORK_THREADS", "many")],
                "SLUICE_WORK_THREADS takes a whole number, not \"many\"",
            ),
            (
                "",
                &[("SLUICE_TELL_PUBLIC", "yes")],
                "SLUICE_TELL_PUBLIC takes true or false, not \"yes\"",
            ),
            ("", &[("SLUICE_LISTEN", "x")], "the variable SLUICE_LISTEN is not known"),
        ] {
            let file = file(text);
            let words = read(Some(file.path()), &variables(named)).unwrap_err().to_string();
            assert!(words.contains(expected), "{text:?} {named:?}: {words}");
        }
    }
}
