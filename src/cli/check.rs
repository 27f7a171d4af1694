//! `tidegate check`: stages in order, each finding with file, line and fix.
//!
//! The stages here need no database; secrets that are not there are warnings, so that a file can be checked where its
//! secrets must not be.

use std::io::{self, Write};
use std::path::Path;

use crate::config::{self, Finding, Loaded, Options, Severity, Stage};

/// What `check` is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The configuration.
    #[command(flatten)]
    pub config: super::ConfigFile,
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
    for stage in Stage::ALL {
        let of_stage: Vec<_> = findings.iter().filter(|f| f.code.stage() == stage).cloned().collect();
        write_stage(stage.name(), Outcome::of(&of_stage), out)?;
    }
    writeln!(out)
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::cli::demo;

    #[test]
    fn stages_are_listed_and_an_error_fails() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tidegate.toml");
        let server = "[sources.a]\nurl = \"sqlite:${env:TIDEGATE_TEST_UNSET}\"\ndialect = \"sqlite\"\n\
                      [services.s]\nmodel = \"m.toml\"\n";
        std::fs::write(&path, server).unwrap();
        let model = "namespace = \"N\"\n[[entity_set]]\nname = \"Case\"\ntable = \"t\"\nkey = [\"Id\"]\n\
                     properties = [{ name = \"Id\", type = \"Int32\" }]\n";
        std::fs::write(dir.path().join("m.toml"), model).unwrap();
        let run = || {
            let mut out = Vec::new();
            let outcome = run_offline(&path, false, &mut out).unwrap();
            (outcome, String::from_utf8(out).unwrap())
        };
        let (outcome, text) = run();
        assert_eq!((outcome, outcome.exit_code()), (Outcome { errors: 0, warnings: 2 }, 0), "{text}");
        let stages =
            "syntax           1 warning\nnames            ok\ntypes            ok\nSalesforce lint  1 warning\n";
        assert!(text.starts_with(stages), "{text}");
        std::fs::write(dir.path().join("m.toml"), model.replace("\"Id\"]", "\"Ix\"]")).unwrap();
        let (outcome, text) = run();
        assert_eq!(outcome.exit_code(), 1, "{text}");
        assert!(text.contains("names            1 error\n") && text.contains("m.toml:5:8"), "{text}");
    }

    #[test]
    fn the_demonstration_has_no_errors() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(demo::CONFIG_FILE), demo::CONFIG).unwrap();
        std::fs::write(dir.path().join(demo::MODEL_FILE), demo::MODEL).unwrap();
        let mut out = Vec::new();
        let outcome = run_offline(&dir.path().join(demo::CONFIG_FILE), false, &mut out).unwrap();
        assert_eq!(outcome.errors, 0, "{}", String::from_utf8_lossy(&out));
    }
}
