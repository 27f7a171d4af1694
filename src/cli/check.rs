//! `tidegate check`: stages in order, each finding with file, line and fix.
//!
//! Offline, secrets that are not there are warnings, so that a file can be checked where its secrets must not be. The
//! stages that ask the databases change nothing there.

mod columns;
mod indexes;
mod live;
mod paste;
mod rights;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::config::{self, Finding, Loaded, Options, Severity, Stage};

/// What `check` is told.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Ask no database
    #[arg(long)]
    pub offline: bool,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Errors found.
    pub errors: usize,
    /// Warnings found.
    pub warnings: usize,
}

impl Outcome {
    /// Zero when the gateway can serve these files.
    pub fn exit_code(self) -> u8 {
        u8::from(self.errors > 0)
    }

    /// Counts findings.
    pub fn of(findings: &[Finding]) -> Outcome {
        let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
        Outcome { errors: count(Severity::Error), warnings: count(Severity::Warning) }
    }
}

/// Runs the stages and prints them. `colour` is for terminals.
pub async fn run(args: &CheckArgs, colour: bool, out: &mut dyn Write) -> io::Result<Outcome> {
    if args.offline { run_offline(&args.config, colour, out) } else { run_live(&args.config, colour, out).await }
}

/// Runs every stage and prints them; without a sound configuration no database is asked.
pub async fn run_live(path: &Path, colour: bool, out: &mut dyn Write) -> io::Result<Outcome> {
    let loaded = config::read(path, &Options::default());
    let mut findings = loaded.findings;
    let Some(config) = loaded.config else {
        write_stages(&findings, out)?;
        writeln!(out, "No database was asked: the files have errors.\n")?;
        config::write_findings(&findings, colour, out)?;
        return Ok(Outcome::of(&findings));
    };
    let live = live::check(&config, &loaded.places).await;
    findings.extend(live.findings);
    findings.sort_by_key(|finding| (finding.severity, finding.code.stage()));
    for stage in Stage::ALL {
        write_stage_of(stage, &findings, out)?;
        if stage == Stage::Connectivity {
            live.servers.iter().try_for_each(|server| writeln!(out, "  {server}"))?;
        }
    }
    writeln!(out)?;
    config::write_findings(&findings, colour, out)?;
    Ok(Outcome::of(&findings))
}

/// Runs the stages that need no database and prints them. `colour` is for terminals.
pub fn run_offline(path: &Path, colour: bool, out: &mut dyn Write) -> io::Result<Outcome> {
    let loaded = load_offline(path);
    write_stages(&loaded.findings, out)?;
    config::write_findings(&loaded.findings, colour, out)?;
    Ok(Outcome::of(&loaded.findings))
}

/// Loads without insisting on secrets.
pub fn load_offline(path: &Path) -> Loaded {
    config::read(path, &Options { secrets_required: false, ..Options::default() })
}

/// One line per offline stage.
pub fn write_stages(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    for stage in Stage::ALL.into_iter().filter(|stage| !stage.is_live()) {
        write_stage_of(stage, findings, out)?;
    }
    writeln!(out)
}

fn write_stage_of(stage: Stage, findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let of_stage: Vec<_> = findings.iter().filter(|f| f.code.stage() == stage).cloned().collect();
    write_stage(stage.name(), Outcome::of(&of_stage), out)
}

/// The line of one stage.
pub fn write_stage(name: &str, outcome: Outcome, out: &mut dyn Write) -> io::Result<()> {
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let result = match (outcome.errors, outcome.warnings) {
        (0, 0) => "ok".to_owned(),
        (0, warnings) => plural(warnings, "warning"),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    };
    writeln!(out, "{name:<16} {result}")
}
