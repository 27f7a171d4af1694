//! Walks through pages: each row exactly once and in the order that the evaluator gives, by next links and by `$top` and
//! `$skip`, over random orders, nulls, directions and filters; equal requests give equal bytes.

use std::cell::Cell;
use std::cmp::Ordering;

use tidegate::config::{Paging, Profile};

use crate::databases;
use crate::evaluate::evaluator::Evaluator;
use crate::evaluate::expr::{Cmp, E, Fun, Op};
use crate::evaluate::generate::{Generator, number};
use crate::evaluate::value::{V, order};
use crate::evaluate::{self, key};
use crate::fixture::{self, Database, Random, Table, Type, Value};
use crate::stage::{MOUNTS, Mount, Refused, Stage, key_of, query};

/// Pages per database and paging mode.
const PAGES: usize = 1_000;
/// Rows of a page at most.
const ROWS_MAX: u64 = 7;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn walks_on_sqlite() {
    walks(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn walks_on_postgres() {
    walks(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn walks_on_mariadb() {
    walks(Database::Mariadb).await;
}

async fn walks(database: Database) {
    let Some(stage) = evaluate::stage(database).await else { return };
    let table = fixture::table("walk");
    let mut random = Random(evaluate::number("TIDEGATE_PROPERTY_SEED", 1));
    for paging in [Paging::Server, Paging::Client] {
        let mut pages = 0;
        while pages < PAGES {
            let profile = [Profile::OData, Profile::Salesforce][random.below(2) as usize];
            let mount = Mount { profile, paging };
            // The first walk sees every row.
            let walk = Walk::random(&mut random, &table, mount, pages == 0);
            pages += walk.take(&stage, &mut random).await;
        }
    }
}

/// What is asked for and what must come.
struct Walk {
    set: &'static str,
    key: &'static [&'static str],
    mount: Mount,
    options: Vec<(&'static str, String)>,
    /// Keys in order.
    wanted: Vec<String>,
    /// The total that each page must tell.
    count: usize,
    ordered: bool,
}

impl Walk {
    fn random(random: &mut Random, table: &Table, mount: Mount, whole: bool) -> Walk {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        let salesforce = mount.profile == Profile::Salesforce;
        let evaluator = Evaluator { table, salesforce, overflow: Cell::new(false) };
        let mut options = vec![("$count", "true".to_owned())];
        let mut rows: Vec<&Vec<Value>> = table.rows.iter().collect();
        if !whole && random.below(3) > 0 {
            let expr = loop {
                let seeded = Random(random.below(u64::MAX));
                let expr = Generator { table, salesforce, random: seeded }.condition(2);
                let values: Vec<V> = table.rows.iter().map(|row| evaluator.value(row, &expr)).collect();
                let decided = !values.iter().any(|value| matches!(value, V::Unknown));
                if decided && !evaluator.overflow.take() && !expr.print(&names).contains(" div ") {
                    break expr;
                }
            };
            rows.retain(|row| matches!(evaluator.value(row, &expr), V::Bool(true)));
            options.push(("$filter", expr.print(&names)));
        }
        let mut items: Vec<(E, bool)> =
            (0..1 + random.below(4)).map(|_| (order_item(random, table), random.below(2) == 0)).collect();
        let written: Vec<String> = items.iter().map(|(expr, down)| item_text(expr, *down, &names)).collect();
        options.push(("$orderby", written.join(",")));
        items.extend(table.key.iter().map(|name| (E::Prop(table.column(name)), false)));
        let mut sorted: Vec<(Vec<V>, &Vec<Value>)> = rows
            .into_iter()
            .map(|row| (items.iter().map(|(expr, _)| evaluator.value(row, expr)).collect(), row))
            .collect();
        sorted.sort_by(|(a, _), (b, _)| {
            let each = items.iter().zip(a.iter().zip(b)).map(|((_, down), (a, b))| {
                let order = nulls_lowest(a, b);
                if *down { order.reverse() } else { order }
            });
            each.fold(Ordering::Equal, Ordering::then)
        });
        let mut wanted: Vec<String> = sorted.into_iter().map(|(_, row)| key(table, row)).collect();
        let count = wanted.len();
        // `$top` and `$skip` bound a walk by next links; in the other mode they are its steps.
        if !whole && mount.paging == Paging::Server && random.below(3) == 0 {
            let (skip, top) = (random.below(40), random.below(300));
            wanted = wanted.into_iter().skip(skip as usize).take(top as usize).collect();
            options.extend([("$skip", skip.to_string()), ("$top", top.to_string())]);
        }
        let (set, key) = (table.set, table.key);
        Walk { set, key, mount, options, wanted, count, ordered: true }
    }

    /// Takes all pages; how many there were.
    async fn take(&self, stage: &Stage, random: &mut Random) -> usize {
        let mut seen = Vec::new();
        let pages = match self.mount.paging {
            Paging::Server => self.by_links(stage, random, &mut seen).await,
            Paging::Client => self.by_skips(stage, random, &mut seen).await,
        };
        let at = || format!("{:?} {:?}?{:?}", stage.database(), self.set, self.options);
        if self.ordered {
            let first = seen.iter().zip(&self.wanted).position(|(seen, wanted)| seen != wanted);
            assert_eq!(
                first,
                None,
                "{}: {:?} where {:?} belongs",
                at(),
                seen[first.unwrap()],
                self.wanted[first.unwrap()]
            );
            assert_eq!(seen.len(), self.wanted.len(), "{}", at());
        } else {
            let (mut seen, mut wanted) = (seen, self.wanted.clone());
            seen.sort();
            wanted.sort();
            assert_eq!(seen, wanted, "{}", at());
        }
        pages
    }

    fn target(&self, more: &[(&'static str, String)]) -> String {
        let options: Vec<(&str, &str)> =
            self.options.iter().chain(more).map(|(name, value)| (*name, value.as_str())).collect();
        format!("{}?{}", self.set, query(&options))
    }

    async fn by_links(&self, stage: &Stage, random: &mut Random, seen: &mut Vec<String>) -> usize {
        let mut target = self.target(&[]);
        for page in 1.. {
            let rows = 1 + random.below(ROWS_MAX);
            let json = self.page(stage, random, &target, Some(rows), seen).await;
            let got = json["value"].as_array().unwrap().len() as u64;
            let Some(link) = json["@odata.nextLink"].as_str() else {
                return page;
            };
            assert_eq!(got, rows, "a page with a next link is full: {target}");
            assert!(seen.len() < self.wanted.len(), "a link leads nowhere: {target}");
            target = stage.target(self.mount, link).to_owned();
        }
        unreachable!("the pages end")
    }

    async fn by_skips(&self, stage: &Stage, random: &mut Random, seen: &mut Vec<String>) -> usize {
        for page in 1.. {
            let top = 1 + random.below(ROWS_MAX);
            let target = self.target(&[("$top", top.to_string()), ("$skip", seen.len().to_string())]);
            let json = self.page(stage, random, &target, None, seen).await;
            assert!(json.get("@odata.nextLink").is_none(), "{target}");
            if (json["value"].as_array().unwrap().len() as u64) < top || seen.len() >= self.count {
                return page;
            }
        }
        unreachable!("the pages end")
    }

    async fn page(
        &self,
        stage: &Stage,
        random: &mut Random,
        target: &str,
        rows: Option<u64>,
        seen: &mut Vec<String>,
    ) -> serde_json::Value {
        let ask = || async {
            stage.get_preferring(self.mount, target, rows).await.unwrap_or_else(|refused: Refused| {
                panic!("{:?} {:?} {target} {:?}: {refused:?}", stage.database(), self.mount, self.options)
            })
        };
        let answered = ask().await;
        if random.below(8) == 0 {
            assert_eq!(ask().await.body, answered.body, "equal requests give equal bytes: {target}");
        }
        let json = answered.json();
        assert_eq!(json["@odata.count"].as_u64(), Some(self.count as u64), "{target} {:?}", self.options);
        seen.extend(json["value"].as_array().unwrap().iter().map(|row| key_of(row, self.key)));
        json
    }
}

fn nulls_lowest(a: &V, b: &V) -> Ordering {
    match (a.is_null(), b.is_null()) {
        (false, false) => order(a, b).unwrap(),
        (a, b) => b.cmp(&a),
    }
}

/// A column, or now and then something computed.
fn order_item(random: &mut Random, table: &Table) -> E {
    let column = |name| E::prop(table.column(name));
    match random.below(12) {
        0 => E::Call(Fun::Length, vec![*column("b")]),
        1 => E::Arith(Op::Mul, column("c"), Box::new(number("-2".into()))),
        2 => E::Cmp(Cmp::Gt, column("a"), Box::new(number("0".into()))),
        3 => E::Call(Fun::Concat, vec![*column("b"), *column("word")]),
        _ => E::Prop(random.below(table.columns.len() as u64) as usize),
    }
}

fn item_text(expr: &E, down: bool, names: &[&str]) -> String {
    format!("{}{}", expr.print(names), if down { " desc" } else { "" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folded_text_on_sqlite() {
    folded(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folded_text_on_postgres() {
    folded(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folded_text_on_mariadb() {
    folded(Database::Mariadb).await;
}

/// Under the database's own collations the order is its own; each row still comes exactly once.
async fn folded(database: Database) {
    let Some(made) = databases::make(database, &fixture::folded::script(database)).await else { return };
    let stage = Stage::open(made, &fixture::folded::model(database), "");
    let table = fixture::folded::folded(database);
    let mut random = Random(5);
    for round in 0..40 {
        let mut columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        let mut items = Vec::new();
        for _ in 0..random.below(4) {
            let name = columns.swap_remove(random.below(columns.len() as u64) as usize);
            items.push(format!("{name}{}", if random.below(2) == 0 { " desc" } else { "" }));
        }
        let mut options = vec![("$count", "true".to_owned())];
        if !items.is_empty() {
            options.push(("$orderby", items.join(",")));
        }
        let wanted: Vec<String> = table.rows.iter().map(|row| key(&table, row)).collect();
        let count = wanted.len();
        let mount = MOUNTS[round % MOUNTS.len()];
        let walk = Walk { set: table.set, key: table.key, mount, options, wanted, count, ordered: false };
        walk.take(&stage, &mut random).await;
    }
    echo(&stage, &table).await;
}

/// A row found by `eq` bears exactly what was asked for, and every other row is found by `ne`.
async fn echo(stage: &Stage, table: &Table) {
    for column in table.columns.iter().filter(|column| matches!(column.ty, Type::Text(_) | Type::Char(_))) {
        for row in &table.rows {
            let Value::Text(text) = &row[table.column(column.name)] else { continue };
            let quoted = text.replace('\'', "''");
            for (operator, same) in [("eq", true), ("ne", false)] {
                let filter = format!("{} {operator} '{quoted}'", column.name);
                let target = format!("{}?{}", table.set, query(&[("$filter", &filter)]));
                let json = stage.get(MOUNTS[0], &target).await.unwrap().json();
                let mut found: Vec<String> =
                    json["value"].as_array().unwrap().iter().map(|row| key_of(row, table.key)).collect();
                let equal = |row: &&Vec<Value>| (row[table.column(column.name)] == Value::Text(text.clone())) == same;
                let mut wanted: Vec<String> = table.rows.iter().filter(equal).map(|row| key(table, row)).collect();
                found.sort();
                wanted.sort();
                assert_eq!(found, wanted, "{:?}: {filter}", stage.database());
            }
        }
    }
}
