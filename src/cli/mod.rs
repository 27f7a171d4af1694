//! The programs a person runs: arguments here, one module each for what they do.

pub mod check;
pub mod demo;
pub mod explain;
pub mod hash_password;
pub mod init;
mod property_line;
pub mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Serves legacy databases as OData, for Salesforce Connect.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The programs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a gateway on a small generated database, to try things out
    Demo(demo::run::Args),
    /// Read a database's catalog and write tidegate.toml and a model file
    Init(init::InitArgs),
    /// Start the gateway
    Serve(serve::Args),
    /// Check configuration and model, and what they say of the database
    Check(check::CheckArgs),
    /// Show how one URL becomes SQL, without asking a database
    Explain(explain::ExplainArgs),
    /// Read a password from standard input and print its hash for `password_hash`
    HashPassword,
}

/// The configuration file, as most programs take it.
#[derive(Clone, Debug, clap::Args)]
pub struct ConfigFile {
    /// The configuration file
    #[arg(long = "config", value_name = "FILE")]
    pub path: PathBuf,
}

/// Runs a program.
pub fn run(cli: Cli) -> ExitCode {
    match cli.command {
        Command::Demo(args) => demo::run::run(args),
        Command::Init(args) => match waited(init::run(args, &mut anstream::stdout())) {
            Some(Ok(())) => ExitCode::SUCCESS,
            Some(Err(error)) => failed(&error),
            None => ExitCode::FAILURE,
        },
        Command::Serve(args) => serve::run(args),
        Command::Check(args) => {
            let colour = std::io::IsTerminal::is_terminal(&std::io::stdout());
            match waited(check::run(&args, colour, &mut anstream::stdout())) {
                Some(Ok(outcome)) => ExitCode::from(outcome.exit_code()),
                Some(Err(error)) => failed(&error),
                None => ExitCode::FAILURE,
            }
        }
        Command::Explain(args) => printed(|out| explain::run(&args, out)),
        Command::HashPassword => hash_password::run(),
    }
}

/// Runs a program that writes to standard output and knows its exit code.
fn printed(run: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<u8>) -> ExitCode {
    match run(&mut anstream::stdout().lock()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => failed(&error),
    }
}

/// Runs a program that talks to databases; `None`, told, when there is no runtime to be had.
fn waited<T>(program: impl Future<Output = T>) -> Option<T> {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => Some(runtime.block_on(program)),
        Err(error) => {
            failed(&error);
            None
        }
    }
}

/// Prints an error with all its causes and gives the exit code of a failure.
pub fn failed(error: &dyn std::error::Error) -> ExitCode {
    anstream::eprintln!("error: {}", with_causes(error));
    ExitCode::FAILURE
}

/// The messages of an error and its causes; one that ends with its cause's message says it once.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Outer {
        text: &'static str,
        source: std::num::ParseIntError,
    }

    #[test]
    fn a_cause_is_told_once() {
        for (text, told) in [
            ("no number", "no number: invalid digit found in string"),
            ("no number: invalid digit found in string", "no number: invalid digit found in string"),
        ] {
            let source = "x".parse::<u8>().map_or_else(|error| error, |_| unreachable!());
            assert_eq!(with_causes(&Outer { text, source }), told);
        }
    }
}
