//! The statements that make a database user who can read these tables and nothing else.
//!
//! Printed for a person to run, never run here. Every name is quoted as its database wants it.

use contract::Dialect;
use contract::catalog::Table;

use super::location::Location;

/// The user that the statements make.
const USER: &str = "tidegate";
/// What stands for the password.
const PASSWORD: &str = "choose a password";

/// The statements, one a line. With `user`, the ones that make the user are among them.
pub fn statements(location: &Location, dialect: &Dialect, tables: &[&Table], user: bool) -> String {
    match dialect.name {
        "postgres" => postgres(location, dialect, tables, user),
        "mysql" | "mariadb" => mysql(location, dialect, tables, user),
        _ => sqlite(location),
    }
}

fn postgres(location: &Location, dialect: &Dialect, tables: &[&Table], user: bool) -> String {
    let role = quoted(dialect, USER);
    let mut out = String::new();
    if user {
        out += &format!("CREATE ROLE {role} LOGIN PASSWORD {};\n", literal(PASSWORD));
        out += &format!("ALTER ROLE {role} SET default_transaction_read_only = on;\n");
        let database = location.database.as_deref().unwrap_or("postgres");
        out += &format!("GRANT CONNECT ON DATABASE {} TO {role};\n", quoted(dialect, database));
    }
    let mut schemas: Vec<&str> = tables.iter().filter_map(|table| table.schema.as_deref()).collect();
    schemas.dedup();
    for schema in schemas {
        out += &format!("GRANT USAGE ON SCHEMA {} TO {role};\n", quoted(dialect, schema));
    }
    for table in tables {
        out += &format!("GRANT SELECT ON {} TO {role};\n", qualified(dialect, table, None));
    }
    out
}

fn mysql(location: &Location, dialect: &Dialect, tables: &[&Table], user: bool) -> String {
    let account = format!("'{USER}'@'%'");
    let mut out = String::new();
    if user {
        out += &format!("CREATE USER {account} IDENTIFIED BY {};\n", literal(PASSWORD));
    }
    for table in tables {
        let name = qualified(dialect, table, location.database.as_deref());
        out += &format!("GRANT SELECT ON {name} TO {account};\n");
    }
    out
}

/// SQLite has no users: the file's permissions are all there is.
fn sqlite(location: &Location) -> String {
    let Some(file) = &location.file else { return String::new() };
    let path = file.to_string_lossy().replace('\'', "'\\''");
    format!(
        "# SQLite has no users. Let the gateway run under an account of its own that may read the file, and no more:\n\
         chgrp {USER} '{path}' && chmod 640 '{path}'\n\
         # It also needs to enter the folder, and for a file in WAL mode to read and write the -wal and -shm files beside it.\n"
    )
}

fn qualified(dialect: &Dialect, table: &Table, default: Option<&str>) -> String {
    let schema = table.schema.as_deref().or(default);
    let schema = schema.map(|schema| format!("{}.", quoted(dialect, schema))).unwrap_or_default();
    format!("{schema}{}", quoted(dialect, &table.name))
}

fn quoted(dialect: &Dialect, name: &str) -> String {
    let (open, close) = dialect.quote;
    format!("{open}{}{close}", name.replace(close, &format!("{close}{close}")))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;

    fn grants(url: &str, schema: &str) -> String {
        let location = Location::read(url, Path::new("."), None).unwrap();
        let named = |name: &str| Table { schema: Some(schema.into()), name: name.into(), ..Table::default() };
        let tables = [named("odd \"`name"), named("plain")];
        let tables: Vec<&Table> = tables.iter().collect();
        statements(&location, location.dialect, &tables, true)
    }

    #[test]
    fn postgres_quotes_and_names_everything_once() {
        assert_eq!(
            grants("postgres://u@h/My Db", "old"),
            "CREATE ROLE \"tidegate\" LOGIN PASSWORD 'choose a password';\n\
             ALTER ROLE \"tidegate\" SET default_transaction_read_only = on;\n\
             GRANT CONNECT ON DATABASE \"My Db\" TO \"tidegate\";\n\
             GRANT USAGE ON SCHEMA \"old\" TO \"tidegate\";\n\
             GRANT SELECT ON \"old\".\"odd \"\"`name\" TO \"tidegate\";\n\
             GRANT SELECT ON \"old\".\"plain\" TO \"tidegate\";\n"
        );
    }

    #[test]
    fn mysql_quotes_with_backticks() {
        assert_eq!(
            grants("mysql://u@h/d", "d"),
            "CREATE USER 'tidegate'@'%' IDENTIFIED BY 'choose a password';\n\
             GRANT SELECT ON `d`.`odd \"``name` TO 'tidegate'@'%';\n\
             GRANT SELECT ON `d`.`plain` TO 'tidegate'@'%';\n"
        );
    }
}
