//! Answers on their way: when they start, how they break, what a client that stalls or goes leaves behind.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use contract::{ErrorKind, Lane};
use serde_json::Value as Json;
use tidegate::engine::{Answer, Body, Cut, EngineError};
use tidegate::source::SourceError;
use tokio::time::timeout;

use super::fake::{Fake, FakeAdapter, First, Manner};
use super::stand::{Stand, Terms, whole};

fn stand(fake: &Arc<Fake>, bend: impl FnOnce(&mut Terms)) -> Stand {
    let mut terms = Fake::terms().pages(10_000);
    bend(&mut terms);
    terms.over(Arc::new(FakeAdapter(fake.clone())))
}

#[tokio::test(start_paused = true)]
async fn the_first_byte_leaves_before_the_last_row_is_read() {
    let fake = Fake::new(Manner { rows: 500, width: 1_000, waits_at: Some(100), ..Manner::default() });
    let stand = stand(&fake, |_| ());
    for request in ["Rows", "Rows?$count=true"] {
        let answer = stand.answer(request, None).await.unwrap();
        let Body::Stream(mut pieces) = answer.body else { panic!("{request} came whole") };
        let first = pieces.recv().await.unwrap().unwrap();
        assert!(first.starts_with(b"{\"@odata.context\"") && first.len() > 1_000);
        assert!(fake.rows_read.swap(0, Ordering::SeqCst) <= 100);
        fake.go_on.notify_one();
        let mut all = first.to_vec();
        all.extend(whole(Body::Stream(pieces)).await.unwrap());
        let page: Json = serde_json::from_slice(&all).unwrap();
        assert_eq!(page["value"].as_array().unwrap().len(), 500);
        fake.rows_read.store(0, Ordering::SeqCst);
    }
    stand.at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn an_error_before_the_head_is_an_error_and_one_after_it_a_cut() {
    let fake = Fake::new(Manner { rows: 500, width: 1_000, fails_at: Some(5), ..Manner::default() });
    let stand = stand(&fake, |_| ());
    for request in ["Rows", "Rows?$count=true", "Rows(3)"] {
        let fails_at = if request == "Rows(3)" { 0 } else { 5 };
        fake.change(|manner| manner.fails_at = Some(fails_at));
        let error = stand.answer(request, None).await.unwrap_err();
        assert!(
            matches!(&error, EngineError::Source(inner) if matches!(**inner, SourceError::Internal { .. })),
            "{request}"
        );
    }
    fake.change(|manner| manner.fails_at = Some(300));
    let answer = stand.answer("Rows", None).await.unwrap();
    let facts = answer.facts.clone();
    assert_eq!(whole(answer.body).await, Err(Cut));
    assert!(facts.texts().cut.unwrap().contains("main"), "the log learns why");
    assert!(facts.rows.load(Ordering::Relaxed) > 100);
    stand.at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stalls_past_the_deadline_is_told_of_the_cut_however_full_its_queue() {
    for (width, read_ahead) in [(1_000, 1_000_000), (30_000, 100_000_000)] {
        let fake = Fake::new(Manner { rows: 2_500, width, ..Manner::default() });
        let mut stand = stand(&fake, |terms| {
            terms.service.page_bytes_max = usize::MAX;
            terms.limits.read_ahead_bytes_max = read_ahead;
            terms.limits.read_ahead_total_bytes_max = 100_000_000;
        });
        stand.deadline = Duration::from_secs(20);
        let answer = stand.answer("Rows", None).await.unwrap();
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(stand.source.load(Lane::Scan).in_use, 0, "the deadline ends the statement");
        assert_eq!(whole(answer.body).await, Err(Cut));
        stand.at_rest().await;
        assert_eq!(fake.cancels.load(Ordering::SeqCst), 1);
    }
}

/// Has a client leave at every stage of an answer, and sees everything given back.
#[tokio::test(start_paused = true)]
async fn a_client_that_goes_leaves_nothing_behind() {
    let stuck = First::Never;
    let wide = Manner { rows: 5_000, width: 1_000, ..Manner::default() };
    let manners = [
        ("connecting", "Rows", Manner { connect: stuck, ..wide.clone() }),
        ("first row", "Rows", Manner { page: stuck, ..wide.clone() }),
        ("first row", "Rows?$top=100&$count=true", Manner { together: stuck, ..wide.clone() }),
        ("keeping", "Rows?$top=2001", Manner { waits_at: Some(200), ..wide.clone() }),
        ("one", "Rows(3)", Manner { page: stuck, ..wide.clone() }),
        ("counting", "Rows/$count", Manner { count: stuck, ..wide.clone() }),
        ("streaming", "Rows", Manner { waits_at: Some(200), ..wide.clone() }),
        ("read ahead", "Rows", wide.clone()),
    ];
    for (stage, request, manner) in manners {
        let fake = Fake::new(manner);
        let stand = stand(&fake, |terms| {
            let client = std::mem::replace(terms, Fake::terms()).client();
            *terms = client;
            terms.service.client_bytes_max = usize::MAX;
            terms.source.connect_timeout = Duration::from_secs(1_000);
        });
        let asked = timeout(Duration::from_secs(2), stand.answer(request, None)).await;
        if let Ok(answer) = asked {
            let Answer { body: Body::Stream(mut pieces), .. } = answer.unwrap() else { panic!("{stage}: whole") };
            pieces.recv().await.unwrap().unwrap();
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(pieces);
        }
        stand.at_rest().await;
        let cancels = fake.cancels.load(Ordering::SeqCst);
        assert_eq!(cancels, usize::from(stage != "connecting"), "{stage}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_from_the_queue_gives_up_its_place() {
    let fake = Fake::new(Manner { page: First::Never, ..Manner::default() });
    let stand = stand(&fake, |_| ());
    let connections = stand.source.load(Lane::Scan).connections_max;
    let all = futures_util::future::join_all((0..3 * connections).map(|_| stand.answer("Rows", None)));
    assert!(timeout(Duration::from_secs(2), all).await.is_err());
    stand.at_rest().await;
    assert_eq!(fake.cancels.load(Ordering::SeqCst), connections);
}

#[tokio::test(start_paused = true)]
async fn twice_as_many_stalled_readers_as_connections_keep_nobody_waiting() {
    let fake = Fake::new(Manner { rows: 800, width: 1_000, ..Manner::default() });
    let stand = stand(&fake, |_| ());
    let connections = stand.source.load(Lane::Scan).connections_max + stand.source.load(Lane::Keyed).connections_max;
    let mut stalled = Vec::new();
    for _ in 0..2 * connections {
        // Never read from.
        stalled.push(stand.answer("Rows", None).await.unwrap().body);
    }
    let served = timeout(Duration::from_secs(1), stand.json("Rows?$count=true")).await.unwrap();
    assert_eq!(served["value"].as_array().unwrap().len(), 800);
    assert_eq!(stand.source.load(Lane::Scan).in_use, 0);
    for body in stalled {
        let page: Json = serde_json::from_slice(&whole(body).await.unwrap()).unwrap();
        assert_eq!(page["value"].as_array().unwrap().len(), 800);
    }
    stand.at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn whole_answers_count_against_the_common_budget_until_they_are_taken() {
    let fake = Fake::new(Manner { rows: 1_000, width: 1_000, ..Manner::default() });
    let stand = stand(&fake, |terms| {
        let client = std::mem::replace(terms, Fake::terms()).client();
        *terms = client;
        terms.limits.read_ahead_total_bytes_max = 4_000_000;
    });
    let mut bodies = Vec::new();
    let mut streamed = 0;
    for _ in 0..8 {
        let body = stand.answer("Rows?$top=1000", None).await.unwrap().body;
        streamed += usize::from(matches!(body, Body::Stream(_)));
        bodies.push(body);
        if streamed == 2 {
            break;
        }
    }
    assert_eq!(streamed, 2, "without room an answer leaves as it is read");
    assert!(stand.budget.free_bytes() < 64 * 1024 && (4..=6).contains(&bodies.len()));
    let reads = bodies.into_iter().map(|body| async { whole(body).await.unwrap().len() });
    for length in futures_util::future::join_all(reads).await {
        assert!(length > 1_000_000);
    }
    stand.at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_database_is_told_as_such() {
    let fake = Fake::new(Manner { page: First::Fails(ErrorKind::Timeout), ..Manner::default() });
    let stand = stand(&fake, |_| ());
    let error = stand.answer("Rows", None).await.unwrap_err();
    assert!(
        matches!(&error, EngineError::Source(inner) if matches!(**inner, SourceError::Timeout { .. })),
        "{error:?}"
    );
    stand.at_rest().await;
}
