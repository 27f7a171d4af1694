//! A million rows through the engine, with the memory that they take: measured in a process of its own.

use std::process::Command;

use tidegate::engine::Body;

use super::stand::{Terms, link};

const ROWS: u64 = 1_000_000;
const GROWTH_KB_MAX: u64 = 64 * 1024;
const FILE: &str = "TIDEGATE_TEST_MEMORY_FILE";

const MODEL: &str = "namespace = \"Own\"\n[[entity_set]]\nname = \"Rows\"\ntype = \"Row\"\nsource = \"main\"\n\
    table = \"rows\"\nkey = [\"id\"]\nproperties = [\n\
    { name = \"id\", column = \"id\", type = \"Int64\", sql = \"int64\", nullable = false },\n\
    { name = \"text\", column = \"text\", type = \"String\", max_length = 100, sql = \"text\", exact = true },\n]\n";

#[test]
fn a_million_rows_stay_under_64_mb() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("million.db");
    let script = format!(
        "PRAGMA journal_mode = OFF; CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
         INSERT INTO rows SELECT i, 'the row of number ' || i FROM n"
    );
    rusqlite::Connection::open(&file).unwrap().execute_batch(&script).unwrap();
    for child in ["engine::memory::child_walks", "engine::memory::child_streams"] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let output = command.args(["--exact", child, "--nocapture"]).env(FILE, &file).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.contains("grew by"), "{text}");
    }
}

fn terms() -> Option<Terms> {
    let file = std::env::var(FILE).ok()?;
    Some(Terms::new(MODEL, &format!("sqlite:{file}")))
}

#[tokio::test]
async fn child_walks() {
    let Some(terms) = terms() else { return };
    let stand = terms.pages(2_000).stand();
    let before = peak_kb();
    let mut next = Some("Rows?$count=true".to_owned());
    let (mut seen, mut last) = (0, 0);
    while let Some(request) = next {
        let page = stand.json(&request).await;
        for row in page["value"].as_array().unwrap() {
            let id = row["id"].as_u64().unwrap();
            assert_eq!(id, last + 1);
            (seen, last) = (seen + 1, id);
        }
        assert_eq!(page["@odata.count"], ROWS);
        next = link(&page);
    }
    assert_eq!(seen, ROWS);
    told(before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_streams() {
    let Some(mut terms) = terms() else { return };
    terms.service.page_bytes_max = usize::MAX;
    let mut stand = terms.pages(ROWS + 1).stand();
    stand.deadline = std::time::Duration::from_secs(300);
    let before = peak_kb();
    let Body::Stream(mut pieces) = stand.answer("Rows", None).await.unwrap().body else { panic!("whole") };
    let (mut bytes, mut rows) = (0, 0);
    while let Some(piece) = pieces.recv().await {
        let piece = piece.unwrap();
        bytes += piece.len();
        rows += piece.iter().filter(|byte| **byte == b'{').count() as u64;
    }
    assert_eq!(rows, ROWS + 1, "each row, and the answer itself");
    assert!(bytes > 30_000_000);
    told(before);
}

fn told(before: u64) {
    let grown = peak_kb() - before;
    println!("grew by {grown} kB");
    assert!(grown < GROWTH_KB_MAX && peak_kb() < GROWTH_KB_MAX, "{grown} kB, {} kB in all", peak_kb());
}

/// The most memory that this process ever had resident.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
