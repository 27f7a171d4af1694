//! The requests Salesforce was seen to send, and those to be feared: each asked on both protocols of every database, and
//! the answers held against each other byte by byte and against what the fixture says.

use std::io::Read;
use std::ops::Range;

use http::Method;
use serde_json::{Value as Json, json};
use tidegate::config::Config;

use super::Answer;
use super::stand::{PASSWORD, PUBLIC_URL, Stand, basic};
use super::two::Two;
use crate::fixture::{self, Database, Value, account_id, date};
use crate::metadata::{lint, xml};
use crate::stage::encoded;

/// All databases there are.
struct Stands(Vec<Stand>);

impl Stands {
    async fn open(bend: fn(&mut Config)) -> Stands {
        let mut stands = Vec::new();
        for database in [Database::Sqlite, Database::Postgres, Database::Mariadb] {
            stands.extend(Stand::open(database, &fixture::script(database), &fixture::model(database), bend).await);
        }
        Stands(stands)
    }

    /// The one answer: the same on both protocols of all databases, with the log's line on it.
    async fn ask(&self, target: &str, headers: &[(&str, &str)]) -> (Answer, Json) {
        let basic = basic(PASSWORD);
        let mut headers = headers.to_vec();
        if target.starts_with("/client/") {
            headers.push(("authorization", &basic));
        }
        let mut first: Option<(Answer, Json)> = None;
        for stand in &self.0 {
            let one = stand.one().await.get(target, &headers).await;
            let two = Two::open(stand.address).await.get(target, &headers).await;
            for answer in [&one, &two] {
                assert_eq!(answer.header("odata-version"), Some("4.0"), "{target}");
                let known = first.as_ref().map_or(&one, |(first, _)| first);
                assert_eq!(answer.status, known.status, "{:?} {target}: {}", stand.made.database, answer.text());
                assert_eq!(steady(answer), steady(known), "{:?} {target}", stand.made.database);
            }
            let told = stand.told(&one).await;
            first.get_or_insert((one, told));
        }
        first.unwrap()
    }

    /// Rows of a good answer to Salesforce's client-driven habit.
    async fn rows(&self, target: &str) -> Json {
        let (answer, _) = self.ask(&format!("/client/{target}"), &[]).await;
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        assert_eq!(answer.header("content-type").unwrap().split(';').next(), Some("application/json"));
        answer.json()
    }

    async fn close(self) {
        for stand in self.0 {
            stand.close().await;
        }
    }
}

/// The text without what is sealed or numbered anew in each answer.
fn steady(answer: &Answer) -> String {
    let mut text = answer.text();
    if let Some(at) = text.find("$skiptoken=") {
        let end = text[at..].find('"').map_or(text.len(), |end| at + end);
        text.replace_range(at..end, "...");
    }
    answer.header("x-request-id").map_or(text.clone(), |id| text.replace(id, "..."))
}

fn column(json: &Json, name: &str) -> Vec<Json> {
    json["value"].as_array().unwrap().iter().map(|row| row[name].clone()).collect()
}

/// The numbers from 1 to `end` whose remainder is one of these.
fn every(modulus: i64, remainders: &[i64], end: i64) -> Vec<Json> {
    (1..=end).filter(|id| remainders.contains(&(id % modulus))).map(Json::from).collect()
}

/// Keys of orders whose cell passes.
fn orders(name: &str, passes: impl Fn(&Value) -> bool) -> Vec<Json> {
    let table = fixture::table("orders");
    let column = table.column(name);
    let found = table.rows.iter().filter(|row| passes(&row[column]));
    found.map(|row| if let Value::I64(id) = row[0] { id.into() } else { unreachable!() }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn captured_requests_are_answered() {
    let stands = Stands::open(|_| {}).await;
    let found = stands
        .rows(
            "Suppliers?%24top=51&%24filter=%20indexof%28Description%2C%27x%27%29%20ne%20-1&%24orderby=ID\
             &%24count=true&%24select=Description%2CID%2CName",
        )
        .await;
    assert_eq!(found["@odata.count"], 30);
    assert_eq!(column(&found, "ID"), every(12, &[3, 6, 8], 120));
    assert_eq!(found["value"][0], json!({"Description": "Boxes and crates", "ID": 3, "Name": "Acme Supply 3"}));

    let target = "Suppliers?$top=2&$filter=ID%20eq%205.0&$count=true&$select=ID,Name";
    let found = stands.rows(target).await;
    assert_eq!(found["@odata.count"], 1);
    assert_eq!(found["value"], json!([{"ID": 5, "Name": "Supplier 005"}]));
    let (_, by_key) = stands.ask(&format!("/client/{target}"), &[]).await;
    let (_, by_text) = stands.ask("/client/Suppliers?$filter=contains(Name,'5')", &[]).await;
    assert_ne!(by_key["lane"], by_text["lane"], "the index is used: {by_key} {by_text}");

    let found = stands
        .rows(
            "Actors?$top=2001&$filter=%20actor_id%20eq%201%20and%20film_id%20eq%20140&$count=true\
             &$select=actor_id,film_id,last_update",
        )
        .await;
    let row = json!({"actor_id": 1, "film_id": 140, "last_update": "2006-02-15T05:01:03Z"});
    assert_eq!((&found["@odata.count"], &found["value"]), (&json!(1), &json!([row])));

    let found = stands
        .rows(
            "Addresses?$top=2001&$filter=address2%20eq%20null%20and%20address%20eq%20%2747%20MySakila%20Drive%27\
             &$count=true&$select=address_id",
        )
        .await;
    assert_eq!(found["@odata.count"], 2);
    assert_eq!(column(&found, "address_id"), [1, 2]);
    assert_eq!(column(&found, "address"), ["47 MySakila Drive"; 2]);

    let found = stands
        .rows(
            "Suppliers?$top=2001&$filter=Description%20eq%20%27MacBook%27%20and%20ID%20eq%201.0&$count=true\
             &$select=ID,Name",
        )
        .await;
    assert_eq!(found["@odata.count"], 1);
    assert_eq!((&found["value"][0]["ID"], &found["value"][0]["Description"]), (&json!(1), &json!("MacBook")));
    stands.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn captured_searches_are_answered() {
    let stands = Stands::open(|_| {}).await;
    let found = stands.rows("Suppliers?$top=6&$search=macbook&$count=true&$select=ID").await;
    assert_eq!(found["@odata.count"], 20);
    assert_eq!(column(&found, "ID"), every(6, &[1], 36));
    let japanese = format!("Suppliers?$top=51&$search={}&$count=true&$select=ID", encoded("東京のやかん x"));
    let found = stands.rows(&japanese).await;
    assert_eq!((&found["@odata.count"], column(&found, "ID")), (&json!(10), every(12, &[6], 120)));

    let found = stands
        .rows(
            "Shippers?$select=CompanyName,Phone,ShipperID&$count=true&$filter=contains(CompanyName,%27Acme%27)%20eq\
             %20true%20or%20contains(Phone,%27Acme%27)%20eq%20true&$top=25",
        )
        .await;
    assert_eq!(found["@odata.count"], 8);
    assert_eq!(column(&found, "ShipperID"), [2, 6, 7, 12, 17, 18, 22, 24]);

    let found = stands
        .rows("Suppliers?$orderby=ID&$top=51&$count=true&$filter=DateTimeOffset1%20lt%202000-12-31T21:53:00Z")
        .await;
    assert_eq!(found["@odata.count"], 60);
    let before = (1..=120).filter(|id| *id == 9 || (id % 12 <= 5 && *id != 77)).take(51).map(Json::from);
    assert_eq!(column(&found, "ID"), before.collect::<Vec<_>>());
    stands.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_followed_and_counts_left_out() {
    let stands = Stands::open(|_| {}).await;
    let target = "/server/Orders?$count=true&$select=OrderID&$top=301";
    let (first, _) = stands.ask(target, &[]).await;
    let link = first.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("{PUBLIC_URL}/server/Orders?")), "{link}");
    // Each database's links are its own: they are sealed by each gateway's own key.
    for stand in &stands.0 {
        let mut one = stand.one().await;
        let (mut next, mut ids, mut pages) = (Some(target.to_owned()), Vec::new(), 0);
        while let Some(target) = next {
            let page = one.get(&target, &[]).await.json();
            assert_eq!(page["@odata.count"], 1000, "{target}");
            ids.extend(column(&page, "OrderID"));
            next = page["@odata.nextLink"].as_str().map(|link| link.strip_prefix(PUBLIC_URL).unwrap().to_owned());
            pages += 1;
        }
        assert_eq!(pages, 2);
        assert_eq!(ids, numbers(10_001..10_302));
    }
    let (answer, told) = stands.ask("/client/Orders?$count=false&$select=OrderID&$top=2001", &[]).await;
    assert_eq!((answer.status, &told["count"]), (200, &json!("none")), "{told}");
    assert!(answer.json().get("@odata.count").is_none());
    assert_eq!(column(&answer.json(), "OrderID"), numbers(10_001..11_001));
    let (_, told) = stands.ask("/client/Orders?$count=true&$select=OrderID&$top=2", &[]).await;
    assert!(told["count"].is_string() && told["count"] != "none", "{told}");
    stands.close().await;
}

fn numbers(range: Range<i64>) -> Vec<Json> {
    range.map(Json::from).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_terms_fit() {
    let stands = Stands::open(|_| {}).await;
    let accounts: Vec<String> = (0..1_000).map(|number| account_id(number * 2)).collect();
    let terms: Vec<String> = accounts.iter().map(|id| format!("account_sf_id%20eq%20%27{id}%27")).collect();
    let target = format!("Orders?$top=2001&$count=true&$select=OrderID&$filter={}", terms.join("%20or%20"));
    assert!((50_000..60_000).contains(&target.len()), "{}", target.len());
    let wanted = orders("account_sf_id", |cell| matches!(cell, Value::Text(text) if accounts.contains(text)));
    assert!(wanted.len() > 100 && wanted.len() < 900);
    let found = stands.rows(&target).await;
    assert_eq!(found["@odata.count"], wanted.len());
    assert_eq!(column(&found, "OrderID"), wanted);
    let too_long = format!("{target}%20or%20Quantity%20eq%20{}", "0".repeat(64_000 - target.len()));
    let (answer, _) = stands.ask(&format!("/client/{too_long}"), &[]).await;
    assert_eq!((answer.status, answer.code()), (414, "TG-1014".to_owned()));
    stands.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nulls_dates_and_case_are_right() {
    let stands = Stands::open(|_| {}).await;
    // The second line is one of five by the id: null, blank, `2. Stock`, `b`, `ß`; 1 to 4 differ.
    let by = |filter: &'static str| {
        let target = format!("Addresses?$count=true&$select=address_id&$filter={}", encoded(filter));
        let stands = &stands;
        async move {
            let found = stands.rows(&target).await;
            assert_eq!(found["@odata.count"], found["value"].as_array().unwrap().len());
            column(&found, "address_id")
        }
    };
    let with = every(5, &[3], 60).into_iter().filter(|id| *id != 3).collect::<Vec<_>>();
    assert_eq!(by("startswith(address2,'b')").await, with);
    assert_eq!(by("endswith(address2,'b') eq true").await, with);
    let without: Vec<Json> = (1..=60).map(Json::from).filter(|id| !with.contains(id)).collect();
    assert_eq!(by("address2 ne 'b'").await, without);
    // Nothing is known of a null; a blank is text that does not start so.
    let table = fixture::table("address");
    let (id, second) = (table.column("address_id"), table.column("address2"));
    let known = table.rows.iter().filter(|row| matches!(&row[second], Value::Text(text) if text != "b"));
    let known = known.map(|row| if let Value::I64(id) = row[id] { id.into() } else { unreachable!() });
    let known: Vec<Json> = known.collect();
    assert_eq!(known.len(), 35);
    assert_eq!(by("not startswith(address2,'b') eq true").await, known);
    assert_eq!(by("startswith(address2,'b') eq false").await, known);

    let day = date(2021, 1, 1);
    let wanted = orders("RequiredDate", |cell| *cell == Value::Date(day));
    assert!(wanted.len() >= 3);
    let found = stands.rows("Orders?$top=51&$count=true&$filter=RequiredDate%20eq%202021-01-01T00:00:00Z").await;
    assert_eq!((&found["@odata.count"], column(&found, "OrderID")), (&json!(wanted.len()), wanted));
    assert_eq!(found["value"][0]["RequiredDate"], "2021-01-01");

    let account = account_id(7);
    let wanted = orders("account_sf_id", |cell| matches!(cell, Value::Text(text) if *text == account));
    for (account, wanted) in [(account.to_lowercase(), Vec::new()), (account, wanted)] {
        let target = format!("Orders?$top=51&$count=true&$filter=account_sf_id%20eq%20%27{account}%27");
        let found = stands.rows(&target).await;
        assert_eq!((&found["@odata.count"], column(&found, "OrderID")), (&json!(wanted.len()), wanted));
    }
    let (answer, _) = stands.ask("/client/Walk(part=0,word='zz')", &[]).await;
    assert_eq!((answer.status, &answer.json()["word"]), (200, &json!("zz")));
    let (answer, _) = stands.ask("/client/Walk(part=0,word='ZZ')", &[]).await;
    assert_eq!((answer.status, answer.code()), (404, "TG-5001".to_owned()));
    stands.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_results_are_split_or_refused() {
    let stands = Stands::open(|config| {
        config.services.iter_mut().for_each(|service| service.client_bytes_max = 50_000);
        config.services.iter_mut().for_each(|service| service.page_bytes_max = 20_000);
    })
    .await;
    let (answer, _) = stands.ask("/client/Orders?$top=2001&$count=true", &[]).await;
    assert_eq!((answer.status, answer.code()), (413, "TG-5002".to_owned()));
    let (first, _) = stands.ask("/server/Orders?$count=true", &[]).await;
    assert!(first.body.len() < 30_000 && first.json()["@odata.nextLink"].is_string());
    for stand in &stands.0 {
        let mut one = stand.one().await;
        let (mut next, mut ids) = (Some("/server/Orders?$count=true".to_owned()), Vec::new());
        while let Some(target) = next {
            let page = one.get(&target, &[]).await.json();
            assert_eq!(page["@odata.count"], 1000);
            ids.extend(column(&page, "OrderID"));
            next = page["@odata.nextLink"].as_str().map(|link| link.strip_prefix(PUBLIC_URL).unwrap().to_owned());
        }
        assert_eq!(ids, numbers(10_001..11_001));
    }
    stands.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_say_what_they_should() {
    let stands = Stands::open(|_| {}).await;
    let headers = [
        ("accept", "application/json;odata.metadata=full"),
        ("odata-version", "4.0"),
        ("odata-maxversion", "4.0"),
        ("content-type", "application/json"),
    ];
    let (answer, _) = stands.ask("/client/Suppliers?$top=1", &headers).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.header("content-type").unwrap().contains("odata.metadata="), "{answer:?}");

    let (answer, _) = stands.ask("/client/$metadata", &[]).await;
    assert_eq!(answer.header("content-type"), Some("application/xml"));
    let found = lint::faults(&xml::parse(&answer.text()), true);
    assert!(found.is_empty(), "{found:#?}");

    for target in ["/client/Nothing", "/client/Suppliers?$filter=ID%20eq", "/nowhere", "/client/Suppliers(9999)"] {
        let (answer, _) = stands.ask(target, &[]).await;
        assert!((400..500).contains(&answer.status) && answer.code().starts_with("TG-"), "{answer:?}");
    }
    for stand in &stands.0 {
        compressed_and_headless(stand).await;
    }
    stands.close().await;
}

/// gzip decodes to the same bytes; HEAD tells what GET tells, on both protocols.
async fn compressed_and_headless(stand: &Stand) {
    let (mut one, two) = (stand.one().await, Two::open(stand.address).await);
    let small = "/server/Suppliers(1)";
    for target in [small, "/server/Orders?$top=150", "/server/", "/server/$metadata", "/server/Orders/$count"] {
        let plain = one.get(target, &[]).await;
        let gzip = [("accept-encoding", "gzip")];
        for packed in [one.get(target, &gzip).await, two.get(target, &gzip).await] {
            if target == small || target.ends_with("$count") {
                assert_eq!(packed.body, plain.body, "{target}");
                continue;
            }
            assert_eq!(packed.header("content-encoding"), Some("gzip"), "{target}");
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, plain.body, "{target}");
        }
        for headers in [&[][..], &gzip] {
            let got = one.get(target, headers).await;
            let head = one.ask("HEAD", target, headers).await.unwrap();
            assert_eq!((head.status, head.kept()), (got.status, got.kept()), "{target}");
            let (got, head) = (two.get(target, headers).await, two.ask(Method::HEAD, target, headers).await.unwrap());
            assert_eq!((head.status, head.kept()), (got.status, got.kept()), "{target}");
            assert!(head.body.is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_right_password_reads() {
    let database = Database::Sqlite;
    let stand = Stand::open(database, &fixture::script(database), &fixture::model(database), |_| {}).await.unwrap();
    let (mut one, two) = (stand.one().await, Two::open(stand.address).await);
    let (right, wrong) = (basic(PASSWORD), basic("guess"));
    for target in ["/client/", "/client/$metadata", "/client/Suppliers?$top=1", "/client/Nothing"] {
        for headers in [&[][..], &[("authorization", wrong.as_str())], &[("authorization", "Bearer x")]] {
            for answer in [one.get(target, headers).await, two.get(target, headers).await] {
                assert_eq!((answer.status, answer.code()), (401, "TG-6007".to_owned()), "{target}");
                assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"client\", charset=\"UTF-8\""));
                assert_eq!(answer.header("odata-version"), Some("4.0"));
            }
        }
        let status = if target.ends_with("Nothing") { 404 } else { 200 };
        let headers = [("authorization", right.as_str())];
        assert_eq!(one.get(target, &headers).await.status, status);
        assert_eq!(two.get(target, &headers).await.status, status);
    }
    stand.close().await;
}
