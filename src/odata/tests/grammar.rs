//! Text to tree: precedence, literals, paths, lambdas, keys and options.

use super::super::ast::{ExprKind, KeyPredicate, LiteralKind, Segment, SelectItem};
use super::super::{Feature, Limits, SyntaxErrorKind, parse};
use super::{filter, query, tree};

#[test]
fn operators_bind_as_the_protocol_says() {
    for (text, expected) in [
        ("A or B and C", "(or A (and B C))"),
        ("A and B or C and D or E", "(or (and A B) (and C D) E)"),
        ("(A or B) and C", "(and (or A B) C)"),
        ("(A and B) and C", "(and (and A B) C)"),
        ("A eq B gt C", "(eq A (gt B C))"),
        ("A add B mul C eq D sub E sub F", "(eq (add A (mul B C)) (sub (sub D E) F))"),
        ("A div 2 mod 3 divby 4", "(divby (mod (div A 2) 3) 4)"),
        ("not A eq B", "(eq (not A) B)"),
        ("not not A", "(not (not A))"),
        ("not Name in ('a','b')", "(not (in Name ['a' 'b']))"),
        ("-A add B", "(add (- A) B)"),
        ("- A mul -B", "(mul (- A) (- B))"),
        ("-A in (1)", "(in (- A) [1])"),
        ("-5 add - 5", "(add -5 (- 5))"),
        ("A has Ns.Color'Red,Blue' and B", "(and (has A Ns.Color'Red,Blue') B)"),
        ("A EQ 1 Or NOT B", "(or (eq A 1) (not B))"),
        ("(A)and(B)or(not(C))", "(or (and A B) (not C))"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn operator_words_are_names_where_an_operand_stands() {
    assert_eq!(tree("eq eq in and and in (1)"), "(and (eq eq in) (in and [1]))");
    assert_eq!(tree("$it/not eq $it/null"), "(eq $it/not $it/null)");
    assert_eq!(tree("nothing eq android"), "(eq nothing android)");
    assert_eq!(tree("not/A eq 1"), "(eq $it/not/A 1)");
}

#[test]
fn literals_keep_their_text() {
    use LiteralKind::*;
    for (text, expected) in [
        ("null", Null),
        ("TRUE", Bool(true)),
        ("0012", Number("0012".into())),
        ("-5.0", Number("-5.0".into())),
        ("+1.5E-3", Number("1.5E-3".into())),
        ("123456789012345678901234567890.5", Number("123456789012345678901234567890.5".into())),
        ("-INF", NonFinite(f64::NEG_INFINITY)),
        ("'it''s'", Text("it's".into())),
        ("''", Text(String::new())),
        ("''''", Text("'".into())),
        ("ABCDEF01-89ab-cdef-0123-456789abcdef", Guid("ABCDEF01-89ab-cdef-0123-456789abcdef".into())),
        ("12345678-89ab-cdef-0123-456789abcdef", Guid("12345678-89ab-cdef-0123-456789abcdef".into())),
        ("2020-02-29", Date("2020-02-29".into())),
        ("-0044-03-15", Date("-0044-03-15".into())),
        ("23:59", TimeOfDay("23:59".into())),
        ("23:59:59.123456789012", TimeOfDay("23:59:59.123456789012".into())),
        ("2000-12-31T21:53:00.000Z", DateTimeOffset("2000-12-31T21:53:00.000Z".into())),
        ("2000-12-31T21:53-05:30", DateTimeOffset("2000-12-31T21:53-05:30".into())),
        ("duration'-P1DT2H3M4.5S'", Duration("-P1DT2H3M4.5S".into())),
        ("binary'Zm9v'", Binary("Zm9v".into())),
        ("Ns.Sub.Color'Red,-4'", Enum("Ns.Sub.Color".into(), "Red,-4".into())),
        ("geography'SRID=0;Point(1 2)'", Geo("geography'SRID=0;Point(1 2)'".into())),
    ] {
        assert_eq!(filter(text).unwrap().kind, ExprKind::Literal(expected), "{text}");
    }
    assert!(matches!(filter("NaN").unwrap().kind, ExprKind::Literal(NonFinite(x)) if x.is_nan()));
}

#[test]
fn malformed_literals_are_refused() {
    for text in [
        "5.",
        "1e",
        "1e+",
        "5..1",
        "0x1F",
        "1_000",
        "2012-9-3",
        "2012-13-01",
        "2012-01-32",
        "2012-01-00",
        "02012-01-01",
        "24:00",
        "1:00",
        "12:60",
        "12:00:",
        "12:00:00.",
        "12:00:00.1234567890123",
        "2012-01-01T",
        "2012-01-01T12:00",
        "2012-01-01T12:00+0100",
        "2012-01-01T12:00Z1",
        "duration'1D'",
        "duration'P'",
        "duration'PT'",
        "duration'P1M'",
        "duration'P1DT'",
        "duration'PT1.S'",
        "duration'PT.5S'",
        "binary'Z'",
        "binary'Z+=='",
        "binary'Zg='",
        "Ns.C''",
        "Ns.C'A,'",
        "Ns.C'1x'",
        "ABCDEF01-89ab-cdef-0123-456789abcdefa",
        "'open",
        "'a''",
        "text'x'",
    ] {
        assert!(filter(text).is_err(), "{text}: {:?}", filter(text));
    }
}

#[test]
fn paths_calls_and_lambdas() {
    for (text, expected) in [
        ("A/B/Ns.T/C eq 1", "(eq A/B/Ns.T/C 1)"),
        ("$it/A eq 1", "(eq A 1)"),
        ("endswith($it,'x')", "endswith($it 'x')"),
        ("now( ) gt maxdatetime()", "(gt now() maxdatetime())"),
        ("geo.distance( A , B ) lt 5", "(lt geo.distance(A B) 5)"),
        ("concat(concat(A,', '),B) eq 'x, y'", "(eq concat(concat(A ', ') B) 'x, y')"),
        ("Lines/any()", "(any Lines)"),
        ("A/Lines/all( x : x/Paid eq true and Open )", "(all A/Lines x (and (eq x/Paid true) Open))"),
        ("Lines/$count gt 0", "(gt ($count Lines) 0)"),
        ("A eq @p", "(eq A @p)"),
        ("A in (@p, 'x' ,null,-1,Ns.C'R')", "(in A [@p 'x' null -1 Ns.C'R'])"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn expressions_that_are_no_expressions() {
    for text in [
        "A eq",
        "A B",
        "A eq 1)",
        "(A eq 1",
        "A eq 1 and",
        "and A",
        "A,B",
        "f(",
        "f(A",
        "f(,A)",
        "f(A,)",
        "A/",
        "/A",
        "A//B",
        "A in ()",
        "A in (1",
        "A in (1,)",
        "A in",
        "A =1",
        "A eq \"x\"",
        "A == 1",
        "all(x:true)",
        "L/all()",
        "L/any(x)",
        "L/any(x:)",
        "L/any(:x)",
        "$x eq 1",
        "@",
        "@1",
        "not",
        "-",
        "- ",
        "A.",
        "A..B",
        "A eq 'x' 'y'",
        ".5",
        "contains (A,'x')",
        "A eq 1;B",
        "A eq %00",
        "A\n eq 1",
    ] {
        assert!(filter(text).is_err(), "{text}: {:?}", filter(text));
    }
}

#[test]
fn known_but_unanswered_forms_are_named() {
    for (text, feature) in [
        ("$filter=A in [1]", Feature::CollectionLiteral),
        ("$filter=A eq {}", Feature::CollectionLiteral),
        ("$filter=A in Codes", Feature::InCollection),
        ("$filter=A in @codes", Feature::InCollection),
        ("$filter=@p/A eq 1", Feature::AliasPath),
        ("$filter=A/@Ns.Term eq 1", Feature::Annotation),
        ("$filter=f(a=1)", Feature::NamedArguments),
        ("$filter=A/Ns.f()", Feature::BoundFunction),
        ("$filter=A(1)/B eq 2", Feature::BoundFunction),
        ("$filter=A/B(1)/C eq 2", Feature::KeyInExpression),
        ("$filter=L/$count($filter=A) gt 1", Feature::FilteredCollection),
        ("$filter=$root/A eq 1", Feature::Root),
        ("$filter=$this eq 1", Feature::This),
        ("$select=A($top=1)", Feature::SelectOptions),
        ("$select=Ns.*", Feature::SelectOperations),
        ("$select=@Ns.Term", Feature::Annotation),
    ] {
        assert_eq!(query(text).unwrap_err().unsupported(), Some(feature), "{text}");
    }
    for (path, feature) in [
        ("Set(@key)", Feature::KeyAlias),
        ("Set(A=@key)", Feature::KeyAlias),
        ("Set/5", Feature::KeyAsSegment),
        ("F(a=1)(2)", Feature::KeyAfterParameters),
    ] {
        assert_eq!(parse(path, None, &Limits::default()).unwrap_err().unsupported(), Some(feature), "{path}");
    }
}

#[test]
fn resource_paths() {
    let read = |path: &str| parse(path, None, &Limits::default()).map(|request| request.path);
    assert_eq!(read("").unwrap(), []);
    assert_eq!(read("/").unwrap(), []);
    assert_eq!(read("$metadata").unwrap(), [Segment::Metadata]);
    let path = read("/Invoices(5.0)/Total/$value").unwrap();
    let [
        Segment::Name { name, key: Some(KeyPredicate::Single(key)) },
        Segment::Name { name: total, key: None },
        Segment::Value,
    ] = path.as_slice()
    else {
        panic!("{path:?}")
    };
    assert_eq!(
        (name.text.as_str(), total.text.as_str(), total.span.start, total.span.end),
        ("Invoices", "Total", 14, 19)
    );
    assert_eq!(key.kind, LiteralKind::Number("5.0".to_owned()));
    let path = read("Lines(No = 1, Item='a,b''(c)')/").unwrap();
    let [Segment::Name { key: Some(KeyPredicate::Named(parts)), .. }] = path.as_slice() else { panic!("{path:?}") };
    let parts: Vec<_> = parts.iter().map(|(name, value)| (name.text.as_str(), &value.kind)).collect();
    let expected = [("No", &LiteralKind::Number("1".into())), ("Item", &LiteralKind::Text("a,b'(c)".into()))];
    assert_eq!(parts, expected);
    assert!(matches!(read("Set()").unwrap().as_slice(), [Segment::Name { key: Some(KeyPredicate::Empty(_)), .. }]));
    let others = read("$crossjoin(A,B)").unwrap();
    assert!(matches!(others.as_slice(), [Segment::Other(ident)] if ident.text == "$crossjoin(A,B)"), "{others:?}");
    for path in [
        "A//B",
        "//A",
        "A//",
        "$foo",
        "$metadata/A",
        "A/$metadata",
        "A/$count/B",
        "A/$value/$count",
        "A/$ref/A",
        "$count",
        "A(1",
        "A(1)x",
        "A(1,2)",
        "A(1;2)",
        "A(B=C)",
        "A(=1)",
        "A(B=1,)",
        "A B",
        "A?",
        "A('x",
        "A(5L)",
        "-",
        "A.",
        "A(1.)",
        "A/ B",
        "A($it)",
        "$count(1)",
        "$filter(",
        "$Metadata",
        "A(B=1,2)",
        "A/$batch",
        "%24foo",
    ] {
        assert!(read(path).is_err(), "{path}: {:?}", read(path));
    }
}

#[test]
fn options_take_what_the_protocol_allows() {
    let options =
        query("$SELECT=*,A/B,Ns.Action&$orderBy=A desc,length(B) ASC, C&$skip=007&@p=5 add 3").unwrap().options;
    assert!(
        matches!(options.select.as_deref(), Some([SelectItem::All(_), SelectItem::Path(path), _]) if path.len() == 2)
    );
    let descending: Vec<_> = options.orderby.unwrap().iter().map(|item| item.descending).collect();
    assert_eq!(descending, [true, false, false]);
    assert_eq!((options.skip, options.aliases[0].0.text.as_str()), (Some(7), "p"));
    let options = query("$expand=A($bad((&$Apply=%zz&$levels").unwrap().options;
    assert_eq!(options.unsupported, ["$expand", "$apply", "$levels"]);
    for text in [
        "$top=-1",
        "$top=+5",
        "$top=%2B5",
        "$top=5.0",
        "$top=",
        "$top",
        "$top=1 2",
        "$top=99999999999999999999",
        "$skip=a",
        "$count=1",
        "$count=True",
        "$count",
        "$select=",
        "$select=A,",
        "$select=,A",
        "$select=A B",
        "$select=A/",
        "$select=**",
        "$orderby=A down",
        "$orderby=A,",
        "$orderby=",
        "$filter=",
        "$filter=%20+",
        "$search= ",
        "@=1",
        "@1=1",
        "@a.b=1",
        "@p=",
        "@p=1&@p=2",
        "@p=A eq",
        "$top=1&%24top=1",
        "$top=1&$TOP=2",
        "$expand=A&$expand=B",
        " $top=1",
        "$top =1",
    ] {
        assert!(query(text).is_err(), "{text}: {:?}", query(text));
    }
}

#[test]
fn number_that_does_not_fit_is_a_bad_number() {
    let kind = query("$top=99999999999999999999").unwrap_err().kind;
    assert_eq!(kind, SyntaxErrorKind::BadNumber { text: "99999999999999999999".to_owned() });
}
