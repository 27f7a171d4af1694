//! Reads `[sources.NAME]`: the databases.

use std::time::Duration;

use contract::Dialect;
use contract::dialect;

use super::fields::{Field, Fields, nearest};
use super::finding::{Code, Spot};
use super::quantities::{WAITS, seconds};
use super::references;
use super::resolved::{Secret, SourceConfig};
use super::server::count_into;

/// Connections of a source at least: one per lane, and one for cancelling.
const CONNECTIONS_MIN: u64 = 3;

/// Reads one source. One whose dialect cannot be told, which is reported, goes on as standard SQL.
pub fn source(name: &Spot<String>, mut fields: Fields<'_>) -> SourceConfig {
    let help = "write url = \"postgres://user@host/database\", \"mysql://...\", \"mariadb://...\" or \"sqlite:PATH\"";
    let url = fields.require("url", help);
    let stated = fields.take("dialect");
    let dialect_named = stated.as_ref().map(dialect_of);
    let resolved = url.as_ref().and_then(|field| Some((field, field.resolved(references::in_url)?)));
    // A secret that is not there hides the address, but seldom the scheme.
    let written = url.as_ref().and_then(|field| scheme_dialect(&field.raw_text()?.value));
    let by_scheme = match &resolved {
        Some((field, (text, true))) => of_scheme(field, &text.value),
        Some((field, _)) if written.is_none() => unknown_without_secret(field, stated.is_some()),
        _ => written,
    };
    let folder = fields.cx().references.map(|r| r.folder.clone()).unwrap_or_default();
    let url = resolved.map(|(_, (text, _))| Secret::new(absolute(&text.value, &folder)));
    let mut source = SourceConfig {
        name: name.value.clone(),
        url: url.unwrap_or_else(|| Secret::new(String::new())),
        dialect: dialect_named.unwrap_or(by_scheme).unwrap_or(&dialect::ANSI),
        time_zone: jiff::tz::TimeZone::UTC,
        connections_max: 8,
        scan_connections_max: 2,
        queue_max: 64,
        queue_wait_max: seconds(10),
        statement_timeout: seconds(90),
        connect_timeout: seconds(10),
        life_max: seconds(30 * 60),
        idle_max: seconds(5 * 60),
        pooled_by_proxy: false,
        statements_max: 100,
    };
    if let Some(zone) = fields.take("time_zone").and_then(|f| time_zone(&f)) {
        source.time_zone = zone;
    }
    numbers(&mut fields, &mut source);
    fields.finish();
    source
}

fn numbers(fields: &mut Fields<'_>, source: &mut SourceConfig) {
    count_into(fields, "connections_max", CONNECTIONS_MIN, 1000, &mut source.connections_max);
    let scans = fields.take("scan_connections_max");
    let stated = scans.as_ref().and_then(|f| f.count(1..=1000)).and_then(|count| usize::try_from(count).ok());
    // One connection is kept for cancelling and one at least for keyed reads.
    let room = source.connections_max - 2;
    match (&scans, stated) {
        (Some(field), Some(count)) if count > room => {
            let label = format!("leaves no connection for keyed reads: at most {room}");
            field.refuse(Code::Conflict, label, "raise `connections_max` or lower `scan_connections_max`");
        }
        (_, Some(count)) => source.scan_connections_max = count,
        _ => source.scan_connections_max = source.scan_connections_max.min(room),
    }
    count_into(fields, "queue_max", 0, 100_000, &mut source.queue_max);
    count_into(fields, "statements_max", 0, 10_000, &mut source.statements_max);
    let waits: [(&'static str, &mut Duration); 3] = [
        ("queue_wait_max", &mut source.queue_wait_max),
        ("statement_timeout", &mut source.statement_timeout),
        ("connect_timeout", &mut source.connect_timeout),
    ];
    for (key, slot) in waits {
        *slot = fields.take(key).and_then(|f| f.duration(WAITS)).unwrap_or(*slot);
    }
    for (key, slot) in [("life_max", &mut source.life_max), ("idle_max", &mut source.idle_max)] {
        *slot = fields.take(key).and_then(|f| f.duration(seconds(1)..=seconds(7 * 86_400))).unwrap_or(*slot);
    }
    let pooled = fields.take("pooled_by_proxy").and_then(|f| f.boolean());
    source.pooled_by_proxy = pooled.unwrap_or(source.pooled_by_proxy);
}

fn names() -> impl Iterator<Item = &'static str> {
    dialect::ALL.iter().map(|dialect| dialect.name)
}

fn dialect_of(field: &Field<'_>) -> Option<&'static Dialect> {
    let text = field.text()?;
    let found = dialect::named(&text.value);
    if found.is_none() {
        let known = names().collect::<Vec<_>>().join(", ");
        let help = match nearest(&text.value, names()) {
            Some(near) => format!("did you mean \"{near}\"? Known dialects: {known}"),
            None => format!("known dialects: {known}"),
        };
        field.refuse(Code::BadValue, "no such dialect", help);
    }
    found
}

fn of_scheme(field: &Field<'_>, url: &str) -> Option<&'static Dialect> {
    let found = scheme_dialect(url);
    if found.is_none() {
        let help = "start the URL with postgres://, mysql://, mariadb:// or sqlite:";
        field.refuse(Code::BadValue, "no database is reached by this URL", help);
    }
    found
}

fn scheme_dialect(url: &str) -> Option<&'static Dialect> {
    let name = match url.split_once(':')?.0 {
        "postgres" | "postgresql" => "postgres",
        "mysql" => "mysql",
        "mariadb" => "mariadb",
        "sqlite" => "sqlite",
        _ => return None,
    };
    dialect::named(name)
}

fn unknown_without_secret(field: &Field<'_>, stated: bool) -> Option<&'static Dialect> {
    if !stated {
        let help = "add `dialect`, so that the file can be checked without its secrets";
        field.refuse(Code::Reference, "the dialect is in a secret that is not there", help);
    }
    None
}

/// A SQLite path is relative to the folder of the file, not to where the program was started.
pub(crate) fn absolute(url: &str, folder: &std::path::Path) -> String {
    let Some(path) = url.strip_prefix("sqlite:") else { return url.to_owned() };
    let (path, query) = path.find('?').map_or((path, ""), |at| path.split_at(at));
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path == ":memory:" || std::path::Path::new(path).is_absolute() {
        return format!("sqlite:{path}{query}");
    }
    format!("sqlite:{}{query}", folder.join(path).display())
}

fn time_zone(field: &Field<'_>) -> Option<jiff::tz::TimeZone> {
    let text = field.text()?;
    let zone = jiff::tz::TimeZone::get(&text.value).ok();
    if zone.is_none() {
        field.refuse(Code::BadValue, "no such time zone", "write an IANA name, as in \"Europe/Berlin\" or \"UTC\"");
    }
    zone
}
