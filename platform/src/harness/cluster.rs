//! A PostgreSQL server for tests: found, or started once and shared.
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use sha2::{Digest, Sha256};

use super::{must, options};
use crate::db::{Db, Location, MIGRATIONS, Migrations, newest_program};

/// How long a server may take to start.
const START_WAIT: Duration = Duration::from_secs(30);
/// How long a path to a socket may be; the system's limit is 107.
const SOCKET_PATH_MAX: usize = 80;

/// The server ends by itself when no test has used it for a quarter of an hour.
const WATCH: &str = r#"
cd "$1" || exit 1
"$2" -D data -k "$1" -c listen_addresses= -c max_connections=300 -c shared_buffers=64MB \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal \
    -c max_wal_senders=0 -c autovacuum=off -c jit=off >>server.log 2>&1 &
server=$!
while sleep 15 && kill -0 $server 2>/dev/null; do
    [ -n "$(find in-use -mmin -15 2>/dev/null)" ] || kill -INT $server
done
"#;

/// A server on which this process may make databases.
struct Server {
    /// An address without a database's name.
    address: String,
    in_use: Option<PathBuf>,
    lock: PathBuf,
}

/// A test's own database, dropped with it.
pub(super) struct Database {
    name: String,
}

static SERVER: OnceLock<Server> = OnceLock::new();
static COUNT: AtomicU32 = AtomicU32::new(1);

fn server() -> &'static Server {
    SERVER.get_or_init(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "tests have no configuration but their environment"
        )]
        let named = std::env::var("SLUICE_TEST_POSTGRES");
        let server = match named {
            Ok(address) => {
                let lock =
                    std::env::temp_dir().join(format!("sluice-test-postgres-{}.lock", own_uid()));
                Server { address, in_use: None, lock }
            }
            Err(_) => own_server(),
        };
        let _alone = server.alone();
        server.drop_leftovers();
        server
    })
}

impl Database {
    /// A new database with the tables of these slices: a copy of a template that is made once.
    pub(super) fn with_tables(slices: &[Migrations]) -> Database {
        let server = server();
        server.touch();
        let template = server.template(slices);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sluice_test_{}_{number}", std::process::id());
        server.run(&format!("create database {name} template {template} strategy file_copy"));
        Database { name }
    }

    pub(super) fn address(&self) -> String {
        server().address_of(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        server().try_run(&format!("drop database if exists {} with (force)", self.name));
    }
}

impl Server {
    fn address_of(&self, name: &str) -> String {
        if self.address.contains("://") {
            let (base, rest) = self.address.split_once('?').unwrap_or((&self.address, ""));
            let (scheme, place) = base.split_once("://").unwrap_or(("postgres", base));
            let host = place.split('/').next().unwrap_or_default();
            let question = if rest.is_empty() { "" } else { "?" };
            format!("{scheme}://{host}/{name}{question}{rest}")
        } else {
            format!("{} dbname={name}", self.address)
        }
    }

    fn connect(&self) -> Result<Client, postgres::Error> {
        let address = self.address_of("postgres");
        // On a thread of its own, for a test may drive futures on this one.
        std::thread::scope(|scope| scope.spawn(|| Client::connect(&address, NoTls)).join())
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn with<R: Send>(&self, work: impl FnOnce(&mut Client) -> R + Send) -> R {
        std::thread::scope(|scope| {
            scope.spawn(|| work(&mut must(self.connect(), "the tests' PostgreSQL"))).join()
        })
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn run(&self, text: &str) {
        self.with(|client| must(client.batch_execute(text).map_err(told), text));
    }

    fn try_run(&self, text: &str) {
        let done = self.with(|client| client.batch_execute(text).map_err(told));
        if let Err(words) = done {
            eprintln!("{text}: {words}");
        }
    }

    fn names(&self, like: &str) -> Vec<String> {
        let text = "select datname::text from pg_database where datname like $1";
        self.with(|client| {
            let rows = must(client.query(text, &[&like]).map_err(told), text);
            rows.iter().map(|row| row.get(0)).collect()
        })
    }

    /// The template with these tables, made if it is not there yet.
    fn template(&self, slices: &[Migrations]) -> String {
        let mut digest = Sha256::new();
        for (name, text) in [MIGRATIONS].iter().chain(slices).flat_map(|slice| slice.files) {
            digest.update(name.as_bytes());
            digest.update(text.as_bytes());
        }
        let hash: String =
            digest.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("sluice_template_{hash}");
        if !self.names(&name).is_empty() {
            return name;
        }
        let _alone = self.alone();
        if self.names(&name).is_empty() {
            let building = format!("sluice_building_{hash}");
            self.run(&format!("drop database if exists {building} with (force)"));
            self.run(&format!(
                "create database {building} template template0 encoding 'UTF8' locale 'C'"
            ));
            let location = Location::Postgres(self.address_of(&building));
            drop(must(Db::open_with(&location, slices, options()), "the tables of a test"));
            self.run(&format!("alter database {building} rename to {name}"));
        }
        name
    }

    /// Drops what tests that were killed left behind.
    fn drop_leftovers(&self) {
        for name in self.names("sluice\\_test\\_%") {
            let process = name.split('_').nth(2).unwrap_or_default();
            if !Path::new("/proc").join(process).exists() {
                self.try_run(&format!("drop database if exists {name} with (force)"));
            }
        }
    }

    fn touch(&self) {
        if let Some(path) = &self.in_use {
            must(fs::write(path, ""), "a mark that the tests' PostgreSQL is in use");
        }
    }

    /// Holds other test processes off until the guard is dropped, or this process dies.
    fn alone(&self) -> rusqlite::Connection {
        alone(&self.lock)
    }
}

/// A lock between processes that the system lifts if its holder is killed: an SQLite file knows how to do that.
fn alone(lock: &Path) -> rusqlite::Connection {
    let open = || {
        let lock = rusqlite::Connection::open(lock)?;
        lock.busy_timeout(Duration::from_secs(120))?;
        lock.execute_batch("begin exclusive")?;
        Ok::<_, rusqlite::Error>(lock)
    };
    must(open(), "the lock of the tests' PostgreSQL")
}

/// Our own server, started if it does not run.
fn own_server() -> Server {
    let Some(program) = newest_program("postgres") else {
        panic!(
            "Tests need PostgreSQL: install the package postgresql (Debian, Ubuntu: apt-get install postgresql), \
             or name a server in SLUICE_TEST_POSTGRES."
        );
    };
    let version: String = program
        .iter()
        .filter_map(|part| part.to_str())
        .filter(|part| part.parse::<u32>().is_ok())
        .collect();
    let name = format!("sluice-test-postgres-{}-{version}", own_uid());
    let mut folder = std::env::temp_dir().join(&name);
    if folder.as_os_str().len() > SOCKET_PATH_MAX {
        folder = Path::new("/tmp").join(name);
    }
    let user = server_user();
    if !folder.exists() {
        must(fs::create_dir_all(&folder), "the folder of the tests' PostgreSQL");
        must(fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)), "its permissions");
        if let Some((uid, gid)) = user {
            must(chown(&folder, Some(uid), Some(gid)), "its owner");
        }
    }
    let owner = must(fs::metadata(&folder), "the folder of the tests' PostgreSQL").uid();
    assert_eq!(
        owner,
        user.map_or_else(own_uid, |(uid, _)| uid),
        "{} belongs to somebody else",
        folder.display()
    );

    let address = format!("host={} user=postgres", folder.display());
    let server =
        Server { address, in_use: Some(folder.join("in-use")), lock: folder.join("lock.db") };
    let _alone = server.alone();
    server.touch();
    if server.connect().is_err() {
        start(&server, &folder, &program, user);
    }
    server
}

/// Starts the server, on fresh files if there are none or those that are there do not serve.
fn start(server: &Server, folder: &Path, program: &Path, user: Option<(u32, u32)>) {
    let (data, ready) = (folder.join("data"), folder.join("ready"));
    for fresh in [!ready.exists(), true] {
        if fresh {
            let _none = fs::remove_dir_all(&data);
            let _none = fs::remove_file(&ready);
            let mut init = Command::new(program.with_file_name("initdb"));
            init.arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8"]);
            init.args(["--locale=C", "--no-sync", "--no-instructions"]).current_dir(folder);
            let made = must(as_user(&mut init, user).output(), "initdb");
            assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
            must(fs::write(&ready, ""), "a mark that the files are ready");
        }
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "sluice-test-postgres"]).arg(folder).arg(program).process_group(0);
        watch.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        #[expect(
            clippy::zombie_processes,
            reason = "the server outlives the tests that started it"
        )]
        let mut watch = must(as_user(&mut watch, user).spawn(), "starting PostgreSQL");
        let began = Instant::now();
        while began.elapsed() < START_WAIT {
            match server.connect() {
                Ok(_) => return,
                // A folder in which another program's server runs, or damaged files, end the server at once.
                Err(_) if began.elapsed() > Duration::from_secs(10) => break,
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        let _gone = watch.kill();
        let _gone = watch.wait();
    }
    let log = fs::read_to_string(folder.join("server.log")).unwrap_or_default();
    let tail: Vec<&str> = log.lines().rev().take(10).collect();
    panic!("the tests' PostgreSQL does not start; its log, newest first:\n{}", tail.join("\n"));
}

/// The server refuses to run as root: then it runs as the user that Debian made for it, or as nobody.
pub(crate) fn server_user() -> Option<(u32, u32)> {
    if own_uid() != 0 {
        return None;
    }
    let users = must(fs::read_to_string("/etc/passwd"), "/etc/passwd");
    let find = |wanted: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(wanted))?;
        let mut parts = line.split(':').skip(2);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody"))
}

pub(crate) fn as_user(command: &mut Command, user: Option<(u32, u32)>) -> &mut Command {
    match user {
        Some((uid, gid)) => command.uid(uid).gid(gid),
        None => command,
    }
}

fn own_uid() -> u32 {
    must(fs::metadata("/proc/self"), "/proc/self").uid()
}

fn told(error: postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |told| told.message().to_owned())
}
