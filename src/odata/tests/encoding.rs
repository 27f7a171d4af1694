//! Splitting and decoding: what is split before it is decoded, and what a `+` means where.

use super::super::ast::{ExprKind, KeyPredicate, LiteralKind, Segment};
use super::super::{Limits, Part, SyntaxErrorKind, parse};
use super::{query, shape};

fn filtered(text: &str) -> String {
    let request = query(&format!("$filter={text}")).unwrap_or_else(|error| panic!("{text}: {error}"));
    shape(&request.options.filter.unwrap())
}

fn key_of(path: &str) -> LiteralKind {
    let request = parse(path, None, &Limits::default()).unwrap_or_else(|error| panic!("{path}: {error}"));
    match request.path.into_iter().next() {
        Some(Segment::Name { key: Some(KeyPredicate::Single(literal)), .. }) => literal.kind,
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn separators_inside_values_are_those_that_were_encoded() {
    assert_eq!(filtered("A%20eq%20'x%26$top%3D1'&$top=2"), "(eq A 'x&$top=1')");
    assert_eq!(filtered("A eq 'a=b'"), "(eq A 'a=b')");
    assert_eq!(filtered("A eq '%2525'"), "(eq A '%25')");
    assert_eq!(key_of("Files('a%2Fb')"), LiteralKind::Text("a/b".to_owned()));
    assert!(parse("Files('a/b')", None, &Limits::default()).is_err());
}

#[test]
fn quotes_count_after_decoding() {
    assert_eq!(key_of("Customers(%27O%27%27Neil%27)"), LiteralKind::Text("O'Neil".to_owned()));
    assert!(parse("Customers('O%27Neil')", None, &Limits::default()).is_err());
    assert_eq!(filtered("A eq 'O%27%27Neil'"), "(eq A 'O''Neil')");
}

#[test]
fn plus_is_white_space_where_white_space_may_stand() {
    assert_eq!(filtered("+A+eq+1+and++B%09eq%20(+2+)+"), "(and (eq A 1) (eq B 2))");
    assert_eq!(filtered("5+add+3+eq+8"), "(eq (add 5 3) 8)");
    assert_eq!(filtered("D+lt+2020-02-29+and+E+eq+1"), "(and (lt D 2020-02-29) (eq E 1))");
    let ordered = query("$orderby=+A+desc,+B&$select=+A,+B+").unwrap().options;
    assert!(ordered.orderby.unwrap()[0].descending);
    assert_eq!(ordered.select.unwrap().len(), 2);
}

#[test]
fn plus_is_a_sign_where_a_sign_may_stand() {
    assert_eq!(filtered("A eq 1e+5"), "(eq A 1e+5)");
    assert_eq!(filtered("A eq 1e%2B5"), "(eq A 1e+5)");
    assert_eq!(filtered("A eq +5"), "(eq A 5)");
    assert_eq!(filtered("A eq %2B5"), "(eq A 5)");
    assert_eq!(filtered("A eq 2012-09-03T14:53+02:00"), "(eq A 2012-09-03T14:53+02:00)");
    assert_eq!(filtered("A eq 2012-09-03T14:53%2B02:00 and B"), "(and (eq A 2012-09-03T14:53+02:00) B)");
    assert_eq!(filtered("A eq duration'+P1D'"), "(eq A duration'+P1D')");
    assert_eq!(key_of("Set(2012-09-03T14:53+02:00)"), LiteralKind::DateTimeOffset("2012-09-03T14:53+02:00".into()));
    // A blank that was no plus is no sign.
    assert!(query("$filter=A eq 1e%205").is_err());
    assert!(query("$filter=A eq 2012-09-03T14:53%2002:00").is_err());
}

#[test]
fn plus_is_a_blank_inside_text_and_a_plus_in_the_path() {
    assert_eq!(filtered("A eq 'x+y'"), "(eq A 'x y')");
    assert_eq!(filtered("A eq 'x%2By'"), "(eq A 'x+y')");
    assert_eq!(key_of("Set('x+y')"), LiteralKind::Text("x+y".to_owned()));
    let options = query("$search=+x+y+&$format=application/atom%2Bxml").unwrap().options;
    assert_eq!((options.search.as_deref(), options.format.as_deref()), (Some("x y"), Some("application/atom+xml")));
    assert_eq!(query("$format=application/atom+xml").unwrap().options.format.unwrap(), "application/atom+xml");
}

#[test]
fn empty_pairs_are_ignored() {
    let options = query("&$top=1&&$skip=2&").unwrap().options;
    assert_eq!((options.top, options.skip), (Some(1), Some(2)));
    assert!(parse("Set", Some(""), &Limits::default()).is_ok());
}

#[test]
fn custom_options_are_ignored_whatever_they_hold() {
    for custom in ["x=%zz", "%zz=1", "x", "=", "top=a", "filter=((", "x=1&x=2", "f$ilter=x", "x=%FF", "a=@b"] {
        assert_eq!(query(custom).unwrap().options, Default::default(), "{custom}");
    }
}

#[test]
fn broken_encodings_in_ours_are_errors() {
    for (text, part) in [("$filter=%zz", "$filter"), ("%24top=1%", "$top"), ("$t%op=1", "$t%op"), ("@p=%4", "@p")] {
        let error = query(text).unwrap_err();
        assert_eq!(
            (error.part, error.kind),
            (Part::Option(part.into()), SyntaxErrorKind::BadPercentEncoding),
            "{text}"
        );
    }
    assert_eq!(query("$filter=A eq '%C3'").unwrap_err().kind, SyntaxErrorKind::InvalidUtf8);
    let error = parse("Set/%4", None, &Limits::default()).unwrap_err();
    assert_eq!((error.part, error.span.start), (Part::Path, 4));
}

#[test]
fn names_and_texts_may_be_of_any_script() {
    assert_eq!(filtered("Stra%C3%9Fe eq 'K%C3%B6ln' and 名前 eq '東京'"), "(and (eq Straße 'Köln') (eq 名前 '東京'))");
    let request = query("$filter=é eq ö").unwrap();
    let ExprKind::Binary(_, left, right) = request.options.filter.unwrap().kind else { panic!() };
    assert_eq!((left.span.start, left.span.end, right.span.start, right.span.end), (0, 2, 6, 8));
}
