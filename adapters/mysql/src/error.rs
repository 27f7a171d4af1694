//! Error numbers of MySQL and MariaDB to the contract's kinds.
//!
//! Knows numbers, not statements. Messages go into the detail with secrets removed.

use contract::{AdapterError, ErrorKind, Secrets};
use sqlx::mysql::MySqlDatabaseError;

/// The server knows no variable of this name.
pub(crate) const UNKNOWN_VARIABLE: u16 = 1193;

/// The driver's error in the contract's terms.
pub(crate) fn from_sqlx(error: sqlx::Error, secrets: &Secrets) -> AdapterError {
    let Some(number) = number_of(&error) else {
        let detail = secrets.scrub(&error.to_string());
        return match error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
                AdapterError::broken(ErrorKind::Unavailable, detail)
            }
            sqlx::Error::Configuration(_) | sqlx::Error::InvalidArgument(_) => {
                AdapterError::broken(ErrorKind::Misconfigured, detail)
            }
            _ => AdapterError::new(ErrorKind::Internal, detail),
        };
    };
    let (kind, broken) = classify(number);
    let detail = error.as_database_error().map_or_else(String::new, |error| secrets.scrub(error.message()));
    AdapterError { kind, code: Some(number.to_string()), detail, broken }
}

/// The server's number for an error, where the server sent it.
pub(crate) fn number_of(error: &sqlx::Error) -> Option<u16> {
    let error = error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?;
    Some(error.number())
}

/// The kind of an error number, and whether the session is useless after it.
fn classify(number: u16) -> (ErrorKind, bool) {
    match number {
        // Query killed.
        1317 => (ErrorKind::Cancelled, false),
        // max_statement_time, max_execution_time, lock wait.
        1969 | 3024 | 1205 => (ErrorKind::Timeout, false),
        // Too many connections (server, user, resource limit), out of memory, too many prepared statements.
        1040 | 1203 | 1226 | 1037 | 1038 | 1041 | 1461 => (ErrorKind::Overloaded, false),
        // Access denied (database, user, table, column, view, routine), no such database, table, column, function.
        1044 | 1045 | 1142 | 1143 | 1227 | 1356 | 1370 | 1698 | 1049 | 1146 | 1054 | 1305 | 1130 => {
            (ErrorKind::Misconfigured, false)
        }
        // Server gone, lost, shutting down, connection killed, aborted; the prepared statement is unknown or stale.
        2006 | 2013 | 1053 | 1077 | 1079 | 1152 | 1927 | 1243 | 1615 | 4031 => (ErrorKind::Unavailable, true),
        // Values out of range, of the wrong form, too long; division by zero; illegal mix of collations.
        1264 | 1292 | 1365 | 1366 | 1367 | 1411 | 1406 | 1441 | 1690 | 3854 | 1267 | 1270 | 1139 | 1153 => {
            (ErrorKind::Rejected, false)
        }
        // Write in a read-only transaction or on a read-only server.
        1792 | 1290 | 1836 => (ErrorKind::Rejected, false),
        // Duplicate key, deadlock, foreign keys.
        1062 | 1213 | 1451 | 1452 | 1020 => (ErrorKind::Conflict, false),
        _ => (ErrorKind::Internal, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_kinds() {
        let cases = [
            (1317, ErrorKind::Cancelled, false),
            (1969, ErrorKind::Timeout, false),
            (3024, ErrorKind::Timeout, false),
            (1040, ErrorKind::Overloaded, false),
            (1045, ErrorKind::Misconfigured, false),
            (1146, ErrorKind::Misconfigured, false),
            (2013, ErrorKind::Unavailable, true),
            (1690, ErrorKind::Rejected, false),
            (1792, ErrorKind::Rejected, false),
            (1213, ErrorKind::Conflict, false),
            (9999, ErrorKind::Internal, false),
        ];
        for (number, kind, broken) in cases {
            assert_eq!(classify(number), (kind, broken), "{number}");
        }
    }

    #[test]
    fn broken_transport_ends_the_connection() {
        let error = from_sqlx(sqlx::Error::Protocol("out of sync".into()), &Secrets::default());
        assert_eq!((error.kind, error.broken), (ErrorKind::Unavailable, true));
    }
}
