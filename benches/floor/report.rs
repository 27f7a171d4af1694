//! The table, and what in it is a defect.

use std::time::Duration;

use crate::cases::Expected;
use crate::client::Round;

/// All rounds of one server in one case.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    /// The rounds.
    pub rounds: Vec<Round>,
    /// Processor seconds of the server.
    pub server_cpu: f64,
    /// Processor seconds of the database's processes.
    pub database_cpu: f64,
}

impl Rounds {
    fn median<T: PartialOrd>(&self, of: impl Fn(&Round) -> T) -> Option<T> {
        let mut values: Vec<T> = self.rounds.iter().map(of).collect();
        values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        let middle = values.len() / 2;
        values.into_iter().nth(middle)
    }

    fn rate(&self) -> f64 {
        self.median(Round::rate).unwrap_or(0.0)
    }

    fn quantile_ms(&self, part: f64) -> f64 {
        self.median(|round| round.quantile(part)).unwrap_or(Duration::ZERO).as_secs_f64() * 1000.0
    }

    fn requests(&self) -> f64 {
        self.rounds.iter().map(|round| round.latencies.len()).sum::<usize>().max(1) as f64
    }

    fn cpu_us(&self) -> (f64, f64) {
        let requests = self.requests();
        (self.server_cpu * 1e6 / requests, self.database_cpu * 1e6 / requests)
    }
}

/// One line of the table.
pub struct Line {
    /// The case.
    pub name: &'static str,
    /// What is expected of it.
    pub expected: Expected,
    /// Connections.
    pub connections: usize,
    /// The floor.
    pub floor: Rounds,
    /// The gateway.
    pub tidegate: Rounds,
}

impl Line {
    /// The gateway's rate as a part of the floor's.
    pub fn ratio(&self) -> f64 {
        self.tidegate.rate() / self.floor.rate().max(f64::MIN_POSITIVE)
    }

    /// Whether the gateway is slower than it may be. A debug build tells nothing about that.
    pub fn is_defect(&self) -> bool {
        !cfg!(debug_assertions) && self.ratio() < self.expected.least()
    }
}

/// Prints what stands above the lines.
pub fn print_head(title: &str) {
    println!("\n## {title}\n");
    println!(
        "Server CPU and database CPU are microseconds per request; p50 and p99 are milliseconds. F floor, T Tidegate.\n"
    );
    println!(
        "| {:<16} | {:>4} | {:>8} | {:>8} | {:>5} | {:>8} | {:>8} | {:>8} | {:>8} | {:>7} | {:>7} | {:>7} | {:>7} | {:<6} |",
        "case",
        "conc",
        "F req/s",
        "T req/s",
        "T:F",
        "F p50",
        "T p50",
        "F p99",
        "T p99",
        "F cpu",
        "T cpu",
        "F db",
        "T db",
        ""
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|");
}

/// Prints one line.
pub fn print_line(line: &Line) {
    let (floor, tidegate) = (&line.floor, &line.tidegate);
    let ((floor_cpu, floor_db), (tidegate_cpu, tidegate_db)) = (floor.cpu_us(), tidegate.cpu_us());
    println!(
        "| {:<16} | {:>4} | {:>8.0} | {:>8.0} | {:>4.0}% | {:>8.3} | {:>8.3} | {:>8.2} | {:>8.2} | {:>7.0} | {:>7.0} | {:>7.0} | {:>7.0} | {:<6} |",
        line.name,
        line.connections,
        floor.rate(),
        tidegate.rate(),
        line.ratio() * 100.0,
        floor.quantile_ms(0.5),
        tidegate.quantile_ms(0.5),
        floor.quantile_ms(0.99),
        tidegate.quantile_ms(0.99),
        floor_cpu,
        tidegate_cpu,
        floor_db,
        tidegate_db,
        if line.is_defect() { "DEFECT" } else { "" }
    );
}
