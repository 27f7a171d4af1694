//! A thousand random lives of statements: however they end, permits and connections are accounted for.

use std::sync::Arc;
use std::time::Duration;

use contract::{Advance, Close, Lane};
use tokio::time::{Instant, sleep, timeout};

use super::fake::{Count, World};
use super::{Query, Source, ask_in, config, no_breach, rows};
use crate::config::SourceConfig;

/// A small generator; equal seeds give equal runs.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

const TEXTS: [&str; 11] = [
    "row",
    "row row row row",
    "wait:30 row wait:30 row",
    "row hang",
    "hang",
    "row slow",
    "stale row",
    "row stale",
    "fail:unavailable",
    "fail:rejected",
    "slow wait:80 row fail:timeout",
];

async fn life(source: Arc<Source>, mut dice: Dice, spread: Duration) {
    sleep(Duration::from_millis(dice.roll(spread.as_millis() as u64))).await;
    let lane = if dice.roll(2) == 0 { Lane::Keyed } else { Lane::Scan };
    let text = TEXTS[dice.roll(TEXTS.len() as u64) as usize];
    let deadline = Instant::now() + Duration::from_millis(dice.roll(400));
    let query = Query { deadline, ..ask_in(lane, text) };
    let patience = Duration::from_millis(dice.roll(300));
    let started = match dice.roll(4) {
        0 => source.try_query(query),
        1 => timeout(patience, source.query(query)).await.ok().and_then(Result::ok),
        _ => source.query(query).await.ok(),
    };
    let Some(mut running) = started else { return };
    let mut sink = Count::pausing();
    for _ in 0..dice.roll(6) {
        match timeout(patience, running.advance(&mut sink)).await {
            Ok(Ok(Advance::Paused)) => sleep(Duration::from_millis(dice.roll(50))).await,
            Ok(Ok(Advance::Done) | Err(_)) => break,
            Err(_) if dice.roll(2) == 0 => {}
            Err(_) => break,
        }
    }
    match dice.roll(3) {
        0 => running.finish(Close::Drain),
        1 => running.finish(Close::Cancelled),
        _ => drop(running),
    }
}

/// Runs the lives, which begin within `spread`.
async fn lives(world: World, seed: u64, spread: Duration) {
    let config =
        SourceConfig { queue_max: 8, life_max: Duration::from_secs(7), idle_max: Duration::from_secs(2), ..config() };
    let source = Arc::new(Source::new(&config, Arc::new(world.clone())));
    let mut dice = Dice(seed);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        tasks.spawn(life(source.clone(), Dice(dice.roll(u64::MAX) | 1), spread));
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    sleep(Duration::from_secs(20)).await;
    for lane in [Lane::Keyed, Lane::Scan] {
        let load = source.load(lane);
        assert_eq!((load.in_use, load.idle, load.waiting), (0, 0, 0), "{lane:?}, seed {seed}");
    }
    assert_eq!(world.live(), 0, "seed {seed}: no session is left on the server");
    no_breach(&world);
    let peak = world.state.lock().unwrap().live_peak;
    assert!(peak <= config.connections_max, "seed {seed}: {peak} connections at once");
    assert!(world.cancelling() > 50 && world.connects() > 50, "the run was not idle");
    assert_eq!(rows(&source, "row").await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn permits_and_connections_survive_a_thousand_random_lives() {
    for seed in 1..=5 {
        let world = World { connect_delay: Duration::from_millis(3), ..World::new() };
        lives(world, seed * 7919, Duration::from_secs(20)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn so_they_do_when_cancels_are_slow_or_lost() {
    let slow = World { end_delay: Duration::from_secs(7), needs_side: false, ..World::new() };
    lives(slow, 4242, Duration::from_secs(300)).await;
    let lost = World { cancel_hangs: true, ..World::new() };
    lives(lost, 2424, Duration::from_secs(900)).await;
}
