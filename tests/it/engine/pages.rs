//! Pages and next links over real rows: every row once, whatever ends a page.

use serde_json::{Value as Json, json};
use tidegate::engine::{EngineError, TokenError};
use tidegate::source::SourceError;

use super::stand::{Terms, link, rows};
use crate::fixture::walk::ROWS;

const ORDERS: [&str; 5] =
    ["", "&$orderby=a%20desc,b", "&$orderby=b,c%20desc", "&$orderby=c%20desc,word", "&$orderby=number%20desc"];

#[tokio::test]
async fn byte_cuts_neither_lose_nor_repeat_rows_and_top_skip_and_count_hold() {
    let whole = Terms::fixture().pages(10_000).stand();
    let cut = Terms::fixture().pages(97).page_bytes(2_000).stand();
    for order in ORDERS {
        for part in ["", "&$top=700", "&$skip=13&$top=701", "&$skip=1499", "&$filter=a%20ne%20null&$top=97"] {
            let request = format!("Walk?$count=true{order}{part}");
            let expected = whole.walk(&request, |_| None).await;
            assert_eq!(expected.len(), 1, "{request}");
            let pages = cut.walk(&request, |_| None).await;
            assert_eq!(rows(&pages), rows(&expected), "{request}");
            for page in &pages {
                assert_eq!(page["@odata.count"], expected[0]["@odata.count"], "{request}");
                assert!(serde_json::to_vec(&page["value"]).unwrap().len() < 2_200);
            }
        }
    }
}

#[tokio::test]
async fn the_preferred_page_size_may_change_from_page_to_page() {
    let sizes = [Some(7), None, Some(100), Some(1), Some(0), Some(333)];
    let prefer = |page: usize| sizes[page % sizes.len()];
    let expected = Terms::fixture().pages(10_000).stand().walk("Walk?$orderby=b%20desc&$top=1000", |_| None).await;
    for terms in [Terms::fixture().pages(200), Terms::fixture().pages(200).client()] {
        let pages = terms.stand().walk("Walk?$orderby=b%20desc&$top=1000", prefer).await;
        assert_eq!(pages[0]["value"].as_array().unwrap().len(), 7);
        assert_eq!(rows(&pages), rows(&expected));
    }
}

#[tokio::test]
async fn counts_of_pages_without_rows_are_right() {
    let stand = Terms::fixture().stand();
    for terms in [Terms::fixture(), Terms::fixture().client()] {
        let stand = terms.stand();
        for request in
            ["Walk?$skip=5000&$top=10&$count=true", "Walk?$top=0&$count=true", "Walk?$top=0&$skip=3&$count=true"]
        {
            for _ in 0..3 {
                let page = stand.json(request).await;
                assert_eq!((&page["@odata.count"], &page["value"]), (&json!(ROWS), &json!([])), "{request}");
                assert_eq!(link(&page), None);
            }
        }
    }
    let none = stand.json("Walk?$top=0").await;
    assert_eq!(none["value"], json!([]));
    assert_eq!(none.get("@odata.count"), None);
    let nothing = stand.json("Walk?$filter=part%20eq%20-1&$count=true").await;
    assert_eq!(nothing["@odata.count"], json!(0));
}

#[tokio::test]
async fn a_client_driven_page_too_large_names_set_and_widest_property() {
    let mut terms = Terms::fixture().client();
    terms.service.client_bytes_max = 5_000;
    let stand = terms.stand();
    for request in ["Orders?$top=2001", "Orders?$top=2001&$count=true", "Orders?$top=500&$select=OrderID,RowGuid"] {
        let error = stand.answer(request, None).await.unwrap_err();
        let EngineError::TooLarge { set, property, bytes_max } = error else { panic!("{error:?}") };
        assert_eq!((set.as_str(), bytes_max), ("Orders", 5_000));
        assert_eq!(property.as_deref(), Some("RowGuid"), "{request}");
    }
    assert!(stand.answer("Orders?$top=10", None).await.is_ok());
    stand.at_rest().await;
}

#[tokio::test]
async fn a_bad_cell_in_the_order_does_not_end_a_walk() {
    let all = Terms::fixture().stand();
    let one_by_one = Terms::fixture().pages(1).stand();
    for order in ["day", "at%20desc", "amount", "ratio%20desc", "name", "flag", "name%20desc"] {
        let request = format!("Broken?$orderby={order}&$count=true");
        let expected = all.json(&request).await;
        let pages = one_by_one.walk(&request, |_| None).await;
        assert_eq!(json!(rows(&pages)), expected["value"], "{request}");
    }
}

#[tokio::test]
async fn the_lane_follows_the_depth() {
    let stand = Terms::fixture().stand();
    for (request, lane) in [
        ("Walk?$top=5", "keyed"),
        ("Walk?$top=5&$skip=9999", "keyed"),
        ("Walk?$top=5&$skip=10000", "scan"),
        ("Walk?$top=5&$search=zz", "scan"),
        ("Walk?$filter=part%20eq%201", "keyed"),
    ] {
        let answer = stand.answer(request, None).await.unwrap();
        assert_eq!(answer.facts.texts().lane, Some(lane), "{request}");
    }
}

const LONG: &str = "namespace = \"Own\"\n[[entity_set]]\nname = \"Notes\"\ntype = \"Note\"\nsource = \"main\"\n\
    table = \"notes\"\nkey = [\"id\"]\nproperties = [\n\
    { name = \"id\", column = \"id\", type = \"Int32\", sql = \"int32\", nullable = false },\n\
    { name = \"text\", column = \"text\", type = \"String\", max_length = 40000, sql = \"text\", exact = true },\n]\n";

#[tokio::test]
async fn order_values_too_long_for_a_link_give_way_to_their_position() {
    let script = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
        INSERT INTO notes SELECT i, replace(hex(zeroblob(1500 * i)), '0', 'ä') || i FROM n";
    let stand = Terms::sqlite(script, LONG).pages(1).stand();
    for query in ["$orderby=text%20desc", "$orderby=text&$count=true"] {
        let pages = stand.walk(&format!("Notes?{query}&$select=id"), |_| None).await;
        assert_eq!(pages.len(), 12);
        let longest = pages.iter().filter_map(link).map(|link| link.len()).max().unwrap();
        assert!(longest < 17_000, "{longest}");
    }
    let filter = format!("id%20gt%200{}", "%20or%20text%20eq%20%27a%20note%20of%20no%20row%20at%20all%27".repeat(950));
    let pages = stand.walk(&format!("Notes?$orderby=text&$filter={filter}&$select=id"), |_| None).await;
    assert_eq!(rows(&pages).len(), 12);
    assert!(pages.iter().filter_map(link).all(|link| link.len() < 64_000));
}

#[tokio::test]
async fn a_key_that_is_not_unique_is_an_error() {
    let script = "CREATE TABLE notes (id INTEGER, text TEXT); INSERT INTO notes VALUES (1, 'a'), (1, 'b'), (2, 'c')";
    let stand = Terms::sqlite(script, LONG).stand();
    for request in ["Notes(1)", "Notes(1)/text", "Notes(1)/text/$value"] {
        let error = stand.answer(request, None).await.unwrap_err();
        assert!(
            matches!(&error, EngineError::Source(inner) if matches!(**inner, SourceError::Misconfigured { .. })),
            "{request}: {error:?}"
        );
    }
    assert_eq!(stand.json("Notes(2)").await["text"], json!("c"));
    stand.at_rest().await;
}

#[tokio::test]
async fn a_link_written_anew_still_serves_and_another_request_does_not() {
    let stand = Terms::fixture().pages(10).stand();
    let first = stand.json("Walk?$filter=word%20eq%20'a'&%24count=true").await;
    let next = link(&first).unwrap();
    for same in [next.replace('\'', "%27"), next.replace("%20", "+"), next.replace("%24", "$")] {
        let page = stand.json(&same).await;
        assert_eq!(page["value"].as_array().unwrap().len(), 10, "{same}");
    }
    let refused = |request: String| {
        let stand = &stand;
        async move { stand.answer(&request, None).await.map(|_| ()).unwrap_err() }
    };
    for other in [next.replace("'a'", "'A'"), next.replace("%24count=true", "%24count=false"), format!("{next}&$top=5")]
    {
        let error = refused(other.clone()).await;
        assert!(matches!(error, EngineError::Token(TokenError::Mismatch)), "{other}: {error:?}");
    }
    let set = next.replace("Walk?", "Orders?").replace("word", "account_sf_id");
    assert!(matches!(refused(set).await, EngineError::Token(TokenError::Mismatch)));
}

#[tokio::test]
async fn a_changed_entity_set_ends_its_links_and_a_restart_does_not() {
    let keyed = |mut terms: Terms| {
        let key = tidegate::config::Secret::new("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned());
        terms.service.token_keys = vec![("k".to_owned(), key)];
        terms.pages(10)
    };
    let first = keyed(Terms::fixture()).stand().json("Walk?$count=true").await;
    let next = link(&first).unwrap();
    let again: Json = keyed(Terms::fixture()).stand().json(&next).await;
    assert_eq!(again["@odata.count"], json!(ROWS));
    let mut changed = keyed(Terms::fixture());
    let set = changed.service.model.sets.iter_mut().find(|set| set.name == "Walk").unwrap();
    set.properties[5].column = "part".into();
    let error = changed.stand().answer(&next, None).await.unwrap_err();
    assert!(matches!(error, EngineError::Token(TokenError::Changed)), "{error:?}");
}
