//! The command line.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    tidegate::cli::run(tidegate::cli::Cli::parse())
}
