//! One golden file: a sentence, how it is asked, and the sections that the stages and the databases must give.
//!
//! ```text
//! What the case proves.
//!
//! request: Suppliers?$top=2
//! profile: odata
//!
//! ## plan
//! ...
//! ```
//!
//! Sections are written by `UPDATE=1`, and read by eye.

use std::path::{Path, PathBuf};

use contract::Value;
use tidegate::config::{Paging, Profile};

use crate::gateway::{Manner, Set};

/// A case with the sections that its file holds.
#[derive(Clone, Debug)]
pub struct Case {
    /// `area/case`.
    pub name: String,
    path: PathBuf,
    about: String,
    header: Vec<(String, String)>,
    /// Title and text.
    pub sections: Vec<(String, String)>,
    /// Path and query.
    pub request: String,
    /// How the service is set up.
    pub manner: Manner,
    /// A next page's statement is shown: it begins after these order values.
    pub after: Option<Vec<Value>>,
    /// Whether next links are followed to their end.
    pub follow: bool,
    /// Whether it is asked of no database, and why.
    pub offline: Option<String>,
}

/// Every case, by name.
pub fn all() -> Vec<Case> {
    let root = root();
    let mut cases = Vec::new();
    for area in std::fs::read_dir(&root).unwrap() {
        for file in std::fs::read_dir(area.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            assert_eq!(path.extension().and_then(|end| end.to_str()), Some("md"), "{}", path.display());
            cases.push(read(&root, &path));
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn read(root: &Path, path: &Path) -> Case {
    let name = path.strip_prefix(root).unwrap().with_extension("").display().to_string();
    let text = std::fs::read_to_string(path).unwrap();
    let (head, rest) = text.split_once("\n## ").unwrap_or((&text, ""));
    let (about, fields) = head.split_once("\n\n").unwrap_or_else(|| panic!("{name}: a sentence, a blank line, fields"));
    let header: Vec<(String, String)> = fields
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("{name}: {line}")))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let sections = sections(rest);
    let mut case = Case {
        name,
        path: path.to_owned(),
        about: about.to_owned(),
        header: header.clone(),
        sections,
        request: String::new(),
        manner: Manner::default(),
        after: None,
        follow: false,
        offline: None,
    };
    for (key, value) in header {
        case.field(&key, value);
    }
    assert!(!case.request.is_empty() || case.offline.is_some(), "{}: no request", case.name);
    case
}

impl Case {
    fn field(&mut self, key: &str, value: String) {
        let manner = &mut self.manner;
        match (key, value.as_str()) {
            ("request", _) => self.request = value,
            ("set", "folded") => manner.set = Set::Folded,
            ("set", "broken") => manner.set = Set::Broken,
            ("profile", "odata") => manner.profile = Profile::OData,
            ("paging", "server") => manner.paging = Paging::Server,
            ("page", rows) => manner.page_rows_max = rows.parse().ok(),
            ("bytes", bytes) => {
                manner.page_bytes_max = bytes.parse().ok();
                manner.client_bytes_max = bytes.parse().ok();
            }
            ("prefer", rows) => manner.prefer_page_rows = rows.parse().ok(),
            ("zone", _) => manner.zone = Some(value),
            ("terms", terms) => manner.in_terms_max = terms.parse().ok(),
            ("cap", rows) => manner.count_cap = rows.parse().ok(),
            ("after", cells) => self.after = Some(cells.split("; ").map(cell).collect()),
            ("follow", "yes") => self.follow = true,
            ("offline", _) => self.offline = Some(value),
            (key, value) => panic!("{}: no field {key}: {value}", self.name),
        }
    }

    /// The path and query, with what stands for a long text written out: `{or 1000 P eq 'x#'}` is an or-chain of so many
    /// terms, numbered at `#`, and `{repeat 70 text}` the text so many times.
    pub fn expanded(&self) -> String {
        let mut out = String::new();
        let mut rest = self.request.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, after) = after.split_once('}').unwrap();
            let mut words = inside.splitn(3, ' ');
            let (kind, times, text) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            let times: usize = times.parse().unwrap();
            let parts: Vec<String> = (1..=times).map(|at| text.replace('#', &at.to_string())).collect();
            out += before;
            out += &parts.join(match kind {
                "or" => "%20or%20",
                "comma" => ",",
                "repeat" => "",
                other => panic!("{}: {other}", self.name),
            });
            rest = after;
        }
        out + rest
    }

    /// Writes the file with other sections.
    pub fn write(&self, sections: &[(String, String)]) {
        let mut out = format!("{}\n\n", self.about);
        for (key, value) in &self.header {
            out += &format!("{key}: {value}\n");
        }
        for (title, text) in sections {
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            out += &format!("\n## {title}\n```\n{text}{end}```\n");
        }
        std::fs::write(&self.path, out).unwrap();
    }
}

/// `plan\n```\n...\n```\n`, again and again.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for section in text.split("\n## ").filter(|section| !section.is_empty()) {
        let (title, body) = section.split_once('\n').unwrap();
        let body = body.trim_end_matches('\n').strip_prefix("```\n").and_then(|body| body.strip_suffix("```")).unwrap();
        found.push((title.to_owned(), body.to_owned()));
    }
    found
}

/// `null`, `5`, `1.50m` or `'text'`.
fn cell(text: &str) -> Value {
    if text == "null" {
        return Value::Null;
    }
    if let Some(text) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        return Value::Text(text.to_owned());
    }
    match text.strip_suffix('m') {
        Some(digits) => Value::Decimal(digits.to_owned()),
        None => Value::I64(text.parse().unwrap()),
    }
}
