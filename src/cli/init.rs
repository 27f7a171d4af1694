//! `tidegate init`: from a database's catalog to the two files.

use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Connection URL, such as postgres://user:password@host/database
    #[arg(long)]
    pub url: String,
    /// Where to write tidegate.toml and the model file
    #[arg(long)]
    pub dir: PathBuf,
    /// Schema to read
    #[arg(long)]
    pub schema: Option<String>,
    /// Tables and views to take, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub tables: Vec<String>,
    /// Add this table to the model file that is there
    #[arg(long, value_name = "TABLE")]
    pub add: Option<String>,
    /// Overwrite files that are there
    #[arg(long)]
    pub force: bool,
}

/// Runs it.
pub fn run(_args: Args) -> ExitCode {
    anstream::eprintln!("error: this build has no `init`");
    ExitCode::FAILURE
}
