//! A gateway that listens, over a database of its own, as Salesforce would be pointed at it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tidegate::config::{self, Config};
use tidegate::http::{Running, start};
use tidegate::telemetry::{Format, Log};
use tokio::time::sleep;

use super::Answer;
use super::one::One;
use crate::databases::{Made, make};
use crate::fixture::Database;

/// Where clients believe the gateway to be.
pub const PUBLIC_URL: &str = "https://gateway.example.com";
/// Who may read the service with client paging.
pub const USER: &str = "salesforce";
/// The user's password.
pub const PASSWORD: &str = "pass: wörd";

/// A gateway.
pub struct Stand {
    pub address: SocketAddr,
    pub made: Made,
    running: Running,
    log: Log,
    lines: Lines,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stand {
    /// A gateway over a database filled by the script; nothing where the database is missing and may be.
    pub async fn open(database: Database, script: &str, model: &str, bend: impl FnOnce(&mut Config)) -> Option<Stand> {
        let made = make(database, script).await?;
        let mut config = configured(&made, model);
        bend(&mut config);
        let lines = Lines::default();
        let log = Log::start(Format::Json, "info", lines.clone()).unwrap();
        let running = start(config, log.events()).await.unwrap_or_else(|error| panic!("{error}"));
        Some(Stand { address: running.local_addr(), made, running, log, lines })
    }

    /// What the log tells of an answered request.
    pub async fn told(&self, answer: &Answer) -> serde_json::Value {
        let id = answer.header("x-request-id").unwrap();
        for _ in 0..100 {
            self.log.flush();
            let text = String::from_utf8(self.lines.0.lock().unwrap().clone()).unwrap();
            if let Some(line) = text.lines().find(|line| line.contains(id)) {
                return serde_json::from_str(line).unwrap();
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("the log does not know {id}");
    }

    /// A connection of HTTP/1.1.
    pub async fn one(&self) -> One {
        One::open(self.address).await
    }

    /// Drains; every request must have ended.
    pub async fn close(self) {
        assert!(self.running.stop().await, "a request did not end");
    }
}

/// Name and password as a header.
pub fn basic(password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{USER}:{password}")))
}

fn configured(made: &Made, model: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tidegate.toml");
    std::fs::write(folder.path().join("fixture.toml"), model).unwrap();
    let dialect = match made.database {
        Database::Postgres => "postgres",
        Database::Mariadb => "mariadb",
        Database::Sqlite => "sqlite",
    };
    // As cheap as can be: what a hash costs is not what is tried here.
    let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
    let hash: PasswordHash = cheap.hash_password(PASSWORD.as_bytes()).unwrap();
    let hash = hash.to_string();
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[sources.main]\nurl = {:?}\ndialect = {dialect:?}\n\
         [services.client]\nroot = \"/client/\"\nmodel = \"fixture.toml\"\npublic_url = \"{PUBLIC_URL}/client/\"\n\
         users = [{{ name = {USER:?}, password_hash = {hash:?} }}]\n\
         [services.server]\nroot = \"/server/\"\nmodel = \"fixture.toml\"\npublic_url = \"{PUBLIC_URL}/server/\"\n\
         paging = \"server\"\npage_rows = 200\n",
        made.url
    );
    std::fs::write(&path, text).unwrap();
    config::load(&path).unwrap_or_else(|findings| panic!("{findings:#?}")).0
}
