//! What the user of a source may do: read each table of the model, and nothing else.

use contract::catalog::{Catalog, Table};

use super::live::Beside;
use crate::config::{Code, Finding, Places, Report, Severity, SourceConfig};

/// The table must be readable.
pub(super) fn readable(beside: Beside<'_>, table: &Table, user: Option<&str>) {
    if table.readable != Some(false) {
        return;
    }
    let name = name(beside.source, table);
    let user = account(beside.source, user.unwrap_or("the user"));
    let message = format!("{user} may not read {name}");
    let help = format!("GRANT SELECT ON {name} TO {user};");
    beside.at_set(Severity::Error, Code::NoRight, message, "every request for it would fail", Some(help));
}

/// No table should be writable.
pub(super) fn writable(source: &SourceConfig, catalogs: &[Catalog], places: &Places, report: &Report) {
    let tables = || catalogs.iter().flat_map(|catalog| &catalog.tables);
    let names: Vec<_> = tables().filter(|t| t.writable == Some(true)).map(|table| name(source, table)).collect();
    let Some(user) = catalogs.iter().find_map(|catalog| catalog.user.as_deref()).filter(|_| !names.is_empty()) else {
        return;
    };
    let user = account(source, user);
    let message = match names.as_slice() {
        [one] => format!("{user} may change {one}"),
        _ => format!("{user} may change {} tables of the model", names.len()),
    };
    let place = places.source(&source.name);
    let label = "the gateway only reads".to_owned();
    let help = Some(fix(source, &user, &names, tables()));
    let (severity, code) = (Severity::Warning, Code::MayWrite);
    report.add(Finding { severity, code, message, place, label, help });
}

/// The statements that take the right away, and those for a user that never had it.
fn fix<'t>(source: &SourceConfig, user: &str, names: &[String], tables: impl Iterator<Item = &'t Table>) -> String {
    let mut lines = Vec::new();
    let mysql = is_mysql(source);
    if mysql {
        lines.extend(names.iter().map(|name| format!("REVOKE INSERT, UPDATE, DELETE ON {name} FROM {user};")));
    } else {
        lines.push(format!("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {} FROM {user};", names.join(", ")));
    }
    lines.push("or, for owners and administrators, who keep the right, a user of its own:".to_owned());
    let tables: Vec<&Table> = tables.collect();
    if mysql {
        lines.push("CREATE USER 'tidegate'@'%' IDENTIFIED BY '...';".to_owned());
        lines.extend(tables.iter().map(|t| format!("GRANT SELECT ON {} TO 'tidegate'@'%';", name(source, t))));
    } else {
        lines.push("CREATE ROLE tidegate LOGIN PASSWORD '...';".to_owned());
        let mut schemas: Vec<_> = tables.iter().filter_map(|table| table.schema.as_deref()).collect();
        schemas.sort_unstable();
        schemas.dedup();
        lines.extend(schemas.iter().map(|s| format!("GRANT USAGE ON SCHEMA {} TO tidegate;", quoted(source, s))));
        let names: Vec<_> = tables.iter().map(|table| name(source, table)).collect();
        lines.push(format!("GRANT SELECT ON {} TO tidegate;", names.join(", ")));
    }
    lines.join("\n")
}

fn is_mysql(source: &SourceConfig) -> bool {
    matches!(source.dialect.name, "mysql" | "mariadb")
}

/// The user as GRANT takes it: MySQL's `name@host` is two names.
fn account(source: &SourceConfig, user: &str) -> String {
    match user.rsplit_once('@').filter(|_| is_mysql(source)) {
        Some((name, host)) => format!("'{}'@'{}'", name.replace('\'', "''"), host.replace('\'', "''")),
        None => quoted(source, user),
    }
}

fn name(source: &SourceConfig, table: &Table) -> String {
    let schema = table.schema.as_deref().map_or_else(String::new, |schema| quoted(source, schema) + ".");
    schema + &quoted(source, &table.name)
}

fn quoted(source: &SourceConfig, name: &str) -> String {
    let (open, close) = source.dialect.quote;
    format!("{open}{}{close}", name.replace(close, &format!("{close}{close}")))
}
