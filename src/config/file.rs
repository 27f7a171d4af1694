//! One configuration file: its text as read, and the text that may be shown.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeTable;

use super::finding::{Code, Finding, Report, Severity};
use super::mask;

/// Bytes of a configuration file at most.
pub const FILE_BYTES_MAX: u64 = 16_000_000;

/// A file that findings point into.
pub struct SourceFile {
    /// Path as given.
    pub path: PathBuf,
    /// Text as read. May hold secrets: never shown.
    pub text: String,
    /// Text that may be shown: the same bytes, secrets overwritten.
    pub shown: String,
    /// Place among the files of a report.
    pub rank: u32,
}

impl SourceFile {
    /// A server file, whose secrets are masked.
    pub fn server(path: &Path, text: String) -> SourceFile {
        let shown = mask::masked(&text);
        SourceFile { path: path.to_path_buf(), text, shown, rank: 0 }
    }

    /// A model file, which holds no secrets.
    pub fn model(path: &Path, text: String, rank: u32) -> SourceFile {
        SourceFile { path: path.to_path_buf(), shown: text.clone(), text, rank }
    }

    /// Number of the line, from 0, that holds this byte.
    pub fn line_of(&self, offset: usize) -> usize {
        let end = offset.min(self.text.len());
        self.text.as_bytes()[..end].iter().filter(|b| **b == b'\n').count()
    }

    /// The value tree; what is not TOML is reported, and the rest is still there.
    pub fn parse<'a>(self: &'a Arc<SourceFile>, report: &Report) -> Spanned<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let finding = Finding::error(Code::Toml, self, span, "this is not valid TOML");
            report.add(finding.label(error.message().to_owned()));
        }
        table
    }
}

impl fmt::Debug for SourceFile {
    /// The path only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Reads a file, or says why not as a finding without a place.
pub fn read_text(path: &Path, report: &Report) -> Option<String> {
    match read_bounded(path) {
        Ok(text) => Some(text),
        Err(reason) => {
            report.add(Finding {
                severity: Severity::Error,
                code: Code::Unreadable,
                message: format!("cannot read {}: {reason}", path.display()),
                place: None,
                label: String::new(),
                help: None,
            });
            None
        }
    }
}

/// Reads a text file of bounded size; the error is a reason for people.
fn read_bounded(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path).map_err(|e| e.to_string())?.len();
    if length > FILE_BYTES_MAX {
        return Err(format!("it is larger than {FILE_BYTES_MAX} bytes"));
    }
    let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}
