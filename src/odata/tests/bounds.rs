//! Every limit holds, is named, and no input outgrows the stack.

use super::super::ast::ExprKind;
use super::super::{DEPTH_CEILING, LimitName, Limits, SyntaxError, SyntaxErrorKind, parse, print};

fn exceeded(result: Result<impl std::fmt::Debug, SyntaxError>) -> Option<(LimitName, usize)> {
    match result.unwrap_err().kind {
        SyntaxErrorKind::LimitExceeded { limit, max } => Some((limit, max)),
        _ => None,
    }
}

fn with(filter: &str, limits: &Limits) -> Result<super::Request, SyntaxError> {
    parse("Set", Some(&format!("$filter={filter}")), limits)
}

#[test]
fn each_limit_is_exact() {
    let small = Limits { url_bytes_max: 60, depth_max: 4, nodes_max: 7, list_max: 2 };
    assert!(with("A eq 1 or B eq 2", &small).is_ok());
    assert_eq!(exceeded(with("A eq 1 or B eq 2 or C", &small)), Some((LimitName::Nodes, 7)));
    assert!(with("A in (1,2)", &small).is_ok());
    assert_eq!(exceeded(with("A in (1,2,3)", &small)), Some((LimitName::List, 2)));
    assert!(with("((((A))))", &small).is_ok());
    assert_eq!(exceeded(with("(((((A)))))", &small)), Some((LimitName::Depth, 4)));
    assert!(with("A add B add C add D", &small).is_ok());
    assert!(with("1 add 2 add 3 add 4 add 5", &Limits { nodes_max: 99, ..small.clone() }).is_err());
    let path = "A".repeat(48);
    assert!(parse(&path, Some("$top=1     "), &small).is_ok());
    assert_eq!(exceeded(parse(&path, Some("$top=1      "), &small)), Some((LimitName::UrlBytes, 60)));
    let long = "a".repeat(128);
    assert!(with(&long, &Limits::default()).is_ok());
    assert_eq!(exceeded(with(&format!("{long}a"), &Limits::default())), Some((LimitName::IdentifierChars, 128)));
    assert_eq!(exceeded(parse("S(A=1,B=2,C=3)", None, &small)), Some((LimitName::List, 2)));
    let limits = Limits { nodes_max: 2, ..Limits::default() };
    assert_eq!(exceeded(parse("S", Some("$select=A,B,C"), &limits)), Some((LimitName::Nodes, 2)));
}

#[test]
fn limits_span_all_options_of_a_request() {
    let limits = Limits { nodes_max: 3, ..Limits::default() };
    assert!(parse("S", Some("$filter=A&$orderby=B&@p=1"), &limits).is_ok());
    assert_eq!(exceeded(parse("S", Some("$filter=A&$orderby=B&@p=1&@q=2"), &limits)), Some((LimitName::Nodes, 3)));
}

#[test]
fn long_chains_and_deep_nests_end_in_a_named_limit() {
    let depth = Some((LimitName::Depth, 64));
    let limits = Limits { nodes_max: 1_000_000, url_bytes_max: 10_000_000, list_max: 10, ..Limits::default() };
    let n = 10_000;
    for filter in [
        format!("1{}", " add 1".repeat(n)),
        format!("1{}", " eq 1".repeat(n)),
        format!("1{}", " in (1)".repeat(n)),
        "(".repeat(n),
        "((1) or ".repeat(n),
        "not ".repeat(n),
        "-".repeat(n),
        "- ".repeat(n),
        "f(".repeat(n),
        "L/any(x:".repeat(n),
        "1 or 1 and 1 eq 1 gt 1 add 1 mul (".repeat(n),
        "not (-f(A,".repeat(n),
    ] {
        assert_eq!(exceeded(with(&filter, &limits)), depth, "{}", &filter[..20]);
    }
    let wide = with(&format!("A{}", " or A and B".repeat(n)), &limits).unwrap();
    assert!(matches!(wide.options.filter.unwrap().kind, ExprKind::Or(terms) if terms.len() == n + 1));
}

#[test]
fn the_deepest_setting_fits_a_small_stack() {
    let limits = Limits { depth_max: usize::MAX, ..Limits::default() };
    let run = move || {
        for open in ["(", "not (", "-f(", "1 or 1 and 1 eq 1 gt 1 add 1 mul 1 has (", "L/all(x:A or B and not "] {
            let _ = with(&open.repeat(DEPTH_CEILING), &limits);
        }
        let deepest = format!("{}1{}", "f(".repeat(DEPTH_CEILING - 1), ")".repeat(DEPTH_CEILING - 1));
        let request = with(&deepest, &limits).unwrap();
        assert_eq!(print(&request), format!("Set?$filter={deepest}"));
        assert_eq!(exceeded(with(&format!("f({deepest})"), &limits)), Some((LimitName::Depth, DEPTH_CEILING)));
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).unwrap().join().unwrap();
}
