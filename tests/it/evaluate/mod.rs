//! Random filters against an evaluator in memory: the rows that each database answers are the rows that OData's null
//! logic wants, in both profiles.

pub mod evaluator;
pub mod expr;
pub mod generate;
mod regressions;
pub mod value;

use std::cell::Cell;
use std::collections::BTreeSet;

use evaluator::Evaluator;
use expr::E;
use generate::Generator;
use tidegate::config::Profile;
use tidegate::engine::EngineError;
use tidegate::plan::PlanError;
use value::V;

use crate::databases;
use crate::fixture::{self, Database, Random, Table};
use crate::stage::{MOUNTS, Mount, ODATA, Refused, SALESFORCE, Stage, query};

/// Filters per database unless `TIDEGATE_PROPERTY_CASES` says otherwise.
const CASES: u64 = 600;
/// Sets that filters are made for.
const SETS: [&str; 4] = ["orders", "everything", "walk", "address"];
/// Disagreements shown at most.
const SHOWN_MAX: usize = 12;

/// A number from the environment.
pub fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A gateway over the exact set.
pub async fn stage(database: Database) -> Option<Stage> {
    let made = databases::make(database, &fixture::script(database)).await?;
    Some(Stage::open(made, &fixture::model(database), "page_rows = 2000"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_filters_on_sqlite() {
    agree(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_filters_on_postgres() {
    agree(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_filters_on_mariadb() {
    agree(Database::Mariadb).await;
}

async fn agree(database: Database) {
    let Some(stage) = stage(database).await else { return };
    regressions::answer(&stage).await;
    let seed = number("TIDEGATE_PROPERTY_SEED", 1);
    let cases = number("TIDEGATE_PROPERTY_CASES", CASES);
    let tables = SETS.map(fixture::table);
    let mut wrong = Vec::new();
    let (mut answered, mut refused) = (0, 0);
    for case in 0..cases {
        let table = &tables[case as usize % SETS.len()];
        let mount = if case / 4 % 2 == 0 { ODATA } else { SALESFORCE };
        let salesforce = mount.profile == Profile::Salesforce;
        let random = Random(seed.wrapping_mul(0x9e37_79b9).wrapping_add(case));
        let expr = Generator { table, salesforce, random }.condition(3);
        match check(&stage, mount, table, &expr).await {
            Ok(true) => answered += 1,
            Ok(false) => refused += 1,
            Err(why) => wrong.push(format!("seed {seed}, case {case}, {mount:?}: {why}")),
        }
        if wrong.len() >= SHOWN_MAX {
            break;
        }
    }
    println!("{database:?}: {answered} filters answered, {refused} refused, seed {seed}");
    assert!(wrong.is_empty(), "{} disagreements on {database:?}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused * 5 < cases, "{refused} of {cases} filters were refused");
}

/// Asks for the rows and compares; `false` where the gateway may refuse, and does.
async fn check(stage: &Stage, mount: Mount, table: &Table, expr: &E) -> Result<bool, String> {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let filter = expr.print(&names);
    let overflow = Cell::new(false);
    let evaluator = Evaluator { table, salesforce: mount.profile == Profile::Salesforce, overflow };
    let (mut wanted, mut open) = (BTreeSet::new(), BTreeSet::new());
    for row in &table.rows {
        match evaluator.value(row, expr) {
            V::Bool(true) => wanted.insert(key(table, row)),
            V::Unknown => open.insert(key(table, row)),
            _ => true,
        };
    }
    let options = [("$filter", filter.as_str()), ("$select", &table.key.join(","))];
    let answered = match stage.get(mount, &format!("{}?{}", table.set, query(&options))).await {
        Ok(answered) => answered,
        Err(Refused::Plan(PlanError::DivisionByZero)) => return Ok(false),
        Err(Refused::Engine(error)) if matches!(*error, EngineError::Render { .. }) => return Ok(false),
        Err(Refused::Engine(_)) if evaluator.overflow.get() => return Ok(false),
        Err(other) => return Err(format!("{}?$filter={filter}\n    {other:?}", table.set)),
    };
    let json = answered.json();
    let rows = json["value"].as_array().unwrap();
    let found: BTreeSet<String> = rows.iter().map(|row| crate::stage::key_of(row, table.key)).collect();
    let decided = |keys: &BTreeSet<String>| keys.difference(&open).cloned().collect::<BTreeSet<_>>();
    let (found, wanted) = (decided(&found), decided(&wanted));
    if found == wanted && rows.len() >= found.len() {
        return Ok(true);
    }
    let some = |keys: Vec<&String>| format!("{} ({:?})", keys.len(), keys.iter().take(3).collect::<Vec<_>>());
    let missing = some(wanted.difference(&found).collect());
    let surplus = some(found.difference(&wanted).collect());
    Err(format!("{}?$filter={filter}\n    missing {missing}, surplus {surplus} of {}", table.set, wanted.len()))
}

/// A fixture row's key in the form of [`crate::stage::key_of`].
pub fn key(table: &Table, row: &[fixture::Value]) -> String {
    let parts = table.key.iter().map(|name| match &row[table.column(name)] {
        fixture::Value::I64(number) => number.to_string(),
        fixture::Value::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        other => unreachable!("no key is {other:?}"),
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_mount_answers() {
    let stage = stage(Database::Sqlite).await.unwrap();
    for mount in MOUNTS {
        let answered = stage.get(mount, "Shippers?$filter=ShipperID%20lt%203").await.unwrap();
        assert_eq!(answered.json()["value"].as_array().unwrap().len(), 2, "{mount:?}");
    }
}
