//! SQLSTATE to the contract's kinds.
//!
//! Knows codes, not statements. Messages go into the detail with secrets removed.

use contract::{AdapterError, ErrorKind, Secrets};
use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// The driver's error in the contract's terms.
pub(crate) fn from_sqlx(error: sqlx::Error, secrets: &Secrets) -> AdapterError {
    match error {
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => from_database(error, secrets),
            None => AdapterError::new(ErrorKind::Internal, secrets.scrub(error.message())),
        },
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            AdapterError::broken(ErrorKind::Unavailable, secrets.scrub(&error.to_string()))
        }
        sqlx::Error::Configuration(_) | sqlx::Error::InvalidArgument(_) => {
            AdapterError::broken(ErrorKind::Misconfigured, secrets.scrub(&error.to_string()))
        }
        other => AdapterError::new(ErrorKind::Internal, secrets.scrub(&other.to_string())),
    }
}

fn from_database(error: &PgDatabaseError, secrets: &Secrets) -> AdapterError {
    let (kind, ends_session) = classify(error.code(), error.message());
    let fatal = matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic);
    AdapterError {
        kind,
        code: Some(error.code().to_owned()),
        detail: secrets.scrub(error.message()),
        broken: fatal || ends_session,
    }
}

/// The kind of a SQLSTATE, and whether the session is useless after it.
fn classify(code: &str, message: &str) -> (ErrorKind, bool) {
    match code {
        // One code for both; a server that speaks another language is taken to mean the timeout, which is the one
        // that nobody here asked for.
        "57014" if message.contains("user request") => (ErrorKind::Cancelled, false),
        "57014" | "55P03" => (ErrorKind::Timeout, false),
        "25006" => (ErrorKind::Rejected, false),
        // The table changed under a prepared statement, or a pooler dropped it: a new session prepares it anew.
        "0A000" if message.contains("cached plan") => (ErrorKind::Unavailable, true),
        "26000" | "25P02" => (ErrorKind::Unavailable, true),
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => (ErrorKind::Unavailable, true),
        "42501" | "42P01" | "42703" | "42883" | "3D000" | "3F000" => (ErrorKind::Misconfigured, false),
        "40001" | "40P01" => (ErrorKind::Conflict, false),
        _ => match code.get(..2) {
            Some("08") => (ErrorKind::Unavailable, true),
            Some("53") => (ErrorKind::Overloaded, false),
            Some("22" | "54") => (ErrorKind::Rejected, false),
            Some("23") => (ErrorKind::Conflict, false),
            Some("28") => (ErrorKind::Misconfigured, true),
            _ => (ErrorKind::Internal, false),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_kinds() {
        let cases = [
            ("57014", "canceling statement due to statement timeout", ErrorKind::Timeout, false),
            ("57014", "canceling statement due to user request", ErrorKind::Cancelled, false),
            ("53300", "sorry, too many clients already", ErrorKind::Overloaded, false),
            ("57P01", "terminating connection", ErrorKind::Unavailable, true),
            ("08006", "", ErrorKind::Unavailable, true),
            ("22012", "division by zero", ErrorKind::Rejected, false),
            ("42P01", "", ErrorKind::Misconfigured, false),
            ("28P01", "", ErrorKind::Misconfigured, true),
            ("23505", "", ErrorKind::Conflict, false),
            ("25006", "", ErrorKind::Rejected, false),
            ("0A000", "cached plan must not change result type", ErrorKind::Unavailable, true),
            ("0A000", "not implemented", ErrorKind::Internal, false),
            ("", "", ErrorKind::Internal, false),
        ];
        for (code, message, kind, broken) in cases {
            assert_eq!(classify(code, message), (kind, broken), "{code} {message}");
        }
    }

    #[test]
    fn broken_transport_ends_the_connection() {
        let io = sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        let error = from_sqlx(io, &Secrets::default());
        assert_eq!((error.kind, error.broken), (ErrorKind::Unavailable, true));
    }
}
