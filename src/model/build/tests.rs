//! Model files in, models or findings out.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use contract::SqlType;

use super::*;
use crate::config::{Options, read, render};
use crate::model::{Flag, Flags, OnBadValue, Property};

fn load(dialect: &str, profile: &str, model: &str) -> (Option<Model>, String) {
    let dir = tempfile::tempdir().unwrap();
    let server = format!("[sources.a]\nurl = \"{dialect}:x\"\n[services.s]\nmodel = \"m\"\nprofile = \"{profile}\"\n");
    std::fs::write(dir.path().join("t.toml"), server).unwrap();
    std::fs::write(dir.path().join("m"), model).unwrap();
    let loaded = read(&dir.path().join("t.toml"), &Options::default());
    let printed = render::plain(&loaded.findings);
    (loaded.config.map(|config| config.services[0].model.clone()), printed)
}

fn with(properties: &str, rest: &str) -> String {
    format!(
        "namespace = \"N\"\n[[entity_set]]\nname = \"Things\"\ntable = \"things\"\nkey = [\"Id\"]\n{rest}\n\
         properties = [{{ name = \"Id\", type = \"Int64\" }}, {properties}]\n"
    )
}

/// The second property of a model with these.
fn property(dialect: &str, text: &str) -> Property {
    let (model, printed) = load(dialect, "odata", &with(text, ""));
    model.unwrap_or_else(|| panic!("{printed}")).sets[0].properties[1].clone()
}

fn refused(dialect: &str, model: &str, code: &str, text: &str) {
    let (model, printed) = load(dialect, "salesforce", model);
    assert!(
        model.is_none() && printed.contains(&format!("error[{code}]")) && printed.contains(text),
        "{text}: {printed}"
    );
}

fn warned(model: &str, code: &str, text: &str) {
    let (model, printed) = load("sqlite", "salesforce", model);
    assert!(
        model.is_some() && printed.contains(&format!("warning[{code}]")) && printed.contains(text),
        "{text}: {printed}"
    );
}

#[test]
fn column_types_follow_from_edm_types_and_dialects() {
    for (dialect, text, sql) in [
        ("postgres", "type = \"Boolean\"", SqlType::Bool),
        ("mysql", "type = \"Boolean\"", SqlType::I16),
        ("sqlite", "type = \"Boolean\", true = [\"Y\"], false = [\"N\"]", SqlType::Text),
        ("postgres", "type = \"Decimal\", precision = 12, scale = 2", SqlType::Decimal { scale: Some(2) }),
        ("sqlite", "type = \"Decimal\", precision = 9, scale = 3, sql = \"scaled\"", SqlType::Scaled { scale: 3 }),
        ("postgres", "type = \"Edm.DateTimeOffset\"", SqlType::Timestamp),
        ("postgres", "type = \"DateTimeOffset\", sql = \"timestamptz\"", SqlType::Instant),
        ("postgres", "type = \"Guid\"", SqlType::Guid),
        ("mariadb", "type = \"Guid\"", SqlType::Text),
        ("mariadb", "type = \"String\", sql = \"char\", length = 3", SqlType::Char { length: 3 }),
    ] {
        assert_eq!(property(dialect, &format!("{{ name = \"P\", {text} }}")).sql, sql, "{dialect} {text}");
    }
}

#[test]
fn facets_have_defaults() {
    let text = property("mysql", "{ name = \"P\", type = \"String\" }");
    assert_eq!((text.max_length, text.exact, text.searchable, text.nullable), (Some(255), false, true, true));
    assert_eq!((text.column, text.on_bad_value), (Arc::from("P"), OnBadValue::Null));
    let long = property("sqlite", "{ name = \"P\", type = \"String\", max_length = 256 }");
    assert_eq!((long.exact, long.searchable), (true, false));
    let flag = property("mysql", "{ name = \"P\", type = \"Boolean\" }");
    assert_eq!(flag.flags, Some(Flags { truthy: vec![Flag::Integer(1)], falsy: vec![Flag::Integer(0)] }));
    assert_eq!(property("postgres", "{ name = \"P\", type = \"Boolean\" }").flags, None);
    let (model, _) = load(
        "sqlite",
        "odata",
        &with("", "")
            .replace("[[entity", "text_length_default = 9\nsearch_case = \"sensitive\"\n[[entity")
            .replace("properties = [", "properties = [{ name = \"T\", type = \"String\" }, "),
    );
    let text = &model.unwrap().sets[0].properties[0];
    assert_eq!((text.max_length, text.search_case_sensitive), (Some(9), true));
}

#[test]
fn what_does_not_fit_is_refused() {
    for (dialect, text, code, says) in [
        ("sqlite", "type = \"Boolean\", sql = \"bool\"", "type-mismatch", "sqlite has no boolean type"),
        ("sqlite", "type = \"Date\", sql = \"text\"", "type-mismatch", "Edm.Date is kept as date"),
        ("sqlite", "type = \"Boolean\", sql = \"text\"", "bad-flags", "true = [\"Y\"]"),
        ("sqlite", "type = \"Boolean\", true = [1, 2], false = [2]", "bad-flags", "both true and false"),
        ("sqlite", "type = \"Boolean\", true = [\"Y\"], false = [0]", "bad-flags", "the column holds text"),
        ("postgres", "type = \"Boolean\", true = [1], sql = \"bool\"", "stray-facet", "`true`"),
        ("sqlite", "type = \"Decimal\", precision = 3", "missing-facet", "needs `scale`"),
        ("sqlite", "type = \"Decimal\", precision = 3, scale = 4", "out-of-range", "must be 0 to 3"),
        ("sqlite", "type = \"Decimal\", sql = \"scaled\", precision = 3", "missing-facet", "needs `scale`"),
        ("sqlite", "type = \"String\", sql = \"char\"", "missing-facet", "needs its `length`"),
        ("sqlite", "type = \"String\", length = 3", "stray-facet", "`length`"),
        ("sqlite", "type = \"Int32\", precision = 3", "stray-facet", "Decimal has one"),
        ("sqlite", "type = \"Int32\", searchable = true", "type-mismatch", "only text can"),
        ("sqlite", "type = \"Text\"", "bad-value", "no Edm type"),
    ] {
        refused(dialect, &with(&format!("{{ name = \"P\", {text} }}"), ""), code, says);
    }
}

#[test]
fn keys_are_checked() {
    let model = with("{ name = \"P\", type = \"String\" }", "");
    refused("sqlite", &model.replace("key = [\"Id\"]", ""), "no-key", "the entity set `Things` has no key");
    refused("sqlite", &model.replace("key = [\"Id\"]", "key = []"), "no-key", "write key = ");
    refused("sqlite", &model.replace("key = [\"Id\"]", "key = [\"ID\"]"), "unknown-name", "did you mean \"Id\"?");
    refused("sqlite", &model.replace("[\"Id\"]", "[\"Id\", \"Id\"]"), "duplicate-name", "named twice");
    refused("sqlite", &model.replace("\"Int64\" }", "\"Int64\", nullable = true }"), "bad-key", "never null");
    refused("sqlite", &model.replace("\"Int64\"", "\"Binary\""), "bad-key", "cannot be a key");
}

#[test]
fn names_follow_the_profile() {
    let model = with("{ name = \"größe\", type = \"Int32\" }", "");
    assert!(load("sqlite", "odata", &model).0.is_some());
    refused("sqlite", &model, "bad-name", "write \"gr_e\"");
    let long = "x".repeat(41);
    refused("sqlite", &model.replace("größe", &long), "bad-name", "at most 40 characters");
    for odd in ["a b", "1a", "a-b", ""] {
        let model = model.replace("größe", odd);
        assert!(load("sqlite", "odata", &model).0.is_none(), "{odd}");
    }
    refused("sqlite", &model.replace("größe", "ID"), "duplicate-name", "`Id` is there already");
    refused("sqlite", &model.replace("\"N\"", "\"Edm\""), "bad-name", "no namespace");
    refused("sqlite", &model.replace("\"N\"", "\"N\"\ncontainer = \"Things\""), "duplicate-name", "entity type");
}

#[test]
fn navigations_resolve_and_lead_back() {
    let two = |there: &str, back: &str| {
        with(
            "{ name = \"P\", type = \"Int32\" }",
            "navigations = [{ name = \"Others\", to = \"Others\", on = { Id = \"ThingId\" }, partner = \"Thing\" }]",
        ) + &format!(
            "[[entity_set]]\nname = \"Others\"\ntable = \"o\"\nkey = [\"Id\"]\nproperties = [{{ name = \"Id\", type = \"Int32\" }}, \
             {{ name = \"ThingId\", type = \"{there}\" }}]\nnavigations = [{{ name = \"Thing\", to = \"Things\", on = {back} }}]\n"
        )
    };
    let (model, printed) = load("sqlite", "salesforce", &two("Int32", "{ ThingId = \"Id\" }"));
    let model = model.unwrap_or_else(|| panic!("{printed}"));
    assert_eq!(model.sets[0].navigations[0].target, model.set_named("Others").unwrap());
    refused("sqlite", &two("String", "{ ThingId = \"Id\" }"), "type-mismatch", "Edm.Int64 here, Edm.String there");
    refused("sqlite", &two("Int32", "{ Id = \"Id\" }"), "conflict", "is not the way back");
    refused("sqlite", &two("Int32", "{ ThingId = \"Idd\" }"), "unknown-name", "property of `Things` named `Idd`");
    refused("sqlite", &two("Int32", "{}"), "missing-key", "does not say what is equal");
}

#[test]
fn salesforce_is_warned_about() {
    let p = |text: &str| with(&format!("{{ name = \"P\", {text} }}"), "");
    warned(
        &p("type = \"Decimal\", precision = 19, scale = 2, sql = \"decimal_text\""),
        "salesforce-digits",
        "19 digits",
    );
    warned(&p("type = \"Int32\""), "salesforce-digits", "the key `Id` may have 19 digits");
    warned(&p("type = \"String\", max_length = 300"), "salesforce-long-text", "`P`");
    warned(&p("type = \"Binary\""), "salesforce-type", "left out");
    warned(&p("type = \"TimeOfDay\""), "salesforce-type", "shown as text");
    warned(&p("type = \"Decimal\", precision = 9, scale = 2"), "inexact-decimal", "exact to 15 digits");
    let key = |text: &str| p("type = \"Int32\"").replace("\"Int64\"", text);
    warned(&key("\"Double\""), "salesforce-key", "a float");
    warned(&key("\"String\", exact = false"), "salesforce-key", "case or trailing blanks");
    assert!(!load("sqlite", "salesforce", &key("\"String\"")).1.contains("salesforce-key"));
    warned(&key("\"DateTimeOffset\""), "salesforce-key", "fractions of a second");
    warned(&p("type = \"Int32\"").replace("Things", "Account"), "salesforce-name", "standard object");
    warned(&with("{ name = \"P\", type = \"Int32\" }", "indexes = [{ on = [\"P\"] }]"), "key-index", "read by a scan");
    let (_, plain) = load("sqlite", "odata", &key("\"Double\"").replace("Things", "Account"));
    assert!(!plain.contains("salesforce"), "{plain}");
}

#[test]
fn only_leading_plain_columns_of_an_index_count() {
    let indexed = |index: &str| {
        let text = "{ name = \"P\", type = \"String\" }, { name = \"Q\", type = \"Int32\" }";
        let model = with(text, &format!("indexes = [{{ on = [\"Id\"], unique = true }}, {index}]"));
        let (model, printed) = load("sqlite", "odata", &model);
        let indexes = model.unwrap_or_else(|| panic!("{printed}")).sets[0].indexes.clone();
        indexes.get(1).map(|index| (index.properties.iter().map(|id| id.0).collect::<Vec<_>>(), index.unique))
    };
    for (text, expected) in [
        ("{ on = [\"P\", \"Q desc nulls last\"], unique = true }", Some((vec![1, 2], true))),
        ("{ on = [\"Q\", \"P\"], prefix = { P = 3 }, unique = true }", Some((vec![2], false))),
        ("{ on = [\"P\", \"Q\"], collate = { P = \"NOCASE\" } }", Some((vec![], false))),
        ("{ on = [\"Q\", \"(lower(P)) desc\", \"P\"] }", Some((vec![2], false))),
        ("{ on = [\"P\"], unique = true, where = \"Q > 0\" }", None),
        ("{ on = [\"P\"], method = \"gin\" }", None),
        ("{ on = [\"P\"], method = \"btree\" }", Some((vec![1], false))),
    ] {
        assert_eq!(indexed(text), expected, "{text}");
    }
    let with_index = |index: &str| with("{ name = \"P\", type = \"String\" }", &format!("indexes = [{index}]"));
    refused("sqlite", &with_index("{ on = [\"P down\"] }"), "bad-value", "no part of an index");
    refused("sqlite", &with_index("{ on = [\"Pp desc\"] }"), "unknown-name", "did you mean \"P\"?");
    refused("sqlite", &with_index("{ on = [\"P\"], prefix = { Id = 3 } }"), "unknown-name", "part of this index named");
    refused("sqlite", &with_index("{ on = [\"P\"], prefix = { P = 0 } }"), "out-of-range", "must be 1 to");
}
