//! The command on the demonstration's files.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::cli::demo;

fn explain(url: &str, dialect: Option<&str>) -> (u8, String) {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join(demo::CONFIG_FILE);
    std::fs::write(&config, demo::CONFIG).unwrap();
    std::fs::write(dir.path().join(demo::MODEL_FILE), demo::MODEL).unwrap();
    let args = ExplainArgs { config, url: url.into(), dialect: dialect.map(Into::into), service: None };
    let mut out = Vec::new();
    let code = run(&args, &mut out).unwrap();
    (code, String::from_utf8(out).unwrap())
}

#[test]
fn every_stage_of_a_request_is_printed() {
    let (code, text) = explain("Customers?$filter=City eq 'Köln'&$select=Name&$top=5&$count=true", None);
    assert_eq!(code, 0, "{text}");
    for wanted in [
        "syntax\n  path Customers\n  $select Name\n  $filter City eq 'Köln'\n  $top 5\n  $count true\n",
        "plan\n  collection of Customers, ",
        "page skip 0 top 5 rows 5 ",
        "source billing, scan lane\n",
        "SQL, sqlite\n",
        "-- page\n",
        "-- page and count in one\n",
        "-- count alone",
        "\n  FROM \"CUSTMAST\"",
        "\n  WHERE ",
        "'Köln' (Text)",
    ] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
}

#[test]
fn a_url_may_be_written_in_any_way() {
    let (_, plain) = explain("Customers?$filter=Name eq 'a b'", None);
    for url in [
        "/Customers?$filter=Name eq 'a b'",
        "/odata/v4/Customers?%24filter=Name%20eq%20%27a%20b%27",
        "http://127.0.0.1:8080/odata/v4/Customers?$filter=Name+eq+'a+b'",
        " https://proxy.example.com/odata/v4/Customers?$filter=%20Name eq 'a b' ",
    ] {
        let (code, text) = explain(url, None);
        assert_eq!((code, &text), (0, &plain), "{url}");
    }
    let (code, text) = explain("https://proxy.example.com/elsewhere/Customers", None);
    assert!(code == 2 && text.contains("http://127.0.0.1:8080/odata/v4/"), "{text}");
}

#[test]
fn dialects_are_named_and_grouped() {
    let (_, text) = explain("Customers?$filter=startswith(Name,'A')", Some("all"));
    let titles: Vec<_> = text.lines().filter(|line| line.starts_with("SQL, ")).collect();
    let names: Vec<_> = titles.iter().flat_map(|title| title["SQL, ".len()..].split(" and ")).collect();
    assert_eq!(names, ["postgres", "mysql", "mariadb", "sqlite"], "{text}");
    let (_, text) = explain("Customers(7)", Some("postgres"));
    assert!(text.contains("SQL, postgres\n  -- entity\n") && text.contains("$1") && !text.contains("sqlite"), "{text}");
    let (code, text) = explain("Customers", Some("db2"));
    assert!(code == 2 && text.contains("mariadb"), "{text}");
}

#[test]
fn a_refusal_underlines_its_place() {
    let cases = [
        ("Customers?$filter=Name eq 'x", "$filter Name eq 'x\n                  ^"),
        ("Customers?$filter=Nme eq 'x'", "$filter Nme eq 'x'\n          ^^^\n"),
        ("Custmers", "path Custmers\n       ^^^^^^^^\n"),
        ("Customers?$orderby=City,Städt", "$orderby City,Städt\n                ^^^^^\n"),
        ("Customers?$expand=Invoices", "$expand Invoices\n          ^^^^^^^^\n"),
        ("Customers?$filter=Name%2", "$filter Name%2\n              ^"),
    ];
    for (url, wanted) in cases {
        let (code, text) = explain(url, None);
        assert!(code == 1 && text.contains("refused with HTTP ") && text.contains(wanted), "{url}\n{text}");
    }
    let (_, text) = explain("Customers?$filter=Nme eq 'x'", None);
    assert!(text.contains("refused with HTTP 400: ") && text.contains("\"code\":\"TG-2002\""), "{text}");
    assert!(text.contains("Did you mean 'Name'?"), "{text}");
}

#[test]
fn a_place_in_a_long_text_is_shown_with_its_surroundings() {
    let many: Vec<_> = (0..1000).map(|id| format!("Id eq {id}")).collect();
    let (code, text) = explain(&format!("Customers?$filter={} or Ix eq 7", many.join(" or ")), None);
    let line = text.lines().rfind(|line| line.contains("Ix eq 7")).unwrap_or_default();
    assert!(code == 1 && line.contains("..") && line.len() < 200, "{line}");
    let mark = text.lines().skip_while(|other| *other != line).nth(1).unwrap_or_default();
    assert_eq!(line.find("Ix"), mark.find('^'), "{line}\n{mark}");
}

#[test]
fn documents_and_counts_have_their_stages() {
    assert!(explain("$metadata", None).1.contains("plan\n  metadata\n"));
    assert!(explain("", None).1.contains("path /\n"));
    let (_, text) = explain("Customers/$count", None);
    assert!(text.contains("-- count\n") && !text.contains("LIMIT"), "{text}");
}

#[test]
fn files_with_errors_are_said_to_be() {
    let args = ExplainArgs { config: "/nowhere.toml".into(), url: "x".into(), dialect: None, service: None };
    let mut out = Vec::new();
    assert_eq!(run(&args, &mut out).unwrap(), 1);
    assert!(String::from_utf8(out).unwrap().contains("nowhere.toml"));
}
