//! The database file that a source's URL names.

use std::path::PathBuf;

use contract::{AdapterError, ErrorKind};

/// The path in a URL. Nothing is decoded: a `%` or `?` is part of the name.
pub fn from_url(url: &str) -> Result<PathBuf, AdapterError> {
    let rest = url.strip_prefix("sqlite:").ok_or_else(|| misconfigured("the URL does not begin with sqlite:"))?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path == ":memory:" || path.contains('\0') {
        return Err(misconfigured("the URL names no database file"));
    }
    // SQLite would read such a name as an address with options, which may ask for writing.
    if path.starts_with("file:") || path.starts_with(':') {
        return Ok(PathBuf::from(format!("./{path}")));
    }
    Ok(PathBuf::from(path))
}

fn misconfigured(detail: &str) -> AdapterError {
    AdapterError::new(ErrorKind::Misconfigured, detail)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_form_names_its_file() {
        let forms = [
            ("sqlite:data/billing.db", "data/billing.db"),
            ("sqlite:/srv/billing.db", "/srv/billing.db"),
            ("sqlite:///srv/billing.db", "/srv/billing.db"),
            ("sqlite://data/billing.db", "data/billing.db"),
            ("sqlite:a b%20?.db", "a b%20?.db"),
            ("sqlite:file:x.db?mode=rw", "./file:x.db?mode=rw"),
        ];
        for (url, path) in forms {
            assert_eq!(from_url(url).unwrap(), PathBuf::from(path), "{url}");
        }
    }

    #[test]
    fn what_names_no_file_is_refused() {
        for url in ["", "postgres://x/y", "sqlite:", "sqlite://", "sqlite::memory:", "sqlite:a\0b"] {
            assert_eq!(from_url(url).unwrap_err().kind, ErrorKind::Misconfigured, "{url}");
        }
    }
}
