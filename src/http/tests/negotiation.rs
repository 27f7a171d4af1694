use super::*;

/// Method, path, headers; status and code.
type Case<'a> = (Method, &'a str, &'a [(&'a str, &'a str)], u16, &'a str);

#[tokio::test]
async fn each_refusal_has_its_status_code_and_odata_body() {
    let gateway = gateway(config());
    let long = format!("/odata/v4/Invoices?x={}", "a".repeat(64_000));
    let cases: &[Case<'_>] = &[
        (Method::GET, "/", &[], 404, "TG-6001"),
        (Method::GET, "/odata/v40/Invoices", &[], 404, "TG-6001"),
        (Method::GET, "/odata%2Fv4/Invoices", &[], 404, "TG-6001"),
        (Method::POST, "/odata/v4/Invoices", &[], 405, "TG-6002"),
        (Method::OPTIONS, "/odata/v4/Invoices", &[], 405, "TG-6002"),
        (Method::GET, "/odata/v4/", &[("odata-maxversion", "3.0")], 400, "TG-6003"),
        (Method::GET, "/odata/v4/", &[("odata-version", "7")], 400, "TG-6004"),
        (Method::GET, "/odata/v4/", &[("accept", "application/xml")], 406, "TG-6005"),
        (Method::GET, "/odata/v4/$metadata", &[("accept", "text/html")], 406, "TG-6005"),
        (Method::GET, "/odata/v4/Invoices/$count", &[("accept", "application/xml")], 406, "TG-6005"),
        (Method::GET, "/odata/v4/Invoices?$format=atom", &[], 415, "TG-6006"),
        (Method::GET, "/odata/v4/Invoices?$filter=a%2", &[], 400, "TG-1005"),
        (Method::GET, "/odata/v4/Invoices?$fitler=a", &[], 400, "TG-1002"),
        (Method::GET, "/odata/v4/Invoises", &[], 404, "TG-2001"),
        (Method::GET, "/odata/v4/Invoices?$expand=Lines", &[], 501, "TG-2009"),
        (Method::GET, &long, &[], 414, "TG-1014"),
    ];
    for (method, path, headers, status, wanted) in cases {
        let response = ask(&gateway, method.clone(), path, headers).await;
        assert_eq!(response.status(), *status, "{method} {path:.80}");
        let allow = response.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned());
        assert_eq!(allow.as_deref(), (*status == 405).then_some("GET, HEAD"));
        assert_eq!(code(response).await, *wanted, "{method} {path:.80}");
    }
}

#[tokio::test]
async fn what_salesforce_and_olingo_send_is_taken() {
    let gateway = gateway(config());
    let headers = [
        ("odata-version", "4.0"),
        ("odata-maxversion", "4.0"),
        ("content-type", "application/xml"),
        ("user-agent", "Apache-Olingo/4.x"),
        ("prefer", "odata.track-changes, odata.maxpagesize=nonsense"),
        ("sfdc-stack-depth", "1"),
    ];
    for (path, accept, answer) in [
        ("/odata/v4/$metadata", "application/xml", "application/xml"),
        ("/odata/v4/%24metadata", "*/*", "application/xml"),
        ("/odata/v4/", "application/json;odata.metadata=full", "application/json;odata.metadata=full"),
        ("/odata/v4?format=json", "", "application/json;odata.metadata=minimal"),
        ("/odata/v4/?$format=json", "application/xml", "application/json;odata.metadata=minimal"),
    ] {
        let mut headers = headers.to_vec();
        headers.push(("accept", accept));
        let response = get(&gateway, path, &headers).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], answer, "{path}");
    }
}

#[tokio::test]
async fn documents_are_tagged_compressed_and_headed() {
    let gateway = gateway(config());
    let plain = get(&gateway, "/odata/v4/", &[]).await;
    let tag = plain.headers()["etag"].to_str().unwrap().to_owned();
    let plain = bytes(plain).await;
    assert_eq!(bytes(get(&gateway, "/odata/v4", &[]).await).await, plain);
    let known = get(&gateway, "/odata/v4/", &[("if-none-match", &format!("\"x\", {tag}"))]).await;
    assert_eq!((known.status().as_u16(), known.headers()["etag"].to_str().unwrap()), (304, tag.as_str()));
    assert!(bytes(known).await.is_empty());
    let other = get(&gateway, "/odata/v4/", &[("if-none-match", "\"x\"")]).await;
    assert_eq!(other.status(), 200);
    let packed = get(&gateway, "/odata/v4/", &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let packed = bytes(packed).await;
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed.as_slice()), &mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
    let head = ask(&gateway, Method::HEAD, "/odata/v4/", &[]).await;
    assert_eq!(head.headers()["content-length"].to_str().unwrap(), plain.len().to_string());
    assert!(bytes(head).await.is_empty());
    let refused = ask(&gateway, Method::HEAD, "/odata/v4/Nothing", &[]).await;
    assert_eq!(refused.status(), 404);
    assert!(bytes(refused).await.is_empty());
}
