//! What needs no database: planning a request, stage by stage, and encoding rows.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use contract::{Cell, Date, Flow, RowSink, SqlType, Time, Timestamp};
use tidegate::config::{self, Service};
use tidegate::encode::{RowEncoder, RowOptions, Shape, ShapeColumn};
use tidegate::lower::{self, Start};
use tidegate::model::EdmType;
use tidegate::plan::{self, Plan};
use tidegate::{odata, policy};

use crate::Outcome;
use crate::cases::LIST_SELECT;

/// Each stage is repeated for so long.
const TIME: Duration = Duration::from_millis(100);
const ROWS: i64 = 100_000;

/// Measures and prints.
pub fn run(config: &Path) -> Outcome<()> {
    let loaded = config::read(config, &config::Options::default());
    let config = loaded.config.ok_or_else(|| format!("the configuration is wrong: {:?}", loaded.findings))?;
    let service = config.services.first().ok_or("no service")?;
    let or: Vec<String> = (1..=50).map(|n| format!("Id%20eq%20{}", n * 7919)).collect();
    let list = "%24top=25&%24filter=CustomerId%20eq%204711&%24orderby=InvoiceDate%20desc&%24count=true&%24select=";
    println!("\n## Planning, microseconds per request\n");
    println!("| case          | parse | plan | authorize | lower | render |   all |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for (name, query) in [
        ("key", "%24top=2&%24filter=Id%20eq%204711".to_owned()),
        ("list25 + count", format!("{list}{}", LIST_SELECT.replace(',', "%2C"))),
        ("or of 50 keys", format!("%24top=51&%24filter={}", or.join("%20or%20"))),
    ] {
        let stages = stages(service, &query)?;
        let all: f64 = stages.iter().sum();
        let [parse, plan, authorize, lower, render] = stages;
        println!(
            "| {name:<13} | {parse:>5.2} | {plan:>4.2} | {authorize:>9.2} | {lower:>5.2} | {render:>6.2} | {all:>5.2} |"
        );
    }
    let (milliseconds, bytes) = encode();
    println!("\nEncoding {ROWS} rows of 8 columns ({} MB): {milliseconds:.1} ms.", bytes / 1_000_000);
    Ok(())
}

/// Microseconds of each stage.
fn stages(service: &Service, query: &str) -> Outcome<[f64; 5]> {
    let limits = odata::Limits::default();
    let rules = rules(service);
    let principal = policy::Principal { name: None };
    let open = policy::Rules { named_only: false };
    let model = &service.model;
    let parse = || odata::parse("Invoices", Some(query), &limits);
    let request = parse()?;
    let read = || match plan::plan(&request, model, &rules) {
        Ok(Plan::Read(read)) => Ok(read),
        Ok(_) => Err("no read".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    let planned = read()?;
    let authorized = policy::authorize(*planned.clone(), &principal, &open)?;
    let count = if planned.count { lower::Count::Column(None) } else { lower::Count::None };
    let lowered = || lower::page(&authorized, model, &Start::Skip(0), planned.page.fetch(), count);
    let page = lowered();
    let dialect = model.source_of(planned.set).dialect;
    let parsing = time(&parse);
    let planning = time(&read);
    // The plan is given away, so its copy is taken off.
    let copying = time(&|| planned.clone());
    let authorizing = time(&|| policy::authorize(*planned.clone(), &principal, &open)) - copying;
    let lowering = time(&lowered);
    let rendering = time(&|| contract::render::render(&page.select, dialect));
    Ok([parsing, planning, authorizing.max(0.0), lowering, rendering])
}

fn rules(service: &Service) -> plan::Rules {
    tidegate::engine::plan_rules(
        service,
        2000,
        Timestamp { date: Date { year: 2024, month: 2, day: 29 }, time: Time { nanos: 0 } },
    )
}

/// Microseconds of one call.
fn time<T>(call: &dyn Fn() -> T) -> f64 {
    let begun = Instant::now();
    let mut calls = 0_u32;
    while begun.elapsed() < TIME {
        for _ in 0..10 {
            black_box(call());
        }
        calls += 10;
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

/// Milliseconds and bytes of a page of many rows, taken in chunks as for a client.
fn encode() -> (f64, usize) {
    let columns = vec![
        ShapeColumn::new("Id", EdmType::Int64, SqlType::I64),
        ShapeColumn::new("Number", EdmType::String, SqlType::Text),
        ShapeColumn::new("CustomerId", EdmType::Int64, SqlType::I64),
        ShapeColumn::new("InvoiceDate", EdmType::Date, SqlType::Date),
        ShapeColumn::new("DueDate", EdmType::Date, SqlType::Date),
        ShapeColumn::new("Total", EdmType::Decimal, SqlType::Decimal { scale: Some(2) }),
        ShapeColumn::new("ChangedAt", EdmType::DateTimeOffset, SqlType::Instant),
        ShapeColumn::new("Note", EdmType::String, SqlType::Text),
    ];
    let shape = Shape { columns };
    let date = Date { year: 2024, month: 2, day: 29 };
    let at = Timestamp { date, time: Time { nanos: 45_296_123_456_000 } };
    let begun = Instant::now();
    let mut encoder = RowEncoder::new(&shape, RowOptions::default());
    let mut bytes = 0;
    for row in 0..ROWS {
        encoder.cell(Cell::I64(row));
        encoder.cell(Cell::Text("R000004711"));
        encoder.cell(Cell::I64(row * 31));
        encoder.cell(Cell::Date(date));
        encoder.cell(if row % 10 == 0 { Cell::Null } else { Cell::Date(date) });
        encoder.cell(Cell::Decimal("1234567.89"));
        encoder.cell(Cell::Timestamp(at));
        encoder.cell(Cell::Text("Grüße aus Zürich, \"Bestellung\" 4711"));
        if encoder.end_row() == Flow::Pause {
            bytes += black_box(encoder.take()).len();
        }
    }
    bytes += black_box(encoder.take()).len();
    (begun.elapsed().as_secs_f64() * 1e3, bytes)
}
