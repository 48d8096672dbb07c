use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
};
use tempfile::TempDir;

use super::super::{Session, parse};
use crate::db::{Db, Location, newest_program};
use crate::harness::cluster::{as_user, server_user};

/// How long the server may take to start.
const START_WAIT: Duration = Duration::from_secs(60);

/// A server that takes nobody without TLS, with a certificate for `localhost`.
struct Server {
    folder: TempDir,
    port: u16,
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// An authority and a server's certificate that it has signed.
fn certificates() -> [String; 3] {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // Of one that is called as its issuer OpenSSL thinks that it has signed itself.
    params.distinguished_name.push(DnType::CommonName, "an authority of a test");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let authority: &Certificate = authority.as_ref();
    [authority.pem(), certificate.pem(), key.serialize_pem()]
}

impl Server {
    fn start() -> Server {
        let program = newest_program("postgres").expect("PostgreSQL is installed");
        let (folder, user) = (tempfile::tempdir().unwrap(), server_user());
        let [authority, certificate, key] = certificates();
        for (name, text) in
            [("ca.pem", &authority), ("server.pem", &certificate), ("server.key", &key)]
        {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let key = folder.path().join("server.key");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&key, mode).unwrap();
        if let Some((uid, gid)) = user {
            for path in [folder.path(), &key] {
                chown(path, Some(uid), Some(gid)).unwrap();
            }
        }
        let data = folder.path().join("data");
        let mut init = Command::new(program.with_file_name("initdb"));
        init.arg("-D").arg(&data).args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
        ]);
        init.args(["--no-sync", "--no-instructions"]).current_dir(folder.path());
        let made = as_user(&mut init, user).output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        // Nobody comes in the open.
        std::fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut run = Command::new(&program);
        run.arg("-D").arg(&data).args(["-c", "ssl=on", "-c", "unix_socket_directories="]);
        run.args(["-c", "ssl_cert_file=../server.pem", "-c", "ssl_key_file=../server.key"]);
        run.args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]);
        run.arg("-p").arg(port.to_string()).current_dir(folder.path()).process_group(0);
        run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = as_user(&mut run, user).spawn().unwrap();
        let server = Server { folder, port, child };
        let began = Instant::now();
        while server.encryption("localhost", "sslmode=require").is_err() {
            assert!(
                began.elapsed() < START_WAIT,
                "{:?}",
                server.encryption("localhost", "sslmode=require")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    fn address(&self, host: &str, tls: &str) -> String {
        format!("postgres://postgres@{host}:{}/postgres?{tls}", self.port)
    }

    fn with_root(&self, mode: &str) -> String {
        format!("sslmode={mode}&sslrootcert={}", self.folder.path().join("ca.pem").display())
    }

    /// By which version of TLS the server says that it speaks with us.
    fn encryption(&self, host: &str, tls: &str) -> Result<String, String> {
        let mut session =
            Session::new(parse(&self.address(host, tls)).map_err(|error| error.to_string())?);
        session.batch("select 1").map_err(|error| error.to_string())?;
        let client = session.client().map_err(|error| error.to_string())?;
        let asked = "select version from pg_stat_ssl where pid = pg_backend_pid() and ssl";
        let row = client.query_one(asked, &[]).map_err(|error| error.to_string())?;
        Ok(row.get(0))
    }
}

#[test]
fn a_server_is_spoken_to_by_tls_and_believed_by_its_certificate() {
    let server = Server::start();
    let [other, ..] = certificates();
    let stranger = server.folder.path().join("stranger.pem");
    std::fs::write(&stranger, other).unwrap();
    let by_stranger = |mode: &str| format!("sslmode={mode}&sslrootcert={}", stranger.display());
    for (host, tls) in [
        ("localhost", "sslmode=prefer".to_owned()),
        ("localhost", "sslmode=require".to_owned()),
        ("localhost", server.with_root("verify-full")),
        ("localhost", server.with_root("verify-ca")),
        // The certificate is for another name, and only verify-full looks at it.
        ("127.0.0.1", server.with_root("verify-ca")),
    ] {
        assert_eq!(server.encryption(host, &tls).as_deref(), Ok("TLSv1.3"), "{host} {tls}");
    }
    for (host, tls, expected) in [
        ("127.0.0.1", server.with_root("verify-full"), "not valid for name"),
        ("localhost", by_stranger("verify-full"), "invalid peer certificate"),
        ("localhost", by_stranger("verify-ca"), "invalid peer certificate"),
        ("localhost", by_stranger("require"), "invalid peer certificate"),
        // The authorities of the machine do not know this server's.
        ("localhost", "sslmode=verify-full".to_owned(), "invalid peer certificate"),
        ("localhost", "sslmode=disable".to_owned(), "no pg_hba.conf entry"),
    ] {
        let words = server.encryption(host, &tls).unwrap_err();
        assert!(words.contains(expected), "{host} {tls}: {words}");
    }
}

#[test]
fn the_program_opens_a_database_and_takes_a_backup_by_tls() {
    let server = Server::start();
    let location =
        Location::Postgres(server.address("localhost", &server.with_root("verify-full")));
    let db = Db::open_with(&location, &[], crate::db::Options::default()).unwrap();
    let backup = db.backup_to(&server.folder.path().join("backup")).unwrap();
    assert!(backup.bytes > 1_000, "{} bytes", backup.bytes);
    let facts = db.server_facts_blocking().unwrap();
    assert_eq!(facts.get("encrypted").map(String::as_str), Some("TLSv1.3"));
}
