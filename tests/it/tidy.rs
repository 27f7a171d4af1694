//! The house rules that a machine can keep: sizes, headers, who may know whom, and where SQL and drivers are named.
//!
//! Reads the sources as text. Tests within them are not counted, and may do what they like with `unwrap`.

use std::path::{Path, PathBuf};

/// Lines of a file at most.
const FILE_LINES_MAX: usize = 600;
/// Lines of a function at most.
const FUNCTION_LINES_MAX: usize = 70;

/// What each module may use of the others; whoever is not named here may use all but `http` and `cli`.
const MAY_USE: &[(&str, &[&str])] = &[
    ("odata", &[]),
    ("config", &["model"]),
    ("telemetry", &[]),
    ("model", &["config"]),
    ("plan", &["odata", "model", "config"]),
    ("policy", &["plan", "model", "telemetry"]),
    ("lower", &["plan", "policy", "model"]),
    ("encode", &["model"]),
    ("source", &["config", "telemetry"]),
    ("engine", &["lower", "source", "encode", "policy", "plan", "model", "config", "telemetry"]),
];

/// Of `config`, planning may know a profile's and paging's values, and the sources their own settings.
const OF_CONFIG: &[(&str, &[&str])] = &[("plan", &["Paging", "Profile"]), ("source", &["SourceConfig", "Secret"])];

/// Where statements are text that nobody renders: the demo's own database.
const SQL_TEXT: &[&str] = &["src/cli/demo/", "src/cli/check/", "src/cli/init/", "src/cli/explain/"];

/// A source file without its tests.
struct Source {
    path: String,
    code: Vec<(usize, String)>,
}

impl Source {
    /// Lines of code; comments are no code.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(at, line)| (*at, line.as_str()))
    }

    /// The first folder or file under `src`.
    fn module(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("src/")?;
        Some(rest.split(['/', '.']).next().unwrap())
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    walk(&root().join("src"), &mut files);
    walk(&root().join("adapters"), &mut files);
    files.sort();
    let relative = |path: &PathBuf| path.strip_prefix(root()).unwrap().display().to_string().replace('\\', "/");
    files
        .iter()
        .map(|path| (relative(path), std::fs::read_to_string(path).unwrap()))
        .filter(|(path, text)| !is_test(path, text))
        .map(|(path, text)| Source { path, code: without_tests(&text) })
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

fn is_test(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap();
    path.contains("/tests/") || name == "tests.rs" || name.ends_with("_tests.rs") || text.starts_with("#![cfg(test)]")
}

/// Numbered lines outside `#[cfg(test)]` items.
fn without_tests(text: &str) -> Vec<(usize, String)> {
    let mut kept = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if !line.trim_start().starts_with("#[cfg(") || !line.contains("test") || line.contains("not(test") {
            kept.push((at + 1, line.to_owned()));
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        for (_, line) in lines.by_ref() {
            let attribute = line.trim_start().starts_with("#[");
            if line == end || (!attribute && line.ends_with(';') && line.len() - line.trim_start().len() == indent) {
                break;
            }
        }
    }
    kept
}

/// Fails with every place that breaks a rule.
fn none(rule: &str, places: Vec<String>) {
    assert!(places.is_empty(), "{rule}:\n  {}", places.join("\n  "));
}

/// Places where one of the words stands in the code of files that the filter takes.
fn found(words: &[&str], takes: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut places = Vec::new();
    for source in sources().iter().filter(|source| takes(source)) {
        for (at, line) in source.code() {
            if words.iter().any(|word| line.contains(word)) {
                places.push(format!("{}:{at}: {}", source.path, line.trim()));
            }
        }
    }
    places
}

#[test]
fn the_walk_sees_the_sources() {
    let sources = sources();
    assert!(sources.len() > 100, "{}", sources.len());
    for path in ["src/plan/mod.rs", "adapters/core/src/sql.rs", "adapters/postgres/src/lib.rs"] {
        assert!(sources.iter().any(|source| source.path == path), "{path}");
    }
    assert!(!sources.iter().any(|source| source.path.ends_with("/tests.rs")));
    let kept = without_tests("a\n#[cfg(test)]\nmod tests {\n  b\n}\n#[cfg(test)]\nmod more;\nc\n");
    assert_eq!(kept.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>(), ["a", "c"]);
}

#[test]
fn files_and_functions_are_short() {
    let mut places = Vec::new();
    for source in sources() {
        if source.code.len() > FILE_LINES_MAX {
            places.push(format!("{} has {} lines", source.path, source.code.len()));
        }
        for (at, (number, line)) in source.code.iter().enumerate() {
            let start = line.trim_start();
            let words =
                ["fn ", "pub fn ", "pub(super) fn ", "pub(crate) fn ", "async fn ", "pub async fn ", "const fn "];
            let inside = ["pub const fn ", "pub(super) async fn ", "pub(crate) async fn ", "pub(super) const fn "];
            if line.ends_with('}') || !words.iter().chain(&inside).any(|word| start.starts_with(word)) {
                continue;
            }
            let end = format!("{}}}", " ".repeat(line.len() - start.len()));
            let declared = format!("{});", " ".repeat(line.len() - start.len()));
            let length = source.code[at..].iter().position(|(_, line)| *line == end || *line == declared);
            if length.is_some_and(|length| length >= FUNCTION_LINES_MAX) && !line.ends_with(';') {
                places.push(format!("{}:{number}: {} lines: {start}", source.path, length.unwrap() + 1));
            }
        }
    }
    none("too long", places);
}

#[test]
fn every_file_says_what_it_is() {
    let lacks = |source: &&Source| !source.code.first().is_some_and(|(_, line)| line.starts_with("//! "));
    none("no header", sources().iter().filter(lacks).map(|source| source.path.clone()).collect());
}

#[test]
fn modules_use_only_what_they_may() {
    let mut places = Vec::new();
    for source in sources() {
        let Some(own) = source.module() else { continue };
        let free = matches!(own, "http" | "cli" | "main" | "lib");
        let allowed = MAY_USE.iter().find(|(module, _)| *module == own).map(|(_, allowed)| *allowed);
        for (at, line) in source.code() {
            for (place, _) in line.match_indices("crate::") {
                let rest = &line[place + "crate::".len()..];
                let used = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                let outward = matches!(used, "http" | "cli") && !free;
                let refused = allowed.is_some_and(|allowed| used != own && !allowed.contains(&used));
                let beyond = OF_CONFIG.iter().any(|(module, names)| {
                    *module == own && used == "config" && !names.iter().any(|name| rest.contains(name))
                });
                if !used.is_empty() && (outward || refused || beyond) {
                    places.push(format!("{}:{at}: {own} uses crate::{}", source.path, rest.trim()));
                }
            }
        }
    }
    none("against the direction of the pipeline", places);
}

#[test]
fn http_types_stay_at_the_edge() {
    let words = ["axum::", "hyper::", "hyper_util::", "http::", "tower::", "tower_http::", "http_body"];
    let places = found(&words, |source| {
        !source.path.starts_with("src/http") && !source.path.starts_with("src/cli/") && source.path.starts_with("src/")
    });
    none("HTTP outside src/http", places.into_iter().filter(|place| !place.contains("crate::http::")).collect());
}

#[test]
fn drivers_are_named_in_one_file() {
    let in_src = |source: &Source| source.path.starts_with("src/") && source.path != "src/source/drivers.rs";
    none(
        "drivers outside source/drivers.rs",
        found(&["sqlx::", "tidegate_sqlite", "tidegate_postgres", "tidegate_mysql"], in_src),
    );
    none(
        "rusqlite outside the demo",
        found(&["rusqlite::"], |source| in_src(source) && !source.path.starts_with("src/cli/demo/")),
    );
    let features = found(&["cfg(feature", "cfg(all(feature", "cfg(any(feature", "cfg!(feature"], |source| {
        source.path != "src/source/drivers.rs"
    });
    none("features outside source/drivers.rs", features);
}

#[test]
fn stages_do_not_serialize() {
    let stages = ["src/odata/", "src/plan/", "src/policy/", "src/lower/", "src/encode/", "adapters/core/"];
    let places = found(&["serde"], |source| stages.iter().any(|stage| source.path.starts_with(stage)));
    none("serde on a stage's types", places);
}

#[test]
fn nothing_is_left_open_or_unsafe() {
    let words = [
        "todo!(",
        "unimplemented!(",
        "FIXME",
        "dbg!(",
        ".unwrap()",
        ".expect(\"",
        "unsafe {",
        "unsafe fn",
        "unsafe impl",
    ];
    none("left open, or able to panic", found(&words, |_| true));
}

#[test]
fn sources_speak_of_no_machine() {
    let here = root().display().to_string();
    let mut places = found(&["\"/tmp/", "\"/home/", "\"/root/", &here], |_| true);
    for file in ["README.md", "src/README.md", "adapters/README.md", "tests/run", ".ci/run"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
        places.extend(text.lines().filter(|line| line.contains(&here)).map(|line| format!("{file}: {line}")));
    }
    none("paths of one machine", places);
}

#[test]
fn sql_is_written_by_the_renderer_only() {
    // Introspection asks catalogs in the adapters' own words; requests come from the tree alone.
    let words = ["\"SELECT ", "\"select ", "(SELECT ", "SELECT *", "SELECT {", "INSERT INTO", " WHERE ", "ORDER BY "];
    let places = found(&words, |source| {
        source.path.starts_with("src/") && !SQL_TEXT.iter().any(|allowed| source.path.starts_with(allowed))
    });
    none("SQL text in src", places);
}

#[test]
fn a_driver_takes_text_as_sql_in_one_place() {
    for driver in ["postgres", "mysql"] {
        let folder = format!("adapters/{driver}/src/");
        let places = found(&["AssertSqlSafe("], |source| source.path.starts_with(&folder));
        assert_eq!(places.len(), 1, "{driver}: {places:?}");
    }
}
