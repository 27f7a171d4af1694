//! Files in, findings or a configuration out.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use super::*;
use crate::config::render::plain;
use crate::model::{CountMode, EdmType, Flag};

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A";
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

const MODEL: &str = r#"
namespace = "Billing"
[[entity_set]]
name = "Invoices"
table = "invoices"
key = ["Id"]
properties = [
  { name = "Id", type = "Int64" },
  { name = "Number", type = "String", max_length = 20 },
]
"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(server: &str, model: &str) -> Folder {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("tidegate.toml"), server).unwrap();
        std::fs::write(dir.path().join("m.toml"), model).unwrap();
        Folder(dir)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("tidegate.toml")
    }

    fn read(&self) -> Loaded {
        read(&self.path(), &options())
    }

    /// The findings as printed, without the folder's name.
    fn printed(&self) -> String {
        let folder = format!("{}/", self.0.path().display());
        plain(&self.read().findings).replace(&folder, "")
    }
}

fn options() -> Options {
    let variable = |name: &str| match name {
        "URL" => Some("postgres://u:hunter2@db/x".to_owned()),
        "PW" => Some("hun/ter2".to_owned()),
        "HASH" => Some(HASH.to_owned()),
        "KEY" => Some(KEY.to_owned()),
        _ => None,
    };
    Options { variable, ..Options::default() }
}

fn server(rest: &str) -> String {
    format!("[sources.a]\nurl = \"sqlite:a.db\"\n[services.s]\nmodel = \"m.toml\"\n{rest}")
}

fn config(server: &str, model: &str) -> Config {
    let folder = Folder::new(server, model);
    let loaded = folder.read();
    loaded.config.unwrap_or_else(|| panic!("{}", folder.printed()))
}

/// Asserts that a finding of that code is printed with that text.
fn refused(server: &str, model: &str, code: &str, text: &str) {
    let printed = Folder::new(server, model).printed();
    assert!(printed.contains(&format!("[{code}]")) && printed.contains(text), "{code}, {text}:\n{printed}");
}

#[test]
fn a_small_pair_gets_the_defaults() {
    let config = config(&server(""), MODEL);
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.limits.url_bytes_max, 64_000);
    let service = &config.services[0];
    assert_eq!(service.public_url, "http://127.0.0.1:8080/odata/v4/");
    assert_eq!((service.page_rows_max, service.page_bytes_max), (1000, 6_000_000));
    assert_eq!(service.count_budget, service.deadline);
    assert_eq!((service.profile, service.paging), (Profile::Salesforce, Paging::Client));
    let set = &service.model.sets[0];
    assert!(!set.properties[0].nullable && set.properties[1].nullable);
    assert!(!set.properties[0].searchable && set.properties[1].searchable);
    assert_eq!(set.indexes[0].properties, set.key);
}

#[test]
fn a_sqlite_path_starts_from_the_files_folder() {
    let folder = Folder::new(&server(""), MODEL);
    let config = folder.read().config.unwrap();
    assert_eq!(config.sources[0].url.expose(), format!("sqlite:{}", folder.0.path().join("a.db").display()));
}

#[test]
fn a_broken_pair_reports_everything_at_once() {
    let server = r#"[server]
listen = "0.0.0.0:8080"
drain_max = 25
lisen = "x"

[sources.billing]
url = "postgres://tide:hunter2@db/billing"
connections_max = 4
scan_connections_max = 3
time_zone = "Europe/Berlni"

[services.billing]
model = "m.toml"
profile = "salesforc"
page_rows = 5000
users = [{ name = "sf", pasword_hash = "hunter2" }]
"#;
    let model = r#"namespace = "Billing"
[[entity_set]]
name = "Invoices"
table = "invoices"
properties = [
  { name = "Id", type = "Int64", sql = "int65" },
  { name = "Total", type = "Decimal" },
  { name = "total", type = "Strin" },
  { name = "bad__name", type = "String" },
]
navigations = [{ name = "Customer", to = "Customer", on = { Id = "Id" } }]
[[entity_set]]
name = "Customers"
table = "customers"
key = ["Idd"]
properties = [{ name = "Id", type = "Int64", max_length = 5 }]
"#;
    let printed = Folder::new(server, model).printed();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/broken.golden");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&golden, &printed).unwrap();
    }
    assert_eq!(printed, std::fs::read_to_string(golden).unwrap());
    assert!(!printed.contains("hunter2"), "{printed}");
    assert_eq!(printed.matches("error[").count(), 19, "{printed}");
}

#[test]
fn secrets_never_print() {
    let rest = format!(
        "listen_to = 1\nusers = [{{ name = \"sf\", password_hash = \"{HASH}\" }}]\n\
         token_keys = [{{ id = \"k\", key = \"{KEY}x\" }}]\npassword = \"hunter2\" # hunter2\n"
    );
    let folder = Folder::new(&server(&rest).replace("sqlite:a.db", "mysql://u:hunter2@db/x?pw=hunter2"), MODEL);
    let printed = folder.printed();
    assert!(printed.contains("[bad-value]") && printed.contains("[unknown-key]"), "{printed}");
    for secret in ["hunter2", KEY, "iWh06vD8"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    let rest = "users = [{ name = \"sf\", password_hash = \"${env:HASH}\" }]\n\
                token_keys = [{ id = \"k\", key = \"${env:KEY}\" }]\n";
    let config = config(&server(rest).replace("sqlite:a.db", "postgres://u:${env:PW}@db/x"), MODEL);
    assert_eq!(config.sources[0].url.expose(), "postgres://u:hun%2Fter2@db/x");
    assert_eq!(config.services[0].users[0].password_hashes[0].expose(), HASH);
    let debug = format!("{config:?}");
    for secret in ["ter2", KEY, "iWh06vD8"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[test]
fn references_stand_for_files_and_variables() {
    let by_variable = server("").replace("sqlite:a.db", "${env:URL}");
    assert_eq!(config(&by_variable, MODEL).sources[0].dialect.name, "postgres");
    let missing = server("").replace("sqlite:a.db", "${file:nothing}");
    refused(&missing, MODEL, "reference", "nothing cannot be read");
    let folder = Folder::new(&missing.replace("[services.s]", "dialect = \"mariadb\"\n[services.s]"), MODEL);
    let offline = read(&folder.path(), &Options { secrets_required: false, ..options() });
    assert_eq!(offline.config.unwrap().sources[0].dialect.name, "mariadb");
    assert!(offline.findings.iter().any(|f| f.code == Code::Reference && f.severity == Severity::Warning));
}

#[test]
fn a_missing_password_hides_no_scheme() {
    let model = MODEL.replace("max_length = 20 }", "max_length = 20 },\n  { name = \"Paid\", type = \"Boolean\" }");
    let text = server("").replace("sqlite:a.db", "postgres://u:${env:UNSET}@db/x");
    let folder = Folder::new(&text, &model);
    let errors = |loaded: &Loaded| loaded.findings.iter().filter(|f| f.severity == Severity::Error).count();
    // The reference is the only error: no type is doubted for want of a dialect.
    assert_eq!(errors(&folder.read()), 1, "{}", folder.printed());
    let offline = read(&folder.path(), &Options { secrets_required: false, ..options() });
    assert_eq!(offline.config.unwrap().sources[0].dialect.name, "postgres");
}

#[test]
fn every_example_loads_offline() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for entry in std::fs::read_dir(examples).unwrap() {
        let file = entry.unwrap().path().join("tidegate.toml");
        if !file.exists() {
            continue;
        }
        seen += 1;
        // Without any variable: what an example needs from outside may be missing, and nothing else may.
        let loaded = read(&file, &Options { variable: |_| None, secrets_required: false, ..Options::default() });
        let errors: Vec<_> = loaded.findings.into_iter().filter(|f| f.severity == Severity::Error).collect();
        assert!(loaded.config.is_some() && errors.is_empty(), "{}", plain(&errors));
    }
    assert!(seen > 0);
}

#[test]
fn what_only_loopback_may_do_without_is_asked_for() {
    let open = format!("[server]\nlisten = \"0.0.0.0:80\"\n{}", server(""));
    for key in ["public_url", "token_keys", "users"] {
        refused(&open, MODEL, "not-loopback", &format!("a service needs `{key}`"));
    }
    let full = format!(
        "[server]\nlisten = \"0.0.0.0:80\"\n{}",
        server(
            "public_url = \"https://gw.example.com\"\nusers = [{ name = \"sf\", password_hash = \"${env:HASH}\" }]\n\
             token_keys = [{ id = \"k\", key = \"${env:KEY}\" }]\n"
        )
    );
    assert_eq!(config(&full, MODEL).services[0].public_url, "https://gw.example.com/odata/v4/");
    let folder = Folder::new(&server(""), MODEL);
    let overridden = read(&folder.path(), &Options { listen: Some("0.0.0.0:80".parse().unwrap()), ..options() });
    assert!(overridden.findings.iter().any(|f| f.code == Code::NotLoopback));
}

#[test]
fn a_model_is_mounted_twice_under_two_profiles() {
    let model = MODEL.replace("\"Number\", type = \"String\", max_length = 20", "\"At\", type = \"TimeOfDay\"");
    let both = format!("{}[services.t]\nroot = \"/plain/\"\nmodel = \"m.toml\"\nprofile = \"odata\"\n", server(""));
    let config = config(&both, &model);
    let at = |i: usize| config.services[i].model.sets[0].properties[1].clone();
    assert_eq!((at(0).ty, at(0).max_length), (EdmType::String, Some(15)));
    assert_eq!((at(1).ty, at(1).max_length), (EdmType::TimeOfDay, None));
    refused(&both.replace("/plain/", "/odata/"), MODEL, "conflict", "share a root path");
}

#[test]
fn what_salesforce_cannot_take_is_left_out_with_what_needs_it() {
    let model = r#"
namespace = "N"
[[entity_set]]
name = "Docs"
table = "docs"
key = ["Id"]
properties = [
  { name = "Body", type = "Binary" },
  { name = "Id", type = "Int64" },
  { name = "Hash", type = "Binary", max_length = 32 },
  { name = "Kind", type = "Int32" },
]
navigations = [
  { name = "Same", to = "Docs", on = { Hash = "Hash" } },
  { name = "Alike", to = "Docs", on = { Kind = "Kind" }, collection = true },
]
indexes = [{ on = ["Id"] }, { on = ["Kind", "Hash"], unique = true }, { on = ["Hash"] }]
"#;
    let config = config(&server(""), model);
    let set = &config.services[0].model.sets[0];
    assert_eq!(set.properties.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["Id", "Kind"]);
    assert_eq!(set.key, [set.property_named("Id").unwrap()]);
    assert_eq!(set.navigations.len(), 1);
    let kind = set.property_named("Kind").unwrap();
    assert_eq!(set.navigations[0].on, [(kind, kind)]);
    assert_eq!(set.indexes.len(), 2);
    assert!(set.indexes[1].properties == [kind] && !set.indexes[1].unique);
}

#[test]
fn sources_are_chosen_by_service_and_set() {
    let two = server("").replace("[services.s]", "[sources.b]\nurl = \"sqlite:b.db\"\n[services.s]");
    refused(&two, MODEL, "missing-key", "does not say which source");
    let named = MODEL.replace("table =", "source = \"b\"\ntable =");
    let config = config(&two, &named);
    let service = &config.services[0];
    assert_eq!(config.sources[service.sources[service.model.sets[0].source.0 as usize]].name, "b");
    refused(&format!("{two}sources = [\"a\"]\n"), &named, "unknown-name", "there is no source `b`");
    refused(&format!("{two}sources = [\"c\"]\n"), &named, "unknown-name", "no such source");
}

#[test]
fn toml_errors_do_not_hide_the_rest() {
    let folder = Folder::new(&server("deadline = 100\npaging = server\n"), &MODEL.replace("key =", "keys ="));
    let printed = folder.printed();
    for text in ["[toml]", "[unit]", "did you mean `key`?", "has no key"] {
        assert!(printed.contains(text), "{text}:\n{printed}");
    }
    refused("", "", "missing-key", "write [sources.NAME]");
    refused(&server("").replace("m.toml", "none.toml"), "", "unreadable", "model = \"none.toml\"");
}

#[test]
fn values_out_of_their_bounds_are_refused() {
    for (line, code, text) in [
        ("page_rows = 0", "out-of-range", "must be 1 to 2000"),
        ("page_rows = \"many\"", "wrong-kind", "this is a text"),
        ("page_bytes = 6000000", "unit", "a size needs a unit"),
        ("deadline = \"3m\"", "out-of-range", "must be 1s to 2m"),
        ("deadline = \"30 parsecs\"", "unit", "no such unit"),
        ("root = \"odata\"", "bad-value", "no root path"),
        ("root = \"/a/../b/\"", "bad-value", "no root path"),
        ("public_url = \"https://u:p@h/odata/v4/\"", "bad-value", "holds no user"),
        ("paging = \"serve\"", "bad-value", "did you mean `\"server\"`?"),
        ("token_keys = [{ id = \"k\", key = \"short\" }]", "bad-value", "not 32 bytes"),
        ("users = [{ name = \"a\", password_hash = \"plain\" }]", "bad-value", "no argon2id hash"),
        ("users = [{ name = \"a\" }]", "missing-key", "a user needs `password_hash`"),
        ("count_budget = \"110s\"", "out-of-range", "must be 1s to 100s"),
    ] {
        refused(&server(line), MODEL, code, text);
    }
}

#[test]
fn the_references_load_and_name_every_key() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let loaded = read(&folder.join("tidegate.toml"), &options());
    assert!(loaded.config.is_some(), "{}", plain(&loaded.findings));
    let config = loaded.config.unwrap();
    let model = &config.services[0].model;
    assert_eq!(model.sets[1].count, CountMode::Capped(10_000));
    let flags = model.sets[0].properties[3].flags.clone().unwrap();
    assert_eq!(flags.truthy, [Flag::Text("Y".to_owned())]);
    let text = ["tidegate.toml", "model.toml"].map(|name| std::fs::read_to_string(folder.join(name)).unwrap());
    let (server, model) = (&text[0], &text[1]);
    let in_model = ["the model file", "entity_set", "properties", "navigations", "indexes", "count"];
    // Sections that no live value of the references opens.
    let opened = read(&Folder::new(&everything(), MODEL).path(), &options());
    let keys: Vec<_> = loaded.known_keys.union(&opened.known_keys).collect();
    assert!(keys.len() > 75, "{}", keys.len());
    for (section, key) in keys {
        let text = if in_model.contains(section) { model } else { server };
        let named = text.match_indices(key).any(|(at, _)| {
            let before = text[..at].chars().next_back().unwrap_or(' ');
            let after = text[at + key.len()..].trim_start();
            let opens = ["sources", "services", "server", "limits", "entity_set"].contains(key);
            !before.is_alphanumeric() && before != '_' && (after.starts_with('=') || opens)
        });
        assert!(named, "{section} {key}");
    }
}

/// A server file that opens every section that the reference only comments on.
fn everything() -> String {
    format!(
        "[server]\nlog = {{ format = \"text\" }}\n[limits]\n{}",
        server("users = [{ name = \"a\" }]\ntoken_keys = [{ id = \"k\" }]\n")
    )
}

/// Every commented key of the server reference states the real default.
#[test]
fn the_reference_states_the_defaults() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let text = std::fs::read_to_string(folder.join("tidegate.toml")).unwrap();
    let is_key = |line: &&str| {
        line.strip_prefix("# ").is_some_and(|rest| {
            rest.split_once(" = ").is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        })
    };
    let skipped = ["# public_url", "# token_keys", "# users"];
    let mut uncommented = 0;
    let stated: Vec<_> = text
        .lines()
        .map(|line| {
            if is_key(&line) && !skipped.iter().any(|skip| line.starts_with(skip)) {
                uncommented += 1;
                &line[2..]
            } else {
                line
            }
        })
        .collect();
    assert!(uncommented > 30);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("stated.toml"), stated.join("\n")).unwrap();
    std::fs::write(dir.path().join("bare.toml"), &text).unwrap();
    std::fs::copy(folder.join("model.toml"), dir.path().join("model.toml")).unwrap();
    let load = |name: &str| {
        let loaded = read(&dir.path().join(name), &options());
        let mut config = loaded.config.unwrap_or_else(|| panic!("{}", plain(&loaded.findings)));
        // Models hold hash maps, which print in any order.
        config.services[0].model = crate::model::Model::new(String::new(), String::new(), Vec::new(), Vec::new());
        format!("{config:#?}")
    };
    assert_eq!(load("stated.toml"), load("bare.toml"));
}

#[test]
fn every_public_key_that_is_masked_by_name_exists() {
    let opened = read(&Folder::new(&everything(), MODEL).path(), &options());
    let known: Vec<_> = opened.known_keys.iter().map(|(_, key)| *key).collect();
    for key in mask::PUBLIC_KEYS {
        assert!(known.contains(key), "{key}");
    }
}

/// Half-written and garbled files end in findings.
#[test]
fn nothing_panics_on_damaged_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let [server, model] = ["tidegate.toml", "model.toml"].map(|name| {
        std::fs::read_to_string(folder.join(name)).unwrap().replace("# ", "").replace("model.toml", "m.toml")
    });
    let damage =
        ["\"", "'''", "[", "]]", "{", "=", "é", "\0", "\r", "\u{1b}[31m", "99999999999999999999", "${env:", ""];
    for i in 0..400 {
        let garble = |text: &str, salt: usize| {
            let at = (i * 7919 + salt) % text.len();
            let at = (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let rest = if i % 3 == 0 { "" } else { &text[at..] };
            format!("{}{}{rest}", &text[..at], damage[i % damage.len()])
        };
        let folder = Folder::new(&garble(&server, 1), &garble(&model, 2));
        let loaded = folder.read();
        assert_eq!(loaded.config.is_none(), loaded.findings.iter().any(|f| f.severity == Severity::Error));
        assert!(!plain(&loaded.findings).contains('\u{1b}'));
    }
}
