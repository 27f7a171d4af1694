//! The gateway as `tidegate serve` runs it, with its request log.

use std::io;
use std::path::Path;

use tidegate::telemetry::{Format, Log};
use tidegate::{config, http};

use crate::Outcome;

/// Serves a configuration on a port of its own, which it prints, until the process is killed.
pub async fn serve(path: &str) -> Outcome<()> {
    let loaded = config::read(Path::new(path), &config::Options::default());
    let config = loaded.config.ok_or_else(|| format!("the configuration is wrong: {:?}", loaded.findings))?;
    // Every line is made, and none is kept.
    let log = Log::start(Format::Json, &config.server.log.filter, io::sink())?;
    let running = http::start(config, log.events()).await?;
    crate::servers::announce(running.local_addr().port());
    running.ended().await;
    Ok(())
}
