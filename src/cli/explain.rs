//! `tidegate explain`: every stage of one request, offline: syntax, plan, and the SQL of each dialect asked for.
//!
//! Runs the pipeline's own functions on the configured model and prints what they return; opens no connection and reads
//! no secret. What a stage refuses is printed as the service would answer it, with its place underlined.

mod place;
mod sections;
mod sql;
mod target;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use contract::{Date, Dialect, Time, Timestamp, dialect};

use super::check::load_offline;
use crate::config::{self, Severity};
use crate::engine::{parse_limits, plan_rules};

pub use sections::{Failure, Section, sections};

/// What `explain` is told.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The request: a whole URL, or a path below the service root with its query
    #[arg(value_name = "URL")]
    pub url: String,
    /// The SQL of this dialect instead of the source's own; "all" for every one
    #[arg(long, value_name = "NAME")]
    pub dialect: Option<String>,
    /// The service, when the URL does not tell
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
}

/// Explains one request. Returns the exit code: zero if every stage passed.
pub fn run(args: &ExplainArgs, out: &mut dyn Write) -> io::Result<u8> {
    let loaded = load_offline(&args.config);
    let Some(config) = loaded.config else {
        let errors: Vec<_> = loaded.findings.into_iter().filter(|f| f.severity == Severity::Error).collect();
        config::write_findings(&errors, false, out)?;
        return Ok(1);
    };
    let dialects = match dialects(args.dialect.as_deref()) {
        Ok(dialects) => dialects,
        Err(message) => return refuse(&message, out),
    };
    let (service, request) = match target::target(&config, args.service.as_deref(), &args.url) {
        Ok(found) => found,
        Err(message) => return refuse(&message, out),
    };
    writeln!(out, "service {}, {}\n", service.name, service.root)?;
    let rules = plan_rules(service, config.limits.in_terms_max, now());
    let printed = sections(&service.model, &rules, &parse_limits(&config.limits), &request, &dialects);
    for section in &printed {
        write_section(section, out)?;
    }
    Ok(u8::from(printed.iter().any(|section| section.failed)))
}

fn refuse(message: &str, out: &mut dyn Write) -> io::Result<u8> {
    writeln!(out, "{message}")?;
    Ok(2)
}

fn write_section(section: &Section, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", section.title)?;
    for line in section.text.lines() {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)
}

/// The dialects asked for; none means the source's own.
fn dialects(name: Option<&str>) -> Result<Vec<&'static Dialect>, String> {
    match name {
        None => Ok(Vec::new()),
        Some("all") => Ok(dialect::ALL.to_vec()),
        Some(name) => dialect::named(name).map(|dialect| vec![dialect]).ok_or_else(|| {
            let known: Vec<_> = dialect::ALL.iter().map(|dialect| dialect.name).collect();
            format!("there is no dialect \"{name}\"; dialects are {} and all", known.join(", "))
        }),
    }
}

/// The present instant in UTC, whole seconds.
fn now() -> Timestamp {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let date = Date::from_unix_days(i64::try_from(seconds / 86_400).unwrap_or(0));
    Timestamp { date, time: Time { nanos: seconds % 86_400 * 1_000_000_000 } }
}
