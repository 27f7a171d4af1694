//! The requests that Salesforce Connect is known to send, as text to tree.

use super::super::ast::{ExprKind, LiteralKind, Options, SelectItem};
use super::super::{Limits, parse};
use super::{query, shape};

/// Each option in a canonical order, expressions as trees.
fn read(text: &str) -> Vec<String> {
    let Options { select, filter, orderby, top, skip, count, search, format, skiptoken, aliases, unsupported } =
        query(text).unwrap_or_else(|error| panic!("{text}: {error}")).options;
    let mut lines = Vec::new();
    if let Some(items) = select {
        let names = items.iter().map(|item| match item {
            SelectItem::All(_) => "*".to_owned(),
            SelectItem::Path(path) => path.iter().map(|i| i.text.as_str()).collect::<Vec<_>>().join("/"),
        });
        lines.push(format!("select {}", names.collect::<Vec<_>>().join(" ")));
    }
    lines.extend(filter.map(|f| format!("filter {}", shape(&f))));
    if let Some(items) = orderby {
        let items: Vec<_> =
            items.iter().map(|i| format!("{}{}", shape(&i.expr), if i.descending { " desc" } else { "" })).collect();
        lines.push(format!("orderby {}", items.join(", ")));
    }
    lines.extend(top.map(|n| format!("top {n}")));
    lines.extend(skip.map(|n| format!("skip {n}")));
    lines.extend(count.map(|b| format!("count {b}")));
    lines.extend(search.map(|s| format!("search {s}")));
    lines.extend(format.map(|s| format!("format {s}")));
    lines.extend(skiptoken.map(|s| format!("skiptoken {s}")));
    lines.extend(aliases.iter().map(|(name, value)| format!("@{} {}", name.text, shape(value))));
    lines.extend(unsupported);
    lines
}

#[test]
fn c1_encoded_names_leading_blank_and_indexof() {
    let text = "%24top=51&%24filter=%20indexof%28Description%2C%27x%27%29%20ne%20-1&%24orderby=ID&%24count=true\
                &%24select=Description%2CID%2CName";
    let expected =
        ["select Description ID Name", "filter (ne indexof(Description 'x') -1)", "orderby ID", "top 51", "count true"];
    assert_eq!(read(text), expected);
}

#[test]
fn c2_integer_written_as_decimal() {
    let text = "$top=2&$filter=ID%20eq%205.0&$count=true&$select=ID,Name";
    assert_eq!(read(text), ["select ID Name", "filter (eq ID 5.0)", "top 2", "count true"]);
}

#[test]
fn c3_composite_key_and_explicit_length() {
    let text = "$top=2001&$filter=%20actor_id%20eq%201%20and%20film_id%20eq%20140&$count=true\
                &$select=actor_id,film_id,last_update";
    let expected = [
        "select actor_id film_id last_update",
        "filter (and (eq actor_id 1) (eq film_id 140))",
        "top 2001",
        "count true",
    ];
    assert_eq!(read(text), expected);
}

#[test]
fn c4_null_and_unencoded_blanks() {
    let text = "$top=2001&$filter=address2 eq null and address eq '47 MySakila Drive'&$count=true&$select=address_id";
    assert_eq!(read(text)[1], "filter (and (eq address2 null) (eq address '47 MySakila Drive'))");
}

#[test]
fn c5_text_and_decimal_key() {
    let text = "$top=2001&$filter=Description eq 'MacBook' and ID eq 1.0&$count=true&$select=ID,Name";
    assert_eq!(read(text)[1], "filter (and (eq Description 'MacBook') (eq ID 1.0))");
}

#[test]
fn c6_search_keeps_the_phrase() {
    assert_eq!(
        read("$top=6&$search=macbook&$count=true&$select=ID"),
        ["select ID", "top 6", "count true", "search macbook"]
    );
    assert_eq!(read("$search=%20A+OR%20%22John%20Smith%22 "), ["search A OR \"John Smith\""]);
    assert_eq!(read("$search=%E6%9D%B1%E4%BA%AC タワー"), ["search 東京 タワー"]);
}

#[test]
fn c7_boolean_functions_compared_with_true() {
    let text = "$select=CompanyName,Phone,ShipperID&$count=true\
                &$filter=contains(CompanyName,'Acme') eq true or contains(Phone,'Acme') eq true&$top=25";
    assert_eq!(read(text)[1], "filter (or (eq contains(CompanyName 'Acme') true) (eq contains(Phone 'Acme') true))");
    let text = "$filter=substringof('Acme',CompanyName)%20eq%20true";
    assert_eq!(read(text), ["filter (eq substringof('Acme' CompanyName) true)"]);
}

#[test]
fn c8_date_time_with_zone() {
    let text = "$orderby=ID&$top=51&$count=true&$filter=DateTimeOffset1 lt 2000-12-31T21:53:00Z";
    let request = query(text).unwrap();
    assert_eq!(read(text)[0], "filter (lt DateTimeOffset1 2000-12-31T21:53:00Z)");
    let ExprKind::Binary(_, _, right) = request.options.filter.unwrap().kind else { panic!("a comparison") };
    assert_eq!(right.kind, ExprKind::Literal(LiteralKind::DateTimeOffset("2000-12-31T21:53:00Z".to_owned())));
}

#[test]
fn c9_and_c10_counts_and_continuation() {
    let text = "$count=true&$select=ID&$top=301&$skiptoken=AbC-_1+/=";
    assert_eq!(read(text), ["select ID", "top 301", "count true", "skiptoken AbC-_1+/="]);
    assert_eq!(read("$count=false&$select=ID&$top=2001"), ["select ID", "top 2001", "count false"]);
}

#[test]
fn c11_top_zero() {
    assert_eq!(read("$top=0"), ["top 0"]);
}

#[test]
fn p1_thousand_term_or_chain_fits_the_default_limits() {
    let term = |n: usize| format!("External_Id__c%20eq%20'a0B{n:015}'");
    let text = format!("$filter={}", (0..1_000).map(term).collect::<Vec<_>>().join("%20or%20"));
    assert!((50_000..65_000).contains(&text.len()), "{}", text.len());
    let request = parse("Accounts", Some(&text), &Limits::default()).unwrap();
    let ExprKind::Or(terms) = request.options.filter.unwrap().kind else { panic!("one flat chain") };
    assert_eq!(terms.len(), 1_000);
    assert_eq!(shape(&terms[999]), "(eq External_Id__c 'a0B000000000000999')");
}

#[test]
fn p2_not_binds_tighter_than_eq() {
    assert_eq!(read("$filter=not startswith(Name,'A') eq true"), ["filter (eq (not startswith(Name 'A')) true)"]);
    assert_eq!(read("$filter=not(startswith(Name,'A') eq true)"), ["filter (not (eq startswith(Name 'A') true))"]);
}
