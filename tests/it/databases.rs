//! A private database on each server that the environment names: made for one test, holding all three sets, dropped when
//! the test ends.
#![allow(dead_code)] // each test uses its part

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, PgConnection};

use crate::fixture::{self, Database};

/// A database with the fixture in it.
pub struct Prepared {
    /// Which kind.
    pub database: Database,
    /// Where the gateway finds it.
    pub url: String,
    server: String,
    name: String,
    _dir: Option<tempfile::TempDir>,
}

/// Distinguishes the databases of one process.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// The variable that names the server.
fn variable(database: Database) -> Option<(&'static str, &'static str)> {
    match database {
        Database::Postgres => Some(("TIDEGATE_TEST_POSTGRES", "postgres")),
        Database::Mariadb => Some(("TIDEGATE_TEST_MYSQL", "mariadb")),
        Database::Sqlite => None,
    }
}

/// Whether tests that need this may be left out.
pub fn may_miss(name: &str) -> bool {
    std::env::var("TIDEGATE_TESTS_ALLOW_MISSING")
        .is_ok_and(|names| names.split(',').any(|allowed| allowed.trim() == name))
}

/// Makes and fills a database; nothing where no server is named and the test may be left out.
pub async fn prepare(database: Database) -> Option<Prepared> {
    let Some((variable, name)) = variable(database) else { return Some(sqlite()) };
    let Ok(server) = std::env::var(variable) else {
        assert!(may_miss(name), "{variable} names no server; run tests/run, or allow {name} to be missing");
        eprintln!("SKIPPED: {variable} names no server to test against");
        return None;
    };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("tidegate_test_{}_{number}", std::process::id());
    let prepared =
        Prepared { database, url: with_database(&server, &name), server, name: name.clone(), _dir: None };
    prepared.run_on_server(&format!("CREATE DATABASE {name}")).await;
    for script in [fixture::script(database), fixture::folded::script(database), fixture::broken::script(database)] {
        prepared.run(script).await;
    }
    Some(prepared)
}

fn sqlite() -> Prepared {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fixture.db");
    fixture::write_sqlite(&path).unwrap();
    let url = format!("sqlite:{}", path.display());
    Prepared { database: Database::Sqlite, server: String::new(), name: String::new(), url, _dir: Some(dir) }
}

/// The server's URL with another database in it.
fn with_database(server: &str, name: &str) -> String {
    let mut url: url::Url = server.parse().unwrap();
    url.set_path(name);
    url.into()
}

impl Prepared {
    /// Runs statements in the database, on a session that may write.
    pub async fn run(&self, script: String) {
        match self.database {
            Database::Sqlite => {
                let path = self.url.trim_start_matches("sqlite:");
                rusqlite::Connection::open(path).unwrap().execute_batch(&script).unwrap();
            }
            _ => self.run_at(&self.url, script).await,
        }
    }

    async fn run_on_server(&self, statement: &str) {
        self.run_at(&self.server, statement.to_owned()).await;
    }

    async fn run_at(&self, url: &str, script: String) {
        let script = sqlx::raw_sql(AssertSqlSafe(script));
        match self.database {
            Database::Postgres => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                connection.execute(script).await.unwrap();
                connection.close().await.unwrap();
            }
            _ => {
                let mut connection = MySqlConnection::connect(url).await.unwrap();
                connection.execute(script).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// Drops the database, whoever still uses it.
    pub async fn drop(self) {
        match self.database {
            Database::Sqlite => {}
            Database::Postgres => self.run_on_server(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await,
            Database::Mariadb => self.run_on_server(&format!("DROP DATABASE {}", self.name)).await,
        }
    }
}
