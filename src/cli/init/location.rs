//! What a connection URL says: which database, under which name, and how to write it down without its password.
//!
//! Connects nowhere. The password leaves this place only inside of [`Location::connect`].

use std::fs;
use std::path::{Path, PathBuf};

use contract::{Dialect, dialect};

use super::InitError;
use crate::config::Secret;
use crate::config::references::{References, in_url};

/// A database to be introspected.
#[derive(Debug)]
pub struct Location {
    /// The URL to connect with.
    pub connect: Secret,
    /// The URL to write into the configuration.
    pub written: String,
    /// The environment variable that the written URL takes its password from.
    pub variable: Option<String>,
    /// Name of the source.
    pub source: String,
    /// How the database speaks, by the URL.
    pub dialect: &'static Dialect,
    /// Name of the database, where the URL has it.
    pub database: Option<String>,
    /// The file of a SQLite database.
    pub file: Option<PathBuf>,
}

impl Location {
    /// Reads a URL. `dir` is where the configuration will stand, `schema` names the source where the URL does not.
    pub fn read(url: &str, dir: &Path, schema: Option<&str>) -> Result<Location, InitError> {
        let connect = References::of_process(dir.to_owned()).resolve(url, in_url)?;
        let dialect = connect.split(':').next().and_then(by_scheme).ok_or(InitError::Scheme)?;
        if dialect.dynamic_types {
            return sqlite(&connect, dir, dialect);
        }
        let parts = Parts::of(&connect).ok_or(InitError::Scheme)?;
        let path = decoded(parts.path);
        let user = parts.user.map(decoded).filter(|_| dialect.name == "postgres");
        let database = Some(path).filter(|path| !path.is_empty()).or(user);
        let source = source_name(database.as_deref().or(schema).unwrap_or_default());
        let mut location = Location {
            written: connect.clone(),
            variable: None,
            source,
            dialect,
            database,
            file: None,
            connect: Secret::new(connect.clone()),
        };
        if url.contains("${") {
            // Whoever writes references has put the password somewhere already.
            url.clone_into(&mut location.written);
        } else if let Some((written, variable)) = without_password(&connect, &location.source) {
            location.written = written;
            location.variable = Some(variable);
        }
        Ok(location)
    }
}

fn by_scheme(scheme: &str) -> Option<&'static Dialect> {
    dialect::named(match scheme.to_ascii_lowercase().as_str() {
        "postgres" | "postgresql" => "postgres",
        "mysql" => "mysql",
        "mariadb" => "mariadb",
        "sqlite" => "sqlite",
        _ => return None,
    })
}

/// A SQLite file must be there: opening a missing one would tell of an empty database.
fn sqlite(url: &str, dir: &Path, dialect: &'static Dialect) -> Result<Location, InitError> {
    let path = url.split_once(':').map_or("", |(_, path)| path);
    let path = path.strip_prefix("//").unwrap_or(path);
    let missing = |source| InitError::Read { path: PathBuf::from(path), source };
    let file = fs::canonicalize(path).map_err(missing)?;
    let inside = fs::canonicalize(dir).ok().and_then(|dir| file.strip_prefix(dir).ok());
    let written = inside.unwrap_or(&file).to_string_lossy().into_owned();
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    Ok(Location {
        connect: Secret::new(format!("sqlite:{}", file.to_string_lossy())),
        written: format!("sqlite:{written}"),
        variable: None,
        source: source_name(stem.as_deref().unwrap_or_default()),
        dialect,
        database: None,
        file: Some(file.clone()),
    })
}

/// The parts of `scheme://user:password@host/path?query`, as written.
struct Parts<'a> {
    user: Option<&'a str>,
    /// Where the password stands.
    password: Option<std::ops::Range<usize>>,
    path: &'a str,
    query_at: usize,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Option<Parts<'a>> {
        let start = url.find("://")? + 3;
        // A password that is not encoded may hold a slash: the user ends at the last @ before a query.
        let query_at = url[start..].find('?').map_or(url.len(), |at| start + at);
        let at = url[start..query_at].rfind('@').map(|at| start + at);
        let host_at = at.map_or(start, |at| at + 1);
        let path_at = url[host_at..query_at].find('/').map_or(query_at, |at| host_at + at + 1);
        let user = at.map(|at| &url[start..at]);
        let colon = user.and_then(|user| user.find(':'));
        let password = at.zip(colon).map(|(at, colon)| start + colon + 1..at).filter(|range| !range.is_empty());
        let user = user.map(|user| user.split(':').next().unwrap_or(user)).filter(|user| !user.is_empty());
        Some(Parts { user, password, path: url[path_at..query_at].trim_matches('/'), query_at })
    }
}

/// The URL with a reference in the place of its password, and the variable that it refers to.
fn without_password(url: &str, source: &str) -> Option<(String, String)> {
    let parts = Parts::of(url)?;
    let variable = variable(source);
    let reference = format!("${{env:{variable}}}");
    let mut query = url[parts.query_at..].to_owned();
    let mut hidden = false;
    for key in ["?password=", "&password="] {
        if let Some(at) = query.find(key).map(|at| at + key.len()) {
            let end = query[at..].find('&').map_or(query.len(), |end| at + end);
            query.replace_range(at..end, &reference);
            hidden = true;
        }
    }
    let mut written = url[..parts.query_at].to_owned();
    if let Some(range) = parts.password {
        written.replace_range(range, &reference);
        hidden = true;
    }
    hidden.then(|| (written + &query, variable))
}

/// The variable for a source's password.
fn variable(source: &str) -> String {
    let name: String =
        source.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("TIDEGATE_{name}_PASSWORD")
}

/// A name that goes into files, logs and session names.
fn source_name(raw: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '_' };
    let name: String = raw.chars().take(40).map(plain).collect();
    let name = name.trim_matches('_');
    if name.is_empty() { "main".to_owned() } else { name.to_owned() }
}

/// Text with `%20` and the like read.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes().iter();
    while let Some(byte) = bytes.next() {
        let rest = bytes.as_slice();
        let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| *byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                out.push(value);
                bytes.nth(1);
            }
            None => out.push(*byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(url: &str) -> Location {
        Location::read(url, Path::new("."), None).unwrap()
    }

    #[test]
    fn passwords_are_not_written() {
        for (url, written) in [
            ("postgres://u:pw@h:5432/Billing", "postgres://u:${env:TIDEGATE_BILLING_PASSWORD}@h:5432/Billing"),
            (
                "mysql://u:p@w/d:@h/my-db?ssl-mode=required",
                "mysql://u:${env:TIDEGATE_MY_DB_PASSWORD}@h/my-db?ssl-mode=required",
            ),
            ("postgres://h/x?user=u&password=pw&a=b", "postgres://h/x?user=u&password=${env:TIDEGATE_X_PASSWORD}&a=b"),
        ] {
            let location = read(url);
            assert_eq!(location.written, written);
            assert_eq!(location.connect.expose(), url);
            assert!(!format!("{location:?}").contains("pw"), "{location:?}");
        }
        for url in ["postgres://u@h/x", "mariadb://h/x", "mysql://u:@h/x"] {
            let location = read(url);
            assert_eq!((location.written.as_str(), location.variable), (url, None));
        }
    }

    #[test]
    fn a_reference_stays_a_reference() {
        let url = "postgres://u:${env:CARGO_MANIFEST_DIR}@h/x";
        let location = read(url);
        assert_eq!((location.written.as_str(), location.variable), (url, None));
        assert!(location.connect.expose().starts_with("postgres://u:%2F"), "{}", location.connect.expose());
    }

    #[test]
    fn databases_name_sources() {
        for (url, source, database) in [
            ("postgres://u@h/Old%20Billing", "old_billing", Some("Old Billing")),
            ("postgres://u%2Bv@h", "u_v", Some("u+v")),
            ("mysql://u@h", "main", None),
        ] {
            let location = read(url);
            assert_eq!((location.source.as_str(), location.database.as_deref()), (source, database), "{url}");
        }
        for url in ["", "u:hunter2@h/d", "oracle://u:hunter2@h/d"] {
            let error = Location::read(url, Path::new("."), None).unwrap_err();
            assert!(matches!(error, InitError::Scheme) && !error.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn a_sqlite_file_is_found_from_the_configuration() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.db");
        let url = format!("sqlite:{}", file.display());
        assert!(matches!(Location::read(&url, dir.path(), None), Err(InitError::Read { .. })));
        std::fs::write(&file, "").unwrap();
        assert_eq!(Location::read(&url, dir.path(), None).unwrap().written, "sqlite:a.db");
        let other = dir.path().join("other");
        std::fs::create_dir(&other).unwrap();
        let written = Location::read(&url, &other, None).unwrap().written;
        assert_eq!(written, format!("sqlite:{}", file.canonicalize().unwrap().display()));
    }
}
