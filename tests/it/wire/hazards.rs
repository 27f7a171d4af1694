//! Answers that break, readers that stall and clients that leave: none of them may cost another client its answer, or a
//! database its time.

use std::time::{Duration, Instant};

use sqlx::Connection as _;
use tidegate::config::Config;
use tokio::time::{sleep, timeout};

use super::one::One;
use super::stand::Stand;
use super::two::Two;
use crate::fixture::Database;

const MODEL: &str = r#"
namespace = "Hazards"
[[entity_set]]
name = "Strict"
type = "StrictRow"
table = "strict_rows"
key = ["Id"]
properties = [
  { name = "Id", column = "id", type = "Int32", sql = "int32" },
  { name = "Note", column = "note", type = "String", max_length = 4000 },
  { name = "Day", column = "day", type = "Date", sql = "date", on_bad_value = "error" },
]
[[entity_set]]
name = "Big"
type = "BigRow"
table = "big"
key = ["Id"]
properties = [
  { name = "Id", column = "id", type = "Int32", sql = "int32" },
  { name = "Note", column = "note", type = "String", max_length = 4000 },
]
[[entity_set]]
name = "Slow"
type = "SlowRow"
table = "slow"
key = ["Id"]
properties = [{ name = "Id", column = "id", type = "Int32", sql = "int32" }]
"#;

/// Rows of the large table: more bytes than any buffer on the way.
const BIG_ROWS: i64 = 2_000;
/// A request that waits in the lane of the large answers.
const SCAN: &str = "/server/Strict?$filter=contains(Note,%27z%27)";
/// Scans that a source answers at once.
const PLACES: usize = 2;
/// The row whose day is none, far behind the first bytes of an answer.
const BAD_ROW: i64 = 2_900;

fn script(database: Database) -> String {
    let (note, bad, endless) = match database {
        Database::Sqlite => (
            "hex(zeroblob(1800))",
            "'see file'",
            "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n WHERE id < 0",
        ),
        Database::Postgres => {
            ("repeat('x', 3600)", "'infinity'", "SELECT id FROM big WHERE id = 1 AND pg_sleep(60)::text = ''")
        }
        Database::Mariadb => ("repeat('x', 3600)", "'0000-00-00'", "SELECT id FROM big WHERE id = 1 AND sleep(60) = 0"),
    };
    let mode = if database == Database::Mariadb { "SET sql_mode = '';\n" } else { "" };
    let big: Vec<String> = (1..=BIG_ROWS).map(|id| format!("({id}, {note})")).collect();
    let strict: Vec<String> =
        (1..=BAD_ROW + 50).map(|id| format!("({id}, '{}', '2021-01-01')", "y".repeat(200))).collect();
    format!(
        "{mode}CREATE TABLE big (id integer PRIMARY KEY, note varchar(4000) NOT NULL);\n\
         CREATE TABLE strict_rows (id integer PRIMARY KEY, note varchar(4000) NOT NULL, day date);\n\
         INSERT INTO big VALUES {};\nINSERT INTO strict_rows VALUES {};\n\
         UPDATE strict_rows SET day = {bad} WHERE id = {BAD_ROW};\nCREATE VIEW slow AS {endless};\n",
        big.join(","),
        strict.join(",")
    )
}

async fn open(database: Database, bend: fn(&mut Config)) -> Option<Stand> {
    let bent = |config: &mut Config| {
        config.services.iter_mut().for_each(|service| service.page_rows_max = 5_000);
        bend(config);
    };
    Stand::open(database, &script(database), MODEL, bent).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hazards_on_sqlite() {
    hazards(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hazards_on_postgres() {
    hazards(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hazards_on_mariadb() {
    hazards(Database::Mariadb).await;
}

async fn hazards(database: Database) {
    let bend = |config: &mut Config| {
        // One more is for cancelling, and one for what is no scan; whole sets are.
        config.sources[0].connections_max = PLACES + 2;
        config.sources[0].scan_connections_max = PLACES;
        config.limits.stall_max = Duration::from_millis(300);
    };
    let Some(stand) = open(database, bend).await else { return };
    a_cut_answer_has_no_end(&stand).await;
    stalled_readers_hold_nobody_up(&stand, PLACES).await;
    who_leaves_ends_the_statement(&stand).await;
    stand.close().await;
}

async fn a_cut_answer_has_no_end(stand: &Stand) {
    let target = "/server/Strict";
    let mut one = stand.one().await;
    one.send("GET", target, &[]).await.unwrap();
    assert!(one.is_cut().await, "the end of a body that lacks rows was sent");
    assert!(stand.one().await.ask("GET", target, &[("accept-encoding", "gzip")]).await.is_err());
    let two = Two::open(stand.address).await;
    let (cut, whole) = tokio::join!(two.ask(http::Method::GET, target, &[]), async {
        two.get("/server/Strict?$filter=Id%20le%20100", &[]).await
    });
    assert!(cut.is_err() && whole.status == 200, "only the stream with the bad row is reset");
    // Known before the first byte, it is an answer.
    let early = stand.one().await.get(&format!("/server/Strict({BAD_ROW})"), &[]).await;
    assert_eq!((early.status, early.code()), (500, "TG-5008".to_owned()));
}

/// Twice as many readers as there are places ask for large answers and read nothing; another one is served all the same.
async fn stalled_readers_hold_nobody_up(stand: &Stand, places: usize) {
    let mut stalled = Vec::new();
    for _ in 0..places * 2 {
        let mut one = One::narrow(stand.address).await;
        one.send("GET", "/server/Big", &[("connection", "close")]).await.unwrap();
        stalled.push(one);
    }
    sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    let answer = stand.one().await.get(SCAN, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    // Those who came last may have waited all the time, and still be in theirs.
    let mut cut = 0;
    for mut one in stalled {
        cut += usize::from(one.is_cut().await);
    }
    assert!(cut >= places, "{cut} readers of {places} places were cut");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_readers_give_their_connections_back() {
    let bend = |config: &mut Config| {
        config.limits.connections_max = 4;
        config.limits.stall_max = Duration::from_millis(300);
    };
    let stand = open(Database::Sqlite, bend).await.unwrap();
    stalled_readers_hold_nobody_up(&stand, 4).await;
    stand.close().await;
}

/// Clients of both protocols leave in the middle of endless statements; within two seconds none of those runs.
async fn who_leaves_ends_the_statement(stand: &Stand) {
    for protocol in [1, 2] {
        let mut left = Vec::new();
        let mut waiting = Vec::new();
        for _ in 0..PLACES {
            if protocol == 1 {
                let mut one = stand.one().await;
                one.send("GET", "/server/Slow", &[]).await.unwrap();
                left.push(one);
            } else {
                let two = Two::open(stand.address).await;
                waiting.push(tokio::spawn(async move { two.get("/server/Slow", &[]).await }));
            }
        }
        let begun = Instant::now();
        while running(stand).await.is_some_and(|count| count < PLACES as i64) {
            assert!(
                begun.elapsed() < Duration::from_secs(5),
                "{:?} of {PLACES} statements start",
                running(stand).await
            );
            sleep(Duration::from_millis(50)).await;
        }
        // Where nobody tells, so long is enough.
        sleep(Duration::from_millis(300)).await;
        drop(left);
        waiting.iter().for_each(tokio::task::JoinHandle::abort);
        let gone = Instant::now();
        while running(stand).await.is_some_and(|count| count > 0) {
            assert!(gone.elapsed() < Duration::from_secs(2), "a statement goes on for nobody");
            sleep(Duration::from_millis(50)).await;
        }
        // All connections serve again at once.
        let mut one = stand.one().await;
        let served = timeout(Duration::from_secs(3), one.get(SCAN, &[])).await;
        assert_eq!(served.unwrap().status, 200);
    }
}

/// The gateway's statements that the database runs now; nothing where it does not tell.
async fn running(stand: &Stand) -> Option<i64> {
    match stand.made.database {
        Database::Sqlite => None,
        Database::Postgres => {
            let mut session = sqlx::PgConnection::connect(&stand.made.url).await.unwrap();
            let text = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                        AND state = 'active' AND application_name LIKE 'tidegate/%'";
            Some(sqlx::query_scalar(text).fetch_one(&mut session).await.unwrap())
        }
        Database::Mariadb => {
            let mut session = sqlx::MySqlConnection::connect(&stand.made.url).await.unwrap();
            let text = "SELECT count(*) FROM information_schema.processlist WHERE db = database() \
                        AND command IN ('Query', 'Execute') AND id <> connection_id()";
            Some(sqlx::query_scalar(text).fetch_one(&mut session).await.unwrap())
        }
    }
}
