//! Which statement tells the total, and what is told when counting is late.

use std::sync::Arc;
use std::time::Duration;

use contract::ErrorKind;
use serde_json::{Value as Json, json};
use tidegate::engine::EngineError;
use tidegate::model::CountMode;
use tokio::time::Instant;

use super::fake::{Fake, FakeAdapter, First, Manner};
use super::stand::{Stand, Terms, link, whole};

fn stand(fake: &Arc<Fake>, bend: impl FnOnce(&mut Terms)) -> Stand {
    let mut terms = Fake::terms().pages(100);
    bend(&mut terms);
    terms.over(Arc::new(FakeAdapter(fake.clone())))
}

fn capped(terms: &mut Terms) {
    terms.service.model.sets[0].count = CountMode::Capped(50);
}

fn rows(page: &Json) -> usize {
    page["value"].as_array().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn a_page_that_tells_the_count_needs_no_count_the_second_time() {
    let fake = Fake::new(Manner { rows: 7, ..Manner::default() });
    let stand = stand(&fake, |_| ());
    let request = "Rows?$top=10&$count=true";
    for way in ["together", "page_first", "page_first"] {
        let (page, taken) = stand.counted(request).await;
        assert_eq!((page["@odata.count"].clone(), taken), (json!(7), way));
    }
    assert_eq!(fake.started(), ["together", "page", "page"]);
    // The page is full now: counted after all, and together again the next time.
    fake.change(|manner| manner.rows = 500);
    for (way, statements) in [("page_first", vec!["page", "count"]), ("together", vec!["together"])] {
        let (page, taken) = stand.counted(request).await;
        assert_eq!((page["@odata.count"].clone(), rows(&page), taken), (json!(500), 10, way));
        assert_eq!(fake.started(), statements);
    }
    fake.change(|manner| manner.rows = 1);
    let (page, way) = stand.counted("Rows?$filter=id%20eq%203&$count=true").await;
    assert_eq!((way, page["@odata.count"].clone()), ("page", json!(1)));
    assert_eq!(fake.started(), ["page"]);
    stand.at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn later_pages_do_not_count_again() {
    let fake = Fake::new(Manner { rows: 500, ..Manner::default() });
    let stand = stand(&fake, |_| ());
    let first = stand.json("Rows?$count=true").await;
    let second = stand.json(&link(&first).unwrap()).await;
    assert_eq!((&first["@odata.count"], &second["@odata.count"]), (&json!(500), &json!(500)));
    assert_eq!(fake.started(), ["together", "page"]);
}

#[tokio::test(start_paused = true)]
async fn a_shape_that_ran_out_of_time_together_is_split() {
    for together in [First::Never, First::After(Duration::from_secs(8)), First::Fails(ErrorKind::Timeout)] {
        let fake = Fake::new(Manner { rows: 500, together, ..Manner::default() });
        let stand = stand(&fake, |terms| terms.service.count_budget = Duration::from_secs(5));
        for _ in 0..2 {
            let begun = Instant::now();
            let page = stand.json("Rows?$top=10&$count=true").await;
            assert_eq!((page["@odata.count"].clone(), rows(&page)), (json!(500), 10));
            assert!(begun.elapsed() <= Duration::from_secs(5));
        }
        assert_eq!(fake.started(), ["together", "page", "count", "page", "count"], "{together:?}");
        stand.at_rest().await;
        assert_eq!(
            fake.cancels.load(std::sync::atomic::Ordering::SeqCst),
            usize::from(together != First::Fails(ErrorKind::Timeout))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_connection_teaches_nothing_about_a_shape() {
    let fake = Fake::new(Manner { rows: 500, ..Manner::default() });
    let stand = stand(&fake, |terms| terms.source.queue_wait_max = Duration::from_secs(100));
    fake.change(|manner| manner.page = First::Never);
    let hold = async { futures_util::future::join_all((0..10).map(|_| stand.answer("Rows?$search=x", None))).await };
    let late = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stand.answer_within("Rows?$search=x&$count=true", None, Duration::from_secs(5)).await
    };
    let (_, late) = tokio::join!(hold, late);
    assert!(late.is_err());
    fake.change(|manner| manner.page = First::Now);
    stand.at_rest().await;
    fake.started();
    assert_eq!(stand.counted("Rows?$search=x&$count=true").await.1, "together");
}

#[tokio::test(start_paused = true)]
async fn a_late_exact_count_is_the_last_one_or_an_error() {
    let fake = Fake::new(Manner { rows: 500, together: First::Never, count: First::Never, ..Manner::default() });
    let stand = stand(&fake, |terms| terms.service.count_budget = Duration::from_secs(5));
    for request in ["Rows?$top=10&$count=true", "Rows/$count", "Rows?$top=0&$count=true"] {
        let error = stand.answer(request, None).await.unwrap_err();
        assert!(matches!(&error, EngineError::CountBudget { set } if set == "Rows"), "{request}: {error:?}");
    }
    fake.change(|manner| manner.count = First::Now);
    assert_eq!(stand.json("Rows?$top=10&$count=true").await["@odata.count"], json!(500));
    fake.change(|manner| (manner.count, manner.rows) = (First::Never, 600));
    assert_eq!(stand.json("Rows?$top=10&$count=true").await["@odata.count"], json!(500), "the last exact one");
    let other = stand.answer("Rows?$top=10&$filter=kind%20gt%201&$count=true", None).await.unwrap_err();
    assert!(matches!(other, EngineError::CountBudget { .. }), "another question");
    fake.change(|manner| manner.rows = 0);
    assert_eq!(stand.json("Rows?$top=10&$count=true").await["@odata.count"], json!(0), "the page tells");
    stand.at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn without_a_budget_of_its_own_the_last_count_still_comes_in_time() {
    let fake = Fake::new(Manner { rows: 500, together: First::Never, ..Manner::default() });
    let stand = stand(&fake, |_| ());
    for count in [First::Now, First::Never, First::Never] {
        fake.change(|manner| manner.count = count);
        let begun = Instant::now();
        assert_eq!(stand.json("Rows?$top=10&$count=true").await["@odata.count"], json!(500));
        assert!(begun.elapsed() < stand.deadline);
    }
    assert_eq!(fake.started(), ["together", "page", "count", "page", "count", "page", "count"]);
}

#[tokio::test(start_paused = true)]
async fn a_capped_count_never_fails_its_page() {
    for (count, budget_s) in [(First::Never, 5), (First::Never, 100), (First::Fails(ErrorKind::Overloaded), 5)] {
        let fake = Fake::new(Manner { rows: 500, together: First::Never, count, ..Manner::default() });
        let stand = stand(&fake, |terms| {
            capped(terms);
            terms.service.count_budget = Duration::from_secs(budget_s);
        });
        let begun = Instant::now();
        let page = stand.json("Rows?$top=10&$skip=30&$count=true").await;
        assert_eq!((page["@odata.count"].clone(), rows(&page)), (json!(41), 10), "rows seen and one more");
        assert!(begun.elapsed() < stand.deadline);
        stand.at_rest().await;
    }
    // What is counted up to a cap is still never below the rows seen.
    let fake = Fake::new(Manner { rows: 5, ..Manner::default() });
    let stand = stand(&fake, capped);
    let page = stand.json("Rows?$top=10&$skip=200&$count=true").await;
    assert_eq!(page["@odata.count"], json!(205));
}

#[tokio::test(start_paused = true)]
async fn the_budget_of_a_count_does_not_cut_the_page_that_told_it() {
    let fake = Fake::new(Manner { rows: 2_000, width: 1_000, waits_at: Some(900), ..Manner::default() });
    let stand = stand(&fake, |terms| {
        terms.service.page_rows_max = 2_000;
        terms.service.count_budget = Duration::from_secs(2);
    });
    let answer = stand.answer("Rows?$count=true", None).await.unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    fake.go_on.notify_one();
    let page: Json = serde_json::from_slice(&whole(answer.body).await.unwrap()).unwrap();
    assert_eq!((page["@odata.count"].clone(), rows(&page)), (json!(2_000), 2_000));
    assert_eq!(fake.started(), ["together"]);
    stand.at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn rows_that_find_no_room_to_wait_for_their_count_come_after_it() {
    let fake = Fake::new(Manner { rows: 100, width: 2_000, together: First::Never, ..Manner::default() });
    let stand = stand(&fake, |terms| {
        terms.service.count_budget = Duration::from_secs(1);
        terms.limits.read_ahead_total_bytes_max = 64 * 1024;
    });
    let page = stand.json("Rows?$top=100&$count=true").await;
    assert_eq!((page["@odata.count"].clone(), rows(&page)), (json!(100), 100));
    assert_eq!(fake.started(), ["together", "page", "count", "page"]);
    stand.at_rest().await;
}
