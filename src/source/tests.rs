//! A source on a scripted database, with the clock in our hands.
#![allow(clippy::unwrap_used, clippy::panic)]

mod fake;
mod interleave;

use std::sync::Arc;
use std::time::Duration;

use contract::{AdapterError, Advance, Close, ErrorKind, Lane, Session};
use tokio::time::{Instant, advance, sleep};

use self::fake::{Count, Event, World, call};
use super::pool::{Ages, Idle, Pool};
use super::{Query, Source, SourceError, TimedOut};
use crate::config::{Secret, SourceConfig};

fn config() -> SourceConfig {
    SourceConfig {
        name: "billing".to_owned(),
        url: Secret::new("sqlite:x".to_owned()),
        dialect: contract::dialect::named("sqlite").unwrap(),
        time_zone: jiff::tz::TimeZone::UTC,
        connections_max: 5,
        scan_connections_max: 2,
        queue_max: 2,
        queue_wait_max: Duration::from_secs(3),
        statement_timeout: Duration::from_secs(30),
        connect_timeout: Duration::from_secs(5),
        life_max: Duration::from_secs(1800),
        idle_max: Duration::from_secs(300),
        pooled_by_proxy: false,
        statements_max: 100,
    }
}

fn source(world: &World) -> Arc<Source> {
    Arc::new(Source::new(&config(), Arc::new(world.clone())))
}

fn ask_in(lane: Lane, text: &str) -> Query {
    let deadline = Instant::now() + Duration::from_secs(10);
    Query { call: call(text), lane, deadline, session: Session::default() }
}

fn ask(text: &str) -> Query {
    ask_in(Lane::Keyed, text)
}

/// Runs a statement to its end and says how many rows came.
async fn rows(source: &Source, text: &str) -> Result<usize, SourceError> {
    let mut sink = Count::all();
    let mut running = source.query(ask(text)).await?;
    assert_eq!(running.advance(&mut sink).await?, Advance::Done);
    Ok(sink.rows)
}

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn no_breach(world: &World) {
    let state = world.state.lock().unwrap();
    assert!(state.breaches.is_empty(), "{:?}", state.breaches);
}

#[tokio::test(start_paused = true)]
async fn statements_one_after_the_other_share_a_connection() {
    let world = World::new();
    let source = source(&world);
    for n in 0..5 {
        assert_eq!(rows(&source, &"row ".repeat(n)).await.unwrap(), n);
    }
    assert_eq!(world.events().iter().filter(|event| **event == Event::Start(1)).count(), 5);
    assert_eq!(world.connects(), 1);
    assert_eq!(source.load(Lane::Keyed).idle, 1);
    no_breach(&world);
}

#[tokio::test(start_paused = true)]
async fn the_connection_is_released_at_done_though_the_guard_lives() {
    let world = World::new();
    let source = source(&world);
    let mut running = source.query(ask("row row")).await.unwrap();
    assert_eq!(source.load(Lane::Keyed).in_use, 1);
    assert_eq!(running.advance(&mut Count::all()).await.unwrap(), Advance::Done);
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle), (0, 1));
    assert_eq!(rows(&source, "row").await.unwrap(), 1);
    assert_eq!(running.advance(&mut Count::all()).await.unwrap(), Advance::Done, "stays done");
    drop(running);
    sleep(ms(200)).await;
    assert_eq!((world.connects(), world.cancels()), (1, 0));
    no_breach(&world);
}

#[tokio::test(start_paused = true)]
async fn a_driver_slow_to_close_keeps_its_permit_until_it_has() {
    let world = World::new();
    let source = source(&world);
    let mut running = source.query(ask("row slow")).await.unwrap();
    let begun = Instant::now();
    assert_eq!(running.advance(&mut Count::all()).await.unwrap(), Advance::Done);
    assert_eq!(begun.elapsed(), Duration::ZERO, "the reader does not wait for the close");
    assert_eq!(source.load(Lane::Keyed).in_use, 1);
    sleep(ms(101)).await;
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle, world.cancels()), (0, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_passed_deadline_cancels_and_the_connection_returns_after_the_statement_ended() {
    let world = World::new();
    let source = source(&world);
    let mut running = source.query(Query { deadline: Instant::now() + ms(500), ..ask("row hang") }).await.unwrap();
    let error = running.advance(&mut Count::all()).await.unwrap_err();
    assert!(matches!(error, SourceError::Timeout { what: TimedOut::Deadline, .. }), "{error:?}");
    assert_eq!(world.begun.elapsed(), ms(500));
    sleep(ms(40)).await;
    assert_eq!(world.at(&Event::Cancel { target: 1, side: Some(2) }), Some(ms(500)));
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle), (1, 0), "cancelled, but not ended yet");
    sleep(ms(20)).await;
    assert_eq!(world.at(&Event::Ended(1)), Some(ms(550)));
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle), (0, 1));
    let again = running.advance(&mut Count::all()).await.unwrap_err();
    assert!(matches!(again, SourceError::Internal { .. }), "a cut answer must not look whole: {again:?}");
    assert_eq!(rows(&source, "row").await.unwrap(), 1);
    assert_eq!(world.connects(), 2, "one to run, one to cancel");
    no_breach(&world);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_passed_between_pages_counts_though_the_cursor_is_always_ready() {
    let world = World::new();
    let source = source(&world);
    let mut running = source.query(Query { deadline: Instant::now() + ms(100), ..ask("row row row") }).await.unwrap();
    let mut sink = Count::pausing();
    assert_eq!(running.advance(&mut sink).await.unwrap(), Advance::Paused);
    advance(ms(100)).await;
    assert!(running.advance(&mut sink).await.is_err());
    assert_eq!(sink.rows, 1);
    sleep(ms(100)).await;
    assert_eq!((world.cancels(), source.load(Lane::Keyed).in_use), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn dropping_half_way_cancels_and_later_reuses() {
    let world = World::new();
    let source = source(&world);
    let mut running = source.query(ask("row hang")).await.unwrap();
    assert_eq!(running.advance(&mut Count::pausing()).await.unwrap(), Advance::Paused);
    drop(running);
    assert_eq!(source.load(Lane::Keyed).in_use, 1);
    sleep(ms(60)).await;
    assert_eq!((world.cancels(), source.load(Lane::Keyed).in_use), (1, 0));
    assert_eq!(rows(&source, "row").await.unwrap(), 1);
    assert!(world.events().contains(&Event::Start(1)));
    assert_eq!(world.count(|event| *event == Event::Start(1)), 2);
    no_breach(&world);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_advance_leaves_the_statement_to_its_guard() {
    let world = World::new();
    let source = source(&world);
    let mut running = source.query(ask("row wait:100 row")).await.unwrap();
    let mut sink = Count::all();
    assert!(tokio::time::timeout(ms(10), running.advance(&mut sink)).await.is_err());
    assert_eq!((sink.rows, world.cancels()), (1, 0));
    assert_eq!(running.advance(&mut sink).await.unwrap(), Advance::Done);
    assert_eq!(sink.rows, 2);
}

#[tokio::test(start_paused = true)]
async fn finishing_by_drain_reads_on_and_never_cancels_in_time() {
    let world = World::new();
    let source = source(&world);
    let mut running = source.query(ask("row wait:100 row")).await.unwrap();
    running.advance(&mut Count::pausing()).await.unwrap();
    running.finish(Close::Drain);
    assert_eq!(source.load(Lane::Keyed).in_use, 1);
    sleep(ms(110)).await;
    assert_eq!((source.load(Lane::Keyed).in_use, world.cancels()), (0, 0));
    // A rest that turns out long is cancelled after all.
    let running = source.query(ask("row hang")).await.unwrap();
    running.finish(Close::Drain);
    sleep(Duration::from_secs(6)).await;
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle, world.cancels()), (0, 1, 1));
    let running = source.query(ask("hang")).await.unwrap();
    running.finish(Close::Cancelled);
    sleep(ms(60)).await;
    assert_eq!((source.load(Lane::Keyed).in_use, world.cancels()), (0, 2));
    no_breach(&world);
}

#[tokio::test(start_paused = true)]
async fn a_statement_that_does_not_end_costs_its_connection_and_not_its_permit() {
    let world = World { end_delay: Duration::from_secs(3600), ..World::new() };
    let source = source(&world);
    drop(source.query(ask("hang")).await.unwrap());
    sleep(Duration::from_secs(4)).await;
    assert_eq!(source.load(Lane::Keyed).in_use, 1);
    sleep(Duration::from_secs(2)).await;
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle), (0, 0));
    assert_eq!(world.live(), 1, "only the connection kept for cancelling");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_nobody_answers_costs_the_connection_though_the_statement_ends() {
    let world = World { cancel_hangs: true, ..World::new() };
    let source = source(&world);
    drop(source.query(ask("hang slow")).await.unwrap());
    sleep(Duration::from_secs(11)).await;
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle), (0, 0));
    assert_eq!(world.live(), 0, "neither side connection nor the cancelled one is in a known state");
}

#[tokio::test(start_paused = true)]
async fn cancels_share_one_connection_which_is_replaced_when_broken() {
    let world = World::new();
    let source = source(&world);
    let both = [source.query(ask("hang")).await.unwrap(), source.query(ask("hang")).await.unwrap()];
    drop(both);
    sleep(ms(100)).await;
    assert_eq!((world.cancels(), world.connects()), (2, 3));
    world.state.lock().unwrap().dead_sides.insert(3);
    drop(source.query(ask("hang")).await.unwrap());
    sleep(ms(100)).await;
    assert_eq!((world.cancels(), world.connects()), (3, 4));
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle), (0, 1), "the first cancel may still be under way: that connection is closed");
    no_breach(&world);
}

#[tokio::test(start_paused = true)]
async fn a_driver_that_cancels_alone_opens_no_side_connection_and_frees_its_permit() {
    let world = World { needs_side: false, ..World::new() };
    let source = source(&world);
    assert_eq!(source.load(Lane::Keyed).connections_max, 2);
    drop(source.query(ask("hang")).await.unwrap());
    sleep(ms(100)).await;
    assert_eq!((world.cancels(), world.connects()), (1, 1));
    assert_eq!(source.load(Lane::Keyed).connections_max, 3);
    no_breach(&world);
}

#[tokio::test(start_paused = true)]
async fn a_full_lane_leaves_the_other_alone() {
    let world = World::new();
    let source = source(&world);
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(source.query(ask_in(Lane::Scan, "hang")).await.unwrap());
    }
    assert!(source.try_query(ask_in(Lane::Scan, "row")).is_none());
    let begun = Instant::now();
    assert_eq!(rows(&source, "row").await.unwrap(), 1);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    let late = source.query(ask_in(Lane::Scan, "row")).await;
    assert!(matches!(late, Err(SourceError::Overloaded { lane: Lane::Scan, .. })));
}

#[tokio::test(start_paused = true)]
async fn the_queue_is_bounded_in_length_and_in_time() {
    let world = World::new();
    let source = source(&world);
    let held = [source.query(ask("hang")).await.unwrap(), source.query(ask("hang")).await.unwrap()];
    let waiters: Vec<_> = [ms(1000), Duration::from_secs(60)]
        .map(|time| {
            let (source, query) = (source.clone(), Query { deadline: Instant::now() + time, ..ask("row") });
            tokio::spawn(async move { (source.query(query).await.err(), Instant::now()) })
        })
        .into();
    sleep(ms(1)).await;
    assert_eq!(source.load(Lane::Keyed).waiting, 2);
    let begun = Instant::now();
    let third = source.query(ask("row")).await.err().unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO, "a full queue answers at once");
    let SourceError::Overloaded { name, lane: Lane::Keyed, retry_after, .. } = third else { panic!("{third:?}") };
    assert_eq!((&*name, retry_after), ("billing", Duration::from_secs(3)));
    let mut ends = Vec::new();
    for waiter in waiters {
        ends.push(waiter.await.unwrap());
    }
    assert!(matches!(ends[0].0, Some(SourceError::Timeout { what: TimedOut::Queue, .. })), "{:?}", ends[0].0);
    assert_eq!(ends[0].1 - world.begun, ms(1000));
    assert!(matches!(ends[1].0, Some(SourceError::Overloaded { .. })), "{:?}", ends[1].0);
    assert_eq!(ends[1].1 - world.begun, ms(3000));
    assert_eq!(source.load(Lane::Keyed).waiting, 0);
    drop(held);
    let mut served = source.query(ask("row")).await.unwrap();
    served.advance(&mut Count::all()).await.unwrap();
    assert_eq!(served.timings().queue_wait, ms(50), "waited for the cancelled statement's end");
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_goes_away_leaves_no_trace() {
    let world = World::new();
    let source = source(&world);
    let held = [source.query(ask("hang")).await.unwrap(), source.query(ask("hang")).await.unwrap()];
    assert!(tokio::time::timeout(ms(10), source.query(ask("row"))).await.is_err());
    assert_eq!(source.load(Lane::Keyed).waiting, 0);
    drop(held);
    sleep(ms(100)).await;
    assert_eq!(source.load(Lane::Keyed).in_use, 0);
}

#[tokio::test(start_paused = true)]
async fn a_broken_idle_connection_is_replaced_once_before_the_first_row() {
    let world = World::new();
    let source = source(&world);
    rows(&source, "row").await.unwrap();
    assert_eq!(rows(&source, "stale row row").await.unwrap(), 2);
    assert_eq!((world.connects(), world.live()), (2, 1));
    let events = world.events();
    let place = |event| events.iter().position(|seen| *seen == event).unwrap();
    assert!(place(Event::Gone(1)) < place(Event::Connect(2)), "the budget holds during the change");
    // The replacement fails too: once is once.
    let error = rows(&source, "fail:unavailable").await.unwrap_err();
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error:?}");
    assert_eq!((world.connects(), world.live()), (3, 0));
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn no_second_try_after_a_cell_or_on_a_fresh_connection_or_for_other_errors() {
    let world = World::new();
    let source = source(&world);
    assert!(rows(&source, "fail:unavailable").await.is_err());
    assert_eq!(world.connects(), 1, "the connection was fresh");
    rows(&source, "row").await.unwrap();
    assert!(rows(&source, "row stale").await.is_err());
    assert_eq!(world.connects(), 2, "a row was out");
    rows(&source, "row").await.unwrap();
    assert!(rows(&source, "cell stale").await.is_err());
    assert_eq!(world.connects(), 3, "half a row was out");
    rows(&source, "row").await.unwrap();
    let error = rows(&source, "fail:rejected").await.unwrap_err();
    assert!(matches!(error, SourceError::Rejected { .. }), "{error:?}");
    let error = rows(&source, "fail:timeout").await.unwrap_err();
    assert!(matches!(error, SourceError::Timeout { what: TimedOut::Statement, .. }), "{error:?}");
    rows(&source, "row").await.unwrap();
    assert_eq!(world.connects(), 4, "those errors spare the connection");
    // A row went out in an advance that was dropped before it told so.
    let mut running = source.query(ask("row wait:100 stale")).await.unwrap();
    assert!(tokio::time::timeout(ms(10), running.advance(&mut Count::all())).await.is_err());
    assert!(running.advance(&mut Count::all()).await.is_err());
    assert_eq!((world.connects(), source.load(Lane::Keyed).in_use), (4, 0));
    no_breach(&world);
}

#[tokio::test(start_paused = true)]
async fn connections_are_replaced_by_age_and_by_rest() {
    let world = World::new();
    let source = source(&world);
    rows(&source, "row").await.unwrap();
    sleep(Duration::from_secs(299)).await;
    rows(&source, "row").await.unwrap();
    assert_eq!(world.connects(), 1);
    sleep(Duration::from_secs(331)).await;
    assert_eq!((world.live(), source.load(Lane::Keyed).idle), (0, 0), "swept");
    assert_eq!(world.count(|event| *event == Event::Shut(1)), 1, "politely");
    for _ in 0..20 {
        rows(&source, "row").await.unwrap();
        sleep(Duration::from_secs(100)).await;
    }
    assert_eq!(world.connects(), 3, "used all the time, but 1,800 s old once");
    // Past its life while in use: closed when it comes back.
    let source = super::Source::new(&SourceConfig { life_max: ms(100), ..config() }, Arc::new(world.clone()));
    rows(&source, "wait:150 row").await.unwrap();
    sleep(ms(1)).await;
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle, world.count(|event| *event == Event::Shut(4))), (0, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_reused_by_equality_of_its_session_and_makes_place_for_others() {
    let world = World::new();
    let pool = Pool::new(Ages { life_max: Duration::from_secs(9), idle_max: Duration::from_secs(9) });
    let now = Instant::now();
    let session = |name: &str| Session { settings: vec![("role".to_owned(), name.to_owned())] };
    for name in ["a", "b", "a"] {
        let connection = contract::Adapter::connect(&world).await.unwrap();
        let idle = Idle { connection, created: now, used: now, session: session(name) };
        assert!(pool.give(Lane::Keyed, idle).is_none());
    }
    assert!(pool.take(Lane::Scan, &session("a"), 9, now).found.is_none(), "lanes do not share");
    let taken = pool.take(Lane::Keyed, &session("b"), 9, now);
    assert_eq!(taken.found.unwrap().session, session("b"));
    assert!(taken.gone.is_empty());
    let taken = pool.take(Lane::Keyed, &Session::default(), 1, now);
    assert!(taken.found.is_none());
    assert_eq!((taken.gone.len(), pool.len(Lane::Keyed)), (1, 1));
    let taken = pool.take(Lane::Keyed, &session("a"), 0, now + Duration::from_secs(9));
    assert!(taken.found.is_none(), "past its life");
    assert_eq!(taken.gone.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_cannot_be_passed_is_refused() {
    let world = World::new();
    let source = source(&world);
    let session = Session { settings: vec![("role".to_owned(), "clerk".to_owned())] };
    let query = Query { session, ..ask("row") };
    assert!(source.try_query(query.clone()).is_none());
    assert!(matches!(source.query(query).await, Err(SourceError::Misconfigured { .. })));
    assert_eq!(world.connects(), 0);
}

#[tokio::test(start_paused = true)]
async fn try_query_never_waits_and_opens_when_first_read() {
    let world = World { connect_delay: ms(20), ..World::new() };
    let source = source(&world);
    let mut sink = Count::all();
    let mut first = source.try_query(ask("row")).unwrap();
    let second = source.try_query(ask("row")).unwrap();
    assert_eq!(world.connects(), 0);
    assert!(source.try_query(ask("row")).is_none());
    assert_eq!(world.begun.elapsed(), Duration::ZERO);
    assert_eq!(first.advance(&mut sink).await.unwrap(), Advance::Done);
    assert_eq!((sink.rows, first.timings().connect, first.timings().database), (1, ms(20), Duration::ZERO));
    drop(second);
    let load = source.load(Lane::Keyed);
    assert_eq!((load.in_use, load.idle), (0, 1), "what never began needs no cancel");
    // Those who wait go first.
    let held = [source.query(ask("row")).await.unwrap(), source.query(ask("row")).await.unwrap()];
    let waiter = tokio::spawn({
        let source = source.clone();
        async move { source.query(ask("row")).await.map(drop) }
    });
    sleep(ms(1)).await;
    for mut running in held {
        running.advance(&mut sink).await.unwrap();
    }
    assert!(source.try_query(ask("row")).is_some());
    waiter.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn connect_errors_tell_what_happened_and_leak_nothing() {
    let broken = |kind| Some(AdapterError::broken(kind, "connect to db:5432 as secret_user: refused"));
    for (kind, timeout) in
        [(ErrorKind::Unavailable, false), (ErrorKind::Timeout, true), (ErrorKind::Misconfigured, false)]
    {
        let world = World { connect_error: broken(kind), ..World::new() };
        let source = source(&world);
        let error = source.query(ask("row")).await.err().unwrap();
        assert_eq!(matches!(error, SourceError::Misconfigured { .. }), kind == ErrorKind::Misconfigured);
        assert!(!timeout || matches!(error, SourceError::Unavailable { .. }), "nobody answered: {error:?}");
        assert!(!error.to_string().contains("secret_user"), "{error}");
        assert!(error.adapter_error().unwrap().detail.contains("secret_user"));
        assert_eq!(error.name(), "billing");
        assert_eq!(source.load(Lane::Keyed).in_use, 0);
        assert_eq!(source.ping().await.unwrap_err().kind, kind, "the adapter's own words");
    }
    let world = World { connect_delay: Duration::from_secs(60), ..World::new() };
    let source = source(&world);
    let query = Query { deadline: Instant::now() + ms(100), ..ask("row") };
    assert!(matches!(source.query(query).await, Err(SourceError::Timeout { what: TimedOut::Deadline, .. })));
    assert!(matches!(source.query(ask("row")).await, Err(SourceError::Unavailable { .. })));
    assert_eq!((world.begun.elapsed(), source.load(Lane::Keyed).in_use), (ms(5100), 0));
}

#[tokio::test(start_paused = true)]
async fn timings_add_up() {
    let world = World { connect_delay: ms(7), ..World::new() };
    let source = source(&world);
    let mut running = source.query(ask("wait:30 row wait:12 row")).await.unwrap();
    let mut sink = Count::pausing();
    while running.advance(&mut sink).await.unwrap() == Advance::Paused {
        sleep(ms(500)).await;
    }
    let timings = running.timings();
    assert_eq!((timings.queue_wait, timings.connect, timings.database), (Duration::ZERO, ms(7), ms(42)));
}

#[tokio::test(start_paused = true)]
async fn shutting_closes_politely_and_lets_running_statements_end() {
    let world = World::new();
    let source = source(&world);
    drop(source.query(ask("hang")).await.unwrap());
    sleep(ms(100)).await;
    let mut running = source.query(ask("wait:100 row")).await.unwrap();
    rows(&source, "row").await.unwrap();
    source.shut().await;
    assert_eq!(world.count(|event| matches!(event, Event::Shut(_))), 2, "the idle one and the one for cancelling");
    assert!(matches!(source.query(ask("row")).await, Err(SourceError::Unavailable { .. })));
    assert!(source.try_query(ask("row")).is_none());
    let mut sink = Count::all();
    assert_eq!(running.advance(&mut sink).await.unwrap(), Advance::Done);
    sleep(ms(1)).await;
    assert_eq!((sink.rows, world.live()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn behind_a_pooler_nothing_stays_prepared_and_nobody_is_cancelled_by_number() {
    let world = World::new();
    let source = Source::new(&SourceConfig { pooled_by_proxy: true, ..config() }, Arc::new(world.clone()));
    drop(source.query(ask("wait:300")).await.unwrap());
    sleep(ms(100)).await;
    assert_eq!((world.connects(), world.cancels(), world.cancelling()), (1, 0, 1), "asked, but not through another");
    assert_eq!(world.state.lock().unwrap().persistent, [false]);
    let load = source.load(Lane::Keyed);
    assert_eq!((load.connections_max, load.in_use), (3, 1));
    sleep(Duration::from_secs(5)).await;
    assert_eq!((source.load(Lane::Keyed).in_use, world.live()), (0, 0));
    assert_eq!(source.describe(Default::default()).await.unwrap().server, "fake 1");
}
