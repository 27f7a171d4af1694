//! `tidegate explain`: each stage of one URL, offline.

use std::process::ExitCode;

use super::ConfigFile;

/// Arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Path and query below the service root, such as 'Invoices?$filter=Amount gt 5'
    #[arg(value_name = "URL")]
    pub request: String,
    /// Show the SQL of this dialect instead of the source's
    #[arg(long, value_name = "NAME")]
    pub dialect: Option<String>,
    /// The service, when there are several
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
}

/// Runs it.
pub fn run(_args: Args) -> ExitCode {
    anstream::eprintln!("error: this build has no `explain`");
    ExitCode::FAILURE
}
