//! Cuts clients that stall: a body that nobody asks for while there is more of it, for too long.
//!
//! hyper asks a body for more only when the connection took what came before, so the time between two questions is the
//! client's. A body that is not asked cannot act; so its source stands where this watch can drop it, which ends the
//! statement behind it, and the connection is given up with everything on it.

use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::engine::Facts;

/// How fast a client must take its answers.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// On average over `stall_max`.
    pub bytes_per_second_min: usize,
    /// For so long it may be slower.
    pub stall_max: Duration,
}

impl Pace {
    /// Bytes that a client must take in `stall_max`.
    pub fn bytes_min(&self) -> u64 {
        (self.bytes_per_second_min as f64 * self.stall_max.as_secs_f64()) as u64
    }
}

/// Gives up a connection; kept in the extensions of its requests.
#[derive(Clone, Debug, Default)]
pub struct Abandon(pub CancellationToken);

/// What a body shares with its watch.
#[derive(Debug)]
pub struct Watched<S>(Mutex<State<S>>);

#[derive(Debug)]
struct State<S> {
    /// `None` once cut.
    source: Option<S>,
    /// Bytes given since the client's time began to count.
    given: u64,
    /// Since when the connection has not asked for more.
    given_at: Option<Instant>,
    /// Time that the client has taken in this window, up to `given_at`.
    spent: Duration,
}

impl<S: Send + 'static> Watched<S> {
    /// Watches a body's source.
    pub fn new(source: S, pace: Pace, abandon: Abandon, facts: Arc<Facts>) -> Arc<Watched<S>> {
        let state = State { source: Some(source), given: 0, given_at: None, spent: Duration::ZERO };
        let watched = Arc::new(Watched(Mutex::new(state)));
        tokio::spawn(watch(Arc::downgrade(&watched), pace, abandon, facts));
        watched
    }

    /// Asks the source for more; `None` if it was cut. `size` tells how many bytes are given to the client now, or
    /// `None` if it is the client who waits.
    pub fn ask<T>(&self, ask: impl FnOnce(&mut S) -> T, size: impl FnOnce(&T) -> Option<u64>) -> Option<T> {
        let mut state = self.lock();
        if let Some(since) = state.given_at.take() {
            state.spent += since.elapsed();
        }
        let answer = ask(state.source.as_mut()?);
        if let Some(bytes) = size(&answer) {
            state.given += bytes;
            state.given_at = Some(Instant::now());
        }
        Some(answer)
    }

    fn lock(&self) -> MutexGuard<'_, State<S>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Whether the client has just used up its time.
    fn stalled(&self, pace: &Pace) -> bool {
        let mut state = self.lock();
        let spent = state.spent + state.given_at.map_or(Duration::ZERO, |since| since.elapsed());
        if spent < pace.stall_max {
            return false;
        }
        // What was given last is not taken yet, but the buffers below took it: it counts.
        let slow =
            state.given < pace.bytes_min() || state.given_at.is_some_and(|since| since.elapsed() >= pace.stall_max);
        if slow {
            state.source = None;
            return true;
        }
        state.given = 0;
        state.spent = Duration::ZERO;
        state.given_at = state.given_at.map(|_| Instant::now());
        false
    }
}

async fn watch<S: Send + 'static>(watched: Weak<Watched<S>>, pace: Pace, abandon: Abandon, facts: Arc<Facts>) {
    loop {
        sleep(pace.stall_max / 8).await;
        let Some(watched) = watched.upgrade() else { return };
        if watched.stalled(&pace) {
            let Pace { bytes_per_second_min, stall_max } = pace;
            facts.note(|texts| {
                let text = format!("the client took less than {bytes_per_second_min} bytes a second for {stall_max:?}");
                texts.cut = Some(text);
            });
            abandon.0.cancel();
            return;
        }
    }
}
