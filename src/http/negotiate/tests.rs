#![allow(clippy::unwrap_used)]
use super::*;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, value.parse().unwrap());
    }
    headers
}

fn accept(kind: Kind, value: &str) -> Result<String, Code> {
    let content = |chosen: Chosen| match kind {
        Kind::Json => Content::Json { metadata: chosen.metadata, ieee754: chosen.ieee754 },
        Kind::Xml => Content::Xml,
        Kind::Text | Kind::Raw => Content::Text,
    };
    let chosen = format(kind, None, &headers(&[("accept", value)]));
    chosen.map(|chosen| chosen.content_type(content(chosen))).map_err(|fault| fault.code)
}

#[test]
fn accept_is_honoured_or_refused() {
    let minimal = "application/json;odata.metadata=minimal";
    for (value, answer) in [
        ("", minimal),
        ("*/*", minimal),
        ("application/json", minimal),
        ("application/json;odata.metadata=full", "application/json;odata.metadata=full"),
        ("application/json;metadata=none;odata.streaming=true", "application/json;odata.metadata=none"),
        ("application/json;IEEE754Compatible=true", "application/json;odata.metadata=minimal;IEEE754Compatible=true"),
        ("application/json;charset=UTF-8", "application/json;odata.metadata=minimal;charset=utf-8"),
        ("application/atom+xml, application/json;q=0.5", minimal),
        ("application/json;q=0.4, application/json;odata.metadata=full;q=0.5", "application/json;odata.metadata=full"),
        ("text/html, image/gif, *; q=.2, */*; q=.2", minimal),
        ("*/*, application/json;odata.metadata=none", "application/json;odata.metadata=none"),
    ] {
        assert_eq!(accept(Kind::Json, value).as_deref(), Ok(answer), "{value}");
    }
    for value in [
        "application/xml",
        "text/plain",
        "application/json;odata.metadata=some",
        "application/json;version=1",
        "application/json;charset=latin1",
        "application/json;q=0",
        "application/json;q=0, */*",
        "nonsense",
    ] {
        assert_eq!(accept(Kind::Json, value), Err(Code::NotAcceptable), "{value}");
    }
}

#[test]
fn documents_and_plain_values_have_formats_of_their_own() {
    assert_eq!(accept(Kind::Xml, "application/xml").as_deref(), Ok("application/xml"));
    assert_eq!(accept(Kind::Xml, "text/plain"), Err(Code::NotAcceptable));
    assert_eq!(accept(Kind::Text, "text/*").as_deref(), Ok("text/plain"));
    assert_eq!(accept(Kind::Text, "application/xml"), Err(Code::NotAcceptable));
    let json = "application/json;odata.metadata=full";
    assert_eq!(accept(Kind::Xml, json).as_deref(), Ok("application/xml"));
    assert_eq!(accept(Kind::Text, json).as_deref(), Ok("text/plain"));
    assert_eq!(accept(Kind::Raw, json).as_deref(), Ok("text/plain"));
    assert_eq!(accept(Kind::Text, "application/json;q=0"), Err(Code::NotAcceptable));
    assert_eq!(format(Kind::Xml, Some("json"), &HeaderMap::new()).unwrap_err().code, Code::Format);
    assert_eq!(accept(Kind::Raw, "application/octet-stream").as_deref(), Ok("text/plain"));
}

#[test]
fn the_option_beats_the_header() {
    let xml = headers(&[("accept", "application/xml")]);
    let chosen = format(Kind::Json, Some(" application/json;odata.metadata=full"), &xml).unwrap();
    assert_eq!(chosen.metadata, Metadata::Full);
    assert!(format(Kind::Json, Some("json"), &xml).is_ok());
    assert!(format(Kind::Xml, Some("xml"), &HeaderMap::new()).is_ok());
    for option in ["xml", "atom", "", "application/json;odata.metadata=x", "application/xml"] {
        let fault = format(Kind::Json, Some(option), &HeaderMap::new()).unwrap_err();
        assert_eq!(fault.code, Code::Format, "{option}");
    }
}

#[test]
fn versions_below_four_and_unknown_ones_are_refused() {
    let check = |name, value: &str| versions(&headers(&[(name, value)])).map_err(|fault| fault.code);
    assert_eq!(versions(&HeaderMap::new()), Ok(()));
    for good in ["4.0", "4.01", " 4.0;NetFx", "5.0", "4"] {
        assert_eq!(check("odata-maxversion", good), Ok(()), "{good}");
    }
    assert_eq!(check("odata-maxversion", "3.0"), Err(Code::VersionTooLow));
    assert_eq!(check("odata-maxversion", "new"), Err(Code::VersionUnknown));
    assert_eq!(check("odata-version", "4.01"), Ok(()));
    for bad in ["3.0", "5.0", "x", ""] {
        assert_eq!(check("odata-version", bad), Err(Code::VersionUnknown), "{bad}");
    }
}

#[test]
fn gzip_is_taken_only_where_it_is_wanted() {
    let takes = |value: &str| takes_gzip(&headers(&[("accept-encoding", value)]));
    assert!(takes("gzip") && takes("deflate, GZIP;q=0.5") && takes("*") && takes("x-gzip"));
    assert!(!takes("") && !takes("identity") && !takes("gzip;q=0, *") && !takes("gzip; q=0.0") && !takes("*;q=0"));
}
