//! SQLite's errors in the contract's kinds. Keeps SQLite's own message and number, never the SQL text.

use contract::{AdapterError, ErrorKind};
use rusqlite::{Error, ErrorCode, ffi};

/// The contract's error for SQLite's. Interrupts are [`ErrorKind::Cancelled`]: who knows of a deadline says otherwise.
pub fn from_sqlite(error: Error) -> AdapterError {
    match error {
        Error::SqliteFailure(error, message) => failure(error, message),
        Error::SqlInputError { error, msg, .. } => failure(error, Some(msg)),
        Error::NulError(_) | Error::InvalidPath(_) => {
            AdapterError::new(ErrorKind::Misconfigured, "a name or path that SQLite cannot take")
        }
        Error::UserFunctionError(_) | Error::UnwindingPanic => {
            AdapterError::new(ErrorKind::Internal, "a registered function failed")
        }
        other => AdapterError::new(ErrorKind::Internal, other.to_string()),
    }
}

fn failure(error: ffi::Error, message: Option<String>) -> AdapterError {
    let message = message.unwrap_or_else(|| error.to_string());
    let kind = kind(error.code, &message);
    let broken = matches!(error.code, ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::NotADatabase);
    let mapped = if broken { AdapterError::broken(kind, message) } else { AdapterError::new(kind, message) };
    mapped.with_code(error.extended_code.to_string())
}

fn kind(code: ErrorCode, message: &str) -> ErrorKind {
    match code {
        ErrorCode::CannotOpen | ErrorCode::SystemIoFailure => ErrorKind::Unavailable,
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::OutOfMemory
        | ErrorCode::DiskFull => ErrorKind::Overloaded,
        ErrorCode::OperationInterrupted | ErrorCode::OperationAborted => ErrorKind::Cancelled,
        ErrorCode::PermissionDenied
        | ErrorCode::ReadOnly
        | ErrorCode::AuthorizationForStatementDenied
        | ErrorCode::NotADatabase
        | ErrorCode::NotFound => ErrorKind::Misconfigured,
        ErrorCode::ConstraintViolation => ErrorKind::Conflict,
        ErrorCode::TooBig | ErrorCode::TypeMismatch => ErrorKind::Rejected,
        ErrorCode::Unknown => kind_by_message(message),
        _ => ErrorKind::Internal,
    }
}

/// SQLite gives one number to everything that is wrong with a statement; only its text tells the rest.
fn kind_by_message(message: &str) -> ErrorKind {
    const MISSING: [&str; 6] = [
        "no such table",
        "no such column",
        "no such function",
        "no such collation sequence",
        "no such module",
        "no such index",
    ];
    const REFUSED: [&str; 4] = [
        "integer overflow",
        "too many SQL variables",
        "Expression tree is too large",
        "LIKE or GLOB pattern too complex",
    ];
    if MISSING.iter().any(|text| message.contains(text)) {
        ErrorKind::Misconfigured
    } else if REFUSED.iter().any(|text| message.contains(text)) {
        ErrorKind::Rejected
    } else {
        ErrorKind::Internal
    }
}
