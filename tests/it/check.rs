//! The live stages of `check` on the fixture in SQLite, and on databases named by the environment.

use std::path::Path;

use tidegate::cli::check::{Outcome, run_live};

use crate::fixture::{self, Database, SOURCE};

fn check(url: &str, model: &str) -> (Outcome, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tidegate.toml");
    let server = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[sources.{SOURCE}]\nurl = {url:?}\ntime_zone = \"UTC\"\n\
         [services.s]\nroot = \"/odata/v4/\"\nmodel = \"m.model.toml\"\nprofile = \"odata\"\n\
         [services.t]\nroot = \"/sf/v4/\"\nmodel = \"m.model.toml\"\n"
    );
    std::fs::write(&path, server).unwrap();
    std::fs::write(dir.path().join("m.model.toml"), model).unwrap();
    let mut out = Vec::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(run_live(&path, false, &mut out)).unwrap();
    (outcome, String::from_utf8(out).unwrap())
}

fn sqlite(path: &Path) -> String {
    let _ = fixture::write_sqlite(path);
    format!("sqlite:{}", path.display())
}

#[test]
fn the_fixture_is_as_its_models_say() {
    let dir = tempfile::tempdir().unwrap();
    let url = sqlite(&dir.path().join("fixture.db"));
    for model in [
        fixture::model(Database::Sqlite),
        fixture::folded::model(Database::Sqlite),
        fixture::broken::model(Database::Sqlite),
    ] {
        let (outcome, text) = check(&url, &model);
        assert_eq!(outcome.errors, 0, "{text}");
        for quiet in ["column-type", "column-exact", "column-null", "column-length", "no-column", "key-not-unique"] {
            assert!(!text.contains(quiet), "{quiet}\n{text}");
        }
        assert!(text.contains("connectivity     ok\n  main: SQLite 3."), "{text}");
    }
}

/// For a look by hand: TIDEGATE_CHECK_URL and TIDEGATE_CHECK_DATABASE name a database that holds the fixture.
#[test]
fn a_database_named_by_the_environment() {
    let Ok(url) = std::env::var("TIDEGATE_CHECK_URL") else { return };
    let database = if url.starts_with("postgres") { Database::Postgres } else { Database::Mariadb };
    for model in [fixture::model(database), fixture::folded::model(database), fixture::broken::model(database)] {
        let (_, text) = check(&url, &model);
        eprintln!("{text}\n=======");
    }
}
