//! `tidegate demo`: makes the demonstration if it is not there, serves it, and says what to try.

use std::env;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use super::{Demo, REQUESTS, curl, generate};
use crate::cli::{failed, serve};
use crate::http::Running;

/// Arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Listen here
    #[arg(long, value_name = "ADDR", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)))]
    pub listen: SocketAddr,
    /// Where database and files are kept [default: a folder under the user's data directory]
    #[arg(long)]
    pub dir: Option<PathBuf>,
}

/// Runs it.
pub fn run(args: Args) -> ExitCode {
    let Some(dir) = args.dir.or_else(default_dir) else {
        anstream::eprintln!("error: there is no data directory; name one with --dir");
        return ExitCode::FAILURE;
    };
    let demo = match generate(&dir) {
        Ok(demo) => demo,
        Err(error) => return failed(&error),
    };
    match serve::load(&demo.config, Some(args.listen), false) {
        Some(config) => serve::run_until_signal(config, |running| introduce(&demo, running)),
        None => ExitCode::FAILURE,
    }
}

/// The user's data directory of the platform.
fn default_dir() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        absolute("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
    };
    data.map(|data| data.join("tidegate").join("demo"))
}

fn introduce(demo: &Demo, running: &Running) {
    let root = running.roots().first().map_or("", String::as_str);
    let made = if demo.created { "made now" } else { "made earlier" };
    let mut text = format!("\nTidegate demo at {root}\n  database  {} ({made})\n", demo.database.display());
    text.push_str(&format!("  settings  {}\n  model     {}\n", demo.config.display(), demo.model.display()));
    text.push_str("\nRequests worth trying:\n");
    for (what, request) in REQUESTS {
        text.push_str(&format!("\n  # {what}\n  {}\n", curl(root, request)));
    }
    text.push_str("\nStop with Ctrl-C. To edit and serve the files yourself:\n");
    text.push_str(&format!("  tidegate serve --config {}\n", demo.config.display()));
    anstream::eprintln!("{text}");
}
