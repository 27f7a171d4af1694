//! Hostile names and hostile literals on real databases: names that mean something to SQL still name their column, and no
//! literal changes the text of a statement.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write;

use crate::databases;
use crate::evaluate::evaluator::Evaluator;
use crate::evaluate::expr::{Cmp, E, Fun};
use crate::evaluate::generate::text_literal;
use crate::evaluate::value::V;
use crate::evaluate::{self, key};
use crate::fixture::everything::{HOSTILE_TEXTS, UNICODE_TEXTS};
use crate::fixture::{self, Database};
use crate::stage::{MOUNTS, ODATA, Refused, SALESFORCE, Stage, key_of, query};

/// A name of a table, and names of columns.
const TABLE: &str = "o\"r`d'e[r]s; DROP -- $1 ? {0}";
const COLUMNS: [&str; 18] = [
    "k\"e`y",
    "select",
    "from",
    "a\"b\"\"c",
    "a`b``c",
    "a'b''c",
    "[a]",
    "$1",
    "?",
    ":name @x",
    "a--b",
    "/* c */",
    "a; DROP TABLE x",
    "{0} {1} %s",
    "back\\slash\\\"",
    "東京 ü 😀",
    "t0.rowid",
    "NULL",
];
/// Rows of the table: each column holds row number modulo its own place plus two.
const ROWS: i64 = 40;

fn quoted(database: Database, name: &str) -> String {
    match database {
        Database::Mariadb => format!("`{}`", name.replace('`', "``")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// MariaDB's names end at the Basic Multilingual Plane.
fn columns(database: Database) -> Vec<String> {
    let plain = |name: &str| if database == Database::Mariadb { name.replace('😀', "☃") } else { name.to_owned() };
    COLUMNS.iter().map(|name| plain(name)).collect()
}

fn cell(row: i64, column: usize) -> Option<i64> {
    let value = row % (column as i64 + 2);
    if column == 0 { Some(row) } else { (value > 0).then_some(value) }
}

fn script(database: Database) -> String {
    let table = quoted(database, TABLE);
    let mut out = format!("CREATE TABLE {table} (");
    for (place, name) in columns(database).iter().enumerate() {
        let null = if place == 0 { "NOT NULL PRIMARY KEY" } else { "NULL" };
        write!(out, "{} INTEGER {null}, ", quoted(database, name)).unwrap();
    }
    out.truncate(out.len() - 2);
    out += ");\n";
    for row in 0..ROWS {
        let cells = (0..COLUMNS.len()).map(|place| cell(row, place).map_or("NULL".into(), |value| value.to_string()));
        writeln!(out, "INSERT INTO {table} VALUES ({});", cells.collect::<Vec<_>>().join(", ")).unwrap();
    }
    out
}

fn model(database: Database) -> String {
    let mut out = format!(
        "namespace = \"Hostile\"\n[[entity_set]]\nname = \"Things\"\ntype = \"Thing\"\ntable = {TABLE:?}\n\
         key = [\"P0\"]\nproperties = [\n"
    );
    for (place, name) in columns(database).iter().enumerate() {
        let null = if place == 0 { ", nullable = false" } else { "" };
        writeln!(out, "{{ name = \"P{place}\", column = {name:?}, type = \"Int32\"{null} }},").unwrap();
    }
    out + "]\n"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_on_sqlite() {
    names(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_on_postgres() {
    names(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_on_mariadb() {
    names(Database::Mariadb).await;
}

async fn names(database: Database) {
    let Some(made) = databases::make(database, &script(database)).await else { return };
    let stage = Stage::open(made, &model(database), "");
    let keys = |json: &serde_json::Value| -> Vec<i64> {
        json["value"].as_array().unwrap().iter().map(|row| row["P0"].as_i64().unwrap()).collect()
    };
    for place in 0..COLUMNS.len() {
        let options =
            [("$filter", format!("P{place} ge 1 or P{place} eq null")), ("$orderby", format!("P{place} desc"))];
        let options = options.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
        let mut wanted: Vec<i64> = (0..ROWS).filter(|row| cell(*row, place).is_none_or(|value| value >= 1)).collect();
        wanted.sort_by_key(|row| (std::cmp::Reverse(cell(*row, place)), *row));
        for mount in MOUNTS {
            // Through next links, so that the keyset bears the names too.
            let mut target = format!("Things?$count=true&{}", query(&options));
            let mut found = Vec::new();
            loop {
                let json = stage.get_preferring(mount, &target, Some(15)).await.unwrap().json();
                assert_eq!(json["@odata.count"], wanted.len(), "{database:?} {:?}", COLUMNS[place]);
                for row in json["value"].as_array().unwrap() {
                    let stored = cell(row["P0"].as_i64().unwrap(), place);
                    assert_eq!(row[format!("P{place}")].as_i64(), stored, "{database:?} {:?}", COLUMNS[place]);
                }
                found.extend(keys(&json));
                let Some(link) = json["@odata.nextLink"].as_str() else { break };
                target = stage.target(mount, link).to_owned();
            }
            assert_eq!(found, wanted, "{database:?} {:?}", COLUMNS[place]);
        }
        let one = stage.get(ODATA, &format!("Things(7)/P{place}")).await.unwrap();
        match cell(7, place) {
            None => assert!(one.body.is_empty()),
            Some(value) => assert_eq!(one.json()["value"], value),
        }
    }
}

/// Literals beside those of the fixture.
const LITERALS: [&str; 16] = [
    "'",
    "'; DROP TABLE everything; --",
    "' OR '1'='1",
    "%",
    "_",
    "[",
    "!",
    "!%",
    "\\",
    "\\'",
    "*?",
    "$1",
    "?",
    "{0}",
    "\u{202e}",
    "x\u{1}y",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn literals_on_sqlite() {
    literals(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn literals_on_postgres() {
    literals(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn literals_on_mariadb() {
    literals(Database::Mariadb).await;
}

/// The forms in which a text literal meets a column.
fn forms(column: usize, text: &str) -> Vec<E> {
    let literal = || text_literal(text.to_owned());
    let mut forms: Vec<E> = Cmp::ALL.into_iter().map(|cmp| E::Cmp(cmp, E::prop(column), Box::new(literal()))).collect();
    forms.extend(
        [Fun::Contains, Fun::StartsWith, Fun::EndsWith].map(|fun| E::Call(fun, vec![E::Prop(column), literal()])),
    );
    forms.push(E::Not(Box::new(E::Call(Fun::Contains, vec![E::Prop(column), literal()]))));
    forms.push(E::In(E::prop(column), vec![text_literal("other".into()), literal()]));
    let found = E::Call(Fun::IndexOf, vec![E::Prop(column), literal()]);
    forms.push(E::Cmp(Cmp::Ge, Box::new(found), Box::new(crate::evaluate::generate::number("1".into()))));
    let joined = E::Call(Fun::Concat, vec![literal(), E::Prop(column)]);
    forms.push(E::Cmp(Cmp::Eq, Box::new(joined), Box::new(text_literal(format!("{text}100%")))));
    forms
}

async fn literals(database: Database) {
    let Some(stage) = evaluate::stage(database).await else { return };
    let table = fixture::table("everything");
    let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let long = "ü%'_".repeat(2_000);
    let texts = LITERALS.into_iter().chain(HOSTILE_TEXTS).chain(UNICODE_TEXTS).chain([long.as_str()]);
    let texts: Vec<&str> = texts.collect();
    for mount in [ODATA, SALESFORCE] {
        let column = table.column("text50");
        let evaluator = Evaluator { table: &table, salesforce: mount == SALESFORCE, overflow: Cell::new(false) };
        let ask = |expr: &E| {
            let options = [("$filter", expr.print(&names)), ("$select", "id".to_owned())];
            let options = options.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
            format!("Everything?{}", query(&options))
        };
        let mut plain = Vec::new();
        for expr in forms(column, "plain") {
            plain.push(stage.get(mount, &ask(&expr)).await.unwrap().shape);
        }
        for text in &texts {
            for (expr, shape) in forms(column, text).iter().zip(&plain) {
                let filter = expr.print(&names).chars().take(200).collect::<String>();
                let target = ask(expr);
                if target.len() > 60_000 {
                    continue;
                }
                let answered = stage.get(mount, &target).await.unwrap_or_else(|why| panic!("{filter}: {why:?}"));
                assert_eq!(answered.shape, *shape, "{database:?}: the statement of {filter}");
                let json = answered.json();
                let found: BTreeSet<String> =
                    json["value"].as_array().unwrap().iter().map(|row| key_of(row, table.key)).collect();
                let holds = |row: &&Vec<fixture::Value>| matches!(evaluator.value(row, expr), V::Bool(true));
                let wanted: BTreeSet<String> = table.rows.iter().filter(holds).map(|row| key(&table, row)).collect();
                assert_eq!(found, wanted, "{database:?} {mount:?}: {filter}");
            }
        }
    }
    no_zero_bytes(&stage).await;
}

/// PostgreSQL refuses a zero in a text, and SQLite's patterns end there: no database is asked.
async fn no_zero_bytes(stage: &Stage) {
    let asked = [
        ("$filter", "text50 eq 'a\0b'"),
        ("$filter", "contains(text50,'\0')"),
        ("$filter", "text50 in ('x','\0')"),
        ("$filter", "concat(text50,'\0') eq 'x'"),
        ("$filter", "text50 gt tolower('\0')"),
        ("$search", "a\0b"),
    ];
    for (option, value) in asked {
        let refused = stage.get(ODATA, &format!("Everything?{}", query(&[(option, value)]))).await;
        assert!(matches!(refused, Err(Refused::Plan(_))), "{:?} {value:?}: {refused:?}", stage.database());
    }
}
