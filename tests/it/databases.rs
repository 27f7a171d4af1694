//! A database of a test's own: made, filled by a script, dropped at the end, whatever the end is.
//!
//! Servers are told by environment variables; one that is missing fails the test unless it may be missing.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::Connection as _;

use crate::fixture::Database;

/// The list of what tests may do without.
const MISSING: &str = "TIDEGATE_TESTS_ALLOW_MISSING";

/// A filled database.
pub struct Made {
    /// Where it is.
    pub url: String,
    /// What it is.
    pub database: Database,
    server: Option<(String, String)>,
    _folder: tempfile::TempDir,
}

/// Which server a database needs: its environment variable, and its name among those that may be missing.
fn server(database: Database) -> Option<(&'static str, &'static str)> {
    match database {
        Database::Sqlite => None,
        Database::Postgres => Some(("TIDEGATE_TEST_POSTGRES", "postgres")),
        Database::Mariadb => Some(("TIDEGATE_TEST_MYSQL", "mariadb")),
    }
}

/// Whether tests that need this may be left out.
pub fn may_miss(name: &str) -> bool {
    std::env::var(MISSING).is_ok_and(|names| names.split([',', ' ']).any(|allowed| allowed == name))
}

/// A new database, filled by the script; nothing where the server is missing and may be.
pub async fn make(database: Database, script: &str) -> Option<Made> {
    let folder = tempfile::tempdir().unwrap();
    let Some((variable, name)) = server(database) else {
        let path: PathBuf = folder.path().join("fixture.db");
        rusqlite::Connection::open(&path).unwrap().execute_batch(script).unwrap();
        return Some(Made { url: format!("sqlite:{}", path.display()), database, server: None, _folder: folder });
    };
    let Ok(root) = std::env::var(variable) else {
        assert!(may_miss(name), "{variable} names no database; set {MISSING}={name} to leave this test out");
        eprintln!("SKIPPED: {variable} names no database to test against");
        return None;
    };
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let own = format!("tidegate_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let created = match database {
        Database::Mariadb => format!("CREATE DATABASE {own} CHARACTER SET utf8mb4"),
        _ => format!("CREATE DATABASE {own} ENCODING 'UTF8' TEMPLATE template0"),
    };
    run(database, &root, created).await.unwrap();
    let url = within(&root, &own);
    let made = Made { url: url.clone(), database, server: Some((root, own)), _folder: folder };
    run(database, &url, script.to_owned()).await.unwrap();
    Some(made)
}

/// The URL of another database on the same server.
fn within(root: &str, name: &str) -> String {
    let mut url = url::Url::parse(root).unwrap();
    url.set_path(name);
    url.into()
}

async fn run(database: Database, url: &str, script: String) -> Result<(), sqlx::Error> {
    let script = sqlx::AssertSqlSafe(script);
    if database == Database::Mariadb {
        let mut session = sqlx::MySqlConnection::connect(url).await?;
        sqlx::raw_sql(script).execute(&mut session).await?;
        return session.close().await;
    }
    let mut session = sqlx::PgConnection::connect(url).await?;
    sqlx::raw_sql(script).execute(&mut session).await?;
    session.close().await
}

impl Made {
    /// What a server calls it.
    pub fn name(&self) -> &str {
        self.server.as_ref().map_or("main", |(_, own)| own)
    }
}

impl Drop for Made {
    /// On a thread of its own: dropping cannot wait on a runtime that is itself ending.
    fn drop(&mut self) {
        let (Some((root, own)), database) = (self.server.take(), self.database) else { return };
        let force = if database == Database::Postgres { " WITH (FORCE)" } else { "" };
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let dropped = runtime.block_on(run(database, &root, format!("DROP DATABASE {own}{force}")));
            dropped.map_err(std::io::Error::other)
        });
        if let Ok(Err(error)) = dropped.join() {
            eprintln!("a test database is left behind: {error}");
        }
    }
}
