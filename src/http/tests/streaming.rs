use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::{sleep, timeout};

use super::*;
use crate::engine::{self, Cut, Facts};
use crate::http::body::{Outgoing, Terms, outgoing};
use crate::http::watch::{Abandon, Pace};

const PACE: Pace = Pace { bytes_per_second_min: 16_000, stall_max: Duration::from_secs(10) };

fn terms(gzip: bool) -> Terms {
    Terms { gzip, pace: PACE, abandon: Abandon::default() }
}

fn stream(terms: Terms) -> (Sender<Result<Bytes, Cut>>, Outgoing, Arc<Facts>) {
    let (sender, receiver) = channel(1);
    let facts = Arc::new(Facts::default());
    (sender, outgoing(engine::Body::Stream(receiver), facts.clone(), terms), facts)
}

async fn frame(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    body.frame().await.map(|frame| frame.map(|frame| frame.into_data().unwrap()))
}

#[tokio::test]
async fn each_block_of_gzip_can_be_read_when_it_comes() {
    let (sender, mut out, _) = stream(terms(true));
    assert!(out.gzip && out.length.is_none());
    let mut reader = flate2::write::GzDecoder::new(Vec::new());
    for block in ["{\"value\":[", "{\"a\":1}"] {
        sender.send(Ok(Bytes::from_static(block.as_bytes()))).await.unwrap();
        reader.get_mut().clear();
        reader.write_all(&frame(&mut out.body).await.unwrap().unwrap()).unwrap();
        reader.flush().unwrap();
        assert_eq!(reader.get_ref(), block.as_bytes());
    }
    drop(sender);
    reader.write_all(&frame(&mut out.body).await.unwrap().unwrap()).unwrap();
    reader.try_finish().unwrap();
    assert!(frame(&mut out.body).await.is_none());
}

#[tokio::test]
async fn a_cut_is_an_error_and_never_an_end() {
    for gzip in [false, true] {
        let (sender, mut out, _) = stream(terms(gzip));
        let producer = tokio::spawn(async move {
            sender.send(Ok(Bytes::from_static(b"[1,"))).await.unwrap();
            sender.send(Err(Cut)).await.unwrap();
        });
        assert!(frame(&mut out.body).await.unwrap().is_ok());
        assert!(frame(&mut out.body).await.unwrap().is_err());
        producer.await.unwrap();
    }
}

#[tokio::test]
async fn wholes_keep_their_length_and_small_ones_their_form() {
    let whole = |size: usize, gzip| outgoing(engine::Body::Whole(vec![b'x'; size].into()), Arc::default(), terms(gzip));
    assert_eq!((whole(1023, true).gzip, whole(1023, true).length), (false, Some(1023)));
    let small = whole(1024, true);
    let length = small.length.unwrap();
    assert!(small.gzip && length < 1024);
    assert_eq!(small.body.collect().await.unwrap().to_bytes().len() as u64, length);
    let large = whole(200_000, false);
    assert_eq!(large.length, Some(200_000));
    assert_eq!(large.body.collect().await.unwrap().to_bytes(), vec![b'x'; 200_000]);
    let large = whole(200_000, true);
    assert_eq!((large.gzip, large.length), (true, None));
    let packed = large.body.collect().await.unwrap().to_bytes();
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed.as_ref()), &mut text).unwrap();
    assert_eq!(text, vec![b'x'; 200_000]);
}

#[tokio::test(start_paused = true)]
async fn who_takes_nothing_is_cut_and_the_source_let_go() {
    let terms = terms(false);
    let abandon = terms.abandon.clone();
    let (sender, mut out, facts) = stream(terms);
    sender.send(Ok(Bytes::from(vec![0; 1_000_000]))).await.unwrap();
    assert!(frame(&mut out.body).await.unwrap().is_ok());
    sleep(Duration::from_secs(9)).await;
    assert!(!sender.is_closed());
    sleep(Duration::from_secs(3)).await;
    assert!(sender.is_closed() && abandon.0.is_cancelled());
    assert!(facts.texts().cut.unwrap().contains("16000 bytes a second"));
    assert!(frame(&mut out.body).await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn who_takes_too_little_is_cut_and_who_takes_enough_is_not() {
    for (bytes, survives) in [(10_000, false), (20_000, true)] {
        let (sender, mut out, _) = stream(terms(false));
        let producer = tokio::spawn(async move { while sender.send(Ok(vec![0; bytes].into())).await.is_ok() {} });
        let mut taken = 0;
        while taken < 60 && frame(&mut out.body).await.is_some_and(|frame| frame.is_ok()) {
            taken += 1;
            sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(taken == 60, survives, "{bytes} bytes a second, {taken} seconds");
        drop(out);
        producer.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_database_is_not_the_clients_fault() {
    let (sender, mut out, _) = stream(terms(false));
    for _ in 0..5 {
        assert!(timeout(Duration::from_secs(60), frame(&mut out.body)).await.is_err());
        sender.send(Ok(Bytes::from_static(b"x"))).await.unwrap();
        assert!(frame(&mut out.body).await.unwrap().is_ok());
    }
    assert!(!sender.is_closed());
}
