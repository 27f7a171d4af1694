//! One run: data, servers, comparison, then rounds in turn, the order reversed each time.

use std::path::Path;
use std::time::Duration;

use crate::cases::{self, Case};
use crate::client::{self, Load};
use crate::data::{self, Size};
use crate::report::{self, Line, Rounds};
use crate::servers::{self, Backends, Server, Side};
use crate::{Database, Outcome, compare, config, micro};

/// Where the PostgreSQL is that may be filled.
const POSTGRES_VARIABLE: &str = "TIDEGATE_BENCH_POSTGRES";
/// Connections of the client.
const CONNECTIONS: [usize; 2] = [1, 16];

/// How much is measured.
#[derive(Clone, Debug)]
pub struct Options {
    size: Size,
    distinct: usize,
    rounds: usize,
    time: Duration,
    /// Only cases with this in their name.
    only: Option<String>,
    /// Only this database.
    database: Option<Database>,
}

impl Options {
    /// Reads the command line; cargo adds `--bench`.
    pub fn read(arguments: &[&str]) -> Outcome<Options> {
        let mut options = Options {
            size: data::FULL,
            distinct: 500,
            rounds: 3,
            time: Duration::from_secs(1),
            only: None,
            database: None,
        };
        for argument in arguments.iter().filter(|argument| **argument != "--bench") {
            match argument.split_once('=').unwrap_or((argument, "")) {
                ("--quick", "") => {
                    options.size = data::SMALL;
                    options.distinct = 10;
                    options.rounds = 1;
                    options.time = Duration::from_millis(40);
                }
                ("--seconds", seconds) => options.time = Duration::from_secs_f64(seconds.parse()?),
                ("--rounds", rounds) => options.rounds = rounds.parse()?,
                ("--case", name) => options.only = Some(name.to_owned()),
                ("--database", name) => {
                    options.database = Some(Database::named(name).ok_or("--database=postgres or --database=sqlite")?);
                }
                _ => return Err(format!("{argument} is no option: see benches/README.md").into()),
            }
        }
        Ok(options)
    }

    fn wants(&self, database: Database) -> bool {
        self.database.is_none_or(|only| only == database)
    }
}

/// Measures and prints.
pub fn run(options: &Options) -> Outcome<()> {
    // The client has one thread: it must leave room for what it measures.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let folder = folder()?;
    let ended = runtime.block_on(async {
        micro::run(&config::write(&folder, Database::Postgres, "postgres://nobody@127.0.0.1/none")?)?;
        if options.wants(Database::Postgres) {
            postgres(options, &folder).await?;
        }
        if options.wants(Database::Sqlite) {
            sqlite(options, &folder).await?;
        }
        Ok(())
    });
    servers::remove_logs();
    ended
}

async fn postgres(options: &Options, folder: &Path) -> Outcome<()> {
    let url = std::env::var(POSTGRES_VARIABLE)
        .map_err(|_| format!("{POSTGRES_VARIABLE} must name a PostgreSQL; benches/run starts one"))?;
    data::load_postgres(&url, options.size).await?;
    let backends = Backends::of(&url).await?;
    measure(options, folder, Database::Postgres, &url, &url, &backends).await
}

async fn sqlite(options: &Options, folder: &Path) -> Outcome<()> {
    let path = data::load_sqlite(folder, options.size)?.display().to_string();
    measure(options, folder, Database::Sqlite, &path, &format!("sqlite:{path}"), &Backends::none()).await
}

/// A folder of its own beside this program, which lies in cargo's target folder; the SQLite file stays there.
fn folder() -> Outcome<std::path::PathBuf> {
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or("this program lies in no folder")?.join("tidegate-bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

async fn measure(
    options: &Options,
    folder: &Path,
    database: Database,
    floor_target: &str,
    url: &str,
    backends: &Backends,
) -> Outcome<()> {
    let config = config::write(folder, database, url)?;
    let floor = Server::start(Side::Floor, database, floor_target)?;
    let tidegate = Server::start(Side::Tidegate, database, &config.display().to_string())?;
    let mut cases = cases::all(options.size, options.distinct);
    cases.retain(|case| options.only.as_ref().is_none_or(|only| case.name.contains(only.as_str())));
    let mut compared = 0;
    for case in &cases {
        compared += compare::compare(case, floor.port, tidegate.port).await?;
    }
    let Size { invoices, .. } = options.size;
    report::print_head(&format!("{}, {invoices} invoices ({compared} rows compared, all equal)", database.name()));
    let mut lines = Vec::new();
    for case in &cases {
        for connections in CONNECTIONS {
            let line = line(options, case, connections, [&floor, &tidegate], backends).await?;
            report::print_line(&line);
            lines.push(line);
        }
    }
    println!("\nPeak memory: floor {} MiB, Tidegate {} MiB.", floor.peak_mib(), tidegate.peak_mib());
    if cfg!(debug_assertions) {
        println!("Everything works; the figures of a debug build mean nothing.");
    } else {
        let defects = lines.iter().filter(|line| line.is_defect()).count();
        println!("Slower than allowed (a single record under 40 % of the floor, a page under 50 %): {defects}.");
    }
    Ok(())
}

async fn line(
    options: &Options,
    case: &Case,
    connections: usize,
    servers: [&Server; 2],
    backends: &Backends,
) -> Outcome<Line> {
    let mut all = [Rounds::default(), Rounds::default()];
    for round in 0..options.rounds {
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for side in order {
            let paths = if side == 0 { &case.floor } else { &case.tidegate };
            let load = Load {
                port: servers[side].port,
                paths: paths.clone(),
                pages: case.pages,
                connections,
                time: options.time,
            };
            let server_before = servers[side].cpu_seconds();
            let database_before = backends.cpu_seconds();
            all[side].rounds.push(client::run(&load).await?);
            all[side].server_cpu += servers[side].cpu_seconds() - server_before;
            let after = backends.cpu_seconds();
            all[side].database_cpu += after
                .iter()
                .map(|(process, seconds)| seconds - database_before.get(process).copied().unwrap_or(0.0))
                .sum::<f64>();
        }
    }
    let [floor, tidegate] = all;
    Ok(Line { name: case.name, expected: case.expected, connections, floor, tidegate })
}
