//! The checks, one function each. They connect, run one statement of the fixture, and compare.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::{CANCEL_MAX, Collect, Fixture, Kept, NUMBER_ROWS, Pausing};
use crate::adapter::{Adapter, Advance, Call, Close, Connection, Statement};
use crate::error::{AdapterError, ErrorKind};

/// No step of a check takes longer.
const STEP_MAX: Duration = Duration::from_secs(30);
/// A slow statement is left running so long before it is cancelled.
const CANCEL_AFTER: Duration = Duration::from_millis(200);

type Outcome = Result<(), String>;

/// A new connection answers.
pub async fn ping(fixture: &Fixture) -> Outcome {
    let mut connection = connect(&*fixture.adapter).await?;
    connection.ping().await.map_err(failed("ping"))?;
    within("shut", connection.shut()).await
}

/// Every type, its edges, NULL and bad values come as the cells they must be.
pub async fn types(fixture: &Fixture) -> Outcome {
    let mut connection = connect(&*fixture.adapter).await?;
    for _ in 0..2 {
        // Twice: the second time the statement is prepared already.
        let (rows, back) = read(connection, &fixture.types, Pausing::Never).await?;
        compare(&rows, &fixture.types_rows)?;
        connection = back;
    }
    Ok(())
}

/// Parameters arrive as they were sent.
pub async fn echoes(fixture: &Fixture) -> Outcome {
    let mut connection = connect(&*fixture.adapter).await?;
    let mut wrong = Vec::new();
    for (statement, expected) in &fixture.echoes {
        let (rows, back) = read(connection, statement, Pausing::Never).await?;
        connection = back;
        if rows.len() != 1 || rows[0].len() != 1 || rows[0][0] != *expected {
            wrong.push(format!("{:?} came back as {rows:?}, not {expected:?}", statement.params));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// All rows come, in order, on one connection again and again.
pub async fn number_rows(fixture: &Fixture) -> Outcome {
    let mut connection = connect(&*fixture.adapter).await?;
    for _ in 0..3 {
        let (rows, back) = read(connection, &fixture.numbers, Pausing::Never).await?;
        whole(&rows)?;
        connection = back;
    }
    Ok(())
}

/// Pauses at any row lose and repeat nothing.
pub async fn pauses(fixture: &Fixture) -> Outcome {
    let mut connection = connect(&*fixture.adapter).await?;
    for (state, every) in [(1, 1), (2, 3), (3, 40), (4, 700), (5, 5000)] {
        let (rows, back) = read(connection, &fixture.numbers, Pausing::Scattered { state, every }).await?;
        whole(&rows).map_err(|problem| format!("pausing at one row in {every}: {problem}"))?;
        connection = back;
    }
    Ok(())
}

/// An `advance` future that is dropped while it waits loses and repeats nothing.
pub async fn dropped_advance(fixture: &Fixture) -> Outcome {
    let connection = connect(&*fixture.adapter).await?;
    let mut cursor = connection.query(call(&fixture.numbers));
    let mut sink = Collect::pausing(Pausing::Scattered { state: 9, every: 500 });
    let (mut dropped, begun) = (0, Instant::now());
    loop {
        let step = once(cursor.advance(&mut sink)).await;
        match step {
            Some(Ok(Advance::Done)) => break,
            Some(Ok(Advance::Paused)) => {}
            Some(Err(error)) => return Err(failed("advance")(error)),
            None => {
                dropped += 1;
                sleep(Duration::from_micros(200)).await;
            }
        }
        if begun.elapsed() > STEP_MAX {
            return Err("no end after many dropped futures".to_owned());
        }
    }
    if dropped == 0 {
        return Err("no future was ever dropped while it waited".to_owned());
    }
    whole(&sink.rows)?;
    let connection = within("close", cursor.close(Close::Drain)).await?.ok_or("the connection did not come back")?;
    usable(connection, fixture).await
}

/// A cursor closed in the middle gives back a connection that works; one dropped in the middle harms nobody.
pub async fn close_midway(fixture: &Fixture) -> Outcome {
    let mut connection = connect(&*fixture.adapter).await?;
    for rows in [0, 1, 31, 32, 33, 300, 5000, 9999] {
        let mut cursor = connection.query(call(&fixture.numbers));
        let mut sink = Collect::pausing(Pausing::After(rows));
        if rows > 0 {
            let step = within("advance", cursor.advance(&mut sink)).await?.map_err(failed("advance"))?;
            if step != Advance::Paused || sink.rows.len() != rows || sink.torn() {
                return Err(format!("asked for a pause after {rows} rows, got {step:?} after {}", sink.rows.len()));
            }
        }
        let back = within("close", cursor.close(Close::Drain)).await?;
        let Some(back) = back else { return Err(format!("the connection did not come back after {rows} rows")) };
        let (rows, back) = read(back, &fixture.numbers, Pausing::Never).await?;
        whole(&rows)?;
        connection = back;
    }
    let mut cursor = connection.query(call(&fixture.numbers));
    let mut sink = Collect::pausing(Pausing::After(100));
    within("advance", cursor.advance(&mut sink)).await?.map_err(failed("advance"))?;
    drop(cursor);
    usable(connect(&*fixture.adapter).await?, fixture).await
}

/// Statements that cannot run say so with the right kind, and the connection survives.
pub async fn errors(fixture: &Fixture) -> Outcome {
    let mut connection = connect(&*fixture.adapter).await?;
    let mut wrong = Vec::new();
    for (statement, kind) in &fixture.broken {
        let (error, back) = fail(connection, statement).await?;
        if error.kind != *kind || error.broken {
            wrong.push(format!("{:?} failed with {error:?}, not {kind:?}", statement.text));
        }
        let Some(back) = back else { return Err(format!("no connection after {:?}", statement.text)) };
        connection = back;
    }
    usable(connection, fixture).await?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// Nothing can be written.
pub async fn refuses_writes(fixture: &Fixture) -> Outcome {
    let mut connection = connect(&*fixture.adapter).await?;
    for statement in &fixture.writes {
        let (_, back) = fail(connection, statement).await?;
        connection = back.ok_or("a refused write must leave the connection usable")?;
    }
    usable(connection, fixture).await
}

/// A cancelled statement ends soon, as cancelled, and its connection works on.
pub async fn cancel_stops(fixture: &Fixture) -> Outcome {
    let connection = connect(&*fixture.adapter).await?;
    let mut cursor = connection.query(call(&fixture.slow));
    let canceller = cursor.canceller();
    let mut side = if canceller.needs_side() { Some(connect(&*fixture.adapter).await?) } else { None };
    let mut sink = Collect::new();
    if let Ok(step) = timeout(CANCEL_AFTER, cursor.advance(&mut sink)).await {
        return Err(format!("the slow statement is not slow: {step:?}"));
    }
    let begun = Instant::now();
    within("cancel", canceller.cancel(side.as_mut())).await?.map_err(failed("cancel"))?;
    match within("advance", cursor.advance(&mut sink)).await? {
        Err(error) if error.kind == ErrorKind::Cancelled => {}
        other => return Err(format!("a cancelled statement ended with {other:?}")),
    }
    let back = within("close", cursor.close(Close::Cancelled)).await?;
    if begun.elapsed() > CANCEL_MAX {
        return Err(format!("the cancelled statement took {:?} to end", begun.elapsed()));
    }
    let back = back.ok_or("the connection did not come back after a cancel")?;
    usable(back, fixture).await?;
    // Cancelled and closed without another advance, as for a client that is gone.
    let connection = connect(&*fixture.adapter).await?;
    let mut cursor = connection.query(call(&fixture.slow));
    let _ = timeout(CANCEL_AFTER, cursor.advance(&mut sink)).await;
    let begun = Instant::now();
    within("cancel", cursor.canceller().cancel(side.as_mut())).await?.map_err(failed("cancel"))?;
    let back = within("close", cursor.close(Close::Cancelled)).await?;
    if begun.elapsed() > CANCEL_MAX {
        return Err(format!("the cancelled statement took {:?} to close", begun.elapsed()));
    }
    usable(back.ok_or("the connection did not come back after cancel and close")?, fixture).await
}

/// A statement over the source's statement timeout ends by itself as a timeout, and its connection works on.
pub async fn statement_timeout(fixture: &Fixture) -> Outcome {
    let connection = connect(&*fixture.hurried).await?;
    let begun = Instant::now();
    let (error, back) = fail(connection, &fixture.slow).await?;
    if error.kind != ErrorKind::Timeout {
        return Err(format!("the statement ended with {error:?}"));
    }
    if begun.elapsed() > Duration::from_secs(5) {
        return Err(format!("the timeout took {:?}", begun.elapsed()));
    }
    match back {
        Some(back) => usable(back, fixture).await,
        None => Err("the connection did not come back after a timeout".to_owned()),
    }
}

/// Where nobody answers the error is `Unavailable`, in time.
pub async fn unreachable(fixture: &Fixture) -> Outcome {
    let Some(adapter) = &fixture.unreachable else { return Ok(()) };
    match within("connect", adapter.connect()).await? {
        Ok(_) => Err("a connection to nowhere was opened".to_owned()),
        Err(error) if error.kind == ErrorKind::Unavailable => Ok(()),
        Err(error) => Err(format!("a connection to nowhere failed with {error:?}")),
    }
}

fn call(statement: &Statement) -> Call {
    Call { statement: statement.clone(), persistent: true }
}

async fn connect(adapter: &dyn Adapter) -> Result<Box<dyn Connection>, String> {
    within("connect", adapter.connect()).await?.map_err(failed("connect"))
}

async fn within<T>(what: &str, future: impl Future<Output = T>) -> Result<T, String> {
    timeout(STEP_MAX, future).await.map_err(|_| format!("{what} took longer than {STEP_MAX:?}"))
}

fn failed(what: &str) -> impl Fn(AdapterError) -> String {
    move |error| format!("{what} failed: {error:?}")
}

/// Reads a statement to its end.
async fn read(
    connection: Box<dyn Connection>,
    statement: &Statement,
    pausing: Pausing,
) -> Result<(Vec<Vec<Kept>>, Box<dyn Connection>), String> {
    let mut cursor = connection.query(call(statement));
    let mut sink = Collect::pausing(pausing);
    loop {
        let step = within("advance", cursor.advance(&mut sink)).await?;
        if sink.torn() {
            return Err("advance returned in the middle of a row".to_owned());
        }
        if step.map_err(|error| format!("{:?} failed: {error:?}", statement.text))? == Advance::Done {
            break;
        }
    }
    let back = within("close", cursor.close(Close::Drain)).await?;
    Ok((sink.rows, back.ok_or_else(|| format!("no connection came back after {:?}", statement.text))?))
}

/// Runs a statement that must fail.
async fn fail(
    connection: Box<dyn Connection>,
    statement: &Statement,
) -> Result<(AdapterError, Option<Box<dyn Connection>>), String> {
    let mut cursor = connection.query(call(statement));
    let mut sink = Collect::new();
    let step = within("advance", cursor.advance(&mut sink)).await?;
    let Err(error) = step else { return Err(format!("{:?} did not fail", statement.text)) };
    Ok((error, within("close", cursor.close(Close::Drain)).await?))
}

async fn usable(mut connection: Box<dyn Connection>, fixture: &Fixture) -> Outcome {
    within("ping", connection.ping()).await?.map_err(failed("ping"))?;
    let (rows, connection) = read(connection, &fixture.numbers, Pausing::Never).await?;
    whole(&rows)?;
    within("shut", connection.shut()).await
}

/// Whether the rows are those of [`Fixture::numbers`].
fn whole(rows: &[Vec<Kept>]) -> Outcome {
    for (at, row) in rows.iter().enumerate() {
        let number = at as i64 + 1;
        if *row != [Kept::I64(number), Kept::Text(format!("row {number}"))] {
            return Err(format!("row {number} is {row:?}"));
        }
    }
    if rows.len() as i64 == NUMBER_ROWS { Ok(()) } else { Err(format!("{} rows, not {NUMBER_ROWS}", rows.len())) }
}

fn compare(rows: &[Vec<Kept>], expected: &[Vec<Kept>]) -> Outcome {
    if rows.len() != expected.len() {
        return Err(format!("{} rows, not {}", rows.len(), expected.len()));
    }
    let mut wrong = Vec::new();
    for (at, (row, expected)) in rows.iter().zip(expected).enumerate() {
        if row.len() != expected.len() {
            wrong.push(format!("row {at} has {} cells, not {}", row.len(), expected.len()));
        }
        for (column, (cell, expected)) in row.iter().zip(expected).enumerate() {
            if cell != expected {
                wrong.push(format!("row {at} column {column}: {cell:?}, not {expected:?}"));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// Polls a future once and drops it.
async fn once<T>(mut future: Pin<Box<dyn Future<Output = T> + Send + '_>>) -> Option<T> {
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
