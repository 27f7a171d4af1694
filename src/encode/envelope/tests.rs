#![allow(clippy::unwrap_used)]
use super::*;

const ROOT: &str = "https://gw.example.com/odata/v4/";

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn context_urls_say_what_the_answer_holds() {
    let url = |context: Context<'_>| context.url("/v4/");
    assert_eq!(url(Context::Service), "/v4/$metadata");
    assert_eq!(url(Context::Set { set: "A", select: None }), "/v4/$metadata#A");
    assert_eq!(url(Context::Set { set: "A", select: Some(&["x", "y"]) }), "/v4/$metadata#A(x,y)");
    assert_eq!(url(Context::Entity { set: "A", select: None }), "/v4/$metadata#A/$entity");
    assert_eq!(url(Context::Entity { set: "A", select: Some(&["x"]) }), "/v4/$metadata#A(x)/$entity");
    assert_eq!(url(Context::Property { set: "A", key: "(1)", property: "p" }), "/v4/$metadata#A(1)/p");
}

#[test]
fn a_collection_has_context_count_and_next_link_in_order() {
    let mut out = Vec::new();
    let context_url = &Context::Set { set: "A", select: None }.url(ROOT);
    let head = CollectionHead { metadata: Metadata::Minimal, context_url, count: Some(128), quoted_numbers: false };
    head.push(&mut out);
    out.extend_from_slice(b"{\"x\":1}");
    push_collection_tail(&mut out, Some("https://gw.example.com/odata/v4/A?$skiptoken=\"q\""));
    let wanted = r#"{"@odata.context":"https://gw.example.com/odata/v4/$metadata#A","@odata.count":128,"value":[{"x":1}],"@odata.nextLink":"https://gw.example.com/odata/v4/A?$skiptoken=\"q\""}"#;
    assert_eq!(text(out), wanted);
}

#[test]
fn no_metadata_drops_the_context_and_keeps_the_rest() {
    let mut out = Vec::new();
    let head = CollectionHead { metadata: Metadata::None, context_url: "c", count: Some(0), quoted_numbers: false };
    head.push(&mut out);
    push_collection_tail(&mut out, Some("n"));
    assert_eq!(text(out), r#"{"@odata.count":0,"value":[],"@odata.nextLink":"n"}"#);
    let mut out = Vec::new();
    CollectionHead { count: None, ..head }.push(&mut out);
    push_collection_tail(&mut out, None);
    assert_eq!(text(out), r#"{"value":[]}"#);
    let mut out = Vec::new();
    CollectionHead { quoted_numbers: true, ..head }.push(&mut out);
    assert_eq!(text(out), r#"{"@odata.count":"0","value":["#);
}

#[test]
fn a_single_entity_bears_its_context_first() {
    let entity = |metadata, object: &[u8]| {
        let mut out = Vec::new();
        push_entity(&mut out, metadata, "c", object);
        text(out)
    };
    assert_eq!(entity(Metadata::Minimal, b"{\"x\":1}"), r#"{"@odata.context":"c","x":1}"#);
    assert_eq!(entity(Metadata::None, b"{\"x\":1}"), r#"{"x":1}"#);
    assert_eq!(entity(Metadata::Minimal, b"{}"), r#"{"@odata.context":"c"}"#);
    assert_eq!(entity(Metadata::None, b"{}"), "{}");
}

#[test]
fn small_documents() {
    let mut out = Vec::new();
    push_property(&mut out, Metadata::Full, "c", b"\"v\"");
    assert_eq!(text(out), r#"{"@odata.context":"c","value":"v"}"#);
    assert_eq!(text(count_text(2001)), "2001");
    let document = service_document(Metadata::Minimal, ROOT, ["A", "B"]);
    let wanted = r#"{"@odata.context":"https://gw.example.com/odata/v4/$metadata","value":[{"name":"A","kind":"EntitySet","url":"A"},{"name":"B","kind":"EntitySet","url":"B"}]}"#;
    assert_eq!(text(document), wanted);
    assert_eq!(text(service_document(Metadata::None, ROOT, [])), r#"{"value":[]}"#);
}
