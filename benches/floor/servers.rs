//! Servers as children of this very program, one process each, so that processor time and memory can be told apart.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio_postgres::NoTls;

use crate::{Database, Outcome};

/// The first argument of a child.
pub const SERVE: &str = "serve";

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The hand-written floor.
    Floor,
    /// The gateway.
    Tidegate,
}

impl Side {
    /// Its name on a child's command line.
    pub fn name(self) -> &'static str {
        match self {
            Side::Floor => "floor",
            Side::Tidegate => "tidegate",
        }
    }
}

/// A running server; it ends with its owner.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Server {
    /// Starts a server and waits until it listens. `target` is the database for the floor, the configuration for the
    /// gateway.
    pub fn start(side: Side, database: Database, target: &str) -> Outcome<Server> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([SERVE, side.name(), database.name(), target])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(log_path(side, database))?)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("port ")?.parse().ok());
        // Whatever else it says is of no use, but its pipe must not fill.
        std::thread::spawn(move || lines.for_each(drop));
        match port {
            Some(port) => Ok(Server { child, port }),
            None => {
                child.kill()?;
                let said = std::fs::read_to_string(log_path(side, database)).unwrap_or_default();
                Err(format!("{} on {} did not start: {said}", side.name(), database.name()).into())
            }
        }
    }

    /// Seconds of processor time so far.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.child.id())
    }

    /// Largest memory in use so far, in MiB.
    pub fn peak_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn log_path(side: Side, database: Database) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("tidegate-bench-{}-{}-{}.log", std::process::id(), side.name(), database.name()))
}

/// Removes what the children wrote.
pub fn remove_logs() {
    for side in [Side::Floor, Side::Tidegate] {
        for database in [Database::Postgres, Database::Sqlite] {
            drop(std::fs::remove_file(log_path(side, database)));
        }
    }
}

/// Tells the parent where a child listens.
pub fn announce(port: u16) {
    println!("port {port}");
}

/// The processes of a PostgreSQL on this machine.
pub struct Backends {
    postmaster: Option<u32>,
}

impl Backends {
    /// Those of the server behind the URL; of one elsewhere nothing is known.
    pub async fn of(url: &str) -> Outcome<Backends> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await?.try_get(0)?;
        let postmaster = u32::try_from(pid).ok().and_then(parent).filter(|pid| *pid > 1);
        Ok(Backends { postmaster })
    }

    /// Without any database processes: SQLite lives in its server.
    pub fn none() -> Backends {
        Backends { postmaster: None }
    }

    /// Seconds of processor time so far, by process: one that ends in between takes its time with it.
    pub fn cpu_seconds(&self) -> HashMap<u32, f64> {
        let Some(postmaster) = self.postmaster else { return HashMap::new() };
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|pid| parent(*pid) == Some(postmaster)).map(|pid| (pid, cpu_seconds(pid))).collect()
    }
}

fn cpu_seconds(pid: u32) -> f64 {
    /// Of `/proc`, on Linux.
    const TICKS_PER_SECOND: f64 = 100.0;
    let field = |at| stat(pid, at).unwrap_or(0) as f64;
    (field(14) + field(15)) / TICKS_PER_SECOND
}

fn parent(pid: u32) -> Option<u32> {
    stat(pid, 4).and_then(|pid| u32::try_from(pid).ok())
}

/// A field of `/proc/PID/stat`, counted from 1 as in its manual.
fn stat(pid: u32, field: usize) -> Option<u64> {
    let text = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    // The name in parentheses may hold anything, so counting begins behind it.
    let (_, rest) = text.rsplit_once(") ")?;
    rest.split(' ').nth(field - 3)?.parse().ok()
}
