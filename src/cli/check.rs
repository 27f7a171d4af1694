//! `tidegate check`: everything that can be said of the files, and of the database they describe.

use std::process::ExitCode;

use super::ConfigFile;

/// Arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Ask no database
    #[arg(long)]
    pub offline: bool,
}

/// Runs it.
pub fn run(_args: Args) -> ExitCode {
    anstream::eprintln!("error: this build has no `check`");
    ExitCode::FAILURE
}
