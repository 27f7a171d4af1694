//! `${env:NAME}` and `${file:PATH}`: values that live outside of the configuration.
//!
//! What a reference stands for is handed on and never quoted, not even in the message that refuses it.

use std::path::PathBuf;

/// Bytes of a referenced file at most.
pub const REFERENCE_BYTES_MAX: u64 = 65_536;

/// Where references are looked up.
#[derive(Clone)]
pub struct References {
    /// Folder that relative paths start from.
    pub folder: PathBuf,
    /// Environment variables.
    pub variable: fn(&str) -> Option<String>,
}

/// Why a reference stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// `${` without `}`.
    #[error("`${{` is not closed by `}}`")]
    Open,
    /// Neither `env:` nor `file:`.
    #[error("a reference is `${{env:NAME}}` or `${{file:PATH}}`")]
    UnknownKind,
    /// No such variable.
    #[error("the environment variable {0} is not set")]
    NoVariable(String),
    /// No such file, or not a text file of a bearable size.
    #[error("{path} cannot be read: {reason}")]
    NoFile {
        /// The path as written.
        path: String,
        /// Why.
        reason: String,
    },
}

impl References {
    /// The process environment, and files relative to a folder.
    pub fn of_process(folder: PathBuf) -> References {
        References { folder, variable: |name| std::env::var(name).ok() }
    }

    /// The text with every reference replaced by what it stands for.
    ///
    /// `encode` says how a value is written at its place; it sees the text in front of it.
    pub fn resolve(&self, text: &str, encode: fn(&str, String) -> String) -> Result<String, ReferenceError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            out.push_str(&rest[..at]);
            let inside = &rest[at + 2..];
            let end = inside.find('}').ok_or(ReferenceError::Open)?;
            let value = self.look_up(&inside[..end])?;
            let before = &text[..text.len() - rest.len() + at];
            out.push_str(&encode(before, value));
            rest = &inside[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn look_up(&self, reference: &str) -> Result<String, ReferenceError> {
        if let Some(name) = reference.strip_prefix("env:") {
            return (self.variable)(name).ok_or_else(|| ReferenceError::NoVariable(name.to_owned()));
        }
        let path = reference.strip_prefix("file:").ok_or(ReferenceError::UnknownKind)?;
        let fail = |reason: String| ReferenceError::NoFile { path: path.to_owned(), reason };
        let full = self.folder.join(path);
        let length = std::fs::metadata(&full).map_err(|e| fail(e.kind().to_string()))?.len();
        if length > REFERENCE_BYTES_MAX {
            return Err(fail(format!("it is larger than {REFERENCE_BYTES_MAX} bytes")));
        }
        let bytes = std::fs::read(&full).map_err(|e| fail(e.kind().to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| fail("it is not UTF-8".to_owned()))?;
        // Editors and `echo` end a file with a line break that is no part of the secret.
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
    }
}

/// Writes a value as it is.
pub fn plain(_: &str, value: String) -> String {
    value
}

/// Writes the password of a URL percent-encoded, since passwords hold `@` and `/`; anything else as it is.
pub fn in_url(before: &str, value: String) -> String {
    let Some((_, user)) = before.split_once("://") else { return value };
    if !user.contains(':') || user.contains(['@', '/', '?']) {
        return value;
    }
    value.bytes().fold(String::with_capacity(value.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn references(folder: PathBuf) -> References {
        References { folder, variable: |name| (name == "PW").then(|| "p@ss/word".to_owned()) }
    }

    #[test]
    fn references_are_replaced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("secret"), "abc\r\n").unwrap();
        let refs = references(dir.path().to_path_buf());
        assert_eq!(refs.resolve("${file:secret}!", plain), Ok("abc!".to_owned()));
        assert_eq!(refs.resolve("pg://u:${env:PW}@h", in_url), Ok("pg://u:p%40ss%2Fword@h".to_owned()));
        assert_eq!(refs.resolve("${env:PW}", in_url), Ok("p@ss/word".to_owned()));
        assert_eq!(refs.resolve("pg://u@${env:PW}", in_url), Ok("pg://u@p@ss/word".to_owned()));
        assert_eq!(refs.resolve("${env:NO}", plain), Err(ReferenceError::NoVariable("NO".to_owned())));
        assert_eq!(refs.resolve("${env:PW", plain), Err(ReferenceError::Open));
        assert_eq!(refs.resolve("${PW}", plain), Err(ReferenceError::UnknownKind));
        assert!(matches!(refs.resolve("${file:none}", plain), Err(ReferenceError::NoFile { .. })));
    }
}
