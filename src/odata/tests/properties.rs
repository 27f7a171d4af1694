//! Any text parses or is refused, never worse; and what is printed parses to the same tree.

use proptest::prelude::*;

use super::super::ast::{BinaryOp, Expr, ExprKind, Ident, LiteralKind, Request, Span};
use super::super::{Limits, parse, part_text, print, print_expr};
use super::shape;

/// A tree without its spans, as text. (Not `==`: NaN is not itself.)
fn bare(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("Span { start: ") {
        let end = at + rest[at..].find('}').unwrap();
        out.push_str(&rest[..at]);
        rest = &rest[end + 1..];
    }
    out + rest
}

/// Parses, checks the error or the round trip.
fn exercise(path: &str, query: Option<&str>) {
    match parse(path, query, &Limits::default()) {
        Err(error) => {
            let _ = error.to_string();
            if let Some(text) = part_text(path, query, &error.part) {
                let range = error.span.start as usize..error.span.end as usize;
                assert!(text.get(range).is_some(), "{error:?} in {text:?}");
            }
        }
        Ok(request) => stable(&request),
    }
}

fn stable(request: &Request) {
    let printed = print(request);
    let (path, query) = printed.split_once('?').map_or((printed.as_str(), None), |(p, q)| (p, Some(q)));
    let again = parse(path, query, &Limits { url_bytes_max: usize::MAX, ..Limits::default() })
        .unwrap_or_else(|error| panic!("{printed}: {error}"));
    // Options stand in printing order, so compare each as printed and as tree.
    assert_eq!(bare(request), bare(&again), "{printed}");
    assert_eq!(printed, print(&again));
}

const VALID: [&str; 14] = [
    "$filter=A eq 1 and (B ne 'x''y' or not C) and D in (1,2.5,null)",
    "$filter=contains(tolower(Name),'%C3%A9+%2B') eq true&$top=5&$skip=0&$count=true",
    "$filter=Lines/any(x:x/Qty mul -2 gt -(5) add -INF) or Lines/$count le 3",
    "$filter=D lt 2000-12-31T21:53:00%2B01:00 and T ge 23:59:59.5 and E eq 2020-02-29",
    "$filter=G eq 01234567-89ab-cdef-0123-456789abcdef&$orderby=A desc,length(B),-C asc",
    "$filter=K has Ns.Color'Red,Blue'&$select=*,A/B,Ns.T/C&$format=application/json;odata.metadata=none",
    "$filter=W eq duration'-P1DT2H3.5S' or X eq binary'Zm9v' or Y eq NaN&@p=5 add 3&$search=%22a b%22 c",
    "$filter=A eq @p and $it/not ne $it/true&@p='%26%3D%23%25'&$skiptoken=ab+c/=&$expand=X",
    "%24top=51&%24filter=%20indexof%28Description%2C%27x%27%29%20ne%20-1&%24orderby=ID&%24count=true",
    "$filter=substring(A,1,2) eq concat('a',B) and geo.length(geography'SRID=0;Point(1 2)') gt 1e%2B5",
    "$filter=not not (A or (B or C) or D and (E and F))",
    "$filter=(A sub (B sub C)) mod 2 eq (1 eq 2)",
    "$filter=-(-5) eq - -A and -(A in (1)) in (2,@q)&@q=null",
    "$filter=endswith($it,'.com') or $it/any() or $it/$count eq 1",
];

const PATHS: [&str; 8] = [
    "",
    "Invoices(5.0)/Total/$value",
    "Lines(No=1,Item='a%2Fb''c')/$count",
    "$metadata",
    "A('%27%27+')/Ns.T/B()/$ref",
    "$crossjoin(A,B)",
    "Set(2020-02-29T00:00:00+01:00)",
    "Straße('é')/X",
];

#[test]
fn recorded_requests_print_to_themselves() {
    for query in VALID {
        stable(&parse("Set", Some(query), &Limits::default()).unwrap_or_else(|error| panic!("{query}: {error}")));
    }
    for path in PATHS {
        stable(&parse(path, None, &Limits::default()).unwrap_or_else(|error| panic!("{path}: {error}")));
    }
}

/// Pieces that the grammar gives a meaning, to get further than random characters do.
fn token() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        " ",
        "+",
        "%20",
        "(",
        ")",
        ",",
        "/",
        "'",
        "''",
        "%27",
        "-",
        "--",
        ":",
        ".",
        "$",
        "@",
        "=",
        "&",
        "%",
        "%2",
        "%00",
        "%FF",
        "%2B",
        "and",
        " or ",
        " eq ",
        " in (",
        "not ",
        "null",
        "INF",
        "NaN",
        "true",
        "A",
        "é",
        "\u{301}",
        "any(x:",
        "all(",
        "$it",
        "$count",
        "$root",
        "5",
        "5L",
        "1e+5",
        "2020-02-29",
        "T12:00",
        "Z",
        "12:00",
        "duration'",
        "Ns.C'",
        "01234567-89ab-cdef-0123-456789abcdef",
        "$filter=",
        "$select=",
        "$orderby=",
        "&$top=",
        "*",
        "desc",
        "[",
        "{",
        "#",
    ]);
    prop_oneof![9 => fixed.prop_map(str::to_owned), 1 => any::<String>()]
}

fn ident() -> impl Strategy<Value = Ident> {
    let word = prop_oneof![
        4 => "[A-Za-z_][A-Za-z0-9_]{0,5}",
        1 => prop::sample::select(vec!["not", "NOT", "null", "True", "INF", "NaN", "eq", "in", "any", "desc", "é", "x"])
            .prop_map(str::to_owned),
    ];
    word.prop_map(|text| Ident { text, span: Span::default() })
}

fn path() -> impl Strategy<Value = Vec<Ident>> {
    prop::collection::vec(ident(), 0..3)
}

fn literal() -> impl Strategy<Value = LiteralKind> {
    prop_oneof![
        Just(LiteralKind::Null),
        any::<bool>().prop_map(LiteralKind::Bool),
        "-?[0-9]{1,5}(\\.[0-9]{1,3})?(e[+-]?[0-9])?".prop_map(LiteralKind::Number),
        prop::sample::select(vec![f64::INFINITY, f64::NEG_INFINITY, f64::NAN]).prop_map(LiteralKind::NonFinite),
        any::<String>().prop_map(LiteralKind::Text),
        "[0-9a-fA-F]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}".prop_map(LiteralKind::Guid),
        "-?[0-9]{4}-0[1-9]-[12][0-9]".prop_map(LiteralKind::Date),
        "[01][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,12})?)?".prop_map(LiteralKind::TimeOfDay),
        "[0-9]{4}-0[1-9]-[12][0-9]T[01][0-9]:[0-5][0-9](Z|[+-]0[0-9]:30)".prop_map(LiteralKind::DateTimeOffset),
        "[+-]?P[0-9]DT[0-9]H".prop_map(LiteralKind::Duration),
        "([A-Za-z0-9_-]{4}){0,3}".prop_map(LiteralKind::Binary),
        ("N[a-z]\\.[A-Z]", "[A-Z][a-z](,[+-]?[0-9])?").prop_map(|(name, value)| LiteralKind::Enum(name, value)),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let make = |kind| Expr { kind, span: Span::default() };
    let leaf = prop_oneof![
        literal().prop_map(ExprKind::Literal),
        path().prop_map(ExprKind::Path),
        ident().prop_map(ExprKind::Alias),
        path().prop_map(|path| ExprKind::Collection {
            operator: Ident { text: "$count".to_owned(), span: Span::default() },
            path,
            body: None
        }),
    ]
    .prop_map(make);
    leaf.prop_recursive(6, 60, 4, move |inner| {
        let two = || prop::collection::vec(inner.clone(), 2..4);
        let op = prop::sample::select(vec![
            BinaryOp::Eq,
            BinaryOp::Lt,
            BinaryOp::Has,
            BinaryOp::Add,
            BinaryOp::Sub,
            BinaryOp::Mul,
            BinaryOp::DivBy,
        ]);
        // `not(` is never a call.
        let callee = ident().prop_filter("a keyword", |name| !name.text.eq_ignore_ascii_case("not"));
        let items = prop::collection::vec(literal().prop_map(move |l| make(ExprKind::Literal(l))), 1..4);
        prop_oneof![
            two().prop_map(ExprKind::And),
            two().prop_map(ExprKind::Or),
            inner.clone().prop_map(|e| ExprKind::Not(Box::new(e))),
            inner.clone().prop_map(|e| ExprKind::Negate(Box::new(e))),
            (op, inner.clone(), inner.clone()).prop_map(|(op, l, r)| ExprKind::Binary(op, Box::new(l), Box::new(r))),
            (inner.clone(), items).prop_map(|(e, items)| ExprKind::In(Box::new(e), items)),
            (callee, prop::collection::vec(inner.clone(), 0..3)).prop_map(|(name, items)| ExprKind::Call(name, items)),
            (path(), ident(), inner.clone()).prop_map(|(path, variable, body)| ExprKind::Collection {
                operator: Ident { text: "any".to_owned(), span: Span::default() },
                path,
                body: Some((variable, Box::new(body)))
            }),
        ]
        .prop_map(make)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(path in any::<String>(), query in any::<String>()) {
        exercise(&path, Some(&query));
    }

    #[test]
    fn any_tokens_are_survived(tokens in prop::collection::vec(token(), 0..30)) {
        let text = tokens.concat();
        exercise(&text, None);
        exercise("Set", Some(&text));
        exercise("Set", Some(&format!("$filter={text}")));
        exercise(&format!("Set({text})"), Some(&format!("$orderby={text}")));
    }

    #[test]
    fn mutated_requests_are_survived(
        valid in prop::sample::select(VALID.to_vec()),
        path in prop::sample::select(PATHS.to_vec()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, token()), 1..4),
    ) {
        let edit = |text: &str| {
            let mut chars: Vec<char> = text.chars().collect();
            for (at, removed, inserted) in &edits {
                let at = at.index(chars.len() + 1);
                let end = (at + removed).min(chars.len());
                chars.splice(at..end, inserted.chars());
            }
            chars.into_iter().collect::<String>()
        };
        exercise(&edit(path), Some(&edit(valid)));
    }

    #[test]
    fn any_tree_prints_and_parses_to_itself(expr in expr()) {
        let printed = print_expr(&expr);
        let mut request = Request::default();
        request.options.filter = Some(expr.clone());
        let url = print(&request);
        let query = url.strip_prefix('?').unwrap();
        match parse("", Some(query), &Limits::default()) {
            Ok(again) => {
                let again = again.options.filter.unwrap();
                prop_assert_eq!(bare(&expr), bare(&again), "{} / {}", printed, shape(&again));
            }
            Err(error) => prop_assert!(false, "{}: {}", printed, error),
        }
    }
}
