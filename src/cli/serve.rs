//! `tidegate serve`: the gateway, from a configuration file to a signal.

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::ConfigFile;
use crate::config::{self, Config, Finding, Severity, write_findings};
use crate::http::{Running, start};
use crate::telemetry::{Format, Log, trace};

/// Arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Listen here instead of where the file says
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
}

/// Runs it.
pub fn run(args: Args) -> ExitCode {
    match load(&args.config.path, args.listen, true) {
        Some(config) => run_until_signal(config, |_| {}),
        None => ExitCode::FAILURE,
    }
}

/// Loads a configuration and prints what is wrong with it, and its warnings if asked; `None` after an error.
pub fn load(path: &Path, listen: Option<SocketAddr>, warnings: bool) -> Option<Config> {
    let options = config::Options { listen, ..config::Options::default() };
    let loaded = config::read(path, &options);
    let worth_telling: Vec<Finding> = match loaded.config {
        Some(_) => {
            loaded.findings.into_iter().filter(|finding| warnings && finding.severity != Severity::Error).collect()
        }
        None => loaded.findings,
    };
    if !worth_telling.is_empty() {
        // If standard error is gone, there is nobody to tell.
        let _ = write_findings(&worth_telling, io::stderr().is_terminal(), &mut io::stderr().lock());
    }
    loaded.config
}

/// Runs a gateway until SIGTERM or SIGINT, and drains it.
pub fn run_until_signal(config: Config, ready: impl FnOnce(&Running)) -> ExitCode {
    let format = if config.server.log.json { Format::Json } else { Format::Text };
    let log = match Log::start(format, &config.server.log.filter, io::stdout()) {
        Ok(log) => log,
        Err(error) => return super::failed(&error),
    };
    trace::install(&config.server.log.filter, format, log.events());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return super::failed(&error),
    };
    let code = runtime.block_on(async {
        let running = match start(config, log.events()).await {
            Ok(running) => running,
            Err(error) => return super::failed(&error),
        };
        tokio::spawn(stop_on_signal(running.stop_token()));
        ready(&running);
        match running.ended().await {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    });
    // What still runs (a statement that does not end) must not hold the process.
    runtime.shutdown_background();
    log.flush();
    code
}

/// The first signal drains; whoever sends a second one does not want to wait.
async fn stop_on_signal(stop: CancellationToken) {
    signal().await;
    stop.cancel();
    signal().await;
    std::process::exit(130);
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
