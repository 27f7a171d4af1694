//! The golden requests, answered: the same bytes from every database over the exact set, each database's own over its own
//! collations, and a list that no bad cell costs over the broken set.

use crate::databases::{self, Made};
use crate::fixture::{self, Database};
use crate::gateway::{Answered, Gateway, Manner, Set};
use crate::golden::case::{self, Case};
use crate::golden::{settle, updating};

/// Answers longer than this are told by their ends and a hash.
const ROWS_MAX: usize = 12;
/// Pages of one walk at most.
const PAGES_MAX: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_answers() {
    answers(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_answers() {
    answers(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_answers() {
    answers(Database::Mariadb).await;
}

/// A database with all three sets in it.
async fn prepare(database: Database) -> Option<Made> {
    let scripts = [fixture::script(database), fixture::folded::script(database), fixture::broken::script(database)];
    databases::make(database, &scripts.join("\n")).await
}

fn name(database: Database) -> &'static str {
    match database {
        Database::Postgres => "postgres",
        Database::Mariadb => "mariadb",
        Database::Sqlite => "sqlite",
    }
}

async fn answers(database: Database) {
    let Some(prepared) = prepare(database).await else { return };
    let gateway = Gateway::open(database, &prepared.url);
    let (mut told, mut asked) = (Vec::new(), 0);
    for case in case::all().iter().filter(|case| case.offline.is_none() && case.after.is_none()) {
        let Some(answer) = answer(&gateway, case).await else { continue };
        asked += 1;
        // Over its own collations, each database has its own answers.
        let title = match case.manner.set {
            Set::Folded => format!("answer: {}", name(database)),
            _ => "answer".to_owned(),
        };
        // SQLite writes the answers that all share; the others must agree with it.
        if case.manner.set != Set::Folded && updating() && database != Database::Sqlite {
            continue;
        }
        told.extend(settle(case, |known| known == title, vec![(title.clone(), answer)]));
    }
    gateway.shut().await;
    assert!(told.is_empty(), "{}\n{} of {asked} answers of {database:?} differ", told.concat(), told.len());
}

/// The answer as the file shows it, all pages of it where links are followed.
async fn answer(gateway: &Gateway, case: &Case) -> Option<String> {
    let mut request = case.expanded();
    let mut out = String::new();
    for _ in 0..PAGES_MAX {
        let answered = gateway.ask(&request, &case.manner).await?;
        out += &shown(&answered);
        match next_link(&answered) {
            Some(next) if case.follow => request = next,
            _ => return Some(out),
        }
    }
    panic!("{}: more than {PAGES_MAX} pages", case.name);
}

/// Path and query of the next page.
fn next_link(answered: &Answered) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(&answered.body).ok()?;
    let link = json["@odata.nextLink"].as_str()?;
    Some(link.strip_prefix(crate::gateway::PUBLIC_URL).unwrap().to_owned())
}

/// Kind and body, one row a line; a token has its time in it and is left out.
fn shown(answered: &Answered) -> String {
    let Ok(body) = std::str::from_utf8(&answered.body) else {
        return format!("{} {:02x?}\n", answered.kind, answered.body);
    };
    let mut body = body.to_owned();
    if let Some(at) = body.find("$skiptoken=") {
        let start = at + "$skiptoken=".len();
        let end = start + body[start..].find('"').unwrap();
        body.replace_range(start..end, "...");
    }
    let Some((head, rest)) = body.split_once("\"value\":[{") else { return format!("{}\n{body}\n", answered.kind) };
    let (rows, tail) = rest.rsplit_once("}]").unwrap_or((rest, ""));
    let lines: Vec<String> = rows.split("},{").map(|row| format!("{{{row}}}")).collect();
    let middle = if lines.len() <= ROWS_MAX {
        lines.join(",\n")
    } else {
        let (first, last) = (lines[..4].join(",\n"), lines[lines.len() - 2..].join(",\n"));
        format!("{first},\n... {} rows, {:016x} ...\n{last}", lines.len(), fnv(rows.as_bytes()))
    };
    format!("{}\n{head}\"value\":[\n{middle}\n]{tail}\n", answered.kind)
}

/// A hash that is the same on every machine and in every year (FNV-1a).
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_has_the_same_bytes() {
    let Some(prepared) = prepare(Database::Sqlite).await else { return };
    let gateway = Gateway::open(Database::Sqlite, &prepared.url);
    let request = "Orders?$top=40&$count=true&$orderby=Freight%20desc";
    let first = gateway.ask(request, &Manner::default()).await.unwrap();
    assert!(first.body.len() > 1_000);
    for _ in 0..3 {
        assert_eq!(gateway.ask(request, &Manner::default()).await.unwrap(), first);
    }
    gateway.shut().await;
}
