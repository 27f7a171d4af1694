//! Sends what libraries log through `tracing` to the same writer as the events.
//!
//! Installed once by the program; tests do without.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::event::Event;
use super::log::{Events, Format};

/// Installs the filter and the way to the log. Does nothing if something is installed already.
pub fn install(filter: &str, format: Format, events: Events) {
    let Ok(filter) = EnvFilter::builder().parse(filter) else { return };
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Lines(events));
    // A second installation in one process can only be a test's.
    let _ = match format {
        Format::Json => tracing::subscriber::set_global_default(subscriber.json().finish()),
        Format::Text => tracing::subscriber::set_global_default(subscriber.finish()),
    };
}

/// Makes a writer per line.
struct Lines(Events);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { events: self.0.clone(), text: Vec::new() }
    }
}

/// Collects one line and sends it when it is complete.
struct Line {
    events: Events,
    text: Vec<u8>,
}

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.text.is_empty() {
            self.events.tell(Event::Library(std::mem::take(&mut self.text)));
        }
    }
}
