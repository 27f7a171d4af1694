#![allow(clippy::unwrap_used)]
use std::collections::HashSet;
use std::fmt::Write;
use std::path::Path;

use contract::{AdapterError, ErrorKind};

use super::*;
use crate::engine::EngineError;
use crate::odata;
use crate::plan::PlanError;
use crate::source::SourceError;

fn table() -> String {
    let mut text = String::from(
        "# Errors\n\nEvery error has a stable code, in the body's `error.code` and in the log. Codes are never reused: 1xxx \
         the URL does not read, 2xxx it does not fit the model, 3xxx it is not allowed, 4xxx the database, 5xxx the answer, \
         6xxx HTTP.\n\n| code | status | meaning |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        writeln!(text, "| {} | {} | {} |", code.text(), code.status(), code.meaning()).unwrap();
    }
    text
}

#[test]
fn the_documented_table_is_the_real_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/error/README.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, table()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, table(), "run the test with UPDATE=1 and read the diff");
}

#[test]
fn codes_are_unique_ordered_and_errors() {
    let texts: Vec<&str> = Code::ALL.iter().map(|code| code.text()).collect();
    assert_eq!(texts.iter().collect::<HashSet<_>>().len(), texts.len());
    assert!(texts.is_sorted(), "a new code goes to the end of its thousand");
    for code in Code::ALL {
        assert!((400..600).contains(&code.status()), "{code:?}");
        assert!(code.text().len() == 7 && code.meaning().ends_with('.'), "{code:?}");
    }
}

#[test]
fn a_drivers_words_reach_the_log_and_not_the_client() {
    for kind in [ErrorKind::Internal, ErrorKind::Misconfigured] {
        let error = AdapterError::new(kind, "syntax error at SELECT secret FROM t");
        let name = "erp".into();
        let source = match kind {
            ErrorKind::Internal => SourceError::Internal { name, error },
            _ => SourceError::Misconfigured { name, error },
        };
        let fault = Fault::from(EngineError::from(source));
        let body = String::from_utf8(fault.to_json("abc-1")).unwrap();
        assert!(!body.contains("SELECT") && body.contains("abc-1") && body.contains("erp"), "{body}");
        assert!(fault.detail.unwrap().message.contains("SELECT secret"));
    }
}

#[test]
fn messages_are_sentences_with_the_nearest_name() {
    let error = PlanError::UnknownProperty {
        set: "Invoices".into(),
        name: "Amont".into(),
        nearest: Some("Amount".into()),
        in_path: false,
    };
    let fault = Fault::from(error);
    assert_eq!(fault.message, "'Invoices' has no property 'Amont'. Did you mean 'Amount'?");
    assert_eq!((fault.code, fault.target.as_deref()), (Code::UnknownProperty, Some("Amont")));
    let limits = odata::Limits::default();
    let fault = Fault::from(odata::parse("Invoices", Some("$fitler=a"), &limits).unwrap_err());
    assert_eq!(fault.message, "$fitler is not a query option; did you mean $filter?");
    let fault = Fault::from(odata::parse("Invoices", Some("$filter=a%20eq"), &limits).unwrap_err());
    assert_eq!(fault.target.as_deref(), Some("$filter"));
    assert!(fault.message.starts_with("$filter, position "), "{}", fault.message);
}
