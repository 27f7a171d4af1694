//! Tidegate beside a hand-written floor: the same requests, the same database, the same run.
//!
//! `benches/run` starts a PostgreSQL and calls this; `benches/README.md` says how to read the table.

mod cases;
mod client;
mod compare;
mod config;
mod data;
mod floor;
mod gateway;
mod measure;
mod micro;
mod report;
mod servers;

use std::process::ExitCode;

use servers::{SERVE, Side};

/// What anything here gives: an error ends the run, so nobody has to tell one from another.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The databases that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// PostgreSQL, as a server of its own.
    Postgres,
    /// SQLite, inside of the server.
    Sqlite,
}

impl Database {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Database::Postgres => "postgres",
            Database::Sqlite => "sqlite",
        }
    }

    fn named(name: &str) -> Option<Database> {
        [Database::Postgres, Database::Sqlite].into_iter().find(|database| database.name() == name)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = match texts.as_slice() {
        [SERVE, side, database, target] => serve(side, database, target),
        options => measure::Options::read(options).and_then(|options| measure::run(&options)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(side: &str, database: &str, target: &str) -> Outcome<()> {
    let database = Database::named(database).ok_or("no such database")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if side == Side::Floor.name() {
        runtime.block_on(floor::serve(database, target))
    } else {
        runtime.block_on(gateway::serve(target))
    }
}
